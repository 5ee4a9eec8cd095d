import { CircleDashed } from 'lucide-react';

import { say } from '@/app/language';

import { Sign } from './Sign';

import styles from './State.module.css';

/** The states of certificates, in their precedence, and those of requests that are open. */
export type StateName = 'revoked' | 'expired' | 'superseded' | 'due' | 'valid' | 'pending';

const signs = { revoked: 'barred', expired: 'cross', superseded: 'arrow', due: 'warning', valid: 'ring', pending: 'rays' } as const;

/** A state as shape and word, never by colour alone. */
export function State({ state, unmanaged = false, children }: { state: StateName; unmanaged?: boolean; children?: React.ReactNode }) {
  return (
    <span className={`${styles.state} ${styles[state]} ${unmanaged ? styles.unmanaged : ''}`}>
      <Sign name={signs[state]} /> {children ?? say(`common:state.${state}`)}
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
