import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { ask } from '@/api/client';

import type { ListState } from './state';
import { columnsOf, fieldsOf, sortingOf, type SearchBody, type Subject } from './subject';

export const pageSize = 50;

export interface Rows<Row> {
  results: Row[];
  hasMore: boolean;
  /** Milliseconds the answer took. */
  took: number;
}

/** The body of the search that the list shows now. */
export function bodyOf<Row>(subject: Subject<Row>, state: ListState): SearchBody & Record<string, unknown> {
  return {
    ...subject.extra, query: state.q, fields: fieldsOf(subject, columnsOf(subject, state.cols)), ...sortingOf(state.sort === '' ? subject.sort : state.sort),
    pageIndex: state.page, pageSize,
  };
}

/** The rows of the page that is shown. Those of before stay until the next have come. */
export function useRows<Row>(subject: Subject<Row>, state: ListState) {
  const body = bodyOf(subject, state);
  return useQuery({
    queryKey: [subject.name, 'rows', body],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Rows<Row>> => {
      const begun = performance.now();
      const { body: found } = await ask<{ results: Row[]; hasMore: boolean }>({ method: 'POST', path: `${subject.path}/search`, body, signal });
      return { ...found, took: Math.round(performance.now() - begun) };
    },
  });
}

/** How many a query describes, asked apart from its rows. */
export function useCount(subject: Pick<Subject<never>, 'name' | 'path' | 'extra'>, query: string) {
  return useQuery({
    queryKey: [subject.name, 'count', subject.extra ?? null, query],
    queryFn: async ({ signal }): Promise<number> => {
      const body = { ...subject.extra, query, fields: [], pageSize: 1, withCount: true };
      return (await ask<{ count?: number }>({ method: 'POST', path: `${subject.path}/search`, body, signal })).body.count ?? 0;
    },
  });
}
