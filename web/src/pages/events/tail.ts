import { useEffect, useRef, useState } from 'react';

import { ask } from '@/api/client';

import type { LogEvent } from './proof';

const soonest = 2_000; // milliseconds between two questions while something comes
const latest = 30_000; // and when nothing does
const most = 2_000; // rows that are kept
const page = 500;

interface Tail {
  events: LogEvent[];
  /** How many came while it was held still. */
  waiting: number;
  held: boolean;
  hold: (still: boolean) => void;
  error: unknown;
}

/** The newest events a query describes, then those that come, while the page can be seen. */
export function useTail(query: string): Tail {
  const [events, setEvents] = useState<LogEvent[]>([]);
  const [pending, setPending] = useState<LogEvent[]>([]);
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
            (still.current ? setPending : setEvents)((known) => [...came, ...known].slice(0, most));
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
      setPending([]);
    };
  }, [query]);

  const resume = (stay: boolean) => {
    hold(stay);
    if (!stay && pending.length > 0) {
      setEvents((known) => [...pending, ...known].slice(0, most));
      setPending([]);
    }
  };
  return { events, waiting: pending.length, held, hold: resume, error };
}

/** The newest events behind a place in the log, the newest first. It does not keep the session alive. */
async function since(query: string, after: number, signal: AbortSignal): Promise<LogEvent[]> {
  const follow = after < 0 ? '' : `sequence after ${after}`;
  const whole = [query === '' ? '' : `(${query})`, follow].filter((part) => part !== '').join(' and ');
  const body = { query: whole, pageSize: page };
  const headers = { 'Horizon-Background': '1' };
  return (await ask<{ results: LogEvent[] }>({ method: 'POST', path: '/api/v1/events/search', body, headers, signal })).body.results;
}
