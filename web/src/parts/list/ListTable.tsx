import { ActionIcon, Checkbox, UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowDown, ArrowUp, ArrowUpDown, ChevronDown, ChevronUp, PanelRightOpen } from 'lucide-react';
import { Fragment, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { useKeys } from '@/app/keys';
import { usePreferences } from '@/app/session';

import { runsOf } from './fold';
import styles from './List.module.css';
import type { Selecting } from './selection';
import type { ListAddress } from './state';
import { leadOf, type Column, type Subject } from './subject';

interface Props<Row> {
  subject: Subject<Row>;
  state: ListAddress;
  columns: Column<Row>[];
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
export function ListTable<Row>({ subject, state, columns, rows, stale, selection, peeks, onOpen }: Props<Row>) {
  const { t } = useTranslation();
  const { density } = usePreferences();
  const lead = leadOf(columns);
  const body = useRef<HTMLTableSectionElement>(null);
  const pairs = rows.map((row): [string, Row] => [subject.id(row), row]);
  const [unfolded, unfold] = useState<Set<string>>(() => new Set());
  const runs = runsOf(pairs, subject.alike);
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
  const space = (e: KeyboardEvent, id: string) => {
    if (e.key !== ' ' || !peeks || !(e.target instanceof HTMLAnchorElement)) return;
    e.preventDefault();
    peek(id);
  };
  const line = ([id, row]: [string, Row]) => (
    <tr key={id} role="row" data-chosen={selection?.has(id)} data-peek={state.peek === id} onKeyDown={(e) => space(e, id)}>
      {selection !== undefined && (
        <td role="cell" className={styles.box}>
          <Checkbox size="xs" aria-label={t('list:choose', { name: subject.label(row) })} checked={selection.has(id)} disabled={selection.all} onChange={(e) => choose([id, row], (e.nativeEvent as MouseEvent).shiftKey)} />
        </td>
      )}
      {columns.map((c) => (
        <td key={c.name} role="cell" className={[c.figures === true ? styles.figures : '', c === lead ? styles.lead : ''].join(' ')}>
          {c === lead ? (
            <Link to={subject.link(row)} data-row className={styles.main} onClick={() => onOpen(row)}>
              {c.draw(row)}
            </Link>
          ) : (
            <>
              <span className={styles.label}>{c.title}</span> {c.draw(row)}
            </>
          )}
        </td>
      ))}
      {peeks && (
        <td role="cell" className={styles.more}>
          <ActionIcon variant="subtle" color="gray" c="inherit" aria-label={t('list:peekAt', { name: subject.label(row) })} aria-expanded={state.peek === id} onClick={() => peek(id)}>
            <PanelRightOpen size={16} aria-hidden />
          </ActionIcon>
        </td>
      )}
    </tr>
  );
  const whole = selection !== undefined && pairs.length > 0 && pairs.every(([id]) => selection.has(id));
  return (
    <div className={styles.scroll}>
      <table role="table" className={`${styles.table} ${density === 'comfortable' ? styles.comfortable : ''} ${stale ? styles.stale : ''}`} aria-busy={stale} aria-label={t('list:table')}>
        <thead role="rowgroup">
          <tr role="row">
            {selection !== undefined && (
              <th role="columnheader" className={styles.box}>
                <Checkbox size="xs" aria-label={t('list:choosePage')} checked={whole} indeterminate={!whole && selection.rows.size > 0} onChange={() => (selection.all ? selection.clear() : selection.page(pairs))} />
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
        <tbody ref={body} role="rowgroup">
          {runs.map((run) => (
            <Fragment key={run.first[0]}>
              {(unfolded.has(run.first[0]) ? [run.first, ...run.rest] : [run.first]).map(line)}
              {run.rest.length > 0 && (
                <tr role="row">
                  <td role="cell" className={styles.folded} colSpan={columns.length + (peeks ? 1 : 0) + (selection === undefined ? 0 : 1)}>
                    <UnstyledButton className={styles.sorter} fz="inherit" aria-expanded={unfolded.has(run.first[0])} onClick={() => toggle(run.first[0])}>
                      {unfolded.has(run.first[0]) ? <ChevronUp size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
                      {unfolded.has(run.first[0]) ? t('list:fold') : t('list:alike', { count: run.rest.length })}
                    </UnstyledButton>
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string; onSort: (sort: string) => void }) {
  const by = column.sort;
  const classes = column.figures === true ? styles.figures : undefined;
  if (by === undefined) return <th role="columnheader" className={classes}>{column.title}</th>;
  const state = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none';
  const Icon = state === 'ascending' ? ArrowUp : state === 'descending' ? ArrowDown : ArrowUpDown;
  return (
    <th role="columnheader" aria-sort={state} className={classes}>
      <UnstyledButton className={styles.sorter} fz="inherit" onClick={() => onSort(state === 'ascending' ? `-${by}` : by)}>
        {column.title} <Icon size={12} aria-hidden opacity={state === 'none' ? 0.35 : 1} />
      </UnstyledButton>
    </th>
  );
}
