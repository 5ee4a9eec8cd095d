import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { useNow } from '@/app/now';
import { FaultBox } from '@/parts/FaultBox';
import { When } from '@/parts/When';

import { barsOf, placeOf } from './axis';
import { chainQuery, type Decoded } from './calls';
import styles from './Certificates.module.css';
import { commonName, type Certificate } from './names';
import { Section } from './Section';

const span = (d: Decoded) => ({ notBefore: d.notBefore ?? 0, notAfter: d.notAfter ?? 0 });

/** The chain as a ladder, root above and leaf below, each with its validity on one axis of time. */
export function Trust({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTranslation();
  const now = useNow();
  const { data, error } = useQuery(chainQuery(c._id, c.certificate));
  const chain = data ?? [];
  const spans = chain.map(span);
  const bars = chain.length === 0 ? [] : barsOf(spans);
  const here = chain.length === 0 ? undefined : placeOf(spans, now);
  const root = chain[0];
  const missing = root !== undefined && root.selfSigned !== true;
  return (
    <Section title={t('certificates:section.trust')} name="chain">
      <FaultBox fault={error} />
      {missing && (
        <div className={styles.rung} data-missing="true">
          <div>{root.issuerDn}</div>
          <Text size="sm">{t('certificates:missingIssuer')}</Text>
        </div>
      )}
      <ol className={styles.ladder}>
        {chain.map((d, i) => {
          const above = chain[i - 1];
          const outlives = above !== undefined && (above.notAfter ?? 0) < (d.notAfter ?? 0);
          const over = (d.notAfter ?? 0) <= now;
          return (
            <li key={d.certificateThumbprint} className={styles.rung}>
              <div>
                <Text fw={600} className={styles.wrap}>{commonName(d.dn ?? '') || d.dn}</Text>
                <Text size="xs" c="dimmed">{d.keyType} · {d.signingAlgorithm} · {t(i === chain.length - 1 ? 'certificates:rung.self' : d.selfSigned === true ? 'certificates:rung.root' : 'certificates:rung.ca')}</Text>
              </div>
              <div>
                <svg className={styles.axis} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
                  <rect x={bars[i]?.from ?? 0} y="2" width={bars[i]?.width ?? 0} height="6" className={over || outlives ? styles.axisBad : styles.axisBar} />
                  {here !== undefined && <rect x={here} y="0" width="0.4" height="10" className={styles.lifeNow} />}
                </svg>
                <Text size="xs" c="dimmed"><When at={d.notBefore ?? 0} /> – <When at={d.notAfter ?? 0} /></Text>
                {over && <Text size="xs" className={styles.bad}>{t('certificates:rung.over')}</Text>}
                {outlives && <Text size="xs" className={styles.bad}>{t('certificates:rung.outlives')}</Text>}
              </div>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
