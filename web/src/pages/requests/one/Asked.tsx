import { useTexts } from '@/app/texts';

import { Facts } from '../form/Facts';
import { elementName, sanName } from '../form/words';
import { keyName } from '../keys/recipes';
import type { Request, Review } from '../wire';

/** What is asked, of any workflow: names and key of an issue, the reason of a revocation, who answers, the profile. */
export function Asked({ request: r, review }: { request: Request; review: Review | undefined }) {
  const { t } = useTexts();
  const e = r.template;
  const issues = r.workflow === 'enroll' || r.workflow === 'renew' || r.workflow === 'import';
  const names: [string, string][] = e.sans.map((s) => [sanName(t, s.type), (s.value ?? []).join(', ')]);
  const key = review === undefined ? keyName(e.keyType) : `${keyName(review.key.type)}${review.key.type === undefined ? '' : `, ${t(review.key.madeHere ? 'requests:one.keyHere' : 'requests:one.keyTheirs')}`}`;
  const from = r.workflow === 'migrate' && review?.previous?.profile !== undefined && review.previous.profile !== r.profile ? `${review.previous.profile} → ${r.profile}` : r.profile;
  return (
    <Facts
      of={[
        ...(issues ? e.subject.map((s): [string, string | undefined] => [elementName(t, s.element), s.value]) : []),
        ...(issues ? names : []),
        [t('requests:field.dn'), issues ? undefined : r.dn],
        [t('requests:field.keyType'), r.workflow === 'enroll' || r.workflow === 'renew' ? key : undefined],
        [t('requests:one.reason'), r.workflow === 'revoke' ? t(`requests:reason.${(e.revocationReason ?? 'unspecified').toLowerCase()}`) : undefined],
        [t('requests:field.profile'), from],
        [t('requests:field.owner'), r.workflow === 'revoke' ? undefined : r.owner],
        [t('requests:field.team'), r.team],
        [t('requests:field.contactEmail'), r.contact],
        ...(r.labels ?? []).map((l): [string, string | undefined] => [l.key ?? '', l.value]),
        [t('requests:comment'), r.requesterComment],
        [t('requests:one.id'), r._id],
      ]}
    />
  );
}
