import { SegmentedControl, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { ServerList } from '@/parts/list/ServerList';
import { useListState } from '@/parts/list/state';
import type { Subject } from '@/parts/list/subject';
import { Page } from '@/parts/Page';
import { QueryLine } from '@/parts/query/QueryLine';
import { quoted } from '@/parts/query/terms';
import { When } from '@/parts/When';

import { detail, subjectOf } from './event';
import { Histogram } from './Histogram';
import type { LogEvent } from './proof';
import { inRange, rangeOf, ranges, usual } from './range';
import { Status } from './Status';

/** The log as a search. Its range of time is always written in the query. */
export default function Log() {
  const { t } = useTranslation();
  const address = useListState();
  const state = useMemo(() => ({ ...address, q: address.q === '' ? usual : address.q }), [address]);
  const subject = useSubject();
  const run = (q: string) => state.set({ q, page: 1, peek: '' });
  const words = (text: string) => `detail.message contains ${quoted(text)} or detail.actorId contains ${quoted(text)}`;
  return (
    <Page title={t('places:log')} section={t('places:events')}>
      <QueryLine language="heql" value={state.q} onRun={run} path="/api/v1/events" words={words} slash />
      <SegmentedControl
        aria-label={t('events:range')} size="xs" mb="sm" value={rangeOf(state.q)} onChange={(range) => run(inRange(state.q, range))}
        data={ranges.map((r) => ({ value: r, label: t(`events:ranges.${r}`) }))}
      />
      <Histogram query={state.q} />
      <ServerList subject={subject} state={state} empty={<Text size="sm">{t('events:noneInRange')}</Text>} />
    </Page>
  );
}

function useSubject(): Subject<LogEvent> {
  const { t } = useTranslation();
  return useMemo(
    () => ({
      name: 'events', path: '/api/v1/events', fields: ['code', 'timestamp', 'status', 'details'], sort: '',
      id: (e) => e._id,
      label: (e) => t(`codes:${e.code ?? ''}`),
      link: (e) => `/events/${e._id}`,
      columns: [
        { name: 'what', title: t('events:what'), fields: [], usual: true, draw: (e) => t(`codes:${e.code ?? ''}`) },
        { name: 'time', title: t('events:time'), fields: [], usual: true, draw: (e) => <When at={e.timestamp ?? 0} as="full" /> },
        { name: 'ended', title: t('events:ended'), fields: [], usual: true, draw: (e) => <Status status={e.status} /> },
        { name: 'actor', title: t('events:actor'), fields: [], usual: true, draw: (e) => detail(e, 'actorId') },
        { name: 'subject', title: t('events:subject'), fields: [], usual: true, draw: subjectOf },
        { name: 'code', title: t('events:code'), fields: [], draw: (e) => <code>{e.code}</code> },
        { name: 'module', title: t('events:module'), fields: ['module'], draw: (e) => e.module },
        { name: 'ip', title: t('events:ip'), fields: [], draw: (e) => detail(e, 'ip') },
        { name: 'door', title: t('events:door'), fields: [], draw: (e) => detail(e, 'door') },
        { name: 'node', title: t('events:node'), fields: ['node'], draw: (e) => e.node },
        { name: 'sequence', title: t('events:sequence'), fields: ['sequence'], figures: true, draw: (e) => e.sequence },
      ],
    }),
    [t],
  );
}
