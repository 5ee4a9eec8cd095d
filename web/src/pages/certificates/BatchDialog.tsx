import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { CallShown } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

import type { Batch } from './batches';
import { Preview } from './Preview';
import { reasons, type Workflow } from './reasons';
import { Profiles } from './Profiles';

type Which = { query: string } | { certificates: string[] };

interface Props {
  workflow: Workflow;
  which: Which;
  count: number | undefined;
  onClose: () => void;
}

const many = 20; // above that the number is typed before what cannot be undone

/** One thing for many: how, then what would become of each as the server sees it, then done by the server. */
export function BatchDialog({ workflow, which, count, onClose }: Props) {
  const { t } = useTexts();
  const [preview, see] = useState<Batch | null>(null);
  const prepare = useMutation({
    mutationFn: (how: object) => ask<Batch>({ method: 'POST', path: '/api/v1/batches', body: { workflow, ...which, ...how } }),
    onSuccess: ({ body }) => see(body),
  });
  const close = () => {
    if (preview !== null) void ask({ method: 'DELETE', path: `/api/v1/batches/${preview._id}` }).catch(() => undefined);
    onClose();
  };
  const { mutate } = prepare;
  useEffect(() => {
    if (workflow === 'renew') mutate({});
  }, [workflow, mutate]);
  const title = t(`certificates:batch.${workflow}`, { count: count ?? 0, figure: figure(count ?? 0, spoken()) });
  return (
    <Modal opened onClose={close} title={title} size="lg" closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        <FaultBox fault={prepare.error} />
        {preview === null && workflow === 'renew' && prepare.isPending && <Text role="status">{t('certificates:batch.looking')}</Text>}
        {preview === null && workflow !== 'renew' && <How workflow={workflow} which={which} busy={prepare.isPending} onReady={mutate} onCancel={close} />}
        {preview !== null && <Confirm batch={preview} workflow={workflow} onCancel={close} onBack={workflow === 'renew' ? undefined : () => see(null)} />}
      </Stack>
    </Modal>
  );
}

function How({ workflow, which, busy, onReady, onCancel }: { workflow: Workflow; which: Which; busy: boolean; onReady: (how: object) => void; onCancel: () => void }) {
  const { t } = useTexts();
  const [reason, setReason] = useState('');
  const [values, setValues] = useState({ owner: '', team: '', contactEmail: '', label: '', value: '', comment: '' });
  const put = (name: keyof typeof values) => (text: string) => setValues((old) => ({ ...old, [name]: text }));
  const fields = (['owner', 'team', 'contactEmail'] as const).filter((f) => values[f] !== '');
  const how = {
    ...(values.comment === '' ? {} : { requesterComment: values.comment }),
    ...(workflow === 'revoke' ? { template: { revocationReason: reason } } : {}),
    ...(workflow === 'update' ? { template: { ...Object.fromEntries(fields.map((f) => [f, { value: values[f] }])), ...(values.label === '' ? {} : { labels: [{ label: values.label, value: values.value === '' ? null : values.value }] }) } } : {}),
  };
  const ready = workflow === 'revoke' ? reason !== '' : fields.length > 0 || values.label !== '';
  return (
    <form onSubmit={(e) => { e.preventDefault(); if (ready && workflow !== 'migrate') onReady(how); }}>
      <Stack>
        {workflow === 'revoke' && (
          <Radio.Group label={t('certificates:revoke.reason')} value={reason} onChange={setReason} required>
            <Stack gap="xs" mt="xs">{reasons.map((r) => <Radio key={r} value={r} label={t(`certificates:reason.${r}`)} />)}</Stack>
          </Radio.Group>
        )}
        {workflow === 'update' && (
          <>
            <Text size="sm">{t('certificates:batch.updateHelp')}</Text>
            <TextInput label={t('certificates:fact.owner')} value={values.owner} onChange={(e) => put('owner')(e.currentTarget.value)} />
            <TextInput label={t('certificates:fact.team')} value={values.team} onChange={(e) => put('team')(e.currentTarget.value)} />
            <TextInput label={t('certificates:fact.contact')} type="email" value={values.contactEmail} onChange={(e) => put('contactEmail')(e.currentTarget.value)} />
            <Group grow align="end">
              <TextInput label={t('certificates:fact.label')} value={values.label} onChange={(e) => put('label')(e.currentTarget.value)} />
              <TextInput label={t('certificates:fact.labelValue')} value={values.value} onChange={(e) => put('value')(e.currentTarget.value)} />
            </Group>
          </>
        )}
        <TextInput label={t('certificates:comment')} value={values.comment} maxLength={1000} onChange={(e) => put('comment')(e.currentTarget.value)} />
        {workflow === 'migrate' && <Profiles busy={busy} onChoose={(profile) => onReady({ ...how, profile })} />}
        {workflow !== 'migrate' && ready && <CallShown call={{ method: 'POST', path: '/api/v1/batches', body: { workflow, ...which, ...how } }} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>{t('common:cancel')}</Button>
          {workflow !== 'migrate' && <Button type="submit" disabled={!ready} loading={busy}>{t('certificates:batch.preview')}</Button>}
        </Group>
      </Stack>
    </form>
  );
}

function Confirm({ batch, workflow, onCancel, onBack }: { batch: Batch; workflow: Workflow; onCancel: () => void; onBack: (() => void) | undefined }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [typed, type] = useState('');
  const can = batch.preview.found - batch.preview.refused;
  const run = useMutation({
    mutationFn: () => ask<Batch>({ method: 'POST', path: `/api/v1/batches/${batch._id}/run` }),
    onSuccess: ({ events }) => {
      receipt(t('certificates:batch.begun'), events);
      void queries.invalidateQueries({ queryKey: ['batches'] });
      void navigate({ to: '/batches/$id', params: { id: batch._id } });
    },
  });
  const asked = workflow === 'revoke' && can > many;
  return (
    <Stack>
      <Preview batch={batch} />
      {workflow === 'revoke' && can > 0 && <Text size="sm">{t('certificates:revoke.consequence')}</Text>}
      {asked && <TextInput label={t('certificates:batch.type', { count: can })} value={typed} onChange={(e) => type(e.currentTarget.value)} inputMode="numeric" />}
      <FaultBox fault={run.error} />
      <CallShown call={{ method: 'POST', path: `/api/v1/batches/${batch._id}/run` }} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel} data-autofocus>{t('common:cancel')}</Button>
        {onBack !== undefined && <Button variant="default" onClick={onBack}>{t('certificates:batch.back')}</Button>}
        <Button color={workflow === 'revoke' ? 'red' : undefined} disabled={can === 0 || (asked && typed.trim() !== String(can))} loading={run.isPending} onClick={() => run.mutate()}>
          {t(`certificates:batch.run.${workflow}`, { count: can, figure: figure(can, spoken()) })}
        </Button>
      </Group>
    </Stack>
  );
}

