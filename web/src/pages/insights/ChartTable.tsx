import { Table } from '@mantine/core';
import type { TFunction } from 'i18next';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { PageLink } from '@/parts/links';
import { fieldText } from '@/parts/list/fields';
import { withTerm } from '@/parts/query/terms';

import styles from './insights.module.css';
import { paths, termOf, type Chart, type Counted, type Subject } from './model';
import { textOf } from './words';

/** The texts of the table, its head first. */
export function rowsOf(t: TFunction, type: Subject, chart: Chart, counted: Counted): string[][] {
  const head = [...chart.fields.map((f) => fieldText(t, f)), t('insights:count')];
  return [head, ...counted.groups.map((g) => [...g.values.map((v, i) => textOf(t, type, chart.fields[i] ?? '', v)), figure(g.count, spoken())])];
}

/** What a chart shows as a table; every number leads to its list. */
export function ChartTable({ type, chart, counted }: { type: Subject; chart: Chart; counted: Counted }) {
  const { t } = useTexts();
  const query = (values: Counted['groups'][number]['values']) => values.reduce((q: string, v, i) => withTerm(q, termOf(type, chart.fields[i] ?? '', v)), chart.localQuery ?? '');
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('insights:tableOf', { name: chart.title })}>
      <Table aria-label={chart.title}>
        <Table.Thead>
          <Table.Tr>
            {chart.fields.map((f) => <Table.Th key={f}>{fieldText(t, f)}</Table.Th>)}
            <Table.Th className={styles.figure}>{t('insights:count')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {counted.groups.map((g, n) => (
            <Table.Tr key={n}>
              {g.values.map((v, i) => <Table.Td key={chart.fields[i]}>{textOf(t, type, chart.fields[i] ?? '', v)}</Table.Td>)}
              <Table.Td className={styles.figure}>
                <PageLink to={paths[type].list as string} search={{ q: query(g.values) } as never} aria-label={`${g.values.map((v, i) => textOf(t, type, chart.fields[i] ?? '', v)).join(', ')}: ${g.count}`}>{figure(g.count, spoken())}</PageLink>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
