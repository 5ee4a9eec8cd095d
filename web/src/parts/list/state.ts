import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

/** What a list shows, as it stands in the address. */
export interface ListState {
  q: string;
  /** "" is the subject's own order. */
  sort: string;
  /** Names of columns, joined by commas; "" is the usual ones. */
  cols: string;
  /** From 1. */
  page: number;
  /** The row that is looked at beside the list. */
  peek: string;
}

type Changed = Record<string, string | number | undefined>;

/** The state of a list, and how to change it: what is not named stays in the address as it is. */
export interface ListAddress extends ListState {
  set: (changed: Changed, replace?: boolean) => void;
}

/** The state of a list that the search part of an address tells. */
export function listState({ q = '', sort = '', cols = '', page = '1', peek = '' }: Record<string, string | undefined>): ListState {
  return { q, sort, cols, page: Math.max(1, Math.trunc(Number(page)) || 1), peek };
}

/** The state of a list from the address. */
export function useListState(): ListAddress {
  const { q, sort, cols, page, peek } = listState(useSearch({ strict: false }));
  const navigate = useNavigate();
  const set = useCallback(
    (changed: Changed, replace = false) => {
      const text = (v: string | number | undefined) => (v === undefined || v === '' || v === 1 ? undefined : String(v));
      const parts = Object.fromEntries(Object.entries(changed).map(([k, v]) => [k, text(v)]));
      void navigate({ to: '.', search: ((old: object) => ({ ...old, ...parts })) as never, replace, resetScroll: false });
    },
    [navigate],
  );
  return useMemo(() => ({ q, sort, cols, page, peek, set }), [q, sort, cols, page, peek, set]);
}
