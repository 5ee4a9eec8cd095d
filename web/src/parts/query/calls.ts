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

/** What can be written where a word of `written` letters stands at the end of a query: all there is at its beginning, or what goes on from it where there is too much. */
export async function completeWord(language: QueryLanguage, query: string, written: number): Promise<Schemas['QueryCompletion']> {
  const all = await complete(language, query.slice(0, query.length - written));
  return (all.choices ?? []).length < most || written === 0 ? all : complete(language, query);
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
