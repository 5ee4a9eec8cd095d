import { Badge, Button, Group, Pagination, Table, Text, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';

import { ask } from '@/api/client';
import { useKeys } from '@/app/keys';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import styles from '../Config.module.css';
import { keyOf, mayManage, titleOf, type Item, type Kind } from '../model/kinds';
import { RowMenu } from '../object/RowMenu';

interface Person extends Item {
  identifier: string;
  name?: string;
  email?: string;
  enabled?: boolean;
  roles?: string[];
  teams?: string[];
  permissions?: unknown[];
  identityProviderName?: string;
  lastAuthentication?: number;
}

interface Found {
  results: Person[];
  count: number;
  pageSize: number;
}

/** What a search line means: a query when it reads like one, else a part of an identifier, a name or an address. */
export function queryOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || /\b(equals|contains|in|matches|within|exists|before|after)\b/.test(trimmed)) return trimmed;
  const quoted = `"${trimmed.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return ['identifier', 'name', 'email'].map((f) => `${f} contains ${quoted}`).join(' or ');
}

const size = 50;

/** Everybody who may do anything: searched by the server, also by role, team, provider and last sign-in. */
export default function People({ kind }: { kind: Kind }) {
  const { t } = useTexts();
  const self = useSelf();
  const navigate = useNavigate();
  const { q = '', page = '1' } = useSearch({ strict: false });
  const [text, setText] = useState(q);
  const may = mayManage(self, kind);
  const query = queryOf(q);
  const { data, error } = useQuery({
    queryKey: ['config', 'items', kind.kind, 'search', query, page],
    placeholderData: keepPreviousData,
    queryFn: async () => (await ask<Found>({ method: 'POST', path: `${kind.path}/search`, body: { query, pageIndex: Number(page), pageSize: size, withCount: true, sortedBy: [{ element: 'identifier', order: 'Asc' }] } })).body,
  });
  const look = (search: Record<string, string>) => void navigate({ to: '/config/$kind', params: { kind: kind.kind }, search: { q, ...search } });
  useKeys(may ? [{ keys: 'n', name: 'config:new', run: () => void navigate({ to: '/config/$kind/new', params: { kind: kind.kind } }) }] : []);
  const pages = Math.ceil((data?.count ?? 0) / size);
  return (
    <Page
      title={titleOf(kind)}
      section={t('places:configuration')}
      actions={may && <Button component={Link} to={`/config/${kind.kind}/new`} leftSection={<Plus size={16} aria-hidden />}>{t('config:new')}</Button>}
    >
      <form
        className={styles.tools}
        onSubmit={(e) => {
          e.preventDefault();
          look({ q: text, page: '' });
        }}
      >
        <TextInput aria-label={t('config:people.search')} placeholder={t('config:people.hint')} value={text} onChange={(e) => setText(e.currentTarget.value)} w={440} maw="100%" />
        <Button type="submit" variant="default">{t('config:people.find')}</Button>
        {data !== undefined && <Text size="sm" c="dimmed" role="status">{t('config:people.count', { count: data.count })}</Text>}
      </form>
      {query !== q.trim() && <Text size="xs" c="dimmed" mb="xs" className="mono">{query}</Text>}
      <FaultBox fault={error} />
      {data?.results.length === 0 && <Empty title={t('config:noMatch')} />}
      {data !== undefined && data.results.length > 0 && (
        <div className={styles.table}>
          <Table aria-label={titleOf(kind)}>
            <Table.Thead>
              <Table.Tr>
                {['name', 'roles', 'teams', 'rights', 'provider', 'last'].map((c) => <Table.Th key={c}>{t(`config:people.${c}`)}</Table.Th>)}
                {may && <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.results.map((p) => (
                <Table.Tr key={p.identifier}>
                  <Table.Td>
                    <Link to="/config/$kind/$name" params={{ kind: kind.kind, name: keyOf(kind, p) }} className={styles.row}>{p.identifier}</Link>
                    {p.enabled === false && <Badge ml="xs" variant="default">{t('config:off')}</Badge>}
                    <div className={styles.facts}>{[p.name, p.email].filter((x) => x !== undefined && x !== '').join(' · ')}</div>
                  </Table.Td>
                  <Table.Td data-label={t('config:people.roles')}>{p.roles?.join(', ')}</Table.Td>
                  <Table.Td data-label={t('config:people.teams')}>{p.teams?.join(', ')}</Table.Td>
                  <Table.Td data-label={t('config:people.rights')}>{p.permissions?.length ?? 0}</Table.Td>
                  <Table.Td data-label={t('config:people.provider')}>{p.identityProviderName}</Table.Td>
                  <Table.Td data-label={t('config:people.last')}>{p.lastAuthentication === undefined ? <span className="muted">{t('config:people.never')}</span> : <When at={p.lastAuthentication} as="distance" />}</Table.Td>
                  {may && <Table.Td><RowMenu kind={kind} item={p} /></Table.Td>}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {pages > 1 && (
        <Group justify="center" mt="md">
          <Pagination total={pages} value={Number(page)} onChange={(n) => look({ page: String(n) })} getControlProps={(c) => ({ 'aria-label': t(`config:page.${c}`) })} />
        </Group>
      )}
    </Page>
  );
}
