import { Button, Group, Table, Text, Title, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { spoken } from '@/app/language';
import { useNow } from '@/app/now';
import { useTexts } from '@/app/texts';
import { dayOf, figure } from '@/app/times';
import { PageLink } from '@/parts/links';

import type { HomeSegment, HomeWeek } from './home';
import styles from './home.module.css';

const modes = ['auto', 'manual', 'none'] as const;

/** What ends in the next weeks, by who acts; every segment is a link to its list, the whole of each as well, and all of it is a table on demand. */
export function Expiry({ weeks, totals }: { weeks: HomeWeek[]; totals: HomeSegment[] }) {
  const { t } = useTexts();
  const [table, setTable] = useState(false);
  const total = (w: HomeWeek) => (w.segments ?? []).reduce((sum, s) => sum + (s.count ?? 0), 0);
  const highest = Math.max(0, ...weeks.map(total));
  return (
    <section className={styles.panel} aria-labelledby="expiry">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="expiry">{t('home:expiry')}</Title>
        {highest > 0 && <Button variant="default" size="xs" onClick={() => setTable(!table)}>{t(table ? 'home:asChart' : 'home:asTable')}</Button>}
      </Group>
      {highest === 0 && <Text>{t('home:noneEnds')}</Text>}
      {highest > 0 && (table ? <WeekTable weeks={weeks} /> : <Bars weeks={weeks} highest={highest} />)}
      {highest > 0 && <Legend totals={totals} />}
    </section>
  );
}

/** Who acts, each with all of theirs. */
function Legend({ totals }: { totals: HomeSegment[] }) {
  const { t } = useTexts();
  return (
    <ul className={styles.legend}>
      {modes.map((mode) => {
        const { count = 0, query = '' } = totals.find((s) => s.mode === mode) ?? {};
        const words = t('home:total', { mode: t(`home:mode.${mode}`), number: figure(count, spoken()) });
        return (
          <li key={mode}>
            <span className={`${styles.key} ${styles[mode]}`} aria-hidden /> {count === 0 ? words : <PageLink to={'/certificates' as string} search={{ q: query } as never}>{words}</PageLink>}
          </li>
        );
      })}
    </ul>
  );
}

function Bars({ weeks, highest }: { weeks: HomeWeek[]; highest: number }) {
  const { t } = useTexts();
  const now = useNow();
  return (
    <ol className={styles.weeks}>
      {weeks.map((w) => (
        <li key={w.start}>
          <div className={styles.stack}>
            {(w.segments ?? []).filter((s) => (s.count ?? 0) > 0).map((s) => {
              const words = t('home:segment', { date: dayOf(w.start ?? 0, now, spoken(), true), number: figure(s.count ?? 0, spoken()), mode: t(`home:mode.${s.mode ?? 'none'}`) });
              return (
                <Tooltip key={s.mode} label={words}>
                  <Link to={'/certificates' as string} search={{ q: s.query ?? '' } as never} aria-label={words} className={`${styles.segment} ${styles[s.mode ?? 'none']}`} style={{ height: `${Math.max(4, ((s.count ?? 0) / highest) * 100)}%` }} />
                </Tooltip>
              );
            })}
          </div>
          <span className={styles.week}>{dayOf(w.start ?? 0, w.start ?? 0, spoken(), true)}</span>
        </li>
      ))}
    </ol>
  );
}

function WeekTable({ weeks }: { weeks: HomeWeek[] }) {
  const { t } = useTexts();
  const now = useNow();
  return (
    <Table.ScrollContainer minWidth={360}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('home:weekOf')}</Table.Th>
            {modes.map((m) => <Table.Th key={m} scope="col">{t(`home:mode.${m}`)}</Table.Th>)}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {weeks.map((w) => (
            <Table.Tr key={w.start}>
              <Table.Th scope="row" fw={400}>{dayOf(w.start ?? 0, now, spoken(), true)}</Table.Th>
              {(w.segments ?? []).map((s) => (
                <Table.Td key={s.mode}>
                  {s.count === 0 ? 0 : <PageLink to={'/certificates' as string} search={{ q: s.query ?? '' } as never}>{figure(s.count ?? 0, spoken())}</PageLink>}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
