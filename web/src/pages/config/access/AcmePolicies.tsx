import { Button, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';

import { answerOf, api, bodyOf, type Answer, type Schemas } from '@/api/client';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import styles from '../Config.module.css';
import { Confirm } from './Confirm';
import { OperationForm } from './OperationForm';
import { useAct } from './useAct';

type Policy = Schemas['AcmePolicy'];

/** What external account keys may be like. */
export default function AcmePolicies() {
  const { t } = useTexts();
  const may = useHolds('configuration:acme:eab:manage');
  const { act } = useAct();
  const [editing, edit] = useState<{ stored?: Policy }>();
  const [deleting, remove] = useState<string>();
  const { data, error } = useQuery({ queryKey: ['config', 'acme-policies'], queryFn: async () => (await bodyOf(api.POST('/api/v1/acme/eab-policies/list'))) as Policy[] });
  const stored = editing?.stored;
  return (
    <Page title={t('config:pages.acme-policies')} section={t('places:configuration')} actions={may && <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => edit({})}>{t('config:new')}</Button>}>
      <FaultBox fault={error} />
      {data?.length === 0 && <Empty title={t('config:acme.noPolicies')}><Text>{t('config:acme.policiesHelp')}</Text></Empty>}
      {(data ?? []).length > 0 && (
        <div className={styles.table}>
          <Table aria-label={t('config:pages.acme-policies')}>
            <Table.Thead><Table.Tr>{['policy', 'algorithms', 'maxAccounts', 'maxValidity'].map((c) => <Table.Th key={c}>{t(`config:acme.${c}`)}</Table.Th>)}{may && <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>}</Table.Tr></Table.Thead>
            <Table.Tbody>
              {(data ?? []).map((p) => (
                <Table.Tr key={p.name}>
                  <Table.Td><Text fw={600} size="sm">{p.name}</Text></Table.Td>
                  <Table.Td data-label={t('config:acme.algorithms')}>{p.macKeyAlgorithms?.join(', ')}</Table.Td>
                  <Table.Td data-label={t('config:acme.maxAccounts')}>{p.maxAccounts === 0 || p.maxAccounts === undefined ? t('config:acme.anyNumber') : p.maxAccounts}</Table.Td>
                  <Table.Td data-label={t('config:acme.maxValidity')}>{p.maxValidity ?? '–'}</Table.Td>
                  {may && (
                    <Table.Td>
                      <Group gap="xs" wrap="nowrap">
                        <Button size="xs" variant="default" onClick={() => edit({ stored: p })} aria-label={t('config:acme.editOf', { name: p.name })}>{t('config:ca.change')}</Button>
                        <Button size="xs" variant="default" onClick={() => remove(p.name)} aria-label={t('config:delete.title', { name: p.name })}>{t('config:delete.verb')}</Button>
                      </Group>
                    </Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {editing !== undefined && (
        <OperationForm
          title={stored === undefined ? t('config:acme.newPolicy') : stored.name}
          verb={t('config:save')}
          body="AcmePolicy"
          call={{ method: stored === undefined ? 'POST' : 'PUT', path: '/api/v1/acme/eab-policies' }}
          {...(stored === undefined ? {} : { first: { name: stored.name, macKeyAlgorithms: stored.macKeyAlgorithms, maxAccounts: stored.maxAccounts, maxValidity: stored.maxValidity }, fixed: ['name'] })}
          onClose={() => edit(undefined)}
          onSubmit={async (body) => {
            const sent = { body: body as unknown as Policy };
            const done: Answer<unknown> = stored === undefined ? await answerOf(api.POST('/api/v1/acme/eab-policies', sent)) : await answerOf(api.PUT('/api/v1/acme/eab-policies', sent));
            edit(undefined);
            await act(() => Promise.resolve(done), () => t('config:saved', { name: String(body.name), kind: t('config:acme.policy') }));
          }}
        />
      )}
      {deleting !== undefined && (
        <Confirm title={t('config:delete.title', { name: deleting })} verb={t('config:acme.deletePolicy')} onClose={() => remove(undefined)} call={{ method: 'DELETE', path: `/api/v1/acme/eab-policies/${encodeURIComponent(deleting)}` }}
          onConfirm={async () => {
            const done = await answerOf(api.DELETE('/api/v1/acme/eab-policies/{name}', { params: { path: { name: deleting } } }));
            await act(() => Promise.resolve(done as Answer<unknown>), () => t('config:delete.done', { name: deleting }));
          }}
        >
          {t('config:delete.final')}
        </Confirm>
      )}
    </Page>
  );
}
