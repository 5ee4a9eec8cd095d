import type { Group, Value } from './model';

/** Categories over time, as stacked bars and lines are drawn. */
export interface Series {
  /** The beginnings of the days, months or years, in UTC, without gaps. */
  times: number[];
  lines: { value: Value; other: boolean; counts: number[] }[];
}

const most = 6; // series; the rest is one more, "other"
const longest = 400; // steps of time

/** A value as a key of a map. */
export const keyOf = (value: Value): string => (typeof value === 'object' && value !== null ? String(value.start) : JSON.stringify(value));

/** The beginning of the next day, month or year. */
export function after(at: number, step: string): number {
  const d = new Date(at);
  if (step === 'day') return Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() + 1);
  return step === 'month' ? Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 1) : Date.UTC(d.getUTCFullYear() + 1, 0, 1);
}

/** Puts groups by time, and by a second value if there is one, into series. What nobody belongs to is zero. */
export function seriesOf(groups: Group[], by: string): Series {
  const step = by.slice(by.lastIndexOf('.') + 1);
  const dated = groups.flatMap((g) => (typeof g.values[0] === 'object' && g.values[0] !== null ? [{ at: g.values[0].start, value: g.values[1] ?? null, count: g.count }] : []));
  if (dated.length === 0) return { times: [], lines: [] };
  const last = Math.max(...dated.map((d) => d.at));
  const times = [Math.min(...dated.map((d) => d.at))];
  while ((times.at(-1) ?? last) < last && times.length < longest) times.push(after(times.at(-1) ?? last, step));
  const sums = new Map<string, { value: Value; sum: number }>();
  for (const d of dated) sums.set(keyOf(d.value), { value: d.value, sum: (sums.get(keyOf(d.value))?.sum ?? 0) + d.count });
  const ordered = [...sums.values()].sort((a, b) => b.sum - a.sum);
  const chosen = ordered.slice(0, ordered.length > most ? most - 1 : most);
  const place = new Map(times.map((at, i) => [at, i]));
  const lines = [...chosen.map((c) => ({ value: c.value, other: false, counts: times.map(() => 0) })), ...(ordered.length > chosen.length ? [{ value: null, other: true, counts: times.map(() => 0) }] : [])];
  for (const d of dated) {
    const i = place.get(d.at);
    const line = lines.find((l) => !l.other && keyOf(l.value) === keyOf(d.value)) ?? lines.at(-1);
    if (i !== undefined && line !== undefined) line.counts[i] = (line.counts[i] ?? 0) + d.count;
  }
  return { times, lines };
}

/** A list with one member moved by a place. */
export function moved<T>(list: T[], at: number, by: 1 | -1): T[] {
  const to = at + by;
  if (to < 0 || to >= list.length) return list;
  const next = [...list];
  const [one] = next.splice(at, 1);
  next.splice(to, 0, one as T);
  return next;
}
