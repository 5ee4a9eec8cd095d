import type { Entry } from './entry';

/** How often, and when last, somebody took an entry. It is kept with what leads there again. */
export interface Use {
  id: string;
  count: number;
  /** Milliseconds since 1970. */
  at: number;
  label: string;
  sort: string;
  hint?: string;
  to?: string;
  search?: Record<string, string>;
}

const most = 100; // uses that are kept
const half = 14 * 86_400_000; // after which a use weighs half

/** Small letters without accents. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** How well one word fits an entry: 0 is not at all. */
function fit(entry: Entry, word: string): number {
  const label = plain(entry.label);
  if (label.startsWith(word)) return 4;
  if (label.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word))) return 3;
  if (label.includes(word)) return 2;
  return plain(`${entry.sort} ${entry.hint ?? ''} ${entry.words ?? ''}`).includes(word) ? 1 : 0;
}

/** How well a text fits an entry: 0 when one of its words does not at all. */
export function fits(entry: Entry, text: string): number {
  const words = plain(text).split(/\s+/).filter((w) => w !== '');
  const all = words.map((w) => fit(entry, w));
  return all.length === 0 || all.includes(0) ? 0 : all.reduce((sum, n) => sum + n, 0) / all.length;
}

/** What the use of an entry weighs now: each use one, less as it grows old, and never more than how well a name fits. */
export function weight(use: Use | undefined, now: number): number {
  return use === undefined ? 0 : Math.min(3, Math.log2(1 + use.count) * 0.5 ** ((now - use.at) / half));
}

/** The entries that fit, those that are meant most likely first. Entries that `came` for this very text fit whatever their names. */
export function ranked(local: Entry[], came: Entry[], text: string, uses: Use[], now: number): Entry[] {
  const used = new Map(uses.map((u) => [u.id, u]));
  const scored = [
    ...local.map((entry) => ({ entry, score: fits(entry, text) })).filter((x) => x.score > 0),
    ...came.map((entry) => ({ entry, score: entry.exact === true ? 9 : Math.max(0.5, fits(entry, text) - 1) })),
  ].map(({ entry, score }) => ({ entry, score: score + weight(used.get(entry.id), now) }));
  return scored.sort((a, b) => b.score - a.score).map((x) => x.entry);
}

const keyOf = (who: string) => `horizon.palette.${who}`;

/** What somebody used in this browser. */
export function usesOf(who: string): Use[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(keyOf(who)) ?? '[]');
    return Array.isArray(kept) ? (kept as Use[]).filter((u) => typeof u.id === 'string' && typeof u.label === 'string') : [];
  } catch {
    return [];
  }
}

/** The uses with one more. */
export function withUse(uses: Use[], entry: Entry, now: number): Use[] {
  const { id, label, sort, hint, to, search } = entry;
  const count = (uses.find((u) => u.id === id)?.count ?? 0) + 1;
  const one: Use = { id, count, at: now, label, sort, ...(hint === undefined ? {} : { hint }), ...(to === undefined ? {} : { to }), ...(search === undefined ? {} : { search }) };
  return [one, ...uses.filter((u) => u.id !== id)].slice(0, most);
}

/** Keeps that somebody took an entry. */
export function keepUse(who: string, entry: Entry): void {
  window.localStorage.setItem(keyOf(who), JSON.stringify(withUse(usesOf(who), entry, Date.now())));
}
