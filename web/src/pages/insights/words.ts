import type { TFunction } from 'i18next';

import { spoken } from '@/app/language';

import type { Subject, Value } from './model';

const states = ['revoked', 'expired', 'superseded', 'due', 'valid', 'pending'];

/** How a value of a group is called. */
export function textOf(t: TFunction, type: Subject, by: string, value: Value): string {
  if (value === null || value === '') return t(by === 'profile' ? 'common:state.unmanaged' : by.startsWith('grade.') ? 'common:ungraded' : 'insights:none');
  if (typeof value === 'boolean') return t(value ? 'insights:yes' : 'insights:no');
  if (typeof value === 'object') return timeText(value.start, by);
  if (type === 'certificate' && (by === 'state' || by === 'status') && states.includes(value)) return t(`common:state.${value}`);
  if (by === 'code') return t(`codes:${value}`, { defaultValue: value });
  if (by === 'status' || by === 'workflow' || by === 'renewalMode') return t(`insights:value.${value}`, { defaultValue: value });
  return value;
}

/** A day, month or year in UTC. */
export function timeText(at: number, by: string): string {
  const parts: Intl.DateTimeFormatOptions = by.endsWith('.year') ? { year: 'numeric' } : by.endsWith('.month') ? { month: 'short', year: 'numeric' } : { day: 'numeric', month: 'short', year: 'numeric' };
  return new Intl.DateTimeFormat(spoken() === 'fr' ? 'fr-FR' : 'en-GB', { ...parts, timeZone: 'UTC' }).format(at);
}
