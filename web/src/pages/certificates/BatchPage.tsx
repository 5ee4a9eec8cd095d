import { Button, Group, Progress, Select, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download, RotateCcw, Square } from 'lucide-react';

import { ask, askFile } from '@/api/client';
import { Waiting } from '@/app/edges';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { CallShown } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { saveFile } from '@/parts/list/download';
import { Page } from '@/parts/Page';
import { receipt } from '@/parts/Receipt';
import { When } from '@/parts/When';

import { batchQuery, moves, outcomesQuery, type Batch } from './batches';
import { Fact, Facts } from './Facts';
import { nameOf } from './names';
import { Preview } from './Preview';
import { Section } from './Section';

const outcomes = ['done', 'asked', 'refused', 'failed', 'underway', 'left'] as const;

/** One thing done to many certificates: how far it has come, and what became of each. */
export default function BatchPage() {
  const { t } = useTexts();
  const { id } = useParams({ strict: false }) as { id: string };
  const { data: b, error } = useQuery(batchQuery(id));
  if (error !== null) return <Page title={t('certificates:batch.title')} narrow><FaultBox fault={error} /></Page>;
  if (b === undefined) return <Waiting />;
  const title = t(`certificates:batch.${b.workflow}`, { count: b.preview.found, figure: figure(b.preview.found, spoken()) });
  const next = nextOf(b);
  return (
    <Page title={title} section={t('places:batches')} actions={<Moves batch={b} />}>
      <Section title={t('certificates:batch.progress')} name="progress">
        <How batch={b} />
        <Facts>
          <Fact name={t('certificates:batch.status')}>{t(`certificates:batch.state.${b.status}`)}{b.reason === undefined ? '' : ` · ${b.reason}`}</Fact>
          <Fact name={t('certificates:batch.principal')}>{b.principal}</Fact>
          <Fact name={t('certificates:batch.query')}>{b.query === undefined ? '' : <PageLink to="/certificates" search={{ q: b.query } as never}><code>{b.query}</code></PageLink>}</Fact>
          <Fact name={t('certificates:migrate.profile')}>{b.profile}</Fact>
          <Fact name={t('certificates:comment')}>{b.requesterComment}</Fact>
          <Fact name={t('certificates:batch.began')}>{b.startDate === undefined ? '' : <When at={b.startDate} as="full" />}</Fact>
          <Fact name={t('certificates:batch.ended')}>{b.endDate === undefined ? '' : <When at={b.endDate} as="full" />}</Fact>
        </Facts>
        {next !== undefined && <CallShown call={{ method: 'POST', path: `/api/v1/batches/${b._id}/${next}` }} />}
      </Section>
      {b.status === 'previewed' && <Section title={t('certificates:batch.previewed')}><Preview batch={b} /></Section>}
      <Outcomes batch={b} />
    </Page>
  );
}

/** What can be done with a batch now: it is run, stopped, or tried again for what was not done. */
function nextOf(b: Batch): 'run' | 'cancel' | 'retry' | undefined {
  if (b.status === 'previewed') return b.permissions.run ? 'run' : undefined;
  if (moves(b)) return b.permissions.cancel ? 'cancel' : undefined;
  return b.progress.refused + b.progress.failed + b.progress.left > 0 ? 'retry' : undefined;
}

function How({ batch: b }: { batch: Batch }) {
  const { t } = useTexts();
  const all = Math.max(1, b.preview.found);
  const p = b.progress;
  const settled = b.preview.found - p.left - p.underway;
  const colours = { done: 'var(--valid)', asked: 'var(--pending)', refused: 'var(--due)', failed: 'var(--expired)' } as const;
  return (
    <>
      <Text role="status" mb={4}>{t('certificates:batch.settled', { settled: figure(settled, spoken()), all: figure(b.preview.found, spoken()) })}</Text>
      <Progress.Root size="lg" mb="sm">
        {(['done', 'asked', 'refused', 'failed'] as const).map((o) => <Progress.Section key={o} value={(p[o] / all) * 100} color={colours[o]} aria-label={t(`certificates:outcome.${o}`)} />)}
      </Progress.Root>
      <Text size="sm" mb="sm">{outcomes.filter((o) => p[o] > 0).map((o) => `${t(`certificates:outcome.${o}`)} ${figure(p[o], spoken())}`).join(' · ')}</Text>
    </>
  );
}

function Moves({ batch: b }: { batch: Batch }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const anew = () => queries.invalidateQueries({ queryKey: ['batches'] });
  const act = useMutation({
    mutationFn: (verb: 'run' | 'cancel' | 'retry') => ask<Batch>({ method: 'POST', path: `/api/v1/batches/${b._id}/${verb}` }),
    onSuccess: ({ body, events }, verb) => {
      receipt(t(`certificates:batch.did.${verb}`), events);
      void anew();
      if (verb === 'retry') void navigate({ to: '/batches/$id', params: { id: body._id } });
    },
  });
  const csv = useMutation({ mutationFn: () => askFile({ method: 'GET', path: `/api/v1/batches/${b._id}/outcomes/csv` }), onSuccess: ({ body }) => saveFile(body, `batch-${b._id}.csv`) });
  const over = b.status === 'completed' || b.status === 'canceled';
  const undone = b.progress.refused + b.progress.failed + b.progress.left;
  return (
    <>
      <Button variant="default" leftSection={<Download size={16} aria-hidden />} loading={csv.isPending} onClick={() => csv.mutate()}>{t('certificates:batch.csv')}</Button>
      {over && undone > 0 && <Button variant="default" leftSection={<RotateCcw size={16} aria-hidden />} onClick={() => act.mutate('retry')}>{t('certificates:batch.retry')}</Button>}
      {moves(b) && b.permissions.cancel && <Button variant="default" leftSection={<Square size={16} aria-hidden />} disabled={b.status === 'canceling'} onClick={() => act.mutate('cancel')}>{t('certificates:batch.stop')}</Button>}
      {b.permissions.run && b.status === 'previewed' && (
        <Button color={b.workflow === 'revoke' ? 'red' : undefined} disabled={b.preview.found === b.preview.refused} onClick={() => act.mutate('run')}>
          {t(`certificates:batch.run.${b.workflow}`, { count: b.preview.found - b.preview.refused, figure: figure(b.preview.found - b.preview.refused, spoken()) })}
        </Button>
      )}
      <FaultBox fault={act.error ?? csv.error} />
    </>
  );
}

function Outcomes({ batch: b }: { batch: Batch }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { outcome = '', page = '1' } = useSearch({ strict: false }) as { outcome?: string; page?: string };
  const number = Math.max(1, Number(page) || 1);
  const { data, error } = useQuery(outcomesQuery(b._id, outcome, number, b.preview.found - b.progress.left - b.progress.underway));
  const go = (search: Record<string, string | undefined>) => void navigate({ to: '.', search: ((old: object) => ({ ...old, ...search })) as never, replace: true });
  return (
    <Section title={t('certificates:batch.outcomes')} name="outcomes"
      action={<Select size="xs" w={160} aria-label={t('certificates:batch.which')} placeholder={t('certificates:batch.every')} clearable data={outcomes.map((o) => ({ value: o, label: t(`certificates:outcome.${o}`) }))}
        value={outcome === '' ? null : outcome} onChange={(o) => go({ outcome: o ?? undefined, page: undefined })} clearButtonProps={{ 'aria-label': t('certificates:batch.every') }} />}>
      <FaultBox fault={error} />
      <Table.ScrollContainer minWidth={520}>
      <Table aria-label={t('certificates:batch.outcomes')}>
        <Table.Thead>
          <Table.Tr>{['name', 'outcome', 'why', 'request'].map((h) => <Table.Th key={h}>{t(`certificates:batch.column.${h}`)}</Table.Th>)}</Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(data?.results ?? []).map((o) => (
            <Table.Tr key={o.certificateId}>
              <Table.Td><PageLink to="/certificates/$id" params={{ id: o.certificateId }}>{nameOf({ dn: o.dn ?? '', serial: o.certificateId, subjectAlternateNames: [] })}</PageLink></Table.Td>
              <Table.Td>{t(`certificates:outcome.${o.outcome}`)}</Table.Td>
              <Table.Td>{o.message} {o.detail} {o.error !== undefined && <code className="muted">{o.error}</code>}</Table.Td>
              <Table.Td>{o.requestId !== undefined && <PageLink to={'/requests/$id' as never} params={{ id: o.requestId } as never}>{t('certificates:request')}</PageLink>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      </Table.ScrollContainer>
      {(number > 1 || data?.hasMore === true) && (
        <Group justify="flex-end" mt="sm">
          <Button size="xs" variant="default" disabled={number === 1} onClick={() => go({ page: number === 2 ? undefined : String(number - 1) })}>{t('list:previous')}</Button>
          <Button size="xs" variant="default" disabled={data?.hasMore !== true} onClick={() => go({ page: String(number + 1) })}>{t('list:next')}</Button>
        </Group>
      )}
    </Section>
  );
}
