import { queryOptions } from '@tanstack/react-query';

import { ask } from '@/api/client';

/** How far the server is set up: GET /api/v1/setup. Times are milliseconds since 1970. */
export interface SetupView {
  done: boolean;
  dismissed: boolean;
  account: { done: boolean; ownPassword: boolean; administrators: number; identityProviders: string[]; sealSecret: 'configured' | 'file'; keys: string; lastBackup?: number; backupHolds: boolean };
  issuer: { done: boolean; authorities: string[]; connectors: string[] };
  profiles: { done: boolean; enabled: Record<string, string[]> };
  firstCertificate?: { _id: string; event: string; time: number };
  then: { mail: boolean; expiryNotification: boolean; accounts: number; principals: number; teams: number };
}

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  staleTime: 2_000,
  queryFn: async () => (await ask<SetupView>({ method: 'GET', path: '/api/v1/setup' })).body,
});

/** Whether the reader is still setting the server up. */
export const setsUp = (setup: SetupView | undefined) => setup !== undefined && !setup.done && !setup.dismissed;
