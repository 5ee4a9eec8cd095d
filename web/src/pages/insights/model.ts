import type { Schemas } from '@/api/client';
import { quoted } from '@/parts/query/terms';

/** What the charts of a dashboard count. */
export type Subject = 'certificate' | 'request' | 'event';

export type Chart = Schemas['IdentityChart'];

/** A dashboard, built in or one's own. */
export interface Board {
  name: string;
  type: Subject;
  description?: string;
  charts: Chart[];
}

/** The forms a chart is drawn in. */
export const forms = ['number', 'bars', 'stacked', 'line', 'calendar', 'table'] as const;
export type Form = (typeof forms)[number];

const types: Record<Form, Chart['type']> = { number: 'metric', bars: 'bar-horizontal', stacked: 'bar-vertical', line: 'line', calendar: 'heatmap', table: 'table' };

/** The form of a chart. Types that others keep and that are not drawn here are bars, which say the same more clearly. */
export function formOf(chart: Pick<Chart, 'type' | 'fields'>): Form {
  const dated = /\.(day|month|year)$/.test(chart.fields[0] ?? '');
  const found = forms.find((f) => types[f] === chart.type);
  if (chart.type === 'area' && dated) return 'line';
  if ((found === 'stacked' || found === 'line') && !dated) return 'bars';
  if (found === 'calendar' && !/\.day$/.test(chart.fields[0] ?? '')) return 'bars';
  return found ?? 'bars';
}

export const typeOf = (form: Form): Chart['type'] => types[form];

/** The API's path of what is counted, and its list in the console. */
export const paths: Record<Subject, { api: string; list: string; language: 'hcql' | 'hrql' | 'heql' }> = {
  certificate: { api: '/api/v1/certificates', list: '/certificates', language: 'hcql' },
  request: { api: '/api/v1/requests', list: '/requests', language: 'hrql' },
  event: { api: '/api/v1/events', list: '/events', language: 'heql' },
};

export type Value = string | boolean | { start: number; end: number } | null;

/** A group of what was counted. */
export interface Group {
  values: Value[];
  count: number;
}

export interface Counted {
  groups: Group[];
  /** How many groups there are in all. */
  all: number;
}

/** What the query languages call a name to group by, where it is not the same. */
const fields: Record<Subject, Record<string, string>> = {
  certificate: {
    notAfter: 'valid.until', notBefore: 'valid.from', revocationDate: 'revocation.date', renewalDue: 'renewal.due', renewalMode: 'renewal.mode', revocationReason: 'revocation.reason', keyType: 'keytype',
    signingAlgorithm: 'signingalgorithm', contactEmail: 'contactemail', holderId: 'holderid', publicKeyThumbprint: 'publickeythumbprint',
  },
  request: { registrationDate: 'registration.date', lastModificationDate: 'modification.date', expirationDate: 'expiration.date', certificateId: 'certificateid', holderId: 'holderid' },
  event: {},
};

/** The condition that describes the members of a group by one of its values. */
export function termOf(type: Subject, by: string, value: Value): string {
  const [, name = by, part = ''] = /^(.*)\.(day|month|year)$/.exec(by) ?? [];
  const keyed = /^(grade|label|metadata)\.(.+)$/.exec(name);
  const field = keyed === null ? (fields[type][name] ?? name) : `${keyed[1]}.${/^[\w-]+$/.test(keyed[2] ?? '') ? keyed[2] : quoted(keyed[2] ?? '')}`;
  if (type === 'certificate' && (by === 'state' || by === 'status')) return `${by} is ${String(value)}`;
  if (typeof value === 'boolean') return `certificate is ${value ? '' : 'not '}${field.toLowerCase()}`;
  if (value === null || value === '') return `${field} not exists`;
  if (typeof value === 'object') return `${field} equals ${quoted(new Date(value.start).toISOString().slice(0, part === 'year' ? 4 : part === 'month' ? 7 : 10))}`;
  return `${field} equals ${quoted(value)}`;
}
