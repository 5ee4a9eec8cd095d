import { memo, type ChangeEvent, type KeyboardEvent } from 'react';

import { LightLink } from '@/parts/links';

import styles from './List.module.css';
import type { Column, Subject } from './subject';

/** What can be done with a row. It stays the same as long as the table, so that no row is drawn again because of it. */
export interface LineActs<Row> {
  choose: (id: string, row: Row, range: boolean) => void;
  peek: (id: string) => void;
}

interface Props<Row> {
  subject: Subject<Row>;
  columns: Column<Row>[];
  lead: Column<Row> | undefined;
  id: string;
  row: Row;
  /** Undefined where nothing can be done to a choice. */
  chosen: boolean | undefined;
  /** All that the query finds are chosen, so that no single one can be left out. */
  fixed: boolean;
  /** Whether the row is looked at; undefined where none can be. */
  peeked: boolean | undefined;
  /** What the checkbox and the button are called. */
  names: { choose: (name: string) => string; peek: (name: string) => string };
  acts: LineActs<Row>;
}

/** A row of a list. A page has fifty of them: they are made of plain elements, and drawn again only when they change. */
export const Line = memo(function Line<Row>({ subject, columns, lead, id, row, chosen, fixed, peeked, names, acts }: Props<Row>) {
  const name = subject.label(row);
  const space = (e: KeyboardEvent) => {
    if (e.key !== ' ' || peeked === undefined || !(e.target instanceof HTMLAnchorElement)) return;
    e.preventDefault();
    acts.peek(id);
  };
  return (
    <tr role="row" data-id={id} data-chosen={chosen} data-peek={peeked} onKeyDown={space}>
      {chosen !== undefined && (
        <td role="cell" className={styles.box}>
          <input type="checkbox" className={styles.check} aria-label={names.choose(name)} checked={chosen} disabled={fixed} onChange={(e: ChangeEvent) => acts.choose(id, row, (e.nativeEvent as MouseEvent).shiftKey)} />
        </td>
      )}
      {columns.map((c) => (
        <td key={c.name} role="cell" className={c === lead ? styles.lead : c.figures === true ? styles.figures : undefined} data-label={c === lead ? undefined : c.title}>
          {c === lead ? <LightLink to={subject.link(row)} data-row className={styles.main}>{c.draw(row)}</LightLink> : c.draw(row)}
        </td>
      ))}
      {peeked !== undefined && (
        <td role="cell" className={styles.more}>
          <button type="button" className={styles.look} aria-label={names.peek(name)} aria-expanded={peeked} onClick={() => acts.peek(id)} />
        </td>
      )}
    </tr>
  );
}) as <Row>(props: Props<Row>) => React.ReactNode;
