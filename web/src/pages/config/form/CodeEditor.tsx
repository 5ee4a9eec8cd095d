import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { linter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';

import styles from './CodeEditor.module.css';

interface Props {
  value: string;
  label: string;
  readOnly?: boolean;
  /** Numbers of lines, for long documents. */
  numbered?: boolean;
  onChange?: (text: string) => void;
  /** What is wrong with a text, by its place. */
  check?: (text: string) => Diagnostic[];
}

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

/** A text editor with history, brackets and marks for what is wrong. Tab moves on, as in any field. */
export default function CodeEditor({ value, label, readOnly = false, numbered = false, onChange, check }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  const checked = useRef(check);
  const first = useRef(value);
  useEffect(() => {
    changed.current = onChange;
    checked.current = check;
  });
  useEffect(() => {
    if (place.current === null) return;
    const extensions: Extension[] = [
      history(),
      bracketMatching(),
      keymap.of([...defaultKeymap.filter((k) => k.key !== 'Mod-s'), ...historyKeymap, ...lintKeymap]),
      EditorView.lineWrapping,
      EditorView.cspNonce.of(nonce),
      EditorView.contentAttributes.of({ 'aria-label': label }),
      EditorState.readOnly.of(readOnly),
      EditorView.updateListener.of((u) => {
        if (u.docChanged) changed.current?.(u.state.doc.toString());
      }),
      linter((v) => checked.current?.(v.state.doc.toString()) ?? [], { delay: 300 }),
    ];
    if (numbered) extensions.push(lineNumbers());
    const made = new EditorView({ parent: place.current, state: EditorState.create({ doc: first.current, extensions }) });
    view.current = made;
    return () => made.destroy();
  }, [label, readOnly, numbered]);
  useEffect(() => {
    const now = view.current;
    if (now === null || now.state.doc.toString() === value) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } });
  }, [value]);
  return <div ref={place} className={styles.editor} />;
}
