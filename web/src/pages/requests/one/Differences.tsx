import { Table } from '@mantine/core';

import { useTexts } from '@/app/texts';

import styles from '../form/Requests.module.css';
import { fieldName } from '../form/words';
import { keyName } from '../keys/recipes';
import type { Difference } from '../wire';

/** Old and new side by side, a row for each field that differs. */
export function Differences({ caption, before, after, of }: { caption: string; before: string; after: string; of: Difference[] }) {
  const { t } = useTexts();
  const told = (d: Difference, value: string | undefined) => (value === undefined || value === '' ? '–' : d.field === 'keyType' ? keyName(value) : value);
  return (
    <Table className={styles.sides} captionSide="top" withTableBorder verticalSpacing={4} mt="xs">
      <Table.Caption>{caption}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('requests:review.field')}</Table.Th>
          <Table.Th scope="col">{before}</Table.Th>
          <Table.Th scope="col">{after}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {of.map((d) => (
          <Table.Tr key={d.field}>
            <Table.Th scope="row" fw={400}>{fieldName(t, d.field)}</Table.Th>
            <Table.Td className={styles.before}>{told(d, d.before)}</Table.Td>
            <Table.Td className={styles.after}>{told(d, d.after)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
