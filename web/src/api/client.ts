import createClient from 'openapi-fetch';

import { Fault, problemOf } from './fault';
import type { components, paths } from './schema.gen';

export type Schemas = components['schemas'];

/** What an answer brings beside its body. */
export interface Answer<T> {
  body: T;
  /** Ids of the events the call emitted: its receipts. */
  events: string[];
  headers: Headers;
}

/** Called with the headers of every answer that came, so that the end of the session is known. */
type Listener = (headers: Headers, status: number) => void;
const listeners = new Set<Listener>();

let last: [Headers, number] | undefined;

/** Tells of every answer, beginning with the last that came; the result stops that. */
export function onAnswer(listener: Listener): () => void {
  listeners.add(listener);
  if (last !== undefined) listener(...last);
  return () => listeners.delete(listener);
}

const reachers = new Set<(reached: boolean) => void>();

/** Tells after every call whether it reached the server; the result stops that. */
export function onReach(listener: (reached: boolean) => void): () => void {
  reachers.add(listener);
  return () => reachers.delete(listener);
}

/** Makes the call, and tells whether it reached the server. One that was given up says nothing. */
async function reach(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    for (const tell of reachers) tell(true);
    return response;
  } catch (thrown) {
    if (!request.signal.aborted) for (const tell of reachers) tell(false);
    throw thrown;
  }
}

/** The value the server wants to see with changes, so that no other site can cause them. */
function csrf(): string {
  const found = document.cookie.split('; ').find((c) => c.startsWith('csrf-token='));
  return found === undefined ? '' : found.slice('csrf-token='.length);
}

async function send(request: Request): Promise<Response> {
  const token = csrf();
  if (token !== '' && !['GET', 'HEAD', 'OPTIONS'].includes(request.method)) request.headers.set('csrf-token', token);
  const response = await reach(request);
  last = [response.headers, response.status];
  for (const listener of listeners) listener(response.headers, response.status);
  if (!response.ok && response.status !== 304) throw await refused(response);
  return response;
}

async function refused(response: Response): Promise<Fault> {
  const text = await response.text();
  const after = Number(response.headers.get('retry-after') ?? 0);
  return new Fault(problemOf(parsed(text), response.status), Number.isNaN(after) ? 0 : after, eventsOf(response.headers));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The receipts of an answer. */
export function eventsOf(headers: Headers): string[] {
  const named = headers.get('horizon-event') ?? '';
  return named.split(',').map((id) => id.trim()).filter((id) => id !== '');
}

/** The typed client of the operations in the OpenAPI document. Refusals are thrown as Fault. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: send });

/** The body of a call made through `api`; a call without body gives undefined. */
export async function bodyOf<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await call;
  return data as T;
}

/** The body of a call with its receipts. */
export async function answerOf<T>(call: Promise<{ data?: T; response: Response }>): Promise<Answer<T>> {
  const { data, response } = await call;
  return { body: data as T, events: eventsOf(response.headers), headers: response.headers };
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with query, beginning with /api/v1. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

function requestOf(call: Call): Request {
  const headers = new Headers(call.headers);
  const made = call.body instanceof FormData; // the browser names its boundary
  if (call.body !== undefined && !made && !headers.has('content-type')) headers.set('content-type', 'application/json');
  const raw = call.body instanceof Blob || call.body instanceof FormData || typeof call.body === 'string';
  return new Request(new URL(call.path, window.location.origin), {
    method: call.method,
    headers,
    ...(call.body === undefined ? {} : { body: raw ? (call.body as BodyInit) : JSON.stringify(call.body) }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
}

/** Makes a call whose path is only known when it is made, such as that of a kind of configuration. */
export async function ask<T>(call: Call): Promise<Answer<T>> {
  const response = await send(requestOf(call));
  const text = await response.text();
  return { body: (text === '' ? undefined : parsed(text)) as T, events: eventsOf(response.headers), headers: response.headers };
}

/** Makes a call that answers a file, such as a CSV. */
export async function askFile(call: Call): Promise<Answer<Blob>> {
  const response = await send(requestOf(call));
  return { body: await response.blob(), events: eventsOf(response.headers), headers: response.headers };
}
