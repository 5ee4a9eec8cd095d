import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { Answer } from '@/api/client';
import { receipt } from '@/parts/Receipt';

/** Does something and says so with its receipt, or keeps the fault. What was shown of configuration is asked again. */
export function useAct() {
  const queries = useQueryClient();
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const act = async <T>(work: () => Promise<Answer<T>>, said: (done: T) => string): Promise<T | undefined> => {
    setFault(undefined);
    setBusy(true);
    try {
      const { body, events } = await work();
      receipt(said(body), events);
      await queries.invalidateQueries({ queryKey: ['config'], predicate: (q) => !['kinds', 'fields', 'operations'].includes(String(q.queryKey[1])) });
      return body ?? ({} as T);
    } catch (thrown) {
      setFault(thrown);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { act, fault, busy, setFault };
}
