import { Button, Skeleton, Stack } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useLocation } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, X } from 'lucide-react';
import { useDeferredValue, useMemo, type ReactNode } from 'react';

import { useKeys } from '@/app/keys';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';

import styles from './List.module.css';
import { ListBar, type Export } from './ListBar';
import { ListTable } from './ListTable';
import { pageSize, useCount, useDrawn, useRows, type Rows } from './rows';
import { useSelection, type Selecting } from './selection';
import type { ListAddress } from './state';
import { columnsOf, type Column, type Subject } from './subject';
import { keepWalk } from './walk';
import { Without } from './Without';

interface Props<Row> {
  subject: Subject<Row>;
  state: ListAddress;
  /** Facets, at the left. */
  side?: ReactNode;
  /** What can be done with chosen rows; left out where nothing can. `count` is known when all are chosen. */
  actions?: (selection: Selecting<Row>, count: number | undefined) => ReactNode;
  /** What is shown beside the list of one row. */
  peek?: (id: string) => ReactNode;
  /** Stands in the bar, before columns and CSV. */
  bar?: ReactNode;
  /** Files of the list beside CSV. */
  exports?: Export[];
  /** Stands in the bar and knows what is chosen. */
  extra?: (selection: Selecting<Row>) => ReactNode;
  /** What to do where nothing exists or matches. */
  empty?: ReactNode;
}

const none: never[] = [];
const beside = 4; // columns that fit beside a row that is looked at, unless the window is large

/** A list whose query, order, columns and page stand in the address, and whose rows and counts come from the server. */
export function ServerList<Row>({ subject, state, side, actions, peek, bar, exports, extra, empty }: Props<Row>) {
  const { t } = useTexts();
  const { data, error, isPlaceholderData } = useRows(subject, state);
  const selection = useSelection<Row>(state.q);
  const wide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const vast = useMediaQuery('(min-width: 100em)', true, { getInitialValueInEffect: false });
  const peeking = peek !== undefined && state.peek !== '';
  const narrow = peeking && wide && !vast;
  const columns = useMemo(() => columnsOf(subject, state.cols).slice(0, narrow ? beside : undefined), [subject, state.cols, narrow]);
  return (
    <div className={styles.frame}>
      {side !== undefined && (
        <aside className={peeking && !vast ? `${styles.side} ${styles.away}` : styles.side} aria-label={t('list:facets')}>
          {wide ? side : <details className={styles.narrow}><summary>{t('list:facets')}</summary>{side}</details>}
        </aside>
      )}
      <div className={styles.middle}>
        <ListBar subject={subject} state={state} took={data?.took} exports={exports}>
          {extra?.(selection)}
          {bar}
        </ListBar>
        <FaultBox fault={error} />
        <Body subject={subject} state={state} columns={columns} data={data} failed={error !== null} old={isPlaceholderData} selection={actions === undefined ? undefined : selection} peeks={peek !== undefined} empty={empty} />
        {actions !== undefined && <Chosen subject={subject} state={state} selection={selection} actions={actions} />}
      </div>
      {peeking && <Beside state={state}>{peek(state.peek)}</Beside>}
    </div>
  );
}

interface BodyProps<Row> extends Pick<Props<Row>, 'subject' | 'state' | 'empty'> {
  columns: Column<Row>[];
  data: Rows<Row> | undefined;
  /** The last answer was a refusal. */
  failed: boolean;
  /** The rows are those of before, until others have come. */
  old: boolean;
  selection: Selecting<Row> | undefined;
  peeks: boolean;
}

/** The rows. What stands around them is drawn at once, and they without holding it. */
function Body<Row>({ subject, state, columns, data, failed, old, selection, peeks, empty }: BodyProps<Row>) {
  const { t } = useTexts();
  const location = useLocation();
  const found = useDeferredValue(data ?? null, null);
  const rows = found?.results ?? none;
  const awaited = !failed && (data === undefined || found === null);
  const open = () => keepWalk(subject.name, { back: location.href, query: state.q, ids: rows.map(subject.id), first: (state.page - 1) * pageSize + 1 });
  return (
    <>
      {awaited && <Waiting />}
      {rows.length > 0 && <ListTable subject={subject} state={state} columns={columns} of={found?.of ?? ''} rows={rows} stale={old || failed} selection={selection} peeks={peeks} onOpen={open} />}
      {data?.results.length === 0 && rows.length === 0 && !failed && <Empty title={t(state.q.trim() === '' ? 'list:none' : 'list:noMatch')}><Without subject={subject} state={state} />{empty}</Empty>}
      {!awaited && <Pages subject={subject} state={state} hasMore={data?.hasMore ?? false} />}
    </>
  );
}

function Waiting() {
  const { t } = useTexts();
  return (
    <Stack gap="xs" role="status" aria-label={t('common:loading')}>
      {Array.from({ length: 8 }, (_, i) => (
        <Skeleton key={i} height={32} />
      ))}
    </Stack>
  );
}

function Pages<Row>({ subject, state, hasMore }: { subject: Subject<Row>; state: ListAddress; hasMore: boolean }) {
  const { t } = useTexts();
  const { data: count } = useCount(subject, state.q, useDrawn(subject, state));
  if (state.page === 1 && !hasMore) return null;
  const last = count === undefined ? undefined : Math.max(1, Math.ceil(count / pageSize));
  return (
    <nav className={styles.pages} aria-label={t('list:pages')}>
      <Button variant="default" size="xs" leftSection={<ChevronLeft size={14} aria-hidden />} disabled={state.page === 1} onClick={() => state.set({ page: state.page - 1 })}>
        {t('list:previous')}
      </Button>
      <span>{last === undefined ? t('list:page', { page: figure(state.page, spoken()) }) : t('list:pageOf', { page: figure(state.page, spoken()), last: figure(last, spoken()) })}</span>
      <Button variant="default" size="xs" rightSection={<ChevronRight size={14} aria-hidden />} disabled={!hasMore} onClick={() => state.set({ page: state.page + 1 })}>
        {t('list:next')}
      </Button>
    </nav>
  );
}

function Chosen<Row>({ subject, state, selection, actions }: { subject: Subject<Row>; state: ListAddress; selection: Selecting<Row>; actions: NonNullable<Props<Row>['actions']> }) {
  const { t } = useTexts();
  const { data: count } = useCount(subject, state.q, useDrawn(subject, state));
  const some = selection.all || selection.rows.size > 0;
  useKeys(some ? [{ keys: 'Escape', name: 'list:keys.clear', run: selection.clear }] : []);
  if (!some) return null;
  const chosen = selection.all ? (count ?? 0) : selection.rows.size;
  return (
    <section className={styles.chosen} aria-label={t('list:chosenRows')}>
      <strong role="status">{t('list:chosen', { count: chosen, figure: figure(chosen, spoken()) })}</strong>
      {!selection.all && count !== undefined && count > selection.rows.size && (
        <Button variant="subtle" size="xs" onClick={selection.everything}>
          {t('list:all', { figure: figure(count, spoken()) })}
        </Button>
      )}
      {actions(selection, selection.all ? count : selection.rows.size)}
      <Button variant="subtle" color="gray" c="inherit" size="xs" onClick={selection.clear}>
        {t('list:clear')}
      </Button>
    </section>
  );
}

function Beside({ state, children }: { state: ListAddress; children: ReactNode }) {
  const { t } = useTexts();
  const close = () => state.set({ peek: '' }, true);
  useKeys([{ keys: 'Escape', name: 'list:keys.close', run: close }]);
  return (
    <aside className={styles.peek} aria-label={t('list:peek')}>
      <Button variant="subtle" color="gray" c="inherit" size="compact-xs" leftSection={<X size={14} aria-hidden />} onClick={close}>
        {t('common:close')}
      </Button>
      {children}
    </aside>
  );
}
