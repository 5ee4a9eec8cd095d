import { Check, TriangleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import styles from './events.module.css';

const icons = { success: Check, warning: TriangleAlert, failure: X } as const;

/** How an attempt ended, as shape and word. */
export function Status({ status }: { status: string | undefined }) {
  const { t } = useTranslation();
  const known = status === 'failure' || status === 'warning' ? status : 'success';
  const Icon = icons[known];
  return (
    <span className={`${styles.status} ${styles[known]}`}>
      <Icon size={14} aria-hidden /> {t(`events:status.${known}`)}
    </span>
  );
}
