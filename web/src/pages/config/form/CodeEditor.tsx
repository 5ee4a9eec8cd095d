import { acceptCompletion, autocompletion, completionKeymap, startCompletion, type CompletionSource } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { linter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';

import { plainTyping } from '@/parts/query/typing';

import styles from './CodeEditor.module.css';

interface Props {
  value: string;
  label: string;
  readOnly?: boolean;
  /** Numbers of lines, for long documents. */
  numbered?: boolean;
  onChange?: (text: string) => void;
  /** What is wrong with a text, by its place; an answer for an older text is not shown. */
  check?: (text: string) => Diagnostic[] | Promise<Diagnostic[]>;
  /** What can be written at a place. */
  complete?: CompletionSource;
  /** Whether what can be written is offered as soon as an empty editor is entered. */
  eager?: boolean;
  /** The name of the list of completions. */
  phrases?: Record<string, string>;
}

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

/** A text editor with history, brackets and marks for what is wrong. Tab moves on, as in any field. */
export default function CodeEditor({ value, label, readOnly = false, numbered = false, onChange, check, complete, eager = false, phrases }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  const checked = useRef(check);
  const completed = useRef(complete);
  const first = useRef(value);
  useEffect(() => {
    changed.current = onChange;
    checked.current = check;
    completed.current = complete;
  });
  useEffect(() => {
    if (place.current === null) return;
    const extensions: Extension[] = [
      history(),
      bracketMatching(),
      plainTyping,
      keymap.of([...defaultKeymap.filter((k) => k.key !== 'Mod-s'), ...historyKeymap, ...lintKeymap]),
      EditorView.lineWrapping,
      EditorView.cspNonce.of(nonce),
      EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', 'data-mantine-stop-propagation': 'true' }), // Escape closes a list first, then what the editor stands in
      EditorState.readOnly.of(readOnly),
      EditorView.updateListener.of((u) => {
        if (u.docChanged) changed.current?.(u.state.doc.toString());
      }),
      linter((v) => checked.current?.(v.state.doc.toString()) ?? [], { delay: 300 }),
    ];
    if (numbered) extensions.push(lineNumbers());
    if (completed.current !== undefined && !readOnly) {
      extensions.push(EditorState.phrases.of(phrases ?? {}), autocompletion({ override: [(c) => completed.current?.(c) ?? null], icons: false, defaultKeymap: false, interactionDelay: 0 }), Prec.highest(keymap.of([{ key: 'Tab', run: acceptCompletion }, ...completionKeymap])));
    }
    if (eager && !readOnly) extensions.push(EditorView.domEventHandlers({ focus: (_, v) => void (v.state.doc.length === 0 && setTimeout(() => startCompletion(v))) }));
    const made = new EditorView({ parent: place.current, state: EditorState.create({ doc: first.current, extensions }) });
    view.current = made;
    return () => made.destroy();
  }, [label, readOnly, numbered, eager, phrases]);
  useEffect(() => {
    const now = view.current;
    if (now === null || now.state.doc.toString() === value) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } });
  }, [value]);
  return <div ref={place} className={styles.editor} />;
}
