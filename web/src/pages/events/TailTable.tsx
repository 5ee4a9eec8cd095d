import { useMediaQuery } from '@mantine/hooks';
import { memo, useRef } from 'react';

import { useTexts } from '@/app/texts';
import { detail } from '@/parts/details';
import { PageLink } from '@/parts/links';
import { useSight } from '@/parts/list/window';
import { When } from '@/parts/When';

import { subjectOf } from './event';
import styles from './events.module.css';
import type { LogEvent } from './proof';
import { Status } from './Status';

interface Props {
  events: LogEvent[];
  /** Called with how far down the reader scrolled, in pixels. */
  onScroll: (down: number) => void;
}

const heads = ['time', 'what', 'ended', 'actor', 'subject'] as const;

/** Thousands of events as a table of which only the rows in sight are drawn; how many there are is told all the same. */
export function TailTable({ events, onScroll }: Props) {
  const { t } = useTexts();
  const frame = useRef<HTMLDivElement>(null);
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const height = narrow ? 80 : 36; // as in the styles
  const { from, to, above, below } = useSight(frame, events.length, height);
  return (
    <div ref={frame} className={`${styles.panel} ${styles.tail}`} tabIndex={0} role="region" aria-label={t('places:live')} onScroll={(e) => onScroll(e.currentTarget.scrollTop)}>
      <table role="table" aria-label={t('events:newestFirst')} aria-rowcount={events.length + 1} className={styles.tailTable}>
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            {heads.map((name) => <th key={name} role="columnheader" scope="col" className={styles[`tail-${name}`]}>{t(`events:${name}`)}</th>)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          <Gap height={above} />
          {events.slice(from, to).map((e, i) => <Row key={e._id} event={e} index={from + i + 2} />)}
          <Gap height={below} />
        </tbody>
      </table>
    </div>
  );
}

/** The room of the rows out of sight. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr role="presentation" className={styles.gap} style={{ height }}>
      <td role="presentation" />
    </tr>
  );
}

/** One line of the log. */
const Row = memo(function Row({ event, index }: { event: LogEvent; index: number }) {
  const { t } = useTexts();
  const about = subjectOf(event);
  return (
    <tr role="row" aria-rowindex={index}>
      <td role="cell">{event.timestamp !== undefined && <When at={event.timestamp} as="full" />}</td>
      <td role="cell">
        <PageLink to="/events/$id" params={{ id: event._id }}>{t(`codes:${event.code ?? ''}`)}</PageLink>
      </td>
      <td role="cell"><Status status={event.status} /></td>
      <td role="cell">{detail(event, 'actorId')}</td>
      <td role="cell" title={about}>{about}</td>
    </tr>
  );
});
