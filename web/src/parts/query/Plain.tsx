import { useEffect, useRef } from 'react';

import type { EditorProps } from './Editor';
import styles from './Query.module.css';

interface Props extends EditorProps {
  /** Tells whether the caret is here, so that the editor takes it over. */
  onFocused?: (here: boolean) => void;
}

/** The query line without help: until the editor has come, or where it cannot. */
export function Plain({ label, describedBy, placeholder, text, focused, onText, onRun, onFocused }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focused > 0) field.current?.focus();
  }, [focused]);
  return (
    <textarea
      ref={field} className={styles.plain} rows={1} aria-label={label} aria-describedby={describedBy} placeholder={placeholder} spellCheck={false} value={text}
      onChange={(e) => onText(e.currentTarget.value)}
      onFocus={() => onFocused?.(true)}
      onBlur={() => onFocused?.(false)}
      onKeyDown={(e) => {
        if (e.key !== 'Enter' || e.altKey || e.shiftKey) return;
        e.preventDefault();
        onRun();
      }}
    />
  );
}
