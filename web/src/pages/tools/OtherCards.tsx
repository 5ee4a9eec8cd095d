import { Table, Text, Title } from '@mantine/core';

import type { Schemas } from '@/api/client';
import { spoken } from '@/app/language';
import { useNow } from '@/app/now';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { Copy } from '@/parts/Copy';
import { PageLink } from '@/parts/links';
import { State } from '@/parts/State';
import { When } from '@/parts/When';

import { Facts } from './Facts';
import styles from './tools.module.css';

/** A certification request taken apart. */
export function RequestCard({ request: r }: { request: Schemas['RequestParts'] }) {
  const { t } = useTexts();
  return (
    <section className={styles.panel} aria-label={r.dn}>
      <Title order={2}>{r.dn === '' ? t('tools:unnamed') : r.dn}</Title>
      <Facts
        facts={[
          [t('tools:fact.sans'), (r.sans ?? []).map((s) => `${s.value} (${s.sanType})`)],
          [t('tools:fact.key'), r.keyType],
          [t('tools:fact.extensions'), (r.extensions ?? []).map((e) => `${e.key}: ${e.value}`)],
        ]}
      />
      <Copy text={r.pem ?? ''} label={t('tools:copyPem')} mt="md" />
    </section>
  );
}

const shown = 100;

/** A revocation list taken apart. Of a long one the first entries are shown. */
export function ListCard({ list }: { list: Schemas['ListParts'] }) {
  const { t } = useTexts();
  const now = useNow();
  const entries = (list.revokedCertificates ?? []).slice(0, shown);
  const old = list.nextUpdate !== undefined && list.nextUpdate < now;
  return (
    <section className={styles.panel} aria-label={list.issuerDn}>
      <Title order={2}>{list.issuerDn}</Title>
      {old && <p><State state="expired">{t('tools:stale')}</State></p>}
      <Facts
        facts={[
          [t('tools:fact.made'), <When key="m" at={list.thisUpdate ?? 0} as="full" />],
          [t('tools:fact.next'), list.nextUpdate === undefined ? '' : <When key="n" at={list.nextUpdate} as="full" />],
          [t('tools:fact.number'), list.crlNumber],
          [t('tools:fact.base'), list.baseCrlNumber],
          [t('tools:fact.algorithm'), list.signingAlgorithm],
        ]}
      />
      {entries.length > 0 && (
        <div className={styles.scroll}>
          <Table mt="md" aria-label={t('tools:entries')}>
            <Table.Thead>
              <Table.Tr><Table.Th>{t('tools:fact.serial')}</Table.Th><Table.Th>{t('tools:fact.revoked')}</Table.Th><Table.Th>{t('tools:fact.reason')}</Table.Th></Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((e) => (
                <Table.Tr key={e.serial}>
                  <Table.Td><PageLink to={`/find/${e.serial}` as string}><code>{e.serial}</code></PageLink></Table.Td>
                  <Table.Td><When at={e.revocationDate ?? 0} as="full" /></Table.Td>
                  <Table.Td>{e.revocationReason}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {(list.size ?? 0) > entries.length && <Text size="sm" c="dimmed">{t('tools:moreEntries', { shown: figure(entries.length, spoken()), all: figure(list.size ?? 0, spoken()) })}</Text>}
    </section>
  );
}
