import type { QueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';

import { say } from '@/app/language';
import type { Search } from '@/app/search';
import { selfQuery, type Self } from '@/app/session';
import { askRows } from '@/parts/list/rows';
import { listState, type ListState } from '@/parts/list/state';
import type { Column, Subject } from '@/parts/list/subject';
import { When } from '@/parts/When';

import { RequestState } from '../one/RequestState';
import type { Request } from '../wire';
import { RowActions } from './RowActions';

export const path = '/api/v1/requests';

/** What "To decide" is: waiting, and not lapsed. */
export const toDecide = 'request is valid';

export const views = ['decide', 'mine', 'all'] as const;
export type ViewName = (typeof views)[number];

const scopes: Record<ViewName, Record<string, unknown>> = { decide: { scope: 'manage' }, mine: { scope: 'self' }, all: {} };

export type Row = Partial<Request> & { _id: string };

/** Whether somebody holds a right to decide anywhere. What is open to everybody has no right of its own. */
export function mayDecideSomewhere(self: Self): boolean {
  return (self.permissions ?? []).some(({ value }) => {
    const [area = '', , , word] = value.split(':');
    return (area === '*' || area === 'lifecycle') && (word === undefined || word === '*' || word.startsWith('approve'));
  });
}

/** What a request is about, in short: the common name, else the whole subject. */
export function shortName(dn: string | undefined): string {
  return /(?:^|,)CN=([^,]+)/.exec(dn ?? '')?.[1] ?? dn ?? '';
}

const orDash = (text: string | undefined) => (text === undefined || text === '' ? <span className="muted">–</span> : text);

/** The requests of a view as a list. */
export function subjectOf(t: TFunction, view: ViewName): Subject<Row> {
  const columns: Column<Row>[] = [
    { name: 'name', title: t('requests:list.name'), fields: ['dn', 'workflow'], sort: 'dn', usual: true, draw: (r) => shortName(r.dn) || r._id },
    { name: 'workflow', title: t('requests:list.workflow'), fields: ['workflow'], sort: 'workflow', usual: true, draw: (r) => t(`requests:asks.${r.workflow ?? 'enroll'}`) },
    { name: 'status', title: t('requests:list.status'), fields: ['status'], sort: 'status', usual: view !== 'decide', draw: (r) => (r.status === undefined ? '' : <RequestState status={r.status} />) },
    { name: 'profile', title: t('requests:field.profile'), fields: ['profile'], sort: 'profile', usual: true, draw: (r) => r.profile },
    { name: 'requester', title: t('requests:list.requester'), fields: ['requester'], sort: 'requester', usual: view !== 'mine', draw: (r) => r.requester },
    { name: 'team', title: t('requests:field.team'), fields: ['team'], sort: 'team', usual: true, draw: (r) => orDash(r.team) },
    { name: 'owner', title: t('requests:field.owner'), fields: ['owner'], sort: 'owner', draw: (r) => r.owner },
    { name: 'registered', title: t('requests:list.registered'), fields: ['registrationDate'], sort: 'registrationDate', usual: true, draw: (r) => r.registrationDate !== undefined && <When at={r.registrationDate} as="distance" /> },
    { name: 'lapses', title: t('requests:list.lapses'), fields: ['expirationDate', 'status'], sort: 'expirationDate', usual: view === 'decide', draw: (r) => r.status === 'pending' && (r.expirationDate ?? 0) > 0 && <When at={r.expirationDate ?? 0} as="distance" /> },
    { name: 'approver', title: t('requests:list.approver'), fields: ['approver'], sort: 'approver', usual: view === 'all', draw: (r) => orDash(r.approver) },
    { name: 'comment', title: t('requests:comment'), fields: ['requesterComment'], sort: 'requesterComment', usual: view === 'decide', draw: (r) => r.requesterComment },
    { name: 'actions', title: t('requests:list.actions'), fields: ['permissions', 'workflow', 'module', 'dn'], usual: view === 'decide', draw: (r) => <RowActions row={r} /> },
  ];
  return {
    name: 'requests',
    path,
    extra: scopes[view],
    columns,
    fields: ['dn'],
    sort: view === 'decide' ? 'expirationDate' : '-registrationDate',
    id: (r) => r._id,
    label: (r) => shortName(r.dn) || r._id,
    link: (r) => `/requests/${r._id}`,
  };
}

/** The view an address shows: without one, what its reader has to decide about, if they may. */
export function viewOf(search: Search, self: Self): ViewName {
  return views.find((v) => v === search.view) ?? (mayDecideSomewhere(self) ? 'decide' : 'mine');
}

/** What an address asks of a view. "To decide" is a query like any other; the address without one means it. */
export function asked<State extends ListState>(view: ViewName, search: Search, state: State): State {
  return view === 'decide' && search.q === undefined ? { ...state, q: toDecide } : state;
}

/** Asks for the requests an address shows. */
export function ahead(queries: QueryClient, search: Search): void {
  const view = viewOf(search, queries.getQueryData(selfQuery.queryKey) ?? {});
  askRows(queries, subjectOf(say, view), asked(view, search, listState(search)));
}
