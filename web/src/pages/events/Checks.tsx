import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX } from 'lucide-react';

import { spoken } from '@/app/language';
import { usePreferences } from '@/app/session';
import { useTexts } from '@/app/texts';
import { fullTime } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';

import { checkEvent, type Check } from './checks';
import styles from './events.module.css';
import { forget } from './memory';
import type { LogEvent } from './proof';

/** Whether an event is genuine: checked at once, in the browser, with the public key of the log alone. */
export function Checks({ event }: { event: LogEvent }) {
  const { t } = useTexts();
  const run = useQuery({ queryKey: ['event-checks', event], queryFn: () => checkEvent(event), enabled: event.sequence !== undefined, staleTime: Infinity });
  const checks = run.data ?? [];
  const verdict = event.sequence === undefined ? 'pending' : run.isPending ? 'running' : checks.every((c) => c.holds) ? 'genuine' : 'broken';
  return (
    <>
      <Text role="status" fw={600} className={verdict === 'genuine' ? styles.holds : verdict === 'broken' ? styles.broken : ''}>
        {run.error === null && t(`events:verdict.${verdict}`)}
      </Text>
      <FaultBox fault={run.error} />
      <CheckList checks={checks} />
      <Text size="sm" c="dimmed" mt="sm">
        {t('events:checkHelp')}
      </Text>
    </>
  );
}

/** The checks one by one, with what does not hold. */
export function CheckList({ checks }: { checks: Check[] }) {
  const { t } = useTexts();
  const { utc = false } = usePreferences();
  const words = (c: Check) => ({ ...c.values, date: typeof c.values?.at === 'number' ? fullTime(c.values.at, spoken(), utc) : '' });
  return (
    <>
      {checks.map((c) => (
        <div key={c.name} className={styles.check}>
          {c.holds ? <CircleCheck size={20} className={styles.holds} role="img" aria-label={t('events:holds')} /> : <CircleX size={20} className={styles.broken} role="img" aria-label={t('events:holdsNot')} />}
          <span>{c.holds ? t(`events:check.${c.name}`, words(c)) : t(`events:broken.${c.reason ?? 'entry'}`)}</span>
        </div>
      ))}
      {checks.some((c) => !c.holds && (c.name === 'memory' || c.name === 'key')) && (
        <Button variant="default" size="xs" mt="sm" onClick={forget}>
          {t('events:forget')}
        </Button>
      )}
    </>
  );
}
