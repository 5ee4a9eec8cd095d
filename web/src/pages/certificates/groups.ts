import type { TFunction } from 'i18next';

import { spoken } from '@/app/language';
import type { Value } from '@/parts/list/Facets';
import { quoted } from '@/parts/query/terms';

/** The field of the query language behind a name to group by. */
const fields: Record<string, string> = {
  'notAfter.month': 'valid.until', 'notBefore.month': 'valid.from', 'revocationDate.month': 'revocation.date', 'renewalDue.month': 'renewal.due', renewalMode: 'renewal.mode',
  revocationReason: 'revocation.reason', keyType: 'keytype', signingAlgorithm: 'signingalgorithm', contactEmail: 'contactemail',
};

/** A month as the query language writes it. */
function monthOf(at: number): string {
  const day = new Date(at);
  return `${day.getUTCFullYear()}-${String(day.getUTCMonth() + 1).padStart(2, '0')}`;
}

/** The condition that describes the members of a group; undefined where the language has none. */
export function termOf(by: string, value: Value): string | undefined {
  const key = /^(grade|label|metadata)\.(.+)$/.exec(by);
  const field = key === null ? (fields[by] ?? by) : `${key[1]}.${/^[\w-]+$/.test(key[2] ?? '') ? key[2] : quoted(key[2] ?? '')}`;
  if (by === 'state' || by === 'status') return `${by} is ${String(value)}`;
  if (by === 'selfSigned' || by === 'escrowed') return `certificate is ${value === true ? '' : 'not '}${by.toLowerCase()}`;
  if (value === null || value === '') return `${field} not exists`;
  if (typeof value === 'object') return `${field} equals ${quoted(monthOf(value.start))}`;
  return `${field} equals ${quoted(String(value))}`;
}

/** How a group is called. */
export function textOf(t: TFunction, by: string, value: Value): string {
  if (by === 'state') return t(`common:state.${String(value)}`);
  if (by === 'renewalMode') return t(`certificates:mode.${String(value)}`);
  if (typeof value === 'boolean') return t(value ? 'certificates:yes' : 'certificates:no');
  if (value === null || value === '') return t(by === 'profile' ? 'common:state.unmanaged' : by.startsWith('grade.') ? 'common:ungraded' : 'certificates:none');
  if (by === 'revocationReason') return t(`certificates:reason.${value as string}`, { defaultValue: value as string });
  if (typeof value === 'object') return new Intl.DateTimeFormat(spoken() === 'fr' ? 'fr-FR' : 'en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(value.start);
  return value;
}
