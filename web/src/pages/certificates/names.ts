import { quoted } from '@/parts/query/terms';

interface Pair {
  key: string;
  value: string;
}

interface Name {
  sanType: string;
  value: string;
}

/** A certificate as the API tells it: what may be absent says so. */
export interface Certificate {
  _id: string;
  module: string;
  profile?: string;
  /** PEM */
  certificate: string;
  thumbprint: string;
  publicKeyThumbprint: string;
  selfSigned: boolean;
  dn: string;
  issuer: string;
  serial: string;
  notBefore: number;
  notAfter: number;
  revoked: boolean;
  revocationDate?: number;
  revocationReason?: string;
  keyType: string;
  signingAlgorithm: string;
  subjectAlternateNames: Name[];
  extensions?: Pair[];
  holderId: string;
  owner?: string;
  team?: string;
  contactEmail?: string;
  labels?: Pair[];
  metadata: Pair[];
  escrowed: boolean;
  grades?: { name: string; grade: string }[];
  autoRenew: boolean;
  state: 'revoked' | 'expired' | 'superseded' | 'due' | 'valid';
  renewalDue: number;
  renewalMode: 'auto' | 'manual' | 'none';
  successor?: string;
}

/** A certificate a search found: the members that were asked for. */
export type CertificateRow = Partial<Certificate> & { _id: string };

/** What the reader may do with a certificate, or ask for. */
export type Allowed = Record<
  'revoke' | 'requestRevoke' | 'update' | 'requestUpdate' | 'recover' | 'requestRecover' | 'migrate' | 'requestMigrate' | 'renew' | 'requestRenew', boolean
>;

/** The common name in a DN, or "". */
export function commonName(dn: string): string {
  const found = /(?:^|[,+]\s*)CN=("(?:\\.|[^"])*"|(?:\\.|[^,+])*)/i.exec(dn)?.[1] ?? '';
  return found.replace(/^"|"$/g, '').replace(/\\([0-9a-fA-F]{2}|.)/g, (_, c: string) => (c.length === 2 ? String.fromCharCode(parseInt(c, 16)) : c)).trim();
}

/** What people call a certificate: its common name, else its first alternative name, else its serial number. */
export function nameOf(c: Pick<Partial<Certificate>, 'dn' | 'subjectAlternateNames' | 'serial'>): string {
  return commonName(c.dn ?? '') || (c.subjectAlternateNames?.[0]?.value ?? '') || (c.dn ?? '') || (c.serial ?? '');
}

const hex = /^(?:0x)?[0-9a-f]{2}(?::?[0-9a-f]{2}){3,}$/i;

/** The query somebody means who writes words: hex is a serial number or thumbprint, all else a part of a name. */
export function queryOfWords(text: string): string {
  const one = text.trim();
  if (/^[0-9a-f]{24}$/i.test(one)) return `id = ${quoted(one.toLowerCase())} or serial = ${quoted(one)}`;
  if (hex.test(one)) return `serial = ${quoted(one)} or thumbprint = ${quoted(one)}`;
  return one.split(/\s+/).map((w) => `(dn contains ${quoted(w)} or san contains ${quoted(w)})`).join(' and ').replace(/^\(([^()]*)\)$/, '$1');
}

/** Whether a text is a certificate in PEM. */
export function isPEM(text: string): boolean {
  return /^\s*-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(text);
}
