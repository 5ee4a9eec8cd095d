import type { Schemas } from '@/api/client';

export type HomeView = Schemas['HomeView'];
export type HomeRow = Schemas['HomeRow'];
export type HomeWeek = Schemas['HomeWeek'];
export type HomeSegment = Schemas['HomeSegment'];

/** The address of a list the server counted. */
export function listAddress(list: HomeRow['list']): { to: string; search: Record<string, string> } {
  const q: Record<string, string> = list?.query === undefined || list.query === '' ? {} : { q: list.query };
  switch (list?.on) {
    case 'requests':
      return { to: '/requests', search: { view: requestView(list.scope), ...q } };
    case 'events':
      return { to: '/events', search: q };
    case 'integrity':
      return { to: '/events/integrity', search: {} };
    case 'mail':
      return { to: '/config/mail', search: list.scope === undefined ? {} : { state: list.scope } };
    case 'authorities':
      return { to: '/config/authorities', search: {} };
    case 'credentials':
      return { to: '/config/credentials', search: {} };
    default:
      return { to: '/certificates', search: q };
  }
}

function requestView(scope: string | undefined): string {
  if (scope === 'self') return 'mine';
  return scope === 'approve' || scope === 'validate' ? 'decide' : 'all';
}

/** Where the first step towards a row is: the certificate or request itself when it is one, else the list. */
export function rowAddress(row: HomeRow): { to: string; search: Record<string, string> } {
  const id = row.subject?._id ?? '';
  if (row.count !== 1 || id === '') return listAddress(row.list);
  if (row.list?.on === 'certificates') return { to: `/certificates/${id}`, search: {} };
  if (row.list?.on === 'requests') return { to: `/requests/${id}`, search: {} };
  return listAddress(row.list);
}

/** Where the button of a row leads: to what is done about it, where that can be begun at once. */
export function doAddress(row: HomeRow): { to: string; search: Record<string, string> } {
  const address = rowAddress(row);
  const renews = row.kind === 'certificate.expired' || row.kind === 'certificate.due' || row.kind === 'renewal.overdue';
  return renews && address.to.startsWith('/certificates/') ? { ...address, search: { do: 'renew' } } : address;
}

/** What a row is about, as short as it is recognized. */
export function subjectOf(row: HomeRow): string {
  if (row.kind === 'request.decide') return row.profile ?? '';
  return row.subject?.name ?? row.subject?.dn ?? '';
}
