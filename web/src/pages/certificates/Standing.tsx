import { spoken } from '@/app/language';
import { useNow } from '@/app/now';
import { usePreferences } from '@/app/session';
import { useTexts } from '@/app/texts';
import { dayOf, distance } from '@/app/times';

import type { Certificate } from './names';
import { StateOf } from './subject';

/** How the certificate stands, in a sentence: "Valid, ends in 20 days. Renews itself on 26 Nov." */
export function Standing({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  const now = useNow();
  const { utc = false } = usePreferences();
  const day = (at: number) => dayOf(at, now, spoken(), utc);
  const values = { end: day(c.notAfter), away: distance(c.notAfter, now, spoken()), due: day(c.renewalDue) };
  const mode = c.state === 'valid' || c.state === 'due' ? ` ${t(`certificates:renews.${c.state}.${c.renewalMode}`, values)}` : '';
  const revoked = { on: day(c.revocationDate ?? now), reason: t(`certificates:reason.${c.revocationReason ?? 'unspecified'}`) };
  return (
    <span>
      <StateOf row={c} />{' '}
      {c.state === 'revoked' ? t(c.revocationReason === 'certificatehold' ? 'certificates:stands.held' : 'certificates:stands.revoked', revoked) : t(`certificates:stands.${c.state}`, values)}
      {mode}
    </span>
  );
}
