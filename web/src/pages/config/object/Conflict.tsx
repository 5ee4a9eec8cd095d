import { Button, Group, Modal, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import styles from '../Config.module.css';
import type { Item } from '../model/kinds';
import { placeIn, told } from '../model/differences';
import { at, differences, put, same, type Path } from '../model/values';
import { useWords } from '../model/words';
import type { Editing, Theirs } from './useEditor';

const pathOf = (field: string): Path => field.split('.').map((s) => (/^\d+$/.test(s) ? Number(s) : s));

/** Somebody else saved the object meanwhile: both changes, field by field, and which of them stands. */
export function Conflict({ editing, theirs }: { editing: Editing; theirs: Theirs }) {
  const { t } = useTexts();
  const words = useWords();
  const base = editing.base.document ?? {};
  const other = differences(base, theirs.document);
  const own = differences(base, editing.document);
  const fields = [...new Set([...other, ...own].map((d) => d.field))].sort();
  const clashes = (f: string) => other.some((d) => d.field === f) && own.some((d) => d.field === f) && !same(at(theirs.document, pathOf(f)), at(editing.document, pathOf(f)));
  const [choice, choose] = useState<Record<string, 'mine' | 'theirs'>>({});
  const taken = (f: string) => choice[f] ?? (own.some((d) => d.field === f) ? 'mine' : 'theirs');
  const merge = () => {
    const merged = fields.reduce<unknown>((doc, f) => (taken(f) === 'mine' ? put(doc, pathOf(f), at(editing.document, pathOf(f))) : doc), theirs.document);
    editing.rebase(merged as Item, theirs);
  };
  return (
    <Modal opened onClose={merge} size="xl" title={t('config:conflict.title')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        <Text>{t('config:conflict.text')}</Text>
        <div className={styles.table}>
          <Table aria-label={t('config:conflict.title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('config:review.field')}</Table.Th>
                <Table.Th>{t('config:conflict.before')}</Table.Th>
                <Table.Th>{t('config:conflict.theirs')}</Table.Th>
                <Table.Th>{t('config:conflict.mine')}</Table.Th>
                <Table.Th>{t('config:conflict.take')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {fields.map((f) => (
                <Table.Tr key={f}>
                  <Table.Th scope="row">{placeIn(f, words)}{clashes(f) && <Text size="xs">{t('config:conflict.both')}</Text>}</Table.Th>
                  {[base, theirs.document, editing.document].map((d, i) => (
                    <Table.Td key={i}><div className={styles.values}>{told(at(d, pathOf(f)), words, t)}</div></Table.Td>
                  ))}
                  <Table.Td>
                    <NativeSelect size="xs" aria-label={t('config:conflict.takeOf', { field: placeIn(f, words) })} value={taken(f)} onChange={(e) => choose({ ...choice, [f]: e.currentTarget.value as 'mine' | 'theirs' })} data={[{ value: 'mine', label: t('config:conflict.mine') }, { value: 'theirs', label: t('config:conflict.theirs') }]} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
        <Group>
          <Button onClick={merge} data-autofocus>{t('config:conflict.merge')}</Button>
          <Button variant="default" onClick={() => editing.rebase(theirs.document, theirs)}>{t('config:conflict.drop')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
