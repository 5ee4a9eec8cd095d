import { queryOptions } from '@tanstack/react-query';

import { api, ask, bodyOf, type Schemas } from '@/api/client';

/** The languages queries are written in: of certificates, requests, events and principals. */
export type QueryLanguage = 'hcql' | 'hrql' | 'heql';

export type Verdict = Schemas['CheckedQuery'];
export type Entry = Schemas['QueryEntry'];

/** Whether a query can be asked, and what is wrong with it. */
export function check(language: QueryLanguage, query: string): Promise<Verdict> {
  return bodyOf(api.POST('/api/v1/query/check', { body: { language, query } }));
}

/** What can be written at a place of a query, which is counted in bytes. */
export function complete(language: QueryLanguage, query: string, position: number): Promise<Schemas['QueryCompletion']> {
  return bodyOf(api.POST('/api/v1/query/complete', { body: { language, query, position } }));
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
