import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { api, onReach } from '@/api/client';

import { useTexts } from '../texts';
import styles from './Shell.module.css';

const again = 5_000; // milliseconds between two looks whether the server is back

/** Whether the last call reached the server; while none does, it is looked for. */
function useReached(): boolean {
  const [reached, reach] = useState(true);
  const queries = useQueryClient();
  useEffect(() => onReach(reach), []);
  useEffect(() => {
    const lost = () => reach(false);
    window.addEventListener('offline', lost);
    return () => window.removeEventListener('offline', lost);
  }, []);
  useEffect(() => {
    if (reached) return;
    const look = () => void api.GET('/api/v1/ui').then(() => queries.invalidateQueries()).catch(() => undefined);
    const timer = window.setInterval(look, again);
    window.addEventListener('online', look);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener('online', look);
    };
  }, [reached, queries]);
  return reached;
}

/** A bar while the server cannot be reached: what is shown is what was known, and nothing waits to be sent. */
export function Offline() {
  const { t } = useTexts();
  const reached = useReached();
  return (
    <div role="status">
      {!reached && <p className={`${styles.announcement} ${styles.warning} ${styles.offline}`}>{t('common:offline')}</p>}
    </div>
  );
}
