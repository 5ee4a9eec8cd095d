import { spoken } from '@/app/language';
import { useNow } from '@/app/now';
import { usePreferences } from '@/app/session';
import { useTexts } from '@/app/texts';
import { dayOf } from '@/app/times';
import { When } from '@/parts/When';

import styles from './Certificates.module.css';
import { spanOf } from './life';
import type { Certificate } from './names';

/** The life of a certificate as a bar: what is over, now, and when it should be renewed. */
export function Life({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  const now = useNow();
  const { utc = false } = usePreferences();
  const span = spanOf(c.notBefore, c.notAfter, c.renewalDue, now);
  const day = (at: number) => dayOf(at, now, spoken(), utc);
  return (
    <div className={styles.life}>
      <svg className={styles.bar} viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={t('certificates:life', { from: day(c.notBefore), due: day(c.renewalDue), to: day(c.notAfter) })}>
        <rect x="0" y="1" width="100" height="6" className={styles.lifeAll} />
        <rect x={span.due} y="1" width={100 - span.due} height="6" className={styles.lifeDue} />
        <rect x="0" y="1" width={span.now} height="6" className={c.revoked || span.past ? styles.lifeOver : styles.lifePast} />
        {!span.past && <rect x={Math.min(99.4, span.now)} y="0" width="0.6" height="8" className={styles.lifeNow} />}
      </svg>
      <div className={styles.ends}>
        <When at={c.notBefore} />
        <span className="muted">{t('certificates:window')} <When at={c.renewalDue} /></span>
        <When at={c.notAfter} />
      </div>
    </div>
  );
}
