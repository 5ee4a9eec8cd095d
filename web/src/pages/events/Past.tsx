import { Button, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';

import { api, bodyOf } from '@/api/client';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import { When } from '@/parts/When';

import styles from './events.module.css';
import { seen } from './memory';

const page = 20;

/** Past checkpoints, the newest first, with those this browser has checked itself. */
export function Past({ publicKey }: { publicKey: string }) {
  const { t } = useTexts();
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({
    queryKey: ['checkpoints'],
    staleTime: 0,
    initialPageParam: 0,
    queryFn: ({ pageParam }) => bodyOf(api.GET('/api/v1/events/checkpoints', { params: { query: { limit: page, before: pageParam } } })),
    getNextPageParam: (last) => (last.hasMore === true ? last.results?.at(-1)?.size : undefined),
  });
  const rows = (data?.pages ?? []).flatMap((p) => p.results ?? []);
  const known = new Map(seen(publicKey));
  const here = (size: number) => {
    const at = known.get(size);
    return at === undefined ? <span className="muted">–</span> : <When at={at} as="full" />;
  };
  return (
    <section className={styles.panel} aria-labelledby="past">
      <Title order={2} id="past" mb="sm">{t('events:past')}</Title>
      <Text size="sm" c="dimmed" mb="sm">{t('events:pastHelp')}</Text>
      <FaultBox fault={error} />
      <Table.ScrollContainer minWidth={300}>
        <Table aria-label={t('events:past')}>
          <Table.Thead>
            <Table.Tr>{['pastSize', 'pastTime', 'pastRoot', 'pastSeen'].map((c) => <Table.Th key={c} scope="col" visibleFrom={c === 'pastRoot' ? 'sm' : undefined}>{t(`events:${c}`)}</Table.Th>)}</Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ size = 0, time, root = '' }) => (
              <Table.Tr key={size}>
                <Table.Th scope="row" fw={400} className="number">{figure(size, spoken())}</Table.Th>
                <Table.Td>{time !== undefined && <When at={time} as="full" />}</Table.Td>
                <Table.Td visibleFrom="sm"><code title={root}>{root.slice(0, 12)}…</code></Table.Td>
                <Table.Td>{here(size)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {hasNextPage && <Button variant="default" size="xs" mt="sm" loading={isFetching} onClick={() => void fetchNextPage()}>{t('events:pastOlder')}</Button>}
    </section>
  );
}
