import { queryOptions, type QueryClient } from '@tanstack/react-query';

import { ask, type Answer, type Schemas } from '@/api/client';

import type { Allowed, Certificate, CertificateRow } from './names';

export type Decoded = Schemas['TrustDecoded'];
/** A request as the pages of certificates need it. */
export interface Request {
  _id: string;
  workflow: string;
  status: 'pending' | 'approved' | 'denied' | 'canceled' | 'completed' | 'in_progress' | 'failed';
  certificateId?: string;
  removeAt: number;
  error?: string;
  pkcs12?: { value: string };
  password?: { value: string };
}

interface Element {
  value?: string;
  editable: boolean;
  mandatory: boolean;
}

/** The form of an update or a renewal. */
export interface Template {
  owner: Element;
  team: Element & { authorized?: string[] };
  contactEmail: Element & { whitelist?: string[] };
  labels: (Element & { label: string; regex?: string; enum?: string[]; suggestions?: string[] })[];
  autoRenew?: { value: boolean; editable: boolean };
  keyType?: string;
  capabilities: { centralized: boolean; decentralized: boolean; authorizedKeyTypes?: string[]; p12passwordMode?: string };
}

/** A certificate with what the reader may do with it. */
export function certificateQuery(id: string) {
  return queryOptions({
    queryKey: ['certificates', 'one', id],
    queryFn: async (): Promise<{ certificate: Certificate; permissions: Allowed }> => (await ask<{ certificate: Certificate; permissions: Allowed }>({ method: 'GET', path: `/api/v1/certificates/${encodeURIComponent(id)}` })).body,
  });
}

/** The chain of a certificate, the root first and itself last, as far as the CAs of it are known. */
export function chainQuery(id: string, pem: string) {
  return queryOptions({
    queryKey: ['certificates', 'chain', id],
    staleTime: 300_000,
    queryFn: async (): Promise<Decoded[]> => (await ask<Decoded[]>({ method: 'POST', path: '/api/v1/rfc5280/tc', body: pem, headers: { 'content-type': 'application/x-pem-file' } })).body,
  });
}

/** A few certificates by a query. */
export function fewQuery(query: string, fields: string[]) {
  return queryOptions({
    queryKey: ['certificates', 'few', query, fields],
    queryFn: async () => (await ask<{ results: CertificateRow[] }>({ method: 'POST', path: '/api/v1/certificates/search', body: { query, fields, pageSize: 10 } })).body.results,
  });
}

/** What a request asks, as the API takes it. */
export interface Asking {
  workflow: string;
  certificateId: string;
  profile?: string;
  module?: string;
  template?: object;
  requesterComment?: string;
  password?: { value: string };
}

/** Submits a request: carried out at once, or kept for a decision. */
export function submit(asking: Asking): Promise<Answer<Request>> {
  return ask<Request>({ method: 'POST', path: '/api/v1/requests/submit', body: asking });
}

/** The form of a request, filled as far as its values are known. */
export function formQuery(workflow: string, certificateId: string) {
  return queryOptions({
    queryKey: ['certificates', 'form', workflow, certificateId],
    staleTime: 0,
    gcTime: 0,
    queryFn: async () => (await ask<{ template: Template; profile: string; module: string }>({ method: 'POST', path: '/api/v1/requests/template', body: { workflow, certificateId } })).body,
  });
}

/** Everything shown of certificates is asked for anew. */
export function refresh(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['certificates'] });
}
