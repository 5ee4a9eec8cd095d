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

/** The address of a saved query. */
export function searchOf(q: Saved): Record<string, string> {
  const parts = { q: q.query, sort: q.sort ?? '', cols: (q.columns ?? []).join(), group: q.groupBy ?? '' };
  return Object.fromEntries(Object.entries(parts).filter(([, v]) => v !== ''));
}
