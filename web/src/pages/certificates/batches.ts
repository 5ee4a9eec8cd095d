import { queryOptions } from '@tanstack/react-query';

import { ask } from '@/api/client';

import type { Workflow } from './reasons';

type Ended = 'done' | 'asked' | 'refused' | 'failed' | 'underway' | 'left';

/** One thing done to many certificates. */
export interface Batch {
  _id: string;
  status: 'previewed' | 'running' | 'canceling' | 'canceled' | 'completed';
  workflow: Workflow;
  query?: string;
  profile?: string;
  principal: string;
  requesterComment?: string;
  reason?: string;
  preview: {
    found: number;
    direct: number;
    ask: number;
    refused: number;
    unchecked: number;
    reasons: { error: string; message: string; count: number; examples?: { certificateId: string; dn?: string; detail?: string }[] }[];
  };
  progress: Record<Ended, number>;
  registrationDate: number;
  startDate?: number;
  endDate?: number;
  permissions: { run: boolean; cancel: boolean };
}

/** What became of one certificate of a batch. */
export interface Outcome {
  certificateId: string;
  dn?: string;
  outcome: Ended;
  requestId?: string;
  error?: string;
  message?: string;
  detail?: string;
}

/** Whether a batch still moves. */
export function moves(b: Pick<Batch, 'status'> | undefined): boolean {
  return b?.status === 'running' || b?.status === 'canceling';
}

/** One batch; asked again every two seconds while it moves. */
export function batchQuery(id: string) {
  return queryOptions({
    queryKey: ['batches', 'one', id],
    refetchInterval: (q) => (moves(q.state.data) ? 2000 : false),
    queryFn: async (): Promise<Batch> => (await ask<Batch>({ method: 'GET', path: `/api/v1/batches/${encodeURIComponent(id)}` })).body,
  });
}

/** A page of the batches the reader may see, the newest first. */
export function batchesQuery(page: number) {
  return queryOptions({
    queryKey: ['batches', 'list', page],
    queryFn: async () => (await ask<{ results: Batch[]; hasMore: boolean }>({ method: 'GET', path: `/api/v1/batches?pageIndex=${page}&pageSize=50` })).body,
  });
}

/** What became of its certificates; `done` is how many have an outcome, so that progress asks anew. */
export function outcomesQuery(id: string, outcome: string, page: number, done: number) {
  return queryOptions({
    queryKey: ['batches', 'outcomes', id, outcome, page, done],
    placeholderData: (old: { results: Outcome[]; hasMore: boolean } | undefined) => old,
    queryFn: async () => {
      const params = new URLSearchParams({ pageIndex: String(page), pageSize: '50', ...(outcome === '' ? {} : { outcome }) });
      return (await ask<{ results: Outcome[]; hasMore: boolean }>({ method: 'GET', path: `/api/v1/batches/${encodeURIComponent(id)}/outcomes?${params}` })).body;
    },
  });
}
