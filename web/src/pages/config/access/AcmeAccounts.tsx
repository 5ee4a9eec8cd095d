import { Anchor, Badge, Button, Drawer, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { answerOf, api, bodyOf, type Schemas } from '@/api/client';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import styles from '../Config.module.css';
import { Confirm } from './Confirm';
import { useAct } from './useAct';

type Account = Schemas['AcmeRestAccountView'];
type Order = Schemas['AcmeRestOrderView'];

/** Accounts of ACME clients, and what each has ordered. */
export default function AcmeAccounts() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { q = '', page = '1' } = useSearch({ strict: false });
  const [text, setText] = useState(q);
  const [open, setOpen] = useState<Account>();
  const { data, error } = useQuery({
    queryKey: ['config', 'acme-accounts', q, page],
    placeholderData: keepPreviousData,
    queryFn: () => bodyOf(api.POST('/api/v1/acme/accounts/search', { body: { query: q, pageIndex: Number(page), pageSize: 50, withCount: true } })),
  });
  const look = (search: Record<string, string>) => void navigate({ to: '/config/acme-accounts', search: { q, ...search } });
  return (
    <Page title={t('config:pages.acme-accounts')} section={t('places:configuration')}>
      <form className={styles.tools} onSubmit={(e) => { e.preventDefault(); look({ q: text }); }}>
        <TextInput aria-label={t('config:acme.search')} placeholder={'status equals "valid" and profile equals "quickstart"'} value={text} onChange={(e) => setText(e.currentTarget.value)} w={440} maw="100%" />
        <Button type="submit" variant="default">{t('config:people.find')}</Button>
        {data !== undefined && <Text size="sm" c="dimmed" role="status">{t('config:acme.accounts', { count: data.count ?? 0 })}</Text>}
      </form>
      <FaultBox fault={error} />
      {data?.results?.length === 0 && <Empty title={t('config:noMatch')} />}
      {(data?.results ?? []).length > 0 && (
        <div className={styles.table}>
          <Table aria-label={t('config:pages.acme-accounts')}>
            <Table.Thead><Table.Tr>{['account', 'status', 'profile', 'contacts', 'created'].map((c) => <Table.Th key={c}>{t(`config:acme.${c}`)}</Table.Th>)}</Table.Tr></Table.Thead>
            <Table.Tbody>
              {(data?.results ?? []).map((a) => (
                <Table.Tr key={a._id}>
                  <Table.Td><Anchor component="button" type="button" onClick={() => setOpen(a)} className="mono" inherit ta="left">{a._id}</Anchor><div className={styles.facts}>{[a.eab, a.initialIp].filter((x) => x !== undefined).join(' · ')}</div></Table.Td>
                  <Table.Td data-label={t('config:acme.status')}><Badge variant="default">{t(`config:acme.statuses.${a.status}`)}</Badge></Table.Td>
                  <Table.Td data-label={t('config:acme.profile')}>{a.profile}</Table.Td>
                  <Table.Td data-label={t('config:acme.contacts')}>{a.contacts?.join(', ')}</Table.Td>
                  <Table.Td data-label={t('config:acme.created')}>{typeof a.createdAt === 'number' && <When at={a.createdAt} />}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Group mt="md" gap="sm">
        {Number(page) > 1 && <Button variant="default" onClick={() => look({ page: String(Number(page) - 1) })}>{t('config:page.previous')}</Button>}
        {data?.hasMore === true && <Button variant="default" onClick={() => look({ page: String(Number(page) + 1) })}>{t('config:page.next')}</Button>}
      </Group>
      {open !== undefined && <One account={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function One({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useTexts();
  const may = useHolds('configuration:acme:account:manage');
  const { act } = useAct();
  const [asked, ask] = useState<'deactivated' | 'revoked' | 'delete'>();
  const path = { params: { path: { accountId: account._id ?? '' } } };
  const orders = useQuery({ queryKey: ['config', 'acme-orders', account._id], queryFn: () => bodyOf(api.POST('/api/v1/acme/orders/account/{accountId}', { ...path, body: { pageSize: 50 } })) });
  const url = `/api/v1/acme/accounts/${encodeURIComponent(account._id ?? '')}`;
  const confirm = async () => {
    const done = asked === 'delete' ? await answerOf(api.DELETE('/api/v1/acme/accounts/{accountId}', path)) : await answerOf(api.POST('/api/v1/acme/accounts/{accountId}/status', { ...path, body: { status: asked ?? 'deactivated' } }));
    await act(() => Promise.resolve(done as { body: unknown; events: string[]; headers: Headers }), () => t('config:acme.done'));
    onClose();
  };
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title={account._id} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        <Text size="sm">{[account.profile, t(`config:acme.statuses.${account.status}`), ...(account.contacts ?? [])].join(' · ')}</Text>
        <Text size="sm" className="mono" style={{ overflowWrap: 'anywhere' }}>{account.keyThumbprint}</Text>
        {may && (
          <Group gap="sm">
            {account.status === 'valid' && <Button variant="default" onClick={() => ask('deactivated')}>{t('config:acme.deactivate')}</Button>}
            {account.status === 'valid' && <Button variant="default" onClick={() => ask('revoked')}>{t('config:acme.revoke')}</Button>}
            <Button variant="default" onClick={() => ask('delete')}>{t('config:delete.verb')}</Button>
          </Group>
        )}
        <Title order={2}>{t('config:acme.orders')}</Title>
        <FaultBox fault={orders.error} />
        {orders.data?.results?.length === 0 && <Text size="sm" c="dimmed">{t('config:acme.noOrders')}</Text>}
        {(orders.data?.results ?? []).map((o) => <OrderRow key={o._id} order={o} />)}
      </Stack>
      {asked !== undefined && <Confirm title={t(`config:acme.ask.${asked}`)} verb={t(asked === 'delete' ? 'config:acme.deleteVerb' : asked === 'revoked' ? 'config:acme.revoke' : 'config:acme.deactivate')} call={asked === 'delete' ? { method: 'DELETE', path: url } : { method: 'POST', path: `${url}/status`, body: { status: asked } }} onConfirm={confirm} onClose={() => ask(undefined)}>{t(`config:acme.askHelp.${asked}`)}</Confirm>}
    </Drawer>
  );
}

function OrderRow({ order }: { order: Order }) {
  const { t } = useTexts();
  return (
    <div>
      <Text size="sm"><Badge variant="default">{t(`config:acme.orderStatuses.${order.status}`)}</Badge> {order.identifiers?.map((i) => i.value).join(', ')}</Text>
      <Text size="xs" c="dimmed">
        {typeof order.createdAt === 'number' && <When at={order.createdAt} as="full" />} <span className="mono">{order._id}</span>{' '}
        {order.certificateId !== undefined && order.certificateId !== '' && <Anchor href={`/ui/certificates/${order.certificateId}`} inherit>{t('config:acme.certificate')}</Anchor>}
      </Text>
      {order.error !== undefined && <Text size="sm">{(order.error as { detail?: string }).detail}</Text>}
    </div>
  );
}
