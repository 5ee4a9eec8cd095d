import { useSyncExternalStore } from 'react';

import { at, put, type Path } from './values';

/** The one document that form, JSON and review look at. */
export interface Draft {
  get: () => unknown;
  set: (path: Path, value: unknown) => void;
  replace: (document: unknown) => void;
  subscribe: (changed: () => void) => () => void;
}

export function createDraft(first: unknown): Draft {
  let document = first;
  const watchers = new Set<() => void>();
  const replace = (next: unknown) => {
    document = next;
    for (const w of [...watchers]) w();
  };
  return {
    get: () => document,
    set: (path, value) => replace(put(document, path, value)),
    replace,
    subscribe: (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

/** The value at a path. What looks at it is drawn again when that value changes, not when another does. */
export function useAt(draft: Draft, path: Path): unknown {
  return useSyncExternalStore(draft.subscribe, () => at(draft.get(), path));
}

/** What a browser keeps of work that was not saved. */
export interface Kept {
  at: number;
  revision: string;
  document: unknown;
}

const day = 86_400_000;
const prefix = 'horizon.draft.';

/** Keeps a document for a day. Secrets are taken out before. */
export function keep(name: string, kept: Kept): void {
  try {
    window.localStorage.setItem(prefix + name, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing still edits.
  }
}

/** What was kept under a name less than a day ago. What is older is thrown away. */
export function keptOf(name: string, now: number): Kept | undefined {
  try {
    const kept = JSON.parse(window.localStorage.getItem(prefix + name) ?? 'null') as Kept | null;
    if (kept !== null && now - kept.at < day) return kept;
    window.localStorage.removeItem(prefix + name);
  } catch {
    // As if there were none.
  }
  return undefined;
}

export function forget(name: string): void {
  window.localStorage.removeItem(prefix + name);
}
