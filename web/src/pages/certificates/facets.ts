import type { TFunction } from 'i18next';

import type { Facet } from '@/parts/list/Facets';

import { termOf, textOf } from './groups';

/** What certificates are narrowed by. `policies` are the grading policies in use; the first of them is open. */
export function facetsOf(t: TFunction, policies: string[]): Facet[] {
  const one = (by: string, title: string, rest: Partial<Facet> = {}): Facet => ({ by, title, label: (v) => textOf(t, by, v), term: (v) => termOf(by, v) ?? '', ...rest });
  return [
    one('state', t('certificates:facet.state'), { open: true }),
    one('profile', t('certificates:facet.profile'), { open: true }),
    one('team', t('certificates:facet.team'), { open: true }),
    ...policies.map((p, i) => one(`grade.${p}`, t('certificates:facet.grade', { policy: p }), { ordered: true, open: i === 0 })),
    one('keyType', t('certificates:facet.keyType')),
    one('notAfter.month', t('certificates:facet.month'), { ordered: true }),
    one('renewalMode', t('certificates:facet.mode')),
    one('issuer', t('certificates:facet.issuer')),
  ];
}
