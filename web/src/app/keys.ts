import { useEffect, useRef } from 'react';

/** A key or chord and what it does. Letters follow the character typed; "Mod" is Ctrl, or Command on a Mac. */
export interface Shortcut {
  /** "n", "?", "Mod+k", or two letters with a space between: "g c"; "" of what has no key and is offered in the palette alone. */
  keys: string;
  /** Key of the text that names it in the list of keys. */
  name: string;
  run: () => void;
}

interface Bound extends Shortcut {
  id: symbol;
}

let bound: Bound[] = [];
let begun = ''; // the first letter of a chord
let begunAt = 0;
let letters = true;
const patience = 1500; // milliseconds between the letters of a chord

/** Switches keys of a single letter, and chords of them, on or off (WCAG 2.1.4). */
export function allowLetters(allowed: boolean): void {
  letters = allowed;
}

/** What can be done now; of two with the same keys, the later bound. */
export function boundKeys(): Shortcut[] {
  return [...new Map(bound.map((b) => [b.keys === '' ? b.name : b.keys, b])).values()];
}

/** What lies over the page and has its own keys; Escape closes that, and not what is below as well. */
const over = '[role="dialog"], [role="menu"], [role="listbox"]';

/** Whether typing goes into a field, where letters are letters. */
function typing(e: KeyboardEvent): boolean {
  const at = e.target;
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
}

function pressed(e: KeyboardEvent): string {
  const mod = e.ctrlKey || e.metaKey ? 'Mod+' : '';
  const name = e.key === ' ' ? 'Space' : e.key.length === 1 ? e.key.toLowerCase() : e.key;
  return mod + (e.shiftKey && /^([a-z]|Enter)$/.test(name) ? `Shift+${name}` : name);
}

function listen(e: KeyboardEvent): void {
  if (e.defaultPrevented || e.isComposing || e.altKey) return;
  const key = pressed(e);
  const plain = !key.startsWith('Mod+') && key !== 'Escape';
  if (!key.startsWith('Mod+') && e.target instanceof Element && e.target.closest(over) !== null) return;
  if (plain && (typing(e) || (!letters && key.length === 1))) return;
  if (plain && document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return;
  const chord = begun !== '' && e.timeStamp - begunAt < patience ? `${begun} ${key}` : '';
  begun = '';
  const found = find(chord) ?? find(key);
  if (found !== undefined) {
    e.preventDefault();
    found.run();
  } else if (plain && bound.some((b) => b.keys.startsWith(`${key} `))) {
    begun = key;
    begunAt = e.timeStamp;
  }
}

function find(keys: string): Bound | undefined {
  return keys === '' ? undefined : bound.findLast((b) => b.keys === keys);
}

if (typeof document !== 'undefined') document.addEventListener('keydown', listen);

/** Binds keys while the component is shown. They are off in fields and while a dialog is open, but for those with Mod. */
export function useKeys(shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const shape = shortcuts.map((s) => `${s.keys}\n${s.name}`).join('\n\n');
  useEffect(() => {
    const id = Symbol();
    const mine = latest.current.map((s, i) => ({ ...s, id, run: () => latest.current[i]?.run() }));
    bound = [...bound, ...mine];
    return () => {
      bound = bound.filter((b) => b.id !== id);
    };
  }, [shape]);
}
