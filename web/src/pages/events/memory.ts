// What this browser saw of the log before: with it, a log that was put back or written anew is found.

import { openCheckpoint } from './proof';

const kept = 'horizon.log';
const sizes = 'horizon.log.sizes';
const sizesOf = 'horizon.log.key'; // the log they are of
const most = 500;

interface Seen {
  key: string;
  note: string;
  /** When the checkpoint was seen; milliseconds since 1970. */
  at: number;
}

/** The last checkpoint this browser checked, or undefined at the first visit. */
export function remembered(): Seen | undefined {
  try {
    const seen = JSON.parse(window.localStorage.getItem(kept) ?? 'null') as Seen | null;
    return seen !== null && typeof seen.key === 'string' && typeof seen.note === 'string' ? seen : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a checkpoint that was checked, if it is of a longer log than the one known. */
export async function remember(key: string, note: string): Promise<void> {
  const before = remembered();
  const now = await openCheckpoint(note, key);
  if (before !== undefined && (before.key !== key || (await openCheckpoint(before.note, before.key)).size > now.size)) return;
  const at = Date.now();
  window.localStorage.setItem(kept, JSON.stringify({ key, note, at }));
  window.localStorage.setItem(sizes, JSON.stringify([[now.size, at], ...seen(key).filter(([size]) => size !== now.size)].slice(0, most)));
  window.localStorage.setItem(sizesOf, key);
}

/** The sizes of the checkpoints of a log this browser has checked, with when it saw each last, the newest first. */
export function seen(key: string): [number, number][] {
  if (window.localStorage.getItem(sizesOf) !== key) return [];
  try {
    const all: unknown = JSON.parse(window.localStorage.getItem(sizes) ?? '[]');
    return Array.isArray(all) ? (all as [number, number][]) : [];
  } catch {
    return [];
  }
}

/** Forgets it, after somebody has found out why the log is another one. */
export function forget(): void {
  for (const name of [kept, sizes, sizesOf]) window.localStorage.removeItem(name);
}
