import { partsOf, withoutTerm, withTerm } from '@/parts/query/terms';

/** The times the log is looked at in one click; a query may say any other. */
export const ranges = ['24h', '7d', '30d', '365d'] as const;

/** What the log shows until somebody asks for something else. The range is always written. */
export const usual = 'timestamp after 7d';

const dated = /^timestamp\s+(before|after|equals)\b/i;

/** The range a query is limited to, if it is one of those above. */
export function rangeOf(query: string): string {
  const found = partsOf(query).filter((p) => dated.test(p));
  return ranges.find((r) => found.length === 1 && found[0]?.toLowerCase() === `timestamp after ${r}`) ?? '';
}

/** The query limited to another range, in place of what it said about times. */
export function inRange(query: string, range: string): string {
  const rest = partsOf(query).filter((p) => dated.test(p)).reduce(withoutTerm, query);
  return withTerm(rest, `timestamp after ${range}`);
}

/** The query limited to one day, which is that of a bar. Dates of queries are UTC. */
export function onDay(query: string, start: number): string {
  const rest = partsOf(query).filter((p) => dated.test(p)).reduce(withoutTerm, query);
  return withTerm(rest, `timestamp equals "${new Date(start).toISOString().slice(0, 10)}"`);
}
