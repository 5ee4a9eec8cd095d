import { ArrowRight, Ban, Circle, CircleDashed, Loader, TriangleAlert, X, type LucideIcon } from 'lucide-react';

import { say } from '@/app/language';

import styles from './State.module.css';

/** The states of certificates, in their precedence, and those of requests that are open. */
export type StateName = 'revoked' | 'expired' | 'superseded' | 'due' | 'valid' | 'pending';

const icons: Record<StateName, LucideIcon> = { revoked: Ban, expired: X, superseded: ArrowRight, due: TriangleAlert, valid: Circle, pending: Loader };

/** A state as shape and word, never by colour alone. */
export function State({ state, unmanaged = false, children }: { state: StateName; unmanaged?: boolean; children?: React.ReactNode }) {
  const Icon = icons[state];
  return (
    <span className={`${styles.state} ${styles[state]} ${unmanaged ? styles.unmanaged : ''}`}>
      <Icon size={14} aria-hidden /> {children ?? say(`common:state.${state}`)}
      {unmanaged && <CircleDashed size={14} role="img" aria-label={say('common:state.unmanaged')} />}
    </span>
  );
}

/** The letter of a grade, or a dash where there is none. */
export function Grade({ letter }: { letter: string | undefined }) {
  if (letter === undefined || letter === '') return <span aria-label={say('common:ungraded')}>–</span>;
  return (
    <span className={styles.grade} data-letter={letter.slice(0, 1)} title={say('common:grade', { letter })}>
      {letter}
    </span>
  );
}
