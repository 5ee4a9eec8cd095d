import { ask, type Answer } from '@/api/client';
import { escaped } from '@/parts/dn';

const post = <T>(path: string, body: unknown): Promise<Answer<T>> => ask<T>({ method: 'POST', path: `/api/v1${path}`, body });

/**
 * Makes a root CA and an issuing CA below it, and connects to the second: what a profile needs. What is there from an attempt
 * that failed half-way is taken as it is.
 */
export async function createIssuer(name: string): Promise<string[]> {
  const events: string[] = [];
  const there = (await ask<{ name: string }[]>({ method: 'GET', path: '/api/v1/authorities' })).body.map((a) => a.name);
  const root = `${name}-root`;
  const wanted = [{ name: root, subject: `CN=${escaped(name)} Root CA` }, { name, parent: root, subject: `CN=${escaped(name)} Issuing CA` }];
  for (const one of wanted) {
    if (!there.includes(one.name)) events.push(...(await post('/authorities', one)).events);
  }
  events.push(...(await post('/pki/connectors', { type: 'integrated', name, authority: name })).events);
  return events;
}

export type Template = 'web' | 'acme';

/** A profile of one of the templates: for people and programs that ask, or for hosts that speak ACME. */
export function profileOf(template: Template, name: string, connector: string): Record<string, unknown> {
  const common = { name, enabled: true, pkiConnector: connector, authorizationLevels: {}, requestsPolicy: {}, selfPermissions: { selfRenew: true, selfRevoke: true, selfUpdate: true } };
  if (template === 'acme') return { ...common, module: 'acme', authorizeEmptyContact: true };
  return {
    ...common,
    module: 'webra',
    authorizationMode: 'authorized',
    certificateTemplate: {
      subject: [{ type: 'CN', mandatory: true, editableByRequester: true }],
      sans: [{ type: 'DNSNAME', editableByRequester: true, editableByApprover: true, min: 1 }],
    },
    cryptoPolicy: { centralized: true, decentralized: true, p12passwordMode: 'random', showP12OnEnroll: true, showP12PasswordOnEnroll: true },
  };
}

/** Adds a profile of a template, and tells its receipts. */
export async function createProfile(template: Template, name: string, connector: string): Promise<string[]> {
  return (await post('/certificate/profiles', profileOf(template, name, connector))).events;
}

/** The line that gets a first certificate by ACME, to be pasted on a host. */
export function certbotLine(origin: string, profile: string): string {
  return `certbot certonly --standalone --server ${origin}/acme/${encodeURIComponent(profile)}/directory -d "$(hostname -f)" --agree-tos --register-unsafely-without-email`;
}
