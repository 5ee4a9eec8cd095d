import { useState } from 'react';

/** Rows that were chosen: one by one, or all the query describes. */
export interface Selection<Row> {
  all: boolean;
  rows: Map<string, Row>;
}

/** A selection with what changes it. */
export interface Selecting<Row> extends Selection<Row> {
  has: (id: string) => boolean;
  toggle: (id: string, row: Row) => void;
  /** Adds the rows, or takes them away when all of them are chosen. */
  page: (rows: [string, Row][]) => void;
  /** Adds the rows. */
  add: (rows: [string, Row][]) => void;
  everything: () => void;
  clear: () => void;
}

/** What is chosen in a list; another query begins anew. */
export function useSelection<Row>(query: string): Selecting<Row> {
  const [kept, keep] = useState<Selection<Row> & { query: string }>({ all: false, rows: new Map(), query });
  const now = kept.query === query ? kept : { all: false, rows: new Map<string, Row>(), query };
  const put = (rows: Map<string, Row>, all = false) => keep({ all, rows, query });
  return {
    ...now,
    has: (id) => now.all || now.rows.has(id),
    toggle: (id, row) => {
      const rows = new Map(now.rows);
      if (!rows.delete(id)) rows.set(id, row);
      put(rows);
    },
    page: (list) => {
      const rows = new Map(now.rows);
      const whole = list.every(([id]) => rows.has(id));
      for (const [id, row] of list) {
        if (whole) rows.delete(id);
        else rows.set(id, row);
      }
      put(rows);
    },
    add: (list) => put(new Map([...now.rows, ...list])),
    everything: () => put(now.rows, true),
    clear: () => put(new Map()),
  };
}
