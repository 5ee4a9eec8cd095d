import { Button, Group, Modal, Stack, Table, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';

import { api, bodyOf } from '@/api/client';
import { useTexts } from '@/app/texts';

import { useField, type InputProps } from './context';
import styles from './form.module.css';
import { ListFrame, RowActions } from './Lists';
import { QueryText } from './Query';

interface Grant {
  value: string;
  filter?: string;
}

/** Rights, each with the certificates and requests it is for. */
export function PermissionsField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  const all = (Array.isArray(f.value) ? f.value : []) as Grant[];
  const set = (next: unknown[]) => f.set(next.length === 0 && !props.field.required ? undefined : next);
  const change = (i: number, part: Partial<Grant>) =>
    set(all.map((g, j) => (j === i ? Object.fromEntries(Object.entries({ ...g, ...part }).filter(([, v]) => v !== '')) : g)));
  return (
    <ListFrame props={props} onAdd={() => setOpen(true)}>
      {all.length > 0 && (
        <div className={styles.wide}>
          <Table withTableBorder aria-label={f.name}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('config:rights.right')}</Table.Th>
                <Table.Th>{t('config:rights.filter')}</Table.Th>
                <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {all.map((g, i) => {
                const wrong = (part: string) => f.form.problems[`${f.id.slice('field-'.length)}.${i}${part}`]?.join(' ');
                return (
                  <Table.Tr key={i}>
                    <Table.Td>
                      <TextInput classNames={{ input: 'mono' }} value={g.value} readOnly={f.readOnly} aria-label={t('config:rights.rightNo', { index: i + 1 })} error={wrong('.value') ?? wrong('')} onChange={(e) => set(all.map((x, j) => (j === i ? { ...x, value: e.currentTarget.value } : x)))} />
                    </Table.Td>
                    <Table.Td>
                      {g.value.startsWith('lifecycle') || (g.filter ?? '') !== '' ? (
                        <>
                          <QueryText label={t('config:rights.filterNo', { index: i + 1 })} language="hcql" text={g.filter ?? ''} readOnly={f.readOnly} placeholder={t('config:rights.everything')} onText={(filter) => change(i, { filter })} />
                          {wrong('.filter') !== undefined && <Text size="xs" c="var(--mantine-color-error)">{wrong('.filter')}</Text>}
                        </>
                      ) : (
                        <Text size="sm" c="dimmed">{t('config:rights.everything')}</Text>
                      )}
                    </Table.Td>
                    <Table.Td>{!f.readOnly && <RowActions index={i} all={all} set={set} name={f.name} />}</Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {open && (
        <Picker
          held={all.map((g) => g.value)}
          onClose={() => setOpen(false)}
          onPick={(value) => set([...all, { value }])}
        />
      )}
    </ListFrame>
  );
}

/** Every right there is, searched by its words and by what it opens. A name in braces is replaced by any. */
function Picker({ held, onPick, onClose }: { held: string[]; onPick: (value: string) => void; onClose: () => void }) {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const { data } = useQuery({ queryKey: ['permissions'], staleTime: Infinity, queryFn: () => bodyOf(api.GET('/api/v1/security/permissions')) });
  const families = ['configuration:*', 'discovery:*', 'lifecycle:*'].map((permission) => ({ permission, description: t('config:rights.all') }));
  const words = text.toLowerCase().split(/\s+/);
  const all = (data ?? []).map((r) => ({ permission: r.permission ?? '', description: r.description ?? '' }));
  const found = [...families, ...all].filter((r) => words.every((w) => `${r.permission} ${r.description}`.toLowerCase().includes(w)));
  const pick = (permission: string) => onPick(permission.replace(/\{[^}]*\}/g, '*'));
  return (
    <Modal opened onClose={onClose} size="lg" title={t('config:rights.add')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack gap="sm">
        <TextInput data-autofocus label={t('config:rights.search')} value={text} onChange={(e) => setText(e.currentTarget.value)} />
        <Text size="xs" c="dimmed" role="status">{t('config:rights.found', { count: found.length })}</Text>
        <ul className={styles.picks}>
          {found.slice(0, 80).map((r) => {
            const value = r.permission.replace(/\{[^}]*\}/g, '*');
            return (
              <li key={r.permission}>
                <UnstyledButton className={styles.pick} onClick={() => pick(r.permission)} disabled={held.includes(value)}>
                  <span className="mono">{value}</span>
                  <span className="muted">{held.includes(value) ? t('config:rights.held') : r.description}</span>
                </UnstyledButton>
              </li>
            );
          })}
        </ul>
        <Group justify="space-between">
          <Button variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => { onPick(text); onClose(); }} disabled={!/^\w+:/.test(text)}>
            {t('config:rights.own')}
          </Button>
          <Button onClick={onClose}>{t('config:done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
