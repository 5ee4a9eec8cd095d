import { acceptCompletion, autocompletion, closeCompletion, completionKeymap, completionStatus, moveCompletionSelection, pickedCompletion, startCompletion, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewline } from '@codemirror/commands';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder as written } from '@codemirror/view';
import { useEffect, useRef } from 'react';

import { complete, completeWord, type QueryLanguage } from './calls';
import { drawing, underline } from './colours';
import { ran } from './history';
import { narrowing, type Offer } from './narrow';
import { indexAt } from './places';
import { plainTyping } from './typing';

export interface EditorProps {
  language: QueryLanguage;
  /** The text it starts with. Later it is only taken over with a new `version`: who types is always ahead. */
  text: string;
  version: number;
  label: string;
  /** The id of what says what is wrong. */
  describedBy: string;
  placeholder: string;
  wrong: { from: number; to: number } | null;
  /** The name of the list of completions, and of one that cannot be had. */
  phrases: Record<string, string>;
  onText: (text: string) => void;
  onRun: () => void;
  /** Takes what was pasted in its stead; false leaves it to the editor. */
  onPaste?: ((text: string) => boolean) | undefined;
  /** Every new number brings the focus here; 0 does not. */
  focused: number;
}

/** Writes a choice and a space behind it, and offers what comes next; the beginning of a name waits for its key. */
function take(view: EditorView, choice: Completion, from: number, to: number): void {
  const open = choice.label.endsWith('.');
  const spaced = view.state.sliceDoc(to, to + 1) === ' ';
  const insert = choice.label + (open || spaced ? '' : ' ');
  view.dispatch({
    changes: { from, to, insert }, selection: { anchor: from + choice.label.length + (open ? 0 : 1) }, userEvent: 'input.complete', annotations: pickedCompletion.of(choice),
  });
  if (!open) startCompletion(view);
}

/** Asks the server what can be written at the caret. */
function source(language: QueryLanguage) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const query = context.state.doc.toString();
    const typed = context.matchBefore(/[\w."-]+$/);
    if (!context.explicit && typed === null && query.trim() !== '' && !/[\s[(,]$/.test(query.slice(0, context.pos))) return null;
    const before = query.slice(0, context.pos);
    const found = await completeWord(language, before, typed?.text.length ?? 0).catch(() => null);
    if (found === null || context.aborted) return null;
    const { answer, end, whole } = found;
    const from = Math.min(indexAt(query, answer.from?.offset ?? 0), context.pos);
    const closes = query.startsWith('"', context.pos) && query.startsWith('"', from);
    const all = (answer.choices ?? []).map((c): Offer => ({ text: c.text ?? '', option: { label: c.text ?? '', ...(c.doc === undefined || c.doc === '' ? {} : { detail: c.doc }), apply: take } }));
    const offers = { all, asked: before.slice(from, end), whole, fits: (offer: string, written: string) => offer.startsWith(written), open: /^("[^"]*|[^\s"(),]*)$/ };
    return { ...narrowing(offers, from, before.slice(from)), ...(closes ? { to: context.pos + 1 } : {}) };
  };
}

/** Puts an earlier query in the place of the draft: older with -1, newer with 1. */
function recall(language: QueryLanguage) {
  let at = -1;
  let draft = '';
  return (view: EditorView, by: 1 | -1): boolean => {
    const line = view.state.doc.lineAt(view.state.selection.main.head).number;
    if (by === -1 ? line > 1 : line < view.state.doc.lines) return false;
    const all = ran(language);
    const next = at - by;
    if (next < -1 || next >= all.length) return false;
    if (at === -1) draft = view.state.doc.toString();
    at = next;
    const text = at === -1 ? draft : (all[at] ?? '');
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: text.length } });
    return true;
  };
}

function keys(language: QueryLanguage, run: () => void): Extension {
  const earlier = recall(language);
  const arrow = (by: 1 | -1) => (view: EditorView) => completionStatus(view.state) === null && earlier(view, by);
  return [
    Prec.highest(
      keymap.of([
        { key: 'Enter', run: (view) => (completionStatus(view.state) === 'active' && acceptCompletion(view)) || (closeCompletion(view), run(), true) },
        { key: 'Alt-Enter', run: insertNewline },
        { key: 'Shift-Enter', run: insertNewline },
        { key: 'Tab', run: (view) => completionStatus(view.state) === 'active' && (acceptCompletion(view) || (moveCompletionSelection(true)(view) && acceptCompletion(view))) },
        { key: 'ArrowUp', run: arrow(-1) },
        { key: 'ArrowDown', run: (view) => (view.state.doc.length === 0 ? startCompletion(view) : arrow(1)(view)) },
      ]),
    ),
    keymap.of([...completionKeymap.filter((k) => k.key !== 'Enter'), ...historyKeymap, ...defaultKeymap.filter((k) => k.key !== 'Enter')]),
  ];
}

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

/** The text of a query in CodeMirror. It is loaded when a query is first edited. */
export default function Editor(props: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const now = useRef(props);
  useEffect(() => {
    now.current = props;
  });
  const { language, label, describedBy, placeholder, phrases, version, wrong, focused } = props;

  useEffect(() => {
    if (host.current === null) return undefined;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: now.current.text,
        extensions: [
          EditorView.cspNonce.of(nonce), EditorView.lineWrapping, EditorState.phrases.of(phrases), history(), drawing, plainTyping, written(() => document.createTextNode(placeholder) as unknown as HTMLElement),
          autocompletion({ override: [source(language)], icons: false, defaultKeymap: false, maxRenderedOptions: 60, selectOnOpen: false, interactionDelay: 0, activateOnTyping: true, activateOnTypingDelay: 0 }),
          keys(language, () => now.current.onRun()),
          EditorView.contentAttributes.of((v) => ({ role: 'combobox', 'aria-label': label, 'aria-describedby': describedBy, 'aria-expanded': String(completionStatus(v.state) === 'active') })),
          EditorView.updateListener.of((u) => {
            if (u.docChanged) now.current.onText(u.state.doc.toString());
          }),
          EditorView.domEventHandlers({
            focus: (_, v) => void complete(language, v.state.doc.toString()).catch(() => undefined), // is there when the first letter is typed
            paste: (event) => now.current.onPaste?.(event.clipboardData?.getData('text/plain') ?? '') === true && (event.preventDefault(), true),
          }),
        ],
      }),
    });
    editor.contentDOM.removeAttribute('aria-multiline'); // not of a combobox
    view.current = editor;
    return () => editor.destroy();
  }, [language, label, describedBy, placeholder, phrases]);

  useEffect(() => {
    const editor = view.current;
    const { text } = now.current;
    if (editor === null || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text }, selection: { anchor: text.length } });
  }, [version]);
  useEffect(() => {
    view.current?.dispatch({ effects: underline.of(wrong) });
  }, [wrong]);
  useEffect(() => {
    const editor = view.current;
    if (focused === 0 || editor === null) return;
    editor.focus();
    editor.dispatch({ selection: { anchor: editor.state.doc.length } });
  }, [focused]);
  return <div ref={host} />;
}
