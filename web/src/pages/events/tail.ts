import { useEffect, useRef, useState } from 'react';

import { ask } from '@/api/client';

import { joined, most } from './event';
import type { LogEvent } from './proof';

const soonest = 2_000; // milliseconds between two questions while something comes
const latest = 30_000; // and when nothing does
const page = 500;
const fields = ['code', 'timestamp', 'status', 'details', 'sequence'];

interface Tail {
  events: LogEvent[];
  /** How many came while it was held still. */
  waiting: number;
  held: boolean;
  hold: (still: boolean) => void;
  error: unknown;
}

/** What came while the log is held still: the newest of them, and how many there were. */
interface Pending {
  events: LogEvent[];
  count: number;
}
const nothing: Pending = { events: [], count: 0 };

/** The newest events a query describes, then those that come, while the page can be seen. */
export function useTail(query: string): Tail {
  const [events, setEvents] = useState<LogEvent[]>([]);
  const [pending, setPending] = useState<Pending>(nothing);
  const [held, hold] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const still = useRef(held);
  useEffect(() => {
    still.current = held;
  }, [held]);

  useEffect(() => {
    const stop = new AbortController();
    let [timer, wait, after] = [0, soonest, -1];
    const round = async () => {
      if (!document.hidden) {
        try {
          const came = await since(query, after, stop.signal);
          setError(null);
          after = came.reduce((last, e) => Math.max(last, e.sequence ?? -1), after);
          if (came.length > 0) {
            if (still.current) setPending((p) => ({ events: joined(came, p.events), count: p.count + came.length }));
            else setEvents((known) => joined(came, known));
          }
          wait = came.length > 0 ? soonest : Math.min(wait * 1.5, latest);
        } catch (thrown) {
          if (stop.signal.aborted) return;
          setError(thrown);
          wait = latest;
        }
      }
      timer = window.setTimeout(() => void round(), wait);
    };
    void round();
    return () => {
      stop.abort();
      window.clearTimeout(timer);
      setEvents([]);
      setPending(nothing);
    };
  }, [query]);

  const resume = (stay: boolean) => {
    hold(stay);
    if (!stay && pending.count > 0) {
      setEvents((known) => joined(pending.events, known));
      setPending(nothing);
    }
  };
  return { events, waiting: pending.count, held, hold: resume, error };
}

/** The newest events behind a place in the log, the newest first: all of them up to those that are kept. It does not keep the session alive. */
async function since(query: string, after: number, signal: AbortSignal): Promise<LogEvent[]> {
  const follow = after < 0 ? '' : `sequence after ${after}`;
  const whole = [query === '' ? '' : `(${query})`, follow].filter((part) => part !== '').join(' and ');
  const headers = { 'Horizon-Background': '1' };
  let found: LogEvent[] = [];
  for (let pageIndex = 1; pageIndex * page <= most; pageIndex++) {
    const body = { query: whole, fields, pageIndex, pageSize: page };
    const answer = await ask<{ results: LogEvent[]; hasMore?: boolean }>({ method: 'POST', path: '/api/v1/events/search', body, headers, signal });
    found = joined(found, answer.body.results);
    if (after < 0 || answer.body.hasMore !== true) break;
  }
  return found;
}
