import type { ReactNode } from 'react';

/** A column of a list. */
export interface Column<Row> {
  /** Its name in the address. */
  name: string;
  /** Its heading, in the reader's language. */
  title: string;
  /** The members of a row it needs: nothing else is asked for. */
  fields: string[];
  /** The API's name to sort by; without one the column cannot be sorted. */
  sort?: string;
  draw: (row: Row) => ReactNode;
  /** Whether it is shown until somebody chooses. */
  usual?: boolean;
  /** Whether it holds the link to the row's page; else the first does. */
  lead?: boolean;
  /** Aligned to the right, as figures are. */
  figures?: boolean;
}

/** What a list is of: a family of the API with search, csv and dictionary under one path. */
export interface Subject<Row> {
  /** The first part of the keys in the cache; after a change invalidate it. */
  name: string;
  /** /api/v1/certificates */
  path: string;
  /** Members of the body beside the query, such as a scope. */
  extra?: Record<string, unknown>;
  columns: Column<Row>[];
  /** Members needed whatever the columns. */
  fields: string[];
  /** How it is sorted until somebody chooses: "-notAfter"; "" leaves it to the server. */
  sort: string;
  id: (row: Row) => string;
  /** What a row is called: in its link, its checkbox, on a card. */
  label: (row: Row) => string;
  /** Rows that follow each other and have this in common are folded into one. */
  alike?: (row: Row) => string;
  /** The page of a row. */
  link: (row: Row) => string;
}

/** A search as the body of the API. */
export interface SearchBody {
  query: string;
  fields: string[];
  sortedBy?: { element: string; order: 'Asc' | 'Desc' }[];
  pageIndex?: number;
  pageSize?: number;
  withCount?: boolean;
}

/** "-notAfter" as the API sorts. */
export function sortingOf(sort: string): Pick<SearchBody, 'sortedBy'> {
  if (sort === '') return {};
  return { sortedBy: [{ element: sort.replace(/^-/, ''), order: sort.startsWith('-') ? 'Desc' : 'Asc' }] };
}

/** The columns to show, in the order of the subject: those of the address, else the usual ones. */
export function columnsOf<Row>(subject: Subject<Row>, cols: string): Column<Row>[] {
  const wanted = cols.split(',').filter((c) => c !== '');
  const chosen = subject.columns.filter((c) => wanted.includes(c.name));
  return chosen.length > 0 ? chosen : subject.columns.filter((c) => c.usual === true);
}

/** The column with the link, among those that are shown. */
export function leadOf<Row>(columns: Column<Row>[]): Column<Row> | undefined {
  return columns.find((c) => c.lead === true) ?? columns[0];
}

/** The members to ask for. */
export function fieldsOf<Row>(subject: Subject<Row>, columns: Column<Row>[]): string[] {
  return [...new Set([...subject.fields, ...columns.flatMap((c) => c.fields)])];
}
