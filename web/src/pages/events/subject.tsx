import type { QueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';

import { say, spoken } from '@/app/language';
import { figure } from '@/app/times';
import { detail } from '@/parts/details';
import { askRows } from '@/parts/list/rows';
import { listState, type ListState } from '@/parts/list/state';
import type { Subject } from '@/parts/list/subject';
import { When } from '@/parts/When';

import { aboutOf } from './event';
import styles from './events.module.css';
import type { LogEvent } from './proof';
import { usual } from './range';
import { Status } from './Status';
import { Value } from './Value';

/** The log as a list; the values of its rows narrow the query. */
export function subjectOf(t: TFunction, query: string): Subject<LogEvent> {
  return {
    name: 'events', path: '/api/v1/events', fields: ['code', 'timestamp', 'status', 'details'], sort: '',
    id: (e) => e._id,
    label: (e) => t(`codes:${e.code ?? ''}`),
    link: (e) => `/events/${e._id}`,
    alike: (e) => [e.code, e.status, detail(e, 'actorId')].join(' '),
    columns: [
      { name: 'what', title: t('events:what'), fields: [], usual: true, draw: (e) => <>{t(`codes:${e.code ?? ''}`)} <code className={styles.code}>{e.code}</code></> },
      { name: 'time', title: t('events:time'), fields: [], usual: true, draw: (e) => <When at={e.timestamp ?? 0} as="full" /> },
      { name: 'ended', title: t('events:ended'), fields: [], usual: true, draw: (e) => <Value field="status" value={e.status ?? ''} query={query}><Status status={e.status} /></Value> },
      { name: 'actor', title: t('events:actor'), fields: [], usual: true, draw: (e) => <Value field="detail.actorId" value={detail(e, 'actorId')} query={query} /> },
      { name: 'subject', title: t('events:subject'), fields: [], usual: true, draw: (e) => <Value {...aboutOf(e)} query={query} /> },
      { name: 'code', title: t('events:code'), fields: [], draw: (e) => <Value field="code" value={e.code ?? ''} query={query}><code>{e.code}</code></Value> },
      { name: 'module', title: t('events:module'), fields: ['module'], draw: (e) => <Value field="module" value={e.module ?? ''} query={query} /> },
      { name: 'ip', title: t('events:ip'), fields: [], draw: (e) => <Value field="detail.ip" value={detail(e, 'ip')} query={query} /> },
      { name: 'door', title: t('events:door'), fields: [], draw: (e) => <Value field="detail.door" value={detail(e, 'door')} query={query} /> },
      { name: 'node', title: t('events:node'), fields: ['node'], draw: (e) => <Value field="node" value={e.node ?? ''} query={query} /> },
      { name: 'sequence', title: t('events:place'), fields: ['sequence'], usual: true, figures: true, draw: (e) => (e.sequence === undefined ? t('events:unsealed') : figure(e.sequence, spoken())) },
    ],
  };
}

/** What an address asks of the log: an address without a query asks the usual one. */
export function asked<State extends ListState>(state: State): State {
  return state.q === '' ? { ...state, q: usual } : state;
}

/** Asks for the events an address shows. */
export function ahead(queries: QueryClient, search: Record<string, string | undefined>): void {
  const state = asked(listState(search));
  askRows(queries, subjectOf(say, state.q), state);
}
