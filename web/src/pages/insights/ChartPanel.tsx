import { ActionIcon, Loader, Menu, Text, Title, useComputedColorScheme } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Braces, EllipsisVertical, Image, Table2 } from 'lucide-react';
import { lazy, Suspense, useMemo, useRef, useState, type ReactNode } from 'react';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { fileName, saveFile } from '@/parts/list/download';
import { MenuButton } from '@/parts/MenuButton';

import { ChartTable, rowsOf } from './ChartTable';
import { countOf } from './counting';
import styles from './insights.module.css';
import { formOf, paths, type Chart, type Counted, type Subject, type Value } from './model';
import { pictureOf } from './picture';
import { useDrawing } from './useDrawing';

const Draw = lazy(() => import('./Draw'));

interface Props {
  type: Subject;
  chart: Chart;
  /** Stands below, such as what changes the chart. */
  children?: ReactNode;
}

/** One chart: its name, its query, its drawing, and the same as a table of links. It is counted when it comes into view. */
export function ChartPanel({ type, chart, children }: Props) {
  const { t } = useTexts();
  const { ref, entry } = useIntersection({ rootMargin: '200px' });
  const [seen, setSeen] = useState(false);
  if (!seen && entry?.isIntersecting === true) setSeen(true);
  const [asTable, showTable] = useState(false);
  const picture = useRef<(() => string) | undefined>(undefined);
  const query = chart.localQuery ?? '';
  const { data, error, isPending } = useQuery({
    queryKey: ['insights', 'count', type, chart.type, chart.fields, query, chart.limit, chart.sortOrder, chart.having],
    enabled: seen,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => countOf(type, chart, signal),
  });
  const form = formOf(chart);
  const table = asTable || form === 'table';
  const name = fileName(chart.title);
  const json = () => saveFile(new Blob([JSON.stringify({ title: chart.title, type, query, fields: chart.fields, ...data }, null, 2)], { type: 'application/json' }), `${name}.json`);
  const png = async () => {
    if (form !== 'number' && !table && picture.current !== undefined) return saveFile(blobOf(picture.current()), `${name}.png`);
    if (data === undefined) return;
    const drawn = form === 'number' ? [[figure(data.groups[0]?.count ?? 0, spoken())]] : rowsOf(t, type, chart, data);
    const blob = await pictureOf(chart.title, drawn, form === 'number');
    if (blob !== null) saveFile(blob, `${name}.png`);
  };
  return (
    <section ref={ref} className={styles.panel} data-width={chart.w ?? 6} aria-label={chart.title}>
      <div className={styles.head}>
        <Title order={2}>{chart.title}</Title>
        <MenuButton button={<ActionIcon variant="subtle" color="gray" c="inherit" aria-label={t('insights:more', { name: chart.title })}><EllipsisVertical size={16} aria-hidden /></ActionIcon>}>
          {() => (
            <>
              {form !== 'number' && form !== 'table' && <Menu.Item leftSection={<Table2 size={16} aria-hidden />} onClick={() => showTable(!asTable)}>{t(asTable ? 'insights:asChart' : 'insights:asTable')}</Menu.Item>}
              <Menu.Item leftSection={<Image size={16} aria-hidden />} disabled={data === undefined} onClick={() => void png()}>{t('insights:png')}</Menu.Item>
              <Menu.Item leftSection={<Braces size={16} aria-hidden />} onClick={json}>{t('insights:json')}</Menu.Item>
            </>
          )}
        </MenuButton>
      </div>
      <PageLink to={paths[type].list as string} search={{ q: query } as never} className={styles.query} title={query}>
        {query === '' ? t('insights:everything') : query}
      </PageLink>
      {chart.description !== undefined && chart.description !== '' && <Text size="sm">{chart.description}</Text>}
      <FaultBox fault={error} />
      {isPending && error === null && <Loader size="sm" role="status" aria-label={t('common:loading')} />}
      {data !== undefined && <Content type={type} chart={chart} counted={data} table={table} onReady={(make) => { picture.current = make; }} />}
      {children}
    </section>
  );
}

function Content({ type, chart, counted, table, onReady }: { type: Subject; chart: Chart; counted: Counted; table: boolean; onReady: (make: () => string) => void }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const theme = useComputedColorScheme();
  const drawing = useDrawing(type, chart, counted, theme);
  const form = formOf(chart);
  const summary = useMemo(() => summaryOf(counted, drawing.text, chart.fields), [counted, drawing.text, chart.fields]);
  if (form === 'number') {
    const count = counted.groups[0]?.count ?? 0;
    return <PageLink to={paths[type].list as string} search={{ q: chart.localQuery ?? '' } as never} className={styles.number}>{figure(count, spoken())}</PageLink>;
  }
  if (counted.groups.length === 0) return <Text c="dimmed">{t('insights:nothing')}</Text>;
  if (table || drawing.option === null) return <ChartTable type={type} chart={chart} counted={counted} />;
  return (
    <>
      <Suspense fallback={<Loader size="sm" role="status" aria-label={t('common:loading')} />}>
        <Draw
          option={drawing.option} height={drawing.height} summary={t('insights:summary', { title: chart.title, values: summary })} onReady={onReady} said={drawing.saidAt}
          onPress={(p) => {
            const q = drawing.queryAt(p);
            if (q !== undefined) void navigate({ to: paths[type].list as string, search: { q } as never });
          }}
        />
      </Suspense>
      {form === 'bars' && counted.all > counted.groups.length && <Text size="sm" c="dimmed">{t('insights:further', { count: counted.all - counted.groups.length })}</Text>}
    </>
  );
}

/** The first groups in words, as a summary of a picture. */
function summaryOf(counted: Counted, text: (by: string, v: Value) => string, fields: string[]): string {
  return counted.groups.slice(0, 8).map((g) => `${g.values.map((v, i) => text(fields[i] ?? '', v)).join(', ')}: ${figure(g.count, spoken())}`).join('; ');
}

/** A picture from its data URL. The content security policy lets nobody fetch one. */
function blobOf(dataUrl: string): Blob {
  const bytes = Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(',') + 1)), (c) => c.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}
