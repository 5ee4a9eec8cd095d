import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Copy, Download, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { Lost, Waiting } from '@/app/edges';
import { useKeys } from '@/app/keys';
import { holds } from '@/app/rights';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { receipt } from '@/parts/Receipt';

import { boardsQuery, useBoards } from './boards';
import { builtIn } from './builtin';
import { ChartForm } from './ChartForm';
import { ChartPanel } from './ChartPanel';
import { ChartTools } from './ChartTools';
import { saveBoard } from './files';
import styles from './insights.module.css';
import type { Board as Shown, Chart } from './model';

const most = 12; // charts

/** One dashboard: its charts in a grid. One's own can be changed, a built-in one copied. */
export default function Board() {
  const { t } = useTexts();
  const self = useSelf();
  const { shelf, name } = useParams({ strict: false }) as { shelf: string; name: string };
  const { data, error } = useQuery(boardsQuery);
  const built = shelf === 'built-in' ? builtIn(t, holds(self, 'configuration:event')).find(([id]) => id === name)?.[1] : undefined;
  const own = shelf === 'own' ? data?.find((b) => b.name === name) : undefined;
  if (error !== null && shelf === 'own' && own === undefined) return <Page title={name}><FaultBox fault={error} /></Page>;
  if (shelf === 'own' && data === undefined) return <Waiting />;
  const board = built ?? own;
  return board === undefined ? <Lost /> : <Charts key={`${shelf} ${name}`} board={board} own={own !== undefined} />;
}

function Charts({ board, own }: { board: Shown; own: boolean }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { edit = '' } = useSearch({ strict: false });
  const editing = own && edit !== '';
  const [formed, form] = useState<number | null>(null); // the place of the chart whose form is open
  const { add, change, remove } = useBoards();
  const changed = useMutation({ mutationFn: (charts: Chart[]) => change({ ...board, charts }) });
  const copy = useMutation({ mutationFn: add });
  const gone = useMutation({
    mutationFn: () => remove(board.name),
    onSuccess: () => {
      receipt(t('insights:deleted', { name: board.name }), [], { label: t('insights:undo'), run: () => void add(board) });
      void navigate({ to: '/insights' });
    },
  });
  const toggle = () => void navigate({ to: '.', search: (editing ? {} : { edit: 'yes' }) as never, replace: true });
  const duplicate = async () => {
    const name = t('insights:copyOf', { name: board.name }).slice(0, 128);
    await copy.mutateAsync({ ...board, name });
    await navigate({ to: '/insights/$shelf/$name', params: { shelf: 'own', name }, search: { edit: 'yes' } as never });
  };
  useKeys(own ? [{ keys: 'e', name: 'insights:edit', run: toggle }] : []);
  const charts = board.charts;
  const put = (chart: Chart) => {
    changed.mutate(formed === null || formed >= charts.length ? [...charts, chart] : charts.map((c, i) => (i === formed ? chart : c)));
    form(null);
  };
  const drop = (at: number) => {
    changed.mutate(charts.filter((_, i) => i !== at));
    receipt(t('insights:removed', { name: charts[at]?.title ?? '' }), [], { label: t('insights:undo'), run: () => changed.mutate(charts) });
  };
  return (
    <Page
      title={board.name}
      section={t('places:insights')}
      actions={
        <>
          <Button variant="default" leftSection={<Copy size={16} aria-hidden />} loading={copy.isPending} onClick={() => void duplicate().catch(() => undefined)}>{t('insights:copy')}</Button>
          <Button variant="default" leftSection={<Download size={16} aria-hidden />} onClick={() => saveBoard(board)}>{t('insights:export')}</Button>
          {editing && <Button variant="default" leftSection={<Trash2 size={16} aria-hidden />} loading={gone.isPending} onClick={() => gone.mutate()}>{t('insights:delete')}</Button>}
          {own && <Button variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={toggle} aria-pressed={editing}>{t(editing ? 'insights:done' : 'insights:edit')}</Button>}
          {editing && <Button leftSection={<Plus size={16} aria-hidden />} disabled={charts.length >= most} title={charts.length >= most ? t('insights:full', { count: most }) : undefined} onClick={() => form(charts.length)}>{t('insights:addChart')}</Button>}
        </>
      }
    >
      {board.description !== undefined && board.description !== '' && <Text mb="md">{board.description}</Text>}
      <FaultBox fault={changed.error ?? copy.error ?? gone.error} />
      {charts.length === 0 && <Empty title={t('insights:noCharts')}>{!editing && <Button onClick={toggle}>{t('insights:edit')}</Button>}</Empty>}
      <div className={styles.grid}>
        {charts.slice(0, most).map((c, i) => (
          <ChartPanel key={c.i ?? `${i} ${c.title}`} type={board.type} chart={c}>
            {editing && <ChartTools charts={charts} at={i} onChange={(next) => changed.mutate(next)} onEdit={() => form(i)} onRemove={() => drop(i)} />}
          </ChartPanel>
        ))}
      </div>
      {formed !== null && <ChartForm type={board.type} chart={charts[formed]} onSave={put} onClose={() => form(null)} />}
    </Page>
  );
}
