import { queryOptions, useQueryClient } from '@tanstack/react-query';

import { api, bodyOf, type Schemas } from '@/api/client';

import type { Board } from './model';

type Wire = Schemas['IdentityDashboard'];

/** The reader's own dashboards. */
export const boardsQuery = queryOptions({
  queryKey: ['insights', 'boards'],
  staleTime: 30_000,
  queryFn: async (): Promise<Board[]> => ((await bodyOf(api.GET('/api/v1/security/principals/dashboards'))) ?? []).map((d) => d as Board),
});

/** A dashboard as it is kept. */
const wire = (board: Board): Wire => board as Wire;

/** Makes, changes and deletes one's own dashboards. What is shown changes at once, and changes back when the server refuses. */
export function useBoards() {
  const queries = useQueryClient();
  const anew = () => queries.invalidateQueries({ queryKey: boardsQuery.queryKey });
  return {
    add: async (board: Board) => {
      await bodyOf(api.POST('/api/v1/security/principals/dashboards', { body: wire(board) }));
      await anew();
    },
    change: async (board: Board) => {
      queries.setQueryData(boardsQuery.queryKey, (all) => all?.map((b) => (b.name === board.name ? board : b)));
      try {
        await bodyOf(api.PUT('/api/v1/security/principals/dashboards', { body: wire(board) }));
      } finally {
        await anew();
      }
    },
    remove: async (name: string) => {
      await bodyOf(api.DELETE('/api/v1/security/principals/dashboards/{name}', { params: { path: { name } } }));
      await anew();
    },
  };
}
