import type { Self } from '@/app/session';
import { quoted } from '@/parts/query/terms';

/** A view every reader has: a name and its query. */
export interface View {
  name: 'all' | 'mine' | 'due' | 'expired' | 'unmanaged';
  q: string;
  /** Its own order; the list's when left out. */
  sort?: string;
}

/** What is one's own: owned, or of a team one is in. */
export function mine(self: Self): string {
  const owned = `owner equals ${quoted(self.identity?.identifier ?? '')}`;
  const teams = self.teams ?? [];
  return teams.length === 0 ? owned : `${owned} or team in [${teams.map(quoted).join(', ')}]`;
}

/** The built-in views, in their order. */
export function viewsOf(self: Self): View[] {
  return [
    { name: 'all', q: '' },
    { name: 'mine', q: mine(self) },
    { name: 'due', q: 'state is due', sort: 'renewalDue' },
    { name: 'expired', q: 'state is expired', sort: '-notAfter' },
    { name: 'unmanaged', q: 'profile not exists' },
  ];
}

/** The address of a view. */
export function searchOfView({ q, sort }: View): Record<string, string> {
  return { ...(q === '' ? {} : { q }), ...(sort === undefined ? {} : { sort }) };
}
