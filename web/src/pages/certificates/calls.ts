import { queryOptions, type QueryClient } from '@tanstack/react-query';

import { ask, askFile, type Answer, type Schemas } from '@/api/client';

import type { Allowed, Certificate, CertificateRow } from './names';

/** One certificate of a way to a root, with what is known of it. */
export interface Link {
  certificate: Schemas['TrustDecoded'];
  /** Name of the known CA it is of. */
  ca?: string;
  trustedForClientAuthentication?: boolean;
  trustedForServerAuthentication?: boolean;
  /** What its issuer publishes of it, where that is a CA of this server. */
  published?: {
    status: 'good' | 'revoked' | 'unknown';
    revocationDate?: number;
    revocationReason?: string;
    crl?: { number: number; thisUpdate: number; nextUpdate: number; over: boolean };
  };
}

/** A way from a certificate to a root: the root, or the highest that is known, first. */
export interface Way {
  complete: boolean;
  links: Link[];
}

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

/** The ways from a certificate to a root, as far as their CAs are known, with what is published of each certificate. */
export function waysQuery(id: string, pem: string) {
  return queryOptions({
    queryKey: ['certificates', 'ways', id],
    staleTime: 60_000,
    queryFn: async (): Promise<Way[]> => (await ask<{ ways: Way[] }>({ method: 'POST', path: '/api/v1/rfc5280/trust', body: pem, headers: { 'content-type': 'application/x-pem-file' } })).body.ways,
  });
}

/** The certificate with its chain as PKCS#7, in DER. */
export async function fetchBundle(pem: string): Promise<Blob> {
  return (await askFile({ method: 'POST', path: '/api/v1/rfc5280/pkcs7', body: pem, headers: { 'content-type': 'application/x-pem-file' } })).body;
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
