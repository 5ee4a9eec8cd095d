import { Button, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleDot, TriangleAlert } from 'lucide-react';

import { spoken } from '@/app/language';
import { prefer } from '@/app/session';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { PageButton, PageLink } from '@/parts/links';
import { When } from '@/parts/When';

import { doAddress, rowAddress, subjectOf, type HomeRow, type HomeView } from './home';
import styles from './home.module.css';
import { homeQuery } from './query';

const icons = { error: CircleAlert, warning: TriangleAlert, info: CircleDot } as const;

/** One row a matter; alike are one row with their number. */
export function Needs({ home }: { home: HomeView }) {
  const { t } = useTexts();
  const rows = home.needs ?? [];
  return (
    <section className={styles.panel} aria-labelledby="needs">
      <Title order={2} id="needs" mb="sm">
        {t('home:needs', { count: rows.length })}
      </Title>
      {rows.length === 0 && <Nothing home={home} />}
      <ul className={styles.rows}>
        {rows.map((row) => (
          <Row key={`${row.kind} ${row.profile ?? ''} ${row.list?.query ?? ''}`} row={row} at={home.at ?? 0} />
        ))}
      </ul>
    </section>
  );
}

function Nothing({ home }: { home: HomeView }) {
  const { t } = useTexts();
  const { next } = home;
  return (
    <Text>
      {t('home:nothing')}{' '}
      {next?.at !== undefined && (
        <>
          {t('home:next', { name: next.subject?.name ?? '' })} <When at={next.at} />.
        </>
      )}
    </Text>
  );
}

function Row({ row, at }: { row: HomeRow; at: number }) {
  const { t } = useTexts();
  const severity = row.severity ?? 'info';
  const Icon = icons[severity];
  const address = rowAddress(row);
  const act = doAddress(row);
  const kind = row.kind ?? 'request.own';
  const count = row.count ?? 1;
  const name = subjectOf(row);
  return (
    <li className={styles.row} data-severity={severity}>
      <Icon size={20} role="img" aria-label={t(`home:severity.${severity}`)} />
      <span className={styles.what}>
        <PageLink to={address.to} search={address.search} c="inherit" fw={600}>
          {t(`home:kind.${kind.replace('.', '-')}`, { count, number: (row.more === true ? '≥ ' : '') + figure(count, spoken()) })}
        </PageLink>
        <span className={styles.name}>{name}</span>
        <span className="muted">
          {(row.people ?? []).join(', ')}
          {row.people === undefined && [row.subject?.owner, row.subject?.team].filter((x) => x !== undefined && x !== '').join(', ')}
        </span>
      </span>
      <span className={styles.when}>{row.at !== undefined && <When at={row.at} as="distance" />}</span>
      {kind === 'request.failed' && <Seen at={at} name={name} />}
      <PageButton to={act.to} search={act.search} variant="default" size="xs" aria-label={`${t(`home:do.${kind.replace('.', '-')}`)} ${name}`}>
        {t(`home:do.${kind.replace('.', '-')}`)}
      </PageButton>
    </li>
  );
}

/** Puts away what has failed until the page was made. */
function Seen({ at, name }: { at: number; name: string }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const seen = async () => {
    await prefer(queries, { failuresSeen: at });
    await queries.invalidateQueries({ queryKey: homeQuery.queryKey });
    document.querySelector<HTMLElement>('h1')?.focus();
  };
  return (
    <Button variant="subtle" size="xs" aria-label={`${t('home:seen')} ${name}`} onClick={() => void seen()}>
      {t('home:seen')}
    </Button>
  );
}
