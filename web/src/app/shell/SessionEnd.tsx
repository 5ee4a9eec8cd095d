import { Button, Group, Paper, Text } from '@mantine/core';
import { lazy, Suspense, useEffect, useState } from 'react';

import { api, onAnswer } from '@/api/client';

import { useTexts } from '../texts';
import styles from './Shell.module.css';

const Again = lazy(() => import('./Again'));

const warned = 120_000; // milliseconds before the end
const longest = 2 ** 31 - 1; // milliseconds a timer can wait

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

/** Whether a moment has passed; the component is drawn anew when it does. */
function usePassed(moment: number): boolean {
  const [passed, pass] = useState(-Infinity);
  useEffect(() => {
    if (!Number.isFinite(moment)) return;
    const timer = window.setTimeout(() => pass(moment), Math.min(longest, Math.max(0, moment - Date.now())));
    return () => window.clearTimeout(timer);
  }, [moment]);
  return passed === moment;
}

/**
 * Announces the end of the session two minutes before, with a way to put it off; after it, asks to sign in again over the
 * page as it is, so that nothing entered is lost (WCAG 2.2.1). Another window may have put it off: the server knows.
 */
export function SessionEnd() {
  const { t } = useTexts();
  const end = useEnd();
  const near = usePassed(end.at - warned);
  const due = usePassed(end.at + 1000);
  useEffect(() => {
    if (due) void look();
  }, [due]);
  if (end.over) {
    return (
      <Suspense fallback={null}>
        <Again />
      </Suspense>
    );
  }
  return (
    <div role="alert">
      {near && (
        <Paper withBorder shadow="md" p="md" className={styles.ending}>
          <Group>
            <Text>{t(end.fixed ? 'common:session.endsFixed' : 'common:session.ends')}</Text>
            {!end.fixed && <Button onClick={() => void look()}>{t('common:session.stay')}</Button>}
          </Group>
        </Paper>
      )}
    </div>
  );
}

/** A call that puts the end off, or tells that it has come: the answer is heard above. */
const look = () => api.GET('/api/v1/security/principals/self').catch(() => undefined);
