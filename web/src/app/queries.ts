import { QueryClient } from '@tanstack/react-query';

import { faultOf } from '@/api/fault';

/** The cache of what the server answered. A refusal is not asked again; a lost connection twice. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      retry: (failures, thrown) => faultOf(thrown).status === 0 && failures < 2,
    },
    mutations: { retry: false, networkMode: 'always' }, // without a connection they fail at once: nothing is queued,
  },
});
