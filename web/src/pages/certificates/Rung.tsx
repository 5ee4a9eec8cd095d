import { Text } from '@mantine/core';

import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { PageLink } from '@/parts/links';
import { State } from '@/parts/State';
import { When } from '@/parts/When';

import type { Bar } from './axis';
import type { Link } from './calls';
import styles from './Certificates.module.css';
import { commonName } from './names';

interface Props {
  link: Link;
  bar: Bar | undefined;
  /** The present on the axis, in percent. */
  here: number | undefined;
  now: number;
  above: Link | undefined;
  /** Whether it is the certificate itself. */
  last: boolean;
}

/** One certificate of a chain: name, key and source of trust; its validity; what is published of it. */
export function Rung({ link, bar, here, now, above, last }: Props) {
  const { t } = useTexts();
  const d = link.certificate;
  const outlives = above !== undefined && (above.certificate.notAfter ?? 0) < (d.notAfter ?? 0);
  const over = (d.notAfter ?? 0) <= now;
  return (
    <li className={styles.rung}>
      <div>
        <Text fw={600} className={styles.wrap}>{commonName(d.dn ?? '') || d.dn}</Text>
        <Text size="xs" c="dimmed">{d.keyType} · {t(last ? 'certificates:rung.self' : d.selfSigned === true ? 'certificates:rung.root' : 'certificates:rung.ca')}</Text>
        {(!last || link.ca !== undefined) && <Source link={link} />}
      </div>
      <div>
        <svg className={styles.axis} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
          <rect x="0" y="4.5" width="100" height="1" className={styles.lifeAll} />
          <rect x={bar?.from ?? 0} y="2" width={bar?.width ?? 0} height="6" className={over || outlives ? styles.axisBad : styles.axisBar} />
          {here !== undefined && <rect x={here} y="0" width="0.4" height="10" className={styles.lifeNow} />}
        </svg>
        <Text size="xs" c="dimmed"><When at={d.notBefore ?? 0} /> – <When at={d.notAfter ?? 0} /></Text>
        {over && <Text size="xs" className={styles.bad}>{t('certificates:rung.over')}</Text>}
        {outlives && <Text size="xs" className={styles.bad}>{t('certificates:rung.outlives')}</Text>}
      </div>
      <Published link={link} />
    </li>
  );
}

/** Whether the server knows the CA, by which name, and what it trusts it for. */
function Source({ link }: { link: Link }) {
  const { t } = useTexts();
  const reads = useHolds('configuration:pki:ca');
  if (link.ca === undefined) return <Text size="xs" className={styles.bad}>{t('certificates:rung.unknown')}</Text>;
  const words = t('certificates:rung.known', { name: link.ca });
  const uses = [link.trustedForClientAuthentication === true ? t('certificates:rung.clients') : '', link.trustedForServerAuthentication === true ? t('certificates:rung.servers') : ''].filter((u) => u !== '');
  return (
    <Text size="xs">
      {reads ? <PageLink to={`/config/ca/${encodeURIComponent(link.ca)}` as string}>{words}</PageLink> : words}
      {uses.length > 0 && ` · ${uses.join(', ')}`}
    </Text>
  );
}

const states = { good: 'valid', revoked: 'revoked', unknown: 'superseded' } as const;

/** What its issuer publishes of it: the answer of OCSP and the age of the revocation list. */
function Published({ link }: { link: Link }) {
  const { t } = useTexts();
  const p = link.published;
  if (link.certificate.selfSigned === true) return <span />;
  if (p === undefined) return <Text size="xs" c="dimmed">{t('certificates:published.none')}</Text>;
  const list = p.crl;
  const { status } = p;
  return (
    <div>
      <State state={states[status]}>{t(`certificates:published.${status}`)}</State>
      {status === 'revoked' && (p.revocationDate ?? 0) > 0 && <Text size="xs"><When at={p.revocationDate ?? 0} /> {p.revocationReason !== undefined && t(`certificates:reason.${p.revocationReason}`)}</Text>}
      <Text size="xs" c={list?.over === true ? undefined : 'dimmed'} className={list?.over === true ? styles.bad : undefined}>
        {list === undefined && t('certificates:published.noList')}
        {list !== undefined && !list.over && <>{t('certificates:published.list', { number: list.number })} <When at={list.thisUpdate} as="distance" />, {t('certificates:published.next')} <When at={list.nextUpdate} as="distance" /></>}
        {list?.over === true && <>{t('certificates:published.over', { number: list.number })} <When at={list.nextUpdate} /></>}
      </Text>
    </div>
  );
}
