import { Group, Text, Title } from '@mantine/core';

import type { Schemas } from '@/api/client';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { detail } from '@/parts/details';
import { PageLink } from '@/parts/links';
import { When } from '@/parts/When';

import styles from './home.module.css';

/** What the reader did last, each with its receipt; for who may read the log, the way to whether it holds. */
export function Recent({ events }: { events: Schemas['Event'][] }) {
  const { t } = useTexts();
  const auditor = useHolds('configuration:event');
  return (
    <section className={styles.panel} aria-labelledby="recent">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} id="recent">{t('home:recent')}</Title>
        {auditor && <PageLink to="/events/integrity">{t('home:holds')}</PageLink>}
      </Group>
      {events.length === 0 && <Text c="dimmed">{t('home:noRecent')}</Text>}
      <ul className={styles.rows}>
        {folded(events).map(({ e, count }) => (
          <li key={e._id} className={styles.act}>
            <PageLink to="/events/$id" params={{ id: e._id ?? '' }}>{t(`codes:${e.code ?? ''}`)}</PageLink>
            <Named certificate={detail(e, 'certificateId')} request={detail(e, 'requestId')}>{nameOf(e)}</Named>
            {e.status !== 'success' && <span>{t(`events:status.${e.status ?? 'failure'}`)}</span>}
            {count > 1 && <span className="muted">{t('list:alike', { count: count - 1 })}</span>}
            <span className="muted">{e.timestamp !== undefined && <When at={e.timestamp} as="distance" />}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const nameOf = (e: Schemas['Event']) => ['certificateDn', 'name', 'dn'].map((key) => detail(e, key)).find((said) => said !== '') ?? '';

/** Neighbours that say the same of the same are one row, the newest of them. */
function folded(events: Schemas['Event'][]): { e: Schemas['Event']; count: number }[] {
  const rows: { e: Schemas['Event']; count: number }[] = [];
  const same = (a: Schemas['Event'], b: Schemas['Event']) =>
    a.code === b.code && a.status === b.status && nameOf(a) === nameOf(b) && ['certificateId', 'requestId'].every((key) => detail(a, key) === detail(b, key));
  for (const e of events) {
    const last = rows.at(-1);
    if (last !== undefined && same(last.e, e)) last.count++;
    else rows.push({ e, count: 1 });
  }
  return rows;
}

/** What was acted on; a certificate or a request is one step away. */
function Named({ certificate, request, children }: { certificate: string; request: string; children: string }) {
  if (children !== '' && certificate !== '') return <PageLink to="/certificates/$id" params={{ id: certificate }} className={styles.name}>{children}</PageLink>;
  if (children !== '' && request !== '') return <PageLink to="/requests/$id" params={{ id: request }} className={styles.name}>{children}</PageLink>;
  return <span className={styles.name}>{children}</span>;
}
