import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ask } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { EventLink } from '@/parts/Receipt';
import { When } from '@/parts/When';

import { isCut, undone, type Change } from '../model/states';
import type { Difference } from '../model/values';
import { Compare } from './Compare';
import { Differences } from './Review';
import type { Editing } from './useEditor';

interface Happened {
  _id: string;
  code: string;
  status: string;
  timestamp: number;
  details: { key: string; value: string }[];
}

const quoted = (s: string) => `"${s.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** A value as an event tells it: JSON where it is, else a text. One that was cut cannot be used. */
export function valueOf(text: string): unknown {
  if (text === '') return undefined;
  if (/^([[{]|true$|false$|-?\d+(\.\d+)?$)/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

/** The fields an event says were changed, old to new. */
export function changesOf(event: Happened): Difference[] {
  const of = (key: string) => event.details.find((d) => d.key === key)?.value;
  const names = event.details.filter((d) => d.key === 'changed').map((d) => d.value);
  return names.map((field) => {
    const [old, now] = [of(`old.${field}`), of(`new.${field}`)];
    const removed = event.details.some((d) => d.key === 'removed' && d.value === field);
    return old === undefined && now === undefined ? { field, secret: true, removed } : { field, old: valueOf(old ?? ''), new: valueOf(now ?? '') };
  });
}

/** Who changed what, from the events. Old values can be put back into the draft; they are reviewed like any change. */
export default function History({ editing, name, may, onPut }: { editing: Editing; name: string; may: boolean; onPut: () => void }) {
  const { t } = useTexts();
  const { kind } = editing;
  const [comparing, compare] = useState(false);
  const query = `detail.kind equals ${quoted(kind.kind)} and detail.name equals ${quoted(name)}`;
  const { data, error, fetchNextPage, hasNextPage, isPending } = useInfiniteQuery({
    queryKey: ['config', 'history', kind.kind, name],
    initialPageParam: 1,
    queryFn: async ({ pageParam }) =>
      (await ask<{ results: Happened[]; hasMore: boolean; pageIndex: number }>({ method: 'POST', path: '/api/v1/events/search', body: { query, pageIndex: pageParam, pageSize: 25, sortedBy: [{ element: 'timestamp', order: 'Desc' }] } })).body,
    getNextPageParam: (last) => (last.hasMore ? last.pageIndex + 1 : undefined),
  });
  if (error !== null) return <FaultBox fault={error} />;
  const events = (data?.pages ?? []).flatMap((p) => p.results);
  if (!isPending && events.length === 0) return <Empty title={t('config:history.none')} />;
  const back = (changes: Difference[]) => {
    editing.draft.replace(undone(editing.draft.get(), changes));
    onPut();
  };
  const changed: Change[] = events
    .filter((e) => e.status === 'success')
    .map((e) => ({ id: e._id, at: e.timestamp, by: e.details.find((d) => d.key === 'actorId')?.value ?? t('config:history.system'), changes: changesOf(e) }))
    .filter((c) => c.changes.length > 0);
  return (
    <Stack maw={1040}>
      {changed.length > 0 && (
        <Group>
          <Button size="xs" variant="default" aria-expanded={comparing} onClick={() => compare(!comparing)}>{t('forms:compare.verb')}</Button>
        </Group>
      )}
      {comparing && <Compare key={changed.length} now={editing.base.document ?? {}} all={changed} />}
      {events.map((e) => {
        const changes = changesOf(e);
        const of = (key: string) => e.details.find((d) => d.key === key)?.value ?? '';
        const possible = changes.filter((c) => c.secret !== true && !isCut(c.old));
        return (
          <Paper key={e._id} withBorder p="md" component="article" aria-label={e.code}>
            <Group gap="sm" align="center">
              <Text size="sm">
                <When at={e.timestamp} as="full" /> · {of('actorId') === '' ? t('config:history.system') : of('actorId')} · <span className="mono">{e.code}</span> · {t(`config:history.${e.status}`, { defaultValue: e.status })}
              </Text>
              <EventLink id={e._id} />
              {may && e.status === 'success' && possible.length > 0 && (
                <Button size="xs" variant="default" onClick={() => back(possible)}>{t('config:history.putBack')}</Button>
              )}
            </Group>
            {of('errorDetail') + of('reason') !== '' && <Text size="sm" mt="xs">{of('errorDetail') || of('reason')}</Text>}
            {changes.length > 0 && <div style={{ marginTop: 8 }}><Differences changes={changes} /></div>}
          </Paper>
        );
      })}
      {hasNextPage && <Button variant="default" w="fit-content" onClick={() => void fetchNextPage()}>{t('config:more')}</Button>}
    </Stack>
  );
}
