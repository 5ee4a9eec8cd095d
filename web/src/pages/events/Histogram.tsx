import { Tooltip } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useNow } from '@/app/now';
import { useTexts } from '@/app/texts';
import { dayOf, figure } from '@/app/times';

import styles from './events.module.css';
import { onDay } from './range';

interface Item {
  _id: { status: Status; 'timestamp.day': { start: number; end: number } };
  count: number;
}
type Status = 'success' | 'warning' | 'failure';
type Day = Record<Status, number> & { start: number };

const most = 60; // days that are drawn; more are left to the query

/** The days of the items, the oldest first, with their counts by status. */
function daysOf(items: Item[]): Day[] {
  const days = new Map<number, Day>();
  for (const { _id, count } of items) {
    const { start } = _id['timestamp.day'];
    const day = days.get(start) ?? { start, success: 0, warning: 0, failure: 0 };
    day[_id.status] += count;
    days.set(start, day);
  }
  return [...days.values()].sort((a, b) => a.start - b.start).slice(-most);
}

/** How many events a query describes, by day and by how they ended. Each day leads to its list. It is asked for once the rows are drawn. */
export function Histogram({ query, drawn }: { query: string; drawn: boolean }) {
  const { t } = useTexts();
  const now = useNow();
  const body = { query, groupBy: ['timestamp.day', 'status'], limit: 1000, sortOrder: 'KeyDesc' };
  const { data } = useQuery({
    queryKey: ['events', 'histogram', body],
    enabled: drawn,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => daysOf((await ask<{ items: Item[] }>({ method: 'POST', path: '/api/v1/events/aggregate', body, signal })).body.items),
  });
  const days = data ?? [];
  if (days.length < 2) return null;
  const highest = Math.max(...days.map((d) => d.success + d.warning + d.failure));
  return (
    <ol className={styles.bars} aria-label={t('events:byDay')}>
      {days.map((d) => {
        const total = d.success + d.warning + d.failure;
        const words = t('events:dayCount', { date: dayOf(d.start, now, spoken(), true), number: figure(total, spoken()), failures: figure(d.failure, spoken()) });
        return (
          <li key={d.start}>
            <Tooltip label={words}>
              <Link to="/events" search={{ q: onDay(query, d.start) }} aria-label={words}>
                {(['failure', 'warning', 'success'] as const).map((s) => (
                  <span key={s} className={`${styles.bar} ${styles[`bar-${s}`]}`} style={{ height: `${(d[s] / highest) * 100}%` }} />
                ))}
              </Link>
            </Tooltip>
          </li>
        );
      })}
    </ol>
  );
}
