import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

import { api, bodyOf } from '@/api/client';
import { useKeys } from '@/app/keys';

const most = 100;

/** The requests that wait for the reader, the one that lapses first before the others. */
async function fetchQueue(): Promise<string[]> {
  const found = await bodyOf(
    api.POST('/api/v1/requests/search', { body: { query: 'request is valid', scope: 'manage', fields: [], sortedBy: [{ element: 'expirationDate', order: 'Asc' }], pageSize: most } }),
  );
  return (found.results ?? []).map((r) => r._id ?? '');
}

export interface Queue {
  /** Where the request stands among those that wait. */
  place?: { at: number; of: number };
  /** The one that opens when this is decided. */
  next?: string;
  /** Opens the next, or the list when nothing waits any more. */
  goOn: () => void;
}

/** The walk through what waits for the reader: j and k go on and back, deciding opens the next. */
export function useQueue(id: string, deciding: boolean): Queue {
  const navigate = useNavigate();
  const { data: ids = [] } = useQuery({ queryKey: ['requests', 'queue'], queryFn: fetchQueue, enabled: deciding, staleTime: 30_000 });
  const at = ids.indexOf(id);
  const others = ids.filter((x) => x !== id);
  const next = at >= 0 ? (ids[at + 1] ?? others[0]) : others[0];
  const open = (to: string | undefined) => {
    if (to !== undefined) void navigate({ to: '/requests/$id', params: { id: to } });
  };
  useKeys(
    deciding
      ? [
          { keys: 'j', name: 'requests:keys.next', run: () => open(ids[at + 1]) },
          { keys: 'k', name: 'requests:keys.previous', run: () => open(ids[at - 1]) },
        ]
      : [],
  );
  return {
    ...(at >= 0 ? { place: { at: at + 1, of: ids.length } } : {}),
    ...(next === undefined ? {} : { next }),
    goOn: () => (next === undefined ? void navigate({ to: '/requests', search: { view: 'decide' } }) : open(next)),
  };
}
