import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, type ReactNode } from 'react';

import { api, bodyOf, type Schemas } from '@/api/client';
import { Fault } from '@/api/fault';

export type Self = Schemas['IdentityPrincipalView'];

/** Who is signed in, or null. */
export const selfQuery = queryOptions({
  queryKey: ['self'],
  staleTime: 60_000,
  queryFn: async ({ client, queryKey }): Promise<Self | null> => {
    try {
      return (await bodyOf(api.GET('/api/v1/security/principals/self'))) ?? null;
    } catch (thrown) {
      // When a session ends its page stays as it is, so who it was of stays known.
      const was = client.getQueryData<Self | null>(queryKey) ?? null;
      if (thrown instanceof Fault && thrown.status === 401 && was === null) return null;
      throw thrown;
    }
  },
});

const nobody: Self = {};
const SelfContext = createContext(nobody);

/** Tells all that it contains who is signed in: hundreds of cells ask for it, and one of them all watches. */
export function SelfProvider({ children }: { children: ReactNode }) {
  return <SelfContext value={useQuery(selfQuery).data ?? nobody}>{children}</SelfContext>;
}

/** Who is signed in. Pages inside the shell are only shown to somebody who is. */
export function useSelf(): Self {
  return useContext(SelfContext);
}

/** Ends the session and forgets everything it had been shown. */
export async function signOut(queries: QueryClient): Promise<void> {
  await api.POST('/api/v1/security/principals/logout');
  queries.clear();
}

/** The part of preferences the console keeps. */
export interface Preferences {
  appearance?: 'light' | 'dark' | 'auto';
  density?: 'compact' | 'comfortable';
  language?: 'en' | 'fr';
  /** Times in UTC instead of the local zone. */
  utc?: boolean;
  /** Single-letter keys are off. */
  plainKeys?: boolean;
  [more: string]: unknown;
}

/** What the reader prefers, kept by the server. */
export function usePreferences(): Preferences {
  return (useSelf().preferences ?? {}) as Preferences;
}

/** Changes some preferences and keeps the others. */
export async function prefer(queries: QueryClient, changed: Preferences): Promise<void> {
  const self = queries.getQueryData(selfQuery.queryKey);
  const all: Record<string, unknown> = { ...(self?.preferences ?? {}), ...changed };
  await api.POST('/api/v1/security/principals/preferences', { body: all });
  queries.setQueryData(selfQuery.queryKey, (known) => (known ? ({ ...known, preferences: all } as Self) : known));
}
