import { Badge, Button, Group, Modal, SegmentedControl, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { answerOf, api, bodyOf } from '@/api/client';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import styles from '../Config.module.css';
import { useAct } from './useAct';

type State = 'waiting' | 'failed' | '';

/** Messages that were not delivered yet, or given up. */
export default function Mail() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { state = '' } = useSearch({ strict: false });
  const may = useHolds('configuration:system:configuration:manage');
  const { act, fault } = useAct();
  const [testing, setTesting] = useState(false);
  const { data, error } = useQuery({
    queryKey: ['config', 'mail', state],
    refetchInterval: 30_000,
    queryFn: () => bodyOf(api.GET('/api/v1/system/mail/messages', { params: { query: state === '' ? {} : { state: state as 'waiting' } }, headers: { 'Horizon-Background': '1' } })),
  });
  const retry = (id: string) => act(() => answerOf(api.POST('/api/v1/system/mail/messages/{id}/retry', { params: { path: { id } } })), () => t('config:mail.retried'));
  const remove = (id: string) => act(() => answerOf(api.DELETE('/api/v1/system/mail/messages/{id}', { params: { path: { id } } })), () => t('config:mail.deleted'));
  return (
    <Page title={t('config:pages.mail')} section={t('places:configuration')} actions={may && <Button onClick={() => setTesting(true)}>{t('config:mail.test')}</Button>}>
      <Stack>
        <SegmentedControl w="fit-content" aria-label={t('config:mail.state')} value={state} onChange={(next) => void navigate({ to: '/config/mail', search: { state: next } })} data={(['', 'waiting', 'failed'] as State[]).map((value) => ({ value, label: t(`config:mail.states.${value === '' ? 'all' : value}`) }))} />
        <FaultBox fault={fault ?? error} />
        {data?.length === 0 && <Empty title={t('config:mail.none')} />}
        {(data ?? []).length > 0 && (
          <div className={styles.table}>
            <Table aria-label={t('config:pages.mail')}>
              <Table.Thead><Table.Tr>{['message', 'to', 'since', 'attempts'].map((c) => <Table.Th key={c}>{t(`config:mail.${c}`)}</Table.Th>)}{may && <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>}</Table.Tr></Table.Thead>
              <Table.Tbody>
                {(data ?? []).map((m) => (
                  <Table.Tr key={m._id}>
                    <Table.Td><Text fw={600} size="sm">{m.subject}</Text><Badge variant="default">{t(`config:mail.states.${m.state === 'failed' ? 'failed' : 'waiting'}`)}</Badge>{m.error !== undefined && <div className={styles.facts}>{m.error}</div>}</Table.Td>
                    <Table.Td data-label={t('config:mail.to')}>{(m.undelivered ?? m.recipients)?.join(', ')}</Table.Td>
                    <Table.Td data-label={t('config:mail.since')}><When at={m.created ?? 0} as="distance" /></Table.Td>
                    <Table.Td data-label={t('config:mail.attempts')}>{t('config:mail.of', { attempts: m.attempts ?? 0, most: m.maxAttempts ?? 0 })}{m.nextAttempt !== undefined && m.nextAttempt > 0 && <div className={styles.facts}>{t('config:mail.next')} <When at={m.nextAttempt} as="distance" /></div>}</Table.Td>
                    {may && (
                      <Table.Td>
                        <Group gap="xs" wrap="nowrap">
                          <Button size="xs" variant="default" onClick={() => void retry(m._id ?? '')} aria-label={t('config:mail.retryOf', { subject: m.subject })}>{t('config:mail.retry')}</Button>
                          <Button size="xs" variant="default" onClick={() => void remove(m._id ?? '')} aria-label={t('config:delete.title', { name: m.subject })}>{t('config:delete.verb')}</Button>
                        </Group>
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </Stack>
      {testing && <Test onClose={() => setTesting(false)} />}
    </Page>
  );
}

function Test({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const [to, setTo] = useState('');
  const [answer, setAnswer] = useState<string>();
  const { act, fault, busy } = useAct();
  const send = async (e: React.FormEvent) => {
    e.preventDefault();
    const done = await act(() => answerOf(api.POST('/api/v1/system/mail/test', { body: { to } })), () => t('config:mail.sent', { to }));
    setAnswer(done?.answer);
  };
  return (
    <Modal opened onClose={onClose} title={t('config:mail.test')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <form onSubmit={(e) => void send(e)}>
        <Stack>
          <FaultBox fault={fault} />
          <TextInput type="email" label={t('config:mail.who')} value={to} onChange={(e) => setTo(e.currentTarget.value)} data-autofocus required withAsterisk={false} />
          {answer !== undefined && <Text size="sm" role="status">{t('config:mail.answer', { answer })}</Text>}
          <Button type="submit" loading={busy} w="fit-content">{t('config:mail.send')}</Button>
        </Stack>
      </form>
    </Modal>
  );
}
