import { Loader } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import { hasTerm, withoutTerm, withTerm } from '@/parts/query/terms';

import styles from './List.module.css';
import { useDrawn } from './rows';
import type { ListAddress } from './state';
import type { Subject } from './subject';

/** A member of a group: null where there is no value, a range for dates. */
export type Value = string | boolean | { start: number; end: number } | null;

/** Something a list can be narrowed by. */
export interface Facet {
  /** The API's name to group by: "profile", "notAfter.month". */
  by: string;
  title: string;
  /** How a value is shown. */
  label: (value: Value) => string;
  /** The condition that describes exactly the members of the value. */
  term: (value: Value) => string;
  /** Whether it is open from the beginning. */
  open?: boolean;
  /** By the values instead of by their number. */
  ordered?: boolean;
}

const shown = 8;

/** So many of the rows are counted: a list of millions is not counted whole to be narrowed. */
const most = 10_000;

/** Facets with counts the server made of the query. A value pressed is a condition of the query, and pressed again gone. */
export function Facets<Row>({ subject, state, facets }: { subject: Subject<Row>; state: ListAddress; facets: Facet[] }) {
  return facets.map((f) => <One key={f.by} subject={subject} state={state} facet={f} />);
}

function One<Row>({ subject, state, facet }: { subject: Subject<Row>; state: ListAddress; facet: Facet }) {
  const [open, setOpen] = useState(facet.open === true);
  return (
    <details className={styles.facet} open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{facet.title}</summary>
      {open && <Values subject={subject} state={state} facet={facet} />}
    </details>
  );
}

function Values<Row>({ subject, state, facet }: { subject: Subject<Row>; state: ListAddress; facet: Facet }) {
  const { t } = useTexts();
  const [more, setMore] = useState(false);
  const body = { ...subject.extra, query: state.q, groupBy: [facet.by], limit: more ? 100 : shown + 1, most, sortOrder: facet.ordered === true ? 'KeyAsc' : 'Desc' };
  const { data, error, isPending } = useQuery({
    queryKey: [subject.name, 'facet', body],
    enabled: useDrawn(subject, state),
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { body: found } = await ask<{ items: { _id: Record<string, Value>; count: number }[]; more?: boolean }>({ method: 'POST', path: `${subject.path}/aggregate`, body, signal });
      return found;
    },
  });
  if (isPending && error === null) return <Loader size="xs" m="xs" role="status" aria-label={t('common:loading')} />;
  const press = (term: string) => state.set({ q: hasTerm(state.q, term) ? withoutTerm(state.q, term) : withTerm(state.q, term), page: 1 });
  const all = data?.items ?? [];
  const least = data?.more === true ? '≥ ' : '';
  return (
    <>
      <FaultBox fault={error} />
      {(more ? all : all.slice(0, shown)).map(({ _id, count }) => {
        const value = _id[facet.by] ?? null;
        const term = facet.term(value);
        return (
          <button key={term} type="button" className={`plain ${styles.value}`} aria-pressed={hasTerm(state.q, term)} onClick={() => press(term)} title={facet.label(value)}>
            <span>{facet.label(value)}</span> <span>{least + figure(count, spoken())}</span>
          </button>
        );
      })}
      {!more && all.length > shown && (
        <button type="button" className={`plain ${styles.value}`} onClick={() => setMore(true)}>
          <span className="muted">{t('list:more')}</span>
        </button>
      )}
    </>
  );
}
