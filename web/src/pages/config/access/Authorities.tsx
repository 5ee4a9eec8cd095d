import { Button, Table, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';

import { api, bodyOf, type Schemas } from '@/api/client';
import { useHolds } from '@/app/rights';
import { useKeys } from '@/app/keys';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import styles from '../Config.module.css';
import { CreateAuthority } from './CreateAuthority';
import { ImportAuthority } from './ImportAuthority';

export type Authority = Schemas['AuthorityView'];

export const authoritiesQuery = queryOptions({ queryKey: ['config', 'authorities'], queryFn: () => bodyOf(api.GET('/api/v1/authorities')) });

/** Authorities below their parents, each with how deep it stands. */
export function ladder(all: Authority[], parent = '', depth = 0): { one: Authority; depth: number }[] {
  const names = new Set(all.map((a) => a.name));
  const here = all.filter((a) => (depth === 0 ? (a.parent ?? '') === '' || !names.has(a.parent ?? '') : a.parent === parent));
  return here.flatMap((one) => [{ one, depth }, ...(depth > 8 ? [] : ladder(all.filter((a) => a !== one), one.name ?? '', depth + 1))]);
}

/** The certification authorities of this server, below one another. */
export default function Authorities() {
  const { t } = useTexts();
  const { data, error } = useQuery(authoritiesQuery);
  const may = useHolds('configuration:pki:authority:manage');
  const [dialog, setDialog] = useState<'create' | 'import'>();
  useKeys(may ? [{ keys: 'n', name: 'config:new', run: () => setDialog('create') }] : []);
  const rows = ladder(data ?? []);
  return (
    <Page
      title={t('config:pages.authorities')}
      section={t('places:configuration')}
      actions={
        may && (
          <>
            <Button variant="default" onClick={() => setDialog('import')}>{t('config:ca.import')}</Button>
            <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setDialog('create')}>{t('config:ca.create')}</Button>
          </>
        )
      }
    >
      <FaultBox fault={error} />
      {data?.length === 0 && <Empty title={t('config:ca.none')}><Text>{t('config:ca.noneHelp')}</Text></Empty>}
      {rows.length > 0 && (
        <div className={styles.table}>
          <Table aria-label={t('config:pages.authorities')}>
            <Table.Thead>
              <Table.Tr>{['name', 'key', 'ends', 'issued', 'crl'].map((c) => <Table.Th key={c}>{t(`config:ca.${c}`)}</Table.Th>)}</Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ one, depth }) => {
                const crl = one.generations?.at(-1)?.crl as { nextUpdate?: number } | undefined;
                return (
                  <Table.Tr key={one.name}>
                    <Table.Td style={{ paddingLeft: 12 + depth * 24 }}>
                      <Link to="/config/authorities/$name" params={{ name: one.name ?? '' }} className={styles.row}>{one.name}</Link>
                      <div className={styles.facts}>{one.dn}</div>
                    </Table.Td>
                    <Table.Td data-label={t('config:ca.key')}>{one.keyType}</Table.Td>
                    <Table.Td data-label={t('config:ca.ends')}><When at={one.notAfter ?? 0} /></Table.Td>
                    <Table.Td data-label={t('config:ca.issued')}>{one.issued ?? 0}</Table.Td>
                    <Table.Td data-label={t('config:ca.crl')}>{crl?.nextUpdate !== undefined && <>{t('config:ca.until')} <When at={crl.nextUpdate} as="distance" /></>}</Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {dialog === 'create' && <CreateAuthority all={data ?? []} onClose={() => setDialog(undefined)} />}
      {dialog === 'import' && <ImportAuthority onClose={() => setDialog(undefined)} />}
    </Page>
  );
}
