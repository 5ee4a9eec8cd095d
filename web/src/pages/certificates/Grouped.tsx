import { Anchor, Table } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import type { Value } from '@/parts/list/Facets';
import { fieldText } from '@/parts/list/fields';
import styles from '@/parts/list/List.module.css';
import type { ListAddress } from '@/parts/list/state';
import { withTerm } from '@/parts/query/terms';

import { termOf, textOf } from './groups';
import { path } from './subject';

/** The same query as counts by a value; each count opens its certificates. */
export function Grouped({ state, by, bar }: { state: ListAddress; by: string; bar: ReactNode }) {
  const { t } = useTexts();
  const body = { query: state.q, groupBy: [by], limit: 200, sortOrder: by.endsWith('.month') ? 'KeyAsc' : 'Desc' };
  const { data, error } = useQuery({
    queryKey: ['certificates', 'group', body],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await ask<{ items: { _id: Record<string, Value>; count: number }[] }>({ method: 'POST', path: `${path}/aggregate`, body, signal })).body.items,
  });
  return (
    <>
      <div className={styles.bar}>
        <span className={styles.found} role="status">{data !== undefined && t('certificates:groups', { count: data.length })}</span>
        {bar}
      </div>
      <FaultBox fault={error} />
      {data?.length === 0 && <Empty title={t('list:noMatch')} />}
      <Table maw={640} aria-label={t('list:table')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{fieldText(t, by)}</Table.Th>
            <Table.Th scope="col" ta="right">{t('certificates:count')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(data ?? []).map(({ _id, count }) => {
            const value = _id[by] ?? null;
            const term = termOf(by, value);
            return (
              <Table.Tr key={textOf(t, by, value)}>
                <Table.Td>
                  {term === undefined ? textOf(t, by, value) : (
                    <Anchor component={Link} to="/certificates" search={{ q: withTerm(state.q, term) } as never}>{textOf(t, by, value)}</Anchor>
                  )}
                </Table.Td>
                <Table.Td ta="right" className="number">{figure(count, spoken())}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </>
  );
}
