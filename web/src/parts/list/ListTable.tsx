import { ArrowDown, ArrowUp, ArrowUpDown, ChevronDown, ChevronUp } from 'lucide-react';
import { Fragment, startTransition, useCallback, useEffect, useMemo, useRef, useState, type MouseEvent } from 'react';
import type { TFunction } from 'i18next';

import { whenIdle } from '@/app/idle';
import { useKeys } from '@/app/keys';
import { usePreferences } from '@/app/session';
import { useTexts } from '@/app/texts';

import { runsOf } from './fold';
import { Line, type LineActs } from './Line';
import styles from './List.module.css';
import type { Selecting } from './selection';
import type { ListAddress } from './state';
import { leadOf, type Column, type Subject } from './subject';

interface Props<Row> {
  subject: Subject<Row>;
  state: ListAddress;
  columns: Column<Row>[];
  /** What the rows are the answer to. */
  of: string;
  rows: Row[];
  /** Old rows that stand here while others are asked for. */
  stale: boolean;
  /** Left out where nothing can be done to a choice. */
  selection?: Selecting<Row> | undefined;
  /** Whether a row can be looked at beside the list. */
  peeks: boolean;
  /** Called when a row is opened. */
  onOpen: (row: Row) => void;
}

/** The rows as a table; on a phone as cards. The link of a row covers all of it. */
export function ListTable<Row>({ subject, state, columns, of, rows, stale, selection, peeks, onOpen }: Props<Row>) {
  const { t } = useTexts();
  const { density } = usePreferences();
  const lead = leadOf(columns);
  const body = useRef<HTMLTableSectionElement>(null);
  const pairs = rows.map((row): [string, Row] => [subject.id(row), row]);
  const [unfolded, unfold] = useState<Set<string>>(() => new Set());
  const runs = runsOf(pairs, subject.alike);
  const drawn = useSight(of) ? runs : runs.slice(0, inSight());
  const shown = runs.flatMap((run) => (unfolded.has(run.first[0]) ? [run.first, ...run.rest] : [run.first]));
  const toggle = (id: string) => unfold((old) => new Set(old.has(id) ? [...old].filter((o) => o !== id) : [...old, id]));
  const links = () => [...(body.current?.querySelectorAll<HTMLAnchorElement>('a[data-row]') ?? [])];
  const here = () => links().findIndex((l) => l === document.activeElement || l.closest('tr')?.contains(document.activeElement) === true);
  const current = () => shown[here()];
  const step = (by: number) => {
    const all = links();
    const next = Math.min(all.length - 1, Math.max(0, here() + by));
    all[next]?.focus();
    if (state.peek !== '' && shown[next] !== undefined) state.set({ peek: shown[next][0] }, true);
  };
  const peek = (id: string) => state.set({ peek: state.peek === id ? '' : id }, true);
  const anchor = useRef(''); // the row that was chosen last: a range begins there
  const choose = (at: [string, Row] | undefined, range: boolean) => {
    if (at === undefined || selection === undefined) return;
    const [from, to] = [shown.findIndex(([id]) => id === anchor.current), shown.findIndex(([id]) => id === at[0])];
    if (range && from >= 0) selection.add(shown.slice(Math.min(from, to), Math.max(from, to) + 1));
    else selection.toggle(...at);
    anchor.current = at[0];
  };
  useKeys([
    { keys: 'j', name: 'list:keys.next', run: () => step(1) },
    { keys: 'k', name: 'list:keys.previous', run: () => step(-1) },
    ...(selection === undefined
      ? []
      : [
          { keys: 'x', name: 'list:keys.choose', run: () => choose(current(), false) },
          { keys: 'Shift+x', name: 'list:keys.range', run: () => choose(current(), true) },
          { keys: '*', name: 'list:keys.all', run: () => (pairs.every(([id]) => selection.rows.has(id)) ? selection.everything() : selection.page(pairs)) },
        ]),
  ]);
  const acts = useLatest<Row>({ choose: (id, row, range) => choose([id, row], range), peek });
  const names = useMemo(() => ({ choose: naming(t, 'list:choose'), peek: naming(t, 'list:peekAt') }), [t]);
  const line = ([id, row]: [string, Row]) => (
    <Line key={id} subject={subject} columns={columns} lead={lead} id={id} row={row} chosen={selection?.has(id)} fixed={selection?.all === true} peeked={peeks ? state.peek === id : undefined} names={names} acts={acts} />
  );
  const opened = (e: MouseEvent) => {
    const id = e.target instanceof Element ? e.target.closest('a[data-row]')?.closest('tr')?.dataset.id : undefined;
    const row = id === undefined ? undefined : pairs.find(([one]) => one === id)?.[1];
    if (row !== undefined) onOpen(row);
  };
  const whole = selection !== undefined && pairs.length > 0 && pairs.every(([id]) => selection.has(id));
  return (
    <div className={styles.scroll}>
      <table role="table" className={`${styles.table} ${density === 'comfortable' ? styles.comfortable : ''} ${stale ? styles.stale : ''}`} aria-busy={stale} aria-label={t('list:table')}>
        <thead role="rowgroup">
          <tr role="row">
            {selection !== undefined && (
              <th role="columnheader" className={styles.box}>
                <input type="checkbox" className={styles.check} aria-label={t('list:choosePage')} checked={whole} ref={(box) => { if (box !== null) box.indeterminate = !whole && selection.rows.size > 0; }} onChange={() => (selection.all ? selection.clear() : selection.page(pairs))} />
              </th>
            )}
            {columns.map((c) => (
              <Heading key={c.name} column={c} sort={state.sort === '' ? subject.sort : state.sort} onSort={(sort) => state.set({ sort: sort === subject.sort ? '' : sort, page: 1 })} />
            ))}
            {peeks && (
              <th role="columnheader" className={styles.more}>
                <span className="unseen">{t('list:peek')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={body} role="rowgroup" onClick={opened}>
          {drawn.map((run) => (
            <Fragment key={run.first[0]}>
              {(unfolded.has(run.first[0]) ? [run.first, ...run.rest] : [run.first]).map(line)}
              {run.rest.length > 0 && (
                <tr role="row">
                  <td role="cell" className={styles.folded} colSpan={columns.length + (peeks ? 1 : 0) + (selection === undefined ? 0 : 1)}>
                    <button type="button" className={`plain ${styles.sorter}`} aria-expanded={unfolded.has(run.first[0])} onClick={() => toggle(run.first[0])}>
                      {unfolded.has(run.first[0]) ? <ChevronUp size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
                      {unfolded.has(run.first[0]) ? t('list:fold') : t('list:alike', { count: run.rest.length })}
                    </button>
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
          {drawn.length < runs.length && <tr role="presentation" style={{ height: (runs.length - drawn.length) * rowHeight[density === 'comfortable' ? 'comfortable' : 'compact'] }} />}
        </tbody>
      </table>
    </div>
  );
}

const rowHeight = { compact: 37, comfortable: 45 }; // pixels, with the line below

/** So many rows are seen, or nearly, before anybody scrolls. */
const inSight = () => Math.max(8, Math.ceil(window.innerHeight / rowHeight.compact) - 6);

/** Whether all rows of an answer are drawn: false until those in sight have been. */
function useSight(of: string): boolean {
  const [seen, see] = useState('');
  useEffect(() => whenIdle(() => startTransition(() => see(of))), [of]);
  return seen === of;
}

/** The same object for as long as the component is shown, whose members do what those of the latest one do. */
function useLatest<Row>(now: LineActs<Row>): LineActs<Row> {
  const latest = useRef(now);
  useEffect(() => {
    latest.current = now;
  });
  const choose = useCallback<LineActs<Row>['choose']>((...all) => latest.current.choose(...all), []);
  const peek = useCallback<LineActs<Row>['peek']>((id) => latest.current.peek(id), []);
  return useMemo(() => ({ choose, peek }), [choose, peek]);
}

/** Puts names into a text that has a place for one; the text is looked up once. */
function naming(t: TFunction, key: string): (name: string) => string {
  const [before = '', after = ''] = t(key, { name: '\n' }).split('\n');
  return (name) => before + name + after;
}

function Heading<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string; onSort: (sort: string) => void }) {
  const by = column.sort;
  const classes = column.figures === true ? styles.figures : undefined;
  if (by === undefined) return <th role="columnheader" className={classes}>{column.title}</th>;
  const state = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none';
  const Icon = state === 'ascending' ? ArrowUp : state === 'descending' ? ArrowDown : ArrowUpDown;
  return (
    <th role="columnheader" aria-sort={state} className={classes}>
      <button type="button" className={`plain ${styles.sorter}`} onClick={() => onSort(state === 'ascending' ? `-${by}` : by)}>
        {column.title} <Icon size={12} aria-hidden opacity={state === 'none' ? 0.35 : 1} />
      </button>
    </th>
  );
}
