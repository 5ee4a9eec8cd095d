import { ActionIcon, Alert, Badge, Button, Code, Group, Menu, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ellipsis, Plus } from 'lucide-react';
import { useState } from 'react';

import { answerOf, api, bodyOf, type Schemas } from '@/api/client';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { MenuButton } from '@/parts/MenuButton';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import styles from '../Config.module.css';
import { Confirm } from './Confirm';
import { OperationForm } from './OperationForm';
import { useAct } from './useAct';

type Key = Schemas['AcmeRestEABView'];

/** Keys that bind ACME accounts to somebody known. Their secret is shown once, when it is made. */
export default function AcmeKeys() {
  const { t } = useTexts();
  const may = useHolds('configuration:acme:eab:manage');
  const { act, fault } = useAct();
  const [dialog, setDialog] = useState<{ what: 'new' | 'renew' | 'status' | 'delete'; key?: Key }>();
  const [made, setMade] = useState<Key>();
  const { data, error } = useQuery({ queryKey: ['config', 'acme-keys'], queryFn: () => bodyOf(api.POST('/api/v1/acme/eab/search', { body: { pageSize: 500, withCount: true } })) });
  const policies = useQuery({ queryKey: ['config', 'acme-policies'], queryFn: () => bodyOf(api.POST('/api/v1/acme/eab-policies/list')) });
  const close = () => setDialog(undefined);
  const of = { params: { path: { name: dialog?.key?.name ?? '' } } };
  const path = `/api/v1/acme/eab/${encodeURIComponent(dialog?.key?.name ?? '')}`;
  const policy = (policies.data?.[0] as { name?: string } | undefined)?.name;
  return (
    <Page
      title={t('config:pages.acme-keys')}
      section={t('places:configuration')}
      actions={may && <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setDialog({ what: 'new' })} disabled={policy === undefined}>{t('config:new')}</Button>}
    >
      <Stack>
        <FaultBox fault={fault ?? error} />
        {made?.macKey !== undefined && (
          <Alert color="accent" variant="light" title={t('config:acme.once', { name: made.name })} withCloseButton onClose={() => setMade(undefined)} closeButtonLabel={t('common:close')}>
            <Text size="sm">{t('config:acme.keyId')}</Text>
            <Group gap="sm"><Code>{made.macKeyId}</Code><Copy text={made.macKeyId ?? ''} /></Group>
            <Text size="sm" mt="xs">{t('config:acme.macKey')}</Text>
            <Group gap="sm"><Code>{made.macKey}</Code><Copy text={made.macKey} /></Group>
          </Alert>
        )}
        {data?.results?.length === 0 && <Empty title={t('config:acme.noKeys')}><Text>{t(policy === undefined && policies.data !== undefined ? 'config:acme.policyFirst' : 'config:acme.keysHelp')}</Text></Empty>}
        {(data?.results ?? []).length > 0 && (
          <div className={styles.table}>
            <Table aria-label={t('config:pages.acme-keys')}>
              <Table.Thead><Table.Tr>{['keyName', 'policy', 'status', 'bound', 'ends'].map((c) => <Table.Th key={c}>{t(`config:acme.${c}`)}</Table.Th>)}{may && <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>}</Table.Tr></Table.Thead>
              <Table.Tbody>
                {(data?.results ?? []).map((k) => (
                  <Table.Tr key={k.name}>
                    <Table.Td><Text fw={600} size="sm">{k.name}</Text><div className={styles.facts}>{k.macKeyId} · {k.macKeyAlgorithm}</div></Table.Td>
                    <Table.Td data-label={t('config:acme.policy')}>{k.eabPolicy}</Table.Td>
                    <Table.Td data-label={t('config:acme.status')}><Badge variant="default">{t(`config:acme.keyStatuses.${k.status}`)}</Badge></Table.Td>
                    <Table.Td data-label={t('config:acme.bound')}>{k.boundAccounts ?? 0}</Table.Td>
                    <Table.Td data-label={t('config:acme.ends')}>{k.expirationDate === undefined ? '–' : <When at={k.expirationDate} />}</Table.Td>
                    {may && (
                      <Table.Td>
                        <MenuButton button={<ActionIcon variant="subtle" color="gray" size={28} aria-label={t('config:actionsOf', { name: k.name })}><Ellipsis size={16} aria-hidden /></ActionIcon>}>
                          {() => (['renew', 'status', 'delete'] as const).map((what) => <Menu.Item key={what} onClick={() => setDialog({ what, key: k })}>{t(`config:acme.verb.${what}`)}</Menu.Item>)}
                        </MenuButton>
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </Stack>
      {dialog?.what === 'new' && (
        <OperationForm title={t('config:acme.newKey')} verb={t('config:acme.make')} body="NewEABBody" first={{ eabPolicy: policy, macKeyAlgorithm: 'HS256' }} onClose={close} call={{ method: 'POST', path: '/api/v1/acme/eab' }}
          onSubmit={async (body) => {
            const done = await answerOf(api.POST('/api/v1/acme/eab', { body: body as Schemas['NewEABBody'] }));
            setMade(done.body);
            close();
            await act(() => Promise.resolve(done), (k) => t('config:acme.madeKey', { name: k.name }));
          }}
        />
      )}
      {dialog?.what === 'renew' && (
        <OperationForm title={t('config:acme.renewKey', { name: dialog.key?.name })} verb={t('config:acme.make')} body="RenewedEABBody" onClose={close} call={{ method: 'POST', path: `${path}/renew` }}
          onSubmit={async (body) => {
            const done = await answerOf(api.POST('/api/v1/acme/eab/{name}/renew', { ...of, body }));
            setMade(done.body);
            close();
            await act(() => Promise.resolve(done), (k) => t('config:acme.madeKey', { name: k.name }));
          }}
        />
      )}
      {dialog?.what === 'status' && (
        <OperationForm title={t('config:acme.statusOf', { name: dialog.key?.name })} verb={t('config:save')} body="MovedEABBody" first={{ status: dialog.key?.status }} onClose={close} call={{ method: 'POST', path: `${path}/status` }}
          onSubmit={async (body) => {
            const done = await answerOf(api.POST('/api/v1/acme/eab/{name}/status', { ...of, body: body as Schemas['MovedEABBody'] }));
            close();
            await act(() => Promise.resolve(done), () => t('config:acme.done'));
          }}
        />
      )}
      {dialog?.what === 'delete' && (
        <Confirm title={t('config:delete.title', { name: dialog.key?.name })} verb={t('config:acme.deleteKey')} onClose={close} call={{ method: 'DELETE', path }}
          onConfirm={async () => {
            const done = await answerOf(api.DELETE('/api/v1/acme/eab/{name}', of));
            await act(() => Promise.resolve(done as { body: unknown; events: string[]; headers: Headers }), () => t('config:delete.done', { name: dialog.key?.name }));
          }}
        >
          {t('config:acme.deleteKeyHelp')}
        </Confirm>
      )}
    </Page>
  );
}
