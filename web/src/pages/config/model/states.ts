import { put, type Difference, type Path } from './values';

/** One change an event tells of, newest first in a list of them. */
export interface Change {
  id: string;
  at: number;
  by: string;
  changes: Difference[];
}

const pathOf = (field: string): Path => field.split('.').map((s) => (/^\d+$/.test(s) ? Number(s) : s));

/** What an event could not tell as a whole is cut; it cannot be put back. */
export const isCut = (value: unknown): boolean => typeof value === 'string' && value.endsWith('…');

/** The document with the old values of changes put back; secrets and what was cut stay as they are. */
export const undone = (document: unknown, changes: Difference[]): unknown =>
  changes.reduce<unknown>((doc, c) => (c.secret === true || isCut(c.old) ? doc : put(doc, pathOf(c.field), c.old)), document);

/**
 * The document as it was after a change, made of how it is now: what came later is undone, the newest first. 0 is the newest
 * change; the number of all changes is the state before the oldest of them.
 */
export function stateAfter(now: unknown, all: Change[], index: number): unknown {
  return all.slice(0, index).reduce((doc, c) => undone(doc, c.changes), now);
}
