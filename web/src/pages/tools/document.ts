import { ask, type Schemas } from '@/api/client';

export type Detected = Schemas['DetectedView'];
export type Decoded = Schemas['TrustDecoded'];

/** A document somebody pasted, dropped or chose. */
export type Document = string | File;

/** What a document is, as far as the server can tell, with its parts. */
export async function detect(document: Document): Promise<Detected> {
  const body = typeof document === 'string' ? document : new Blob([await document.arrayBuffer()]);
  return (await ask<Detected>({ method: 'POST', path: '/api/v1/rfc5280/detect', body, headers: { 'content-type': 'application/octet-stream' } })).body;
}

/** Opens a PKCS#12. Its private key is dropped at once: nothing here needs it. */
export async function openStore(document: Document, password: string): Promise<Decoded[]> {
  const form = new FormData();
  form.set('file', typeof document === 'string' ? new Blob([document]) : document, 'store.p12');
  form.set('password', password);
  const { body } = await ask<Schemas['StoreView']>({ method: 'POST', path: '/api/v1/rfc5280/pkcs12', body: form });
  return [body.certificate, ...(body.chain ?? [])].filter((c) => c !== undefined) as Decoded[];
}

/** The certificate of the inventory that has a thumbprint, if the reader may see it. */
export async function knownAs(thumbprint: string): Promise<{ _id: string; state: string } | null> {
  const body = { query: `thumbprint equals "${thumbprint}"`, fields: ['_id', 'state'], pageSize: 1 };
  const answer = await ask<{ results: { _id: string; state: string }[] }>({ method: 'POST', path: '/api/v1/certificates/search', body });
  return answer.body.results[0] ?? null;
}

const waiting = 'horizon.document';

/** The document the palette left for the decoder, once. */
export function handedOver(): string {
  const text = window.sessionStorage.getItem(waiting) ?? '';
  window.sessionStorage.removeItem(waiting);
  return text;
}
