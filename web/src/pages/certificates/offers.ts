import { useQuery } from '@tanstack/react-query';

import { api, bodyOf } from '@/api/client';
import { spoken } from '@/app/language';

/** The profiles the reader may ask something of, as choices; not asked for until wanted. */
export function useOffers(workflow: string, wanted: boolean): { value: string; label: string; module: string }[] {
  const { data } = useQuery({
    queryKey: ['offers', workflow],
    enabled: wanted,
    staleTime: 60_000,
    queryFn: async () => (await bodyOf(api.GET('/api/v1/requests/profiles', { params: { query: { workflow } } }))) ?? [],
  });
  return (data ?? []).map((o) => {
    const shown = o.displayName?.find((d) => d.lang === spoken())?.value;
    return { value: o.name ?? '', label: shown === undefined || shown === '' ? (o.name ?? '') : `${shown} (${o.name})`, module: o.module ?? '' };
  });
}
