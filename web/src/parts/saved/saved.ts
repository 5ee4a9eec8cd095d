import { queryOptions, useQueryClient } from '@tanstack/react-query';

import { api, ask, bodyOf } from '@/api/client';

/** A search somebody keeps, with how its results are shown. */
export interface Saved {
  name: string;
  type: 'hcql';
  query: string;
  sort?: string;
  columns?: string[];
  groupBy?: string;
}

/** The reader's own saved queries of certificates. */
export const savedQuery = queryOptions({
  queryKey: ['saved', 'hcql'],
  staleTime: 60_000,
  queryFn: async () => (await ask<Saved[]>({ method: 'GET', path: '/api/v1/security/principals/queries?type=hcql' })).body,
});

/** Saves, renames and deletes; the tabs follow. */
export function useSaved() {
  const queries = useQueryClient();
  const anew = () => queries.invalidateQueries({ queryKey: savedQuery.queryKey });
  const put = (q: Saved) => ask<Saved>({ method: 'POST', path: '/api/v1/security/principals/queries', body: q });
  const drop = (name: string) => bodyOf(api.DELETE('/api/v1/security/principals/queries/{name}', { params: { path: { name } } }));
  return {
    save: async (q: Saved) => {
      await put(q);
      await anew();
    },
    rename: async (q: Saved, name: string) => {
      await put({ ...q, name });
      await drop(q.name);
      await anew();
    },
    remove: async (name: string) => {
      await drop(name);
      await anew();
    },
  };
}

/** The address of a saved query. Its name stays in it while the query is changed. */
export function searchOf(q: Saved): Record<string, string> {
  const parts = { q: q.query, sort: q.sort ?? '', cols: (q.columns ?? []).join(), group: q.groupBy ?? '', saved: q.name };
  return Object.fromEntries(Object.entries(parts).filter(([, v]) => v !== ''));
}

/** How a list is looked at now. */
export interface Looked {
  q: string;
  sort: string;
  cols: string;
  group: string;
}

/** Whether a list is looked at as a query was saved. */
export const asSaved = (s: Saved, now: Looked) => s.query === now.q && (s.sort ?? '') === now.sort && (s.columns ?? []).join() === now.cols && (s.groupBy ?? '') === now.group;

/** The saved query one looks at: the one that was opened, also when it was changed since, or else the one with this text. */
export const openedOf = (all: Saved[], name: string, q: string) => all.find((s) => s.name === name) ?? all.find((s) => s.query === q);
