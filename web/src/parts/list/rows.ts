import { keepPreviousData, queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { ask } from '@/api/client';

import type { ListState } from './state';
import { columnsOf, fieldsOf, sortingOf, type SearchBody, type Subject } from './subject';

export const pageSize = 50;

export interface Rows<Row> {
  /** What was asked: other rows have another one. */
  of: string;
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

function rowsQuery<Row>(subject: Subject<Row>, state: ListState) {
  const body = bodyOf(subject, state);
  return queryOptions({
    queryKey: [subject.name, 'rows', body],
    queryFn: async ({ signal }): Promise<Rows<Row>> => {
      const begun = performance.now();
      const { body: found } = await ask<{ results: Row[]; hasMore: boolean }>({ method: 'POST', path: `${subject.path}/search`, body, signal });
      return { ...found, of: JSON.stringify(body), took: Math.round(performance.now() - begun) };
    },
  });
}

/** Asks for the rows of a page that is opened, while it is made. */
export function askRows<Row>(queries: QueryClient, subject: Subject<Row>, state: ListState): void {
  void queries.prefetchQuery(rowsQuery(subject, state));
}

/** The rows of the page that is shown. Those of before stay until the next have come. */
export function useRows<Row>(subject: Subject<Row>, state: ListState) {
  return useQuery({ ...rowsQuery(subject, state), placeholderData: keepPreviousData });
}

/** Whether the rows that are asked for have come, or were refused. What stands beside them is asked then, so that they never wait for it. */
export function useDrawn<Row>(subject: Subject<Row>, state: ListState): boolean {
  return useQuery({ ...rowsQuery(subject, state), enabled: false }).isFetched;
}

/** How many a query describes, asked apart from its rows and, where `drawn` is told, after them. */
export function useCount(subject: Pick<Subject<never>, 'name' | 'path' | 'extra'>, query: string, drawn = true) {
  return useQuery({
    queryKey: [subject.name, 'count', subject.extra ?? null, query],
    enabled: drawn,
    queryFn: async ({ signal }): Promise<number> => {
      const body = { ...subject.extra, query, fields: [], pageSize: 1, withCount: true };
      return (await ask<{ count?: number }>({ method: 'POST', path: `${subject.path}/search`, body, signal })).body.count ?? 0;
    },
  });
}
