import { ActionIcon, Autocomplete, Button, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useState } from 'react';

import { api, ask, bodyOf, type Answer } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

import styles from '../Config.module.css';
import type { Kind } from '../model/kinds';
import { queryOf } from './People';

interface Member {
  identifier: string;
  contact?: string;
  enabled?: boolean;
}

const size = 100;

/** Who has a role or stands in a team; people are added and removed at once. A team can hand all it has to another. */
export default function Members({ kind, name, may }: { kind: Kind; name: string; may: boolean }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [pages, setPages] = useState(1);
  const [fault, setFault] = useState<unknown>();
  const path = `${kind.path}/${encodeURIComponent(name)}/members`;
  const { data, error } = useQuery({
    queryKey: ['config', 'members', kind.kind, name, pages],
    queryFn: async () => {
      const { body, headers } = await ask<Member[]>({ method: 'GET', path: `${path}?pageIndex=1&pageSize=${Math.min(1000, pages * size)}` });
      return { members: body, total: Number(headers.get('x-total-count') ?? body.length) };
    },
  });
  const act = async (call: Promise<Answer<unknown>>, said: string) => {
    setFault(undefined);
    try {
      const { events } = await call;
      receipt(said, events);
      await queries.invalidateQueries({ queryKey: ['config', 'members', kind.kind, name] });
      return true;
    } catch (thrown) {
      setFault(thrown);
      return false;
    }
  };
  const add = (who: string) => act(ask({ method: 'POST', path, body: [who] }), t('config:members.added', { who, name }));
  const remove = (who: string) => act(ask({ method: 'DELETE', path, body: [who] }), t('config:members.removed', { who, name }));
  return (
    <Stack maw={880}>
      <FaultBox fault={fault ?? error} />
      {may && <Adding onAdd={add} />}
      {data?.members.length === 0 && <Empty title={t('config:members.none')} />}
      {data !== undefined && data.members.length > 0 && (
        <>
          <Text size="sm" c="dimmed" role="status">{t('config:people.count', { count: data.total })}</Text>
          <div className={styles.table}>
            <Table aria-label={t('config:tabs.members')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('config:people.name')}</Table.Th>
                  <Table.Th>{t('config:members.contact')}</Table.Th>
                  {may && <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.members.map((m) => (
                  <Table.Tr key={m.identifier}>
                    <Table.Td><Link to="/config/$kind/$name" params={{ kind: 'principal-info', name: m.identifier }} className={styles.row}>{m.identifier}</Link>{m.enabled === false && <span className="muted"> {t('config:off')}</span>}</Table.Td>
                    <Table.Td data-label={t('config:members.contact')}>{m.contact}</Table.Td>
                    {may && (
                      <Table.Td>
                        <ActionIcon variant="subtle" color="gray" size={28} onClick={() => void remove(m.identifier)} aria-label={t('config:members.remove', { who: m.identifier })}><X size={16} aria-hidden /></ActionIcon>
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          {data.total > data.members.length && <Button variant="default" w="fit-content" onClick={() => setPages(pages + 1)}>{t('config:more')}</Button>}
        </>
      )}
      {kind.kind === 'team' && may && <HandOver name={name} />}
    </Stack>
  );
}

function Adding({ onAdd }: { onAdd: (who: string) => Promise<boolean> }) {
  const { t } = useTexts();
  const [who, setWho] = useState('');
  const [asked] = useDebouncedValue(who, 200);
  const { data } = useQuery({
    queryKey: ['config', 'items', 'principal-info', 'suggest', asked],
    enabled: asked !== '',
    queryFn: async () => (await ask<{ results: { identifier: string }[] }>({ method: 'POST', path: '/api/v1/security/principalinfos/search', body: { query: queryOf(asked), pageSize: 10 } })).body.results.map((p) => p.identifier),
  });
  return (
    <form
      className={styles.tools}
      onSubmit={(e) => {
        e.preventDefault();
        if (who !== '') void onAdd(who).then((done) => done && setWho(''));
      }}
    >
      <Autocomplete label={t('config:members.who')} data={data ?? []} value={who} onChange={setWho} w={320} filter={({ options }) => options} />
      <Button type="submit" disabled={who === ''} mt="lg">{t('config:members.add')}</Button>
    </form>
  );
}

/** Gives everything of a team to another one, or renames it. */
function HandOver({ name }: { name: string }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [to, setTo] = useState('');
  const [fault, setFault] = useState<unknown>();
  const move = async () => {
    try {
      const done = await bodyOf(api.PATCH('/api/v1/security/teams/{previousTeam}/{newTeam}', { params: { path: { previousTeam: name, newTeam: to } } }));
      receipt(t(done.renamed ? 'config:handOver.renamed' : 'config:handOver.done', { count: done.moved, name, to }));
      setOpen(false);
      await queries.invalidateQueries({ queryKey: ['config'] });
    } catch (thrown) {
      setFault(thrown);
    }
  };
  return (
    <>
      <Button variant="default" w="fit-content" onClick={() => setOpen(true)}>{t('config:handOver.verb')}</Button>
      {open && (
        <Modal opened onClose={() => setOpen(false)} title={t('config:handOver.title', { name })} closeButtonProps={{ 'aria-label': t('common:close') }}>
          <Stack>
            <FaultBox fault={fault} />
            <Text size="sm">{t('config:handOver.help')}</Text>
            <TextInput label={t('config:handOver.to')} value={to} onChange={(e) => setTo(e.currentTarget.value)} data-autofocus />
            <Group justify="end">
              <Button variant="default" onClick={() => setOpen(false)}>{t('common:cancel')}</Button>
              <Button color="red" onClick={() => void move()} disabled={to === '' || to === name}>{t('config:handOver.button')}</Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </>
  );
}
