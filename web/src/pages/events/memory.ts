// What this browser saw of the log before: with it, a log that was put back or written anew is found.

import { openCheckpoint } from './proof';

const kept = 'horizon.log';

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
  window.localStorage.setItem(kept, JSON.stringify({ key, note, at: Date.now() }));
}

/** Forgets it, after somebody has found out why the log is another one. */
export function forget(): void {
  window.localStorage.removeItem(kept);
}
