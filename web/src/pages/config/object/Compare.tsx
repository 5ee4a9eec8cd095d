import { Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { spoken } from '@/app/language';
import { usePreferences } from '@/app/session';
import { useTexts } from '@/app/texts';
import { fullTime } from '@/app/times';

import { isCut, stateAfter, type Change } from '../model/states';
import { differences } from '../model/values';
import { Differences } from './Review';

/** Two states of the history, side by side; all is made of the events that are shown. */
export function Compare({ now, all }: { now: unknown; all: Change[] }) {
  const { t } = useTexts();
  const { utc = false } = usePreferences();
  const [from, setFrom] = useState(all.length);
  const [to, setTo] = useState(0);
  const name = (i: number) => {
    const c = all[i];
    if (c === undefined) return t('forms:compare.before');
    return `${fullTime(c.at, spoken(), utc)} · ${c.by}${i === 0 ? ` · ${t('forms:compare.now')}` : ''}`;
  };
  const data = [...all.keys(), all.length].map((i) => ({ value: String(i), label: name(i) }));
  const changes = differences(stateAfter(now, all, from), stateAfter(now, all, to));
  const between = all.slice(Math.min(from, to), Math.max(from, to)).flatMap((c) => c.changes);
  const unknown = between.some((c) => c.secret !== true && (isCut(c.old) || isCut(c.new)));
  return (
    <Stack gap="sm" component="section" aria-label={t('forms:compare.title')}>
      <Group gap="sm" align="end">
        <NativeSelect label={t('forms:compare.from')} value={String(from)} data={data} onChange={(e) => setFrom(Number(e.currentTarget.value))} />
        <NativeSelect label={t('forms:compare.to')} value={String(to)} data={data} onChange={(e) => setTo(Number(e.currentTarget.value))} />
      </Group>
      {changes.length === 0 ? <Text size="sm" role="status">{t('forms:compare.same')}</Text> : <Differences changes={changes} />}
      {between.some((c) => c.secret === true) && <Text size="sm" c="dimmed">{t('forms:compare.secrets')}</Text>}
      {unknown && <Text size="sm" c="dimmed">{t('forms:compare.cut')}</Text>}
    </Stack>
  );
}
