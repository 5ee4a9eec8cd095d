import { ActionIcon, Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useState } from 'react';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { ApiCall } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { Page } from '@/parts/Page';
import { quoted } from '@/parts/query/terms';
import { receipt } from '@/parts/Receipt';

interface Member {
  identifier: string;
  contact?: string;
  enabled?: boolean;
}

const size = 1000; // members that are listed

/** A team for who manages it: its members, who are added and removed at once, and what it answers for. */
export default function Team() {
  const { t } = useTexts();
  const { name = '' } = useParams({ strict: false });
  const info = (useSelf().teamInfos ?? []).find((i) => i.name === name);
  const manages = info?.manager === true && info.externallyManaged !== true;
  const path = `/api/v1/teams/${encodeURIComponent(name)}/members`; // open to managers, who need no right
  const queries = useQueryClient();
  const members = useQuery({
    queryKey: ['team', name],
    queryFn: async () => {
      const { body, headers } = await ask<Member[]>({ method: 'GET', path: `${path}?pageIndex=1&pageSize=${size}` });
      return { all: body, total: Number(headers.get('x-total-count') ?? body.length) };
    },
  });
  const change = useMutation({
    mutationFn: ({ method, who }: { method: 'POST' | 'DELETE'; who: string }) => ask({ method, path, body: [who] }),
    onSuccess: ({ events }, { method, who }) => {
      const back = { method: method === 'POST' ? 'DELETE' : 'POST', who } as const;
      receipt(t(method === 'POST' ? 'config:members.added' : 'config:members.removed', { who, name }), events, { label: t('common:undo'), run: () => change.mutate(back) });
      void queries.invalidateQueries({ queryKey: ['team', name] });
    },
  });
  const label = (info?.displayName ?? []).find((d) => d.lang === spoken())?.value ?? name;
  return (
    <Page title={label} name={name} section={t('common:teams')} narrow>
      <Stack>
        <FaultBox fault={change.error ?? members.error} />
        <Group>
          <PageLink to="/certificates" search={{ q: `team equals ${quoted(name)}` } as never}>{t('common:team.certificates')}</PageLink>
          <PageLink to="/requests" search={{ view: 'all', q: `team equals ${quoted(name)}` } as never}>{t('common:team.requests')}</PageLink>
        </Group>
        {manages && <Adding path={path} busy={change.isPending} onAdd={(who) => change.mutateAsync({ method: 'POST', who })} />}
        {info?.externallyManaged === true && <Text size="sm">{t('common:team.elsewhere')}</Text>}
        {members.data !== undefined && (
          <>
            <Text size="sm" c="dimmed" role="status">{t('common:team.members', { count: members.data.total, figure: figure(members.data.total, spoken()) })}</Text>
            {members.data.all.length > 0 && <Table aria-label={t('config:tabs.members')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('config:people.name')}</Table.Th>
                  <Table.Th scope="col">{t('config:members.contact')}</Table.Th>
                  {manages && <Table.Th scope="col"><span className="unseen">{t('config:actions')}</span></Table.Th>}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {members.data.all.map((m) => (
                  <Table.Tr key={m.identifier}>
                    <Table.Td>{m.identifier}{m.enabled === false && <span className="muted"> {t('config:off')}</span>}</Table.Td>
                    <Table.Td>{m.contact}</Table.Td>
                    {manages && (
                      <Table.Td ta="right">
                        <ActionIcon variant="subtle" color="gray" c="inherit" size={28} onClick={() => change.mutate({ method: 'DELETE', who: m.identifier })} aria-label={t('config:members.remove', { who: m.identifier })}><X size={16} aria-hidden /></ActionIcon>
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>}
          </>
        )}
      </Stack>
    </Page>
  );
}

/** Adds a member by name. */
function Adding({ path, busy, onAdd }: { path: string; busy: boolean; onAdd: (who: string) => Promise<unknown> }) {
  const { t } = useTexts();
  const [who, setWho] = useState('');
  const [call, show] = useState(false);
  const add = () => {
    if (who.trim() !== '') void onAdd(who.trim()).then(() => setWho(''), () => undefined);
  };
  return (
    <form onSubmit={(e) => { e.preventDefault(); add(); }}>
      <Group align="end" gap="sm">
        <TextInput label={t('config:members.who')} value={who} onChange={(e) => setWho(e.currentTarget.value)} autoComplete="off" spellCheck={false} flex="1 1 200px" maw={320} />
        <Button type="submit" loading={busy} disabled={who.trim() === ''}>{t('config:members.add')}</Button>
        <Button variant="subtle" onClick={() => show(true)}>{t('common:apiCall')}</Button>
      </Group>
      {call && <ApiCall onClose={() => show(false)} call={{ method: 'POST', path, body: [who] }} />}
    </form>
  );
}
