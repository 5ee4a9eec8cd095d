import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { Fault } from '@/api/fault';
import { useTexts } from '@/app/texts';

import { submit, type Asked, type Form, type Offer, type Request } from '../wire';
import { askedOf, begun, valueOf, type Draft } from './draft';
import { byType, splitNames } from './names';
import { problemsOf, type Problems } from './problems';
import { sentence } from './sentences';

/** What a request would become: allowed, with what comes of it, or refused. */
export interface Outcome {
  would?: Request;
  fault?: Fault;
  problems: Problems;
}

const pause = 350; // milliseconds without a change

/** The keys made for a draft so far, by their type. They stay in this window. */
export type Keys = Map<string, Promise<CryptoKeyPair>>;

/** The request of a draft; a key made in the browser is made now, and signs. */
export async function readyAsked(form: Form, offer: Offer, draft: Draft, keys: Keys): Promise<{ asked: Asked; pair?: CryptoKeyPair }> {
  if (draft.key !== 'browser' || offer.challenge === true) return { asked: askedOf(form, offer, draft) };
  const { makeCsr, makeKey } = await import('../keys/make');
  const made = keys.get(draft.keyType) ?? makeKey(draft.keyType);
  keys.set(draft.keyType, made);
  const pair = await made;
  const csr = await makeCsr(pair, draft.keyType, valueOf(form, draft, 'subject.cn.1'), byType(splitNames(draft.names), []));
  return { asked: askedOf(form, offer, draft, csr), pair };
}

/** Asks the server at each pause what would be refused and what would come of it. Nothing is stored by that. */
export function useTrial(form: Form, offer: Offer, draft: Draft, keys: Keys): { outcome: Outcome | undefined; asking: boolean; error: unknown } {
  const { t } = useTexts();
  const [steady] = useDebouncedValue(draft, pause);
  const matters = { ...steady, comment: '', terms: false };
  const { data, isFetching, error } = useQuery({
    queryKey: ['requests', 'trial', form.profile, matters],
    enabled: begun(form, steady, offer),
    placeholderData: keepPreviousData,
    gcTime: 5_000,
    staleTime: 60_000,
    queryFn: async (): Promise<Outcome> => {
      try {
        const { asked } = await readyAsked(form, offer, steady, keys);
        return { would: (await submit({ ...asked, dryRun: true })).body, problems: {} };
      } catch (thrown) {
        if (thrown instanceof Fault && thrown.status !== 0 && thrown.status !== 401) return { fault: thrown, problems: problemsOf(thrown, (raw) => sentence(t, raw)) };
        throw thrown;
      }
    },
  });
  return { outcome: begun(form, draft, offer) ? data : undefined, asking: isFetching || steady !== draft, error };
}
