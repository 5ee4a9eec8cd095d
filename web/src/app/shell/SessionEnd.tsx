import { Button, Group, Paper, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { onAnswer } from '@/api/client';

import { useNow } from '../now';
import { selfQuery } from '../session';
import styles from './Shell.module.css';

const Again = lazy(() => import('./Again'));

const warned = 120_000; // milliseconds before the end

/** When the session ends, and whether it ended; told by every answer of the server. */
interface End {
  at: number;
  /** The session ends then whatever is done. */
  fixed: boolean;
  over: boolean;
}

function useEnd(): End {
  const [end, setEnd] = useState<End>({ at: Infinity, fixed: false, over: false });
  useEffect(
    () =>
      onAnswer((headers, status) => {
        const said = /idle=(\d+), life=(\d+)/.exec(headers.get('horizon-session') ?? '');
        if (said !== null) {
          const [idle, life] = [Number(said[1]), Number(said[2])];
          setEnd({ at: Date.now() + Math.min(idle, life) * 1000, fixed: life <= idle, over: false });
        } else if (status === 401) {
          setEnd((known) => ({ ...known, over: true }));
        }
      }),
    [],
  );
  return end;
}

/**
 * Announces the end of the session two minutes before, with a way to put it off; after it, asks to sign in again over the
 * page as it is, so that nothing entered is lost (WCAG 2.2.1).
 */
export function SessionEnd() {
  const { t } = useTranslation();
  const end = useEnd();
  const now = useNow();
  const queries = useQueryClient();
  if (end.over || now >= end.at) {
    return (
      <Suspense fallback={null}>
        <Again />
      </Suspense>
    );
  }
  if (end.at - now > warned) return null;
  return (
    <Paper role="alert" withBorder shadow="md" p="md" className={styles.ending}>
      <Group>
        <Text>{t(end.fixed ? 'common:session.endsFixed' : 'common:session.ends')}</Text>
        {!end.fixed && <Button onClick={() => void queries.refetchQueries(selfQuery)}>{t('common:session.stay')}</Button>}
      </Group>
    </Paper>
  );
}
