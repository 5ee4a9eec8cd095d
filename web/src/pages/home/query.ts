import { queryOptions } from '@tanstack/react-query';

import { ask } from '@/api/client';

import type { HomeView } from './home';

/** Home renews itself while it is looked at, without keeping the session alive. */
export const homeQuery = queryOptions({
  queryKey: ['home'],
  staleTime: 5_000,
  refetchInterval: 30_000,
  refetchOnWindowFocus: true,
  queryFn: async ({ client, queryKey }) => {
    const again = client.getQueryData(queryKey) !== undefined;
    const headers: Record<string, string> = again ? { 'Horizon-Background': '1' } : {};
    return (await ask<HomeView>({ method: 'GET', path: '/api/v1/home', headers })).body;
  },
});
