import { Button, Group, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import { batchesQuery } from './batches';

/** What was done to many certificates, the newest first. */
export default function Batches() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { page = '1' } = useSearch({ strict: false }) as { page?: string };
  const number = Math.max(1, Number(page) || 1);
  const { data, error } = useQuery(batchesQuery(number));
  const go = (to: number) => void navigate({ to: '.', search: { page: to === 1 ? undefined : String(to) } as never });
  const all = data?.results ?? [];
  return (
    <Page title={t('places:batches')} section={t('places:certificates')}>
      <FaultBox fault={error} />
      {data !== undefined && all.length === 0 && <Empty title={t('certificates:batch.none')} />}
      {all.length > 0 && (
        <Table.ScrollContainer minWidth={320}>
        <Table aria-label={t('places:batches')}>
          <Table.Thead>
            <Table.Tr>{['what', 'status', 'done', 'principal', 'since'].map((h) => <Table.Th key={h} visibleFrom={h === 'principal' ? 'sm' : undefined}>{t(`certificates:batch.column.${h}`)}</Table.Th>)}</Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {all.map((b) => (
              <Table.Tr key={b._id}>
                <Table.Td><PageLink to="/batches/$id" params={{ id: b._id }}>{t(`certificates:batch.${b.workflow}`, { count: b.preview.found, figure: figure(b.preview.found, spoken()) })}</PageLink></Table.Td>
                <Table.Td>{t(`certificates:batch.state.${b.status}`)}</Table.Td>
                <Table.Td>{figure(b.progress.done + b.progress.asked, spoken())} / {figure(b.preview.found, spoken())}</Table.Td>
                <Table.Td visibleFrom="sm">{b.principal}</Table.Td>
                <Table.Td><When at={b.registrationDate} as="distance" /></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        </Table.ScrollContainer>
      )}
      {(number > 1 || data?.hasMore === true) && (
        <Group justify="flex-end" mt="sm">
          <Button size="xs" variant="default" disabled={number === 1} onClick={() => go(number - 1)}>{t('list:previous')}</Button>
          <Button size="xs" variant="default" disabled={data?.hasMore !== true} onClick={() => go(number + 1)}>{t('list:next')}</Button>
        </Group>
      )}
    </Page>
  );
}
