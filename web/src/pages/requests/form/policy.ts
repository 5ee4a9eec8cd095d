import type { TFunction } from 'i18next';

import type { Template } from '../wire';

/** What a password must look like, in words. */
export function policyOf(t: TFunction, p: Template['passwordPolicy']): string {
  if (p === undefined) return '';
  const parts = [t('requests:password.least', { count: p.minChar })];
  if ((p.minLoChar ?? 0) > 0) parts.push(t('requests:password.lower', { count: p.minLoChar }));
  if ((p.minUpChar ?? 0) > 0) parts.push(t('requests:password.upper', { count: p.minUpChar }));
  if ((p.minDiChar ?? 0) > 0) parts.push(t('requests:password.digit', { count: p.minDiChar }));
  if ((p.minSpChar ?? 0) > 0) parts.push(t('requests:password.special', { count: p.minSpChar }));
  return `${parts.join(', ')}.`;
}
