import { detail } from '@/parts/details';

/** An event, as far as a history tells it. */
export interface Recorded {
  _id: string;
  code?: string;
  timestamp?: number;
  status?: 'success' | 'warning' | 'failure';
  details?: { key: string; value: string }[];
}

/** A request, as far as a history tells it. */
export interface Asked {
  _id: string;
  workflow?: string;
  status?: string;
  requester?: string;
  registrationDate?: number;
}

interface Common {
  id: string;
  at: number;
  /** The code of an event, the workflow of a request. */
  word: string;
  actor: string;
  /** Why it ended as it did, where it did not succeed. */
  reason: string;
  /** How many alike stand together, itself among them. */
  count: number;
}

/** A line of a history. */
export type Entry = Common & ({ kind: 'event'; status: 'success' | 'warning' | 'failure' } | { kind: 'request'; status: string });

const eventEntry = (e: Recorded): Entry => ({
  kind: 'event', id: e._id, at: e.timestamp ?? 0, word: e.code ?? '', status: e.status ?? 'success', actor: detail(e, 'actorId'),
  reason: e.status === 'success' ? '' : detail(e, 'message'), count: 1,
});

const requestEntry = (r: Asked): Entry => ({
  kind: 'request', id: r._id, at: r.registrationDate ?? 0, word: r.workflow ?? '', status: r.status ?? '', actor: r.requester ?? '', reason: '', count: 1,
});

/** Events and requests as one history, newest first, by day; neighbours that say the same are folded. */
export function daysOf(events: Recorded[], requests: Asked[], dayOf: (at: number) => string): { day: string; entries: Entry[] }[] {
  const all = [...events.map(eventEntry), ...requests.map(requestEntry)].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  const days: { day: string; entries: Entry[] }[] = [];
  for (const entry of all) {
    const day = dayOf(entry.at);
    if (days.at(-1)?.day !== day) days.push({ day, entries: [] });
    const entries = days.at(-1)?.entries ?? [];
    const last = entries.at(-1);
    if (last?.kind === 'event' && entry.kind === 'event' && last.word === entry.word && last.status === entry.status && last.actor === entry.actor && last.reason === entry.reason) last.count++;
    else entries.push(entry);
  }
  return days;
}
