import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { useTexts } from '@/app/texts';

import styles from '../Config.module.css';
import { keyOf, usesQuery } from '../model/kinds';
import { placeIn, told } from '../model/differences';
import type { Difference } from '../model/values';
import { useWords } from '../model/words';
import type { Editing } from './useEditor';

/** Changed fields, old to new. */
export function Differences({ changes }: { changes: Difference[] }) {
  const { t } = useTexts();
  const words = useWords();
  return (
    <div className={styles.table}>
      <Table aria-label={t('config:review.title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('config:review.field')}</Table.Th>
            <Table.Th>{t('config:review.old')}</Table.Th>
            <Table.Th>{t('config:review.new')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changes.map((c) => (
            <Table.Tr key={c.field}>
              <Table.Th scope="row" title={c.field}>{placeIn(c.field, words)}</Table.Th>
              <Table.Td data-label={t('config:review.old')}><div className={styles.values}>{c.secret === true ? '' : told(c.old, words, t)}</div></Table.Td>
              <Table.Td data-label={t('config:review.new')}><div className={styles.values}>{c.secret === true ? t(c.removed === true ? 'forms:secret.removed' : 'config:review.secret') : told(c.new, words, t)}</div></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** What would change, as the server says it, and what depends on it; then it is saved. */
export function Review({ editing }: { editing: Editing }) {
  const { t } = useTexts();
  const { kind, isNew, base, reviewed } = editing;
  const name = keyOf(kind, base.document);
  const uses = useQuery({ ...usesQuery(kind, name), enabled: !isNew && name !== '' });
  const changes = reviewed?.changes ?? [];
  const counts = Object.entries(uses.data?.counts ?? {}).filter(([, n]) => n > 0);
  return (
    <Modal opened onClose={editing.back} size="xl" title={t(isNew ? 'config:review.titleNew' : 'config:review.title')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        {changes.length === 0 ? <Text>{t('config:review.none')}</Text> : <Differences changes={changes} />}
        {uses.data !== undefined && uses.data.usedBy.length > 0 && (
          <Text size="sm">{t('config:review.usedBy', { count: uses.data.usedBy.length, names: uses.data.usedBy.slice(0, 5).map((u) => u.key).join(', ') })}</Text>
        )}
        {counts.map(([facts, count]) => (
          <Text key={facts} size="sm">{t('config:uses.facts', { count, facts: t(`config:uses.${facts}`, { count, defaultValue: facts }) })}</Text>
        ))}
        <Group>
          <Button onClick={() => void editing.save()} loading={editing.busy} disabled={changes.length === 0} data-autofocus>
            {t('config:save')}
          </Button>
          <Button variant="default" onClick={editing.back}>{t('config:review.back')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
