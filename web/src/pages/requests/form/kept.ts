import { useEffect, useState } from 'react';

import { useSelf } from '@/app/session';
import { forget, keep, keptOf, type Kept } from '@/pages/config/model/draft';

import { alike, bare, type Draft } from './draft';

const pause = 400; // milliseconds without a change

interface Keeping {
  /** What was written before and not sent, until it is taken or declined. */
  offered: { at: number; draft: Draft } | undefined;
  settle: () => void;
  forget: () => void;
}

/** Keeps a form that is being filled in this browser for a day, and offers it on return. `fresh` is the form untouched. */
export function useKept(profile: string, fresh: Draft, written: Draft): Keeping {
  const self = useSelf();
  const name = `request.${self.identity?.identifier ?? ''}.${profile}`;
  const [found, setFound] = useState<Kept | undefined>(() => keptOf(name, Date.now()));
  const touched = !alike(fresh, written);
  useEffect(() => {
    if (!touched) return undefined;
    const timer = window.setTimeout(() => keep(name, { at: Date.now(), revision: '', document: bare(written) }), pause);
    return () => window.clearTimeout(timer);
  }, [name, touched, written]);
  const offered = found === undefined || touched ? undefined : { at: found.at, draft: { ...fresh, ...(found.document as Draft) } };
  return {
    offered,
    settle: () => setFound(undefined),
    forget: () => {
      forget(name);
      setFound(undefined);
    },
  };
}
