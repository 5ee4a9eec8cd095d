import { Check, TriangleAlert, X } from 'lucide-react';

import { say } from '@/app/language';

import styles from './events.module.css';

const icons = { success: Check, warning: TriangleAlert, failure: X } as const;

/** How an attempt ended, as shape and word. */
export function Status({ status }: { status: string | undefined }) {
  const known = status === 'failure' || status === 'warning' ? status : 'success';
  const Icon = icons[known];
  return (
    <span className={`${styles.status} ${styles[known]}`}>
      <Icon size={14} aria-hidden /> {say(`events:status.${known}`)}
    </span>
  );
}
