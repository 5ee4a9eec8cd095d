import { say } from '@/app/language';
import { Sign } from '@/parts/Sign';

import styles from './events.module.css';

const signs = { success: 'tick', warning: 'warning', failure: 'cross' } as const;

/** How an attempt ended, as shape and word. */
export function Status({ status }: { status: string | undefined }) {
  const known = status === 'failure' || status === 'warning' ? status : 'success';
  return (
    <span className={`${styles.status} ${styles[known]}`}>
      <Sign name={signs[known]} /> {say(`events:status.${known}`)}
    </span>
  );
}
