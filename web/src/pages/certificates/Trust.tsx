import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { useNow } from '@/app/now';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { PageButton } from '@/parts/links';

import { barsOf, placeOf } from './axis';
import { waysQuery, type Link, type Way } from './calls';
import styles from './Certificates.module.css';
import { commonName, type Certificate } from './names';
import { Rung } from './Rung';
import { Section } from './Section';

const span = ({ certificate: d }: Link) => ({ notBefore: d.notBefore ?? 0, notAfter: d.notAfter ?? 0 });

/** The chain as a ladder, root above and leaf below, each with its validity on one axis of time; other ways are tabs. */
export function Trust({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  const { way = '1' } = useSearch({ strict: false }) as { way?: string };
  const { data, error } = useQuery(waysQuery(c._id, c.certificate));
  const ways = data ?? [];
  const at = Math.min(Math.max(1, Math.trunc(Number(way)) || 1), Math.max(1, ways.length));
  const shown = ways[at - 1];
  return (
    <Section title={t('certificates:section.trust')} name="chain">
      <FaultBox fault={error} />
      {ways.length > 1 && <Choice ways={ways} at={at} />}
      {shown !== undefined && <Ladder way={shown} />}
    </Section>
  );
}

/** Which way is shown, by the names of their highest certificates. */
function Choice({ ways, at }: { ways: Way[]; at: number }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const name = (w: Way) => {
    const top = w.links[0]?.certificate;
    return t(w.complete ? 'certificates:way' : 'certificates:wayOpen', { name: commonName(top?.dn ?? '') || top?.dn });
  };
  const go = (to: string) => void navigate({ to: '.', search: ((old: object) => ({ ...old, way: to === '1' ? undefined : to })) as never, replace: true, resetScroll: false });
  return <SegmentedControl size="xs" mb="sm" aria-label={t('certificates:ways')} value={String(at)} onChange={go} data={ways.map((w, i) => ({ value: String(i + 1), label: name(w) }))} />;
}

function Ladder({ way }: { way: Way }) {
  const { t } = useTexts();
  const now = useNow();
  const spans = way.links.map(span);
  const bars = barsOf(spans);
  const here = placeOf(spans, now);
  const top = way.links[0];
  return (
    <ol className={styles.ladder}>
      {!way.complete && top !== undefined && <Missing name={top.certificate.issuerDn ?? ''} reason={t('certificates:missingIssuer')} from={addresses(top)} />}
      {way.complete && top !== undefined && top.ca === undefined && way.links.length > 1 && <Missing name={top.certificate.dn ?? ''} reason={t('certificates:rung.rootUnknown')} from={[]} />}
      {way.links.map((l, i) => (
        <Rung key={l.certificate.certificateThumbprint} link={l} bar={bars[i]} here={here} now={now} above={way.links[i - 1]} last={i === way.links.length - 1} />
      ))}
    </ol>
  );
}

/** Where a certificate says that of its issuer can be fetched. */
function addresses({ certificate: d }: Link): string[] {
  return (d.aias ?? []).filter((a) => a.type === 'caissuers').map((a) => a.url ?? '');
}

/** The place of a certificate that is not known: why it is missing, and what completes the chain. */
function Missing({ name, reason, from }: { name: string; reason: string; from: string[] }) {
  const { t } = useTexts();
  const imports = useHolds('configuration:pki:ca');
  return (
    <li className={styles.rung} data-missing="true">
      <strong className={styles.wrap}>{commonName(name) || name}</strong>
      <div className={styles.wrap}>
        {reason} {from.length > 0 && <>{t('certificates:rung.fetch')} <code>{from[0]}</code></>}
      </div>
      {imports && <PageButton to={'/config/ca/new' as string} variant="default" size="xs" w="fit-content">{t('certificates:rung.import')}</PageButton>}
    </li>
  );
}
