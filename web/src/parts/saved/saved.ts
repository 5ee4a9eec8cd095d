import { queryOptions, useQueryClient } from '@tanstack/react-query';

import { api, ask, bodyOf } from '@/api/client';

/** The languages of the lists whose queries are kept: of certificates, requests, events. */
export type SavedLanguage = 'hcql' | 'hrql' | 'heql';

/** A search somebody keeps, with how its results are shown. */
export interface Saved {
  name: string;
  type: SavedLanguage;
  query: string;
  sort?: string;
  columns?: string[];
  groupBy?: string;
}

const all = '/api/v1/security/principals/queries';

/** The reader's own saved queries of a language. */
export const savedQuery = (type: SavedLanguage) =>
  queryOptions({
    queryKey: ['saved', type],
    staleTime: 60_000,
    queryFn: async () => (await ask<Saved[]>({ method: 'GET', path: `${all}?type=${type}` })).body,
  });

/** All of the reader's saved queries: no two have the same name, whatever their languages. */
export const allSavedQuery = queryOptions({ queryKey: ['saved', 'all'], staleTime: 30_000, queryFn: async () => (await ask<Saved[]>({ method: 'GET', path: all })).body });

/** Saves, renames and deletes; what shows them follows. */
export function useSaved() {
  const queries = useQueryClient();
  const anew = () => queries.invalidateQueries({ queryKey: ['saved'] });
  const put = (q: Saved) => ask<Saved>({ method: 'POST', path: all, body: q });
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
  group?: string;
}

/** A list as it is looked at, as a query to be saved. */
export function toSave(name: string, type: SavedLanguage, now: Looked): Saved {
  const { q, sort, cols, group = '' } = now;
  return { name, type, query: q, ...(sort === '' ? {} : { sort }), ...(cols === '' ? {} : { columns: cols.split(',') }), ...(group === '' ? {} : { groupBy: group }) };
}

/** Whether a list is looked at as a query was saved. */
export const asSaved = (s: Saved, now: Looked) => s.query === now.q && (s.sort ?? '') === now.sort && (s.columns ?? []).join() === now.cols && (s.groupBy ?? '') === (now.group ?? '');

/** The saved query one looks at: the one that was opened, also when it was changed since, or else the one with this text. */
export const openedOf = (own: Saved[], name: string, q: string) => own.find((s) => s.name === name) ?? own.find((s) => s.query === q);
