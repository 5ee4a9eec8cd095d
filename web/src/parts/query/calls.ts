import { queryOptions } from '@tanstack/react-query';

import { api, ask, bodyOf, type Schemas } from '@/api/client';
import { queries } from '@/app/queries';

import { bytesBefore } from './places';

/** The languages queries are written in: of certificates, requests, events and principals. */
export type QueryLanguage = 'hcql' | 'hrql' | 'heql';

export type Verdict = Schemas['CheckedQuery'];
export type Entry = Schemas['QueryEntry'];

/** Whether a query can be asked, and what is wrong with it. */
export function check(language: QueryLanguage, query: string): Promise<Verdict> {
  return bodyOf(api.POST('/api/v1/query/check', { body: { language, query } }));
}

const most = 100; // choices of an answer; one with fewer has all

/** What can be written behind the beginning of a query. It is kept for a minute. */
export function complete(language: QueryLanguage, before: string): Promise<Schemas['QueryCompletion']> {
  const position = bytesBefore(before, before.length);
  return queries.fetchQuery({
    queryKey: ['query-complete', language, before],
    staleTime: 60_000,
    queryFn: () => bodyOf(api.POST('/api/v1/query/complete', { body: { language, query: before, position } })),
  });
}

/** What can be written where a word of some letters stands at the end of a query: all there is at its beginning, or what goes on from it where that is too much. `end` is what was asked about. */
export async function completeWord(language: QueryLanguage, query: string, letters: number): Promise<{ answer: Schemas['QueryCompletion']; end: number; whole: boolean }> {
  const ask = async (end: number) => {
    const answer = await complete(language, query.slice(0, end));
    return { answer, end, whole: (answer.choices ?? []).length < most };
  };
  const all = await ask(query.length - letters);
  return all.whole || letters === 0 ? all : ask(query.length);
}

/** What all searches tell of themselves. */
export interface Dictionary {
  fields: Entry[];
  columns?: string[];
  groupBy?: string[];
  sortedBy?: string[];
}

/** The dictionary of a search, such as that of /api/v1/certificates. */
export function dictionaryQuery(path: string) {
  return queryOptions({
    queryKey: ['dictionary', path],
    staleTime: 300_000,
    queryFn: async () => (await ask<Dictionary>({ method: 'GET', path: `${path}/search/dictionary` })).body,
  });
}
