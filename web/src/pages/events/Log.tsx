import { SegmentedControl, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { detail } from '@/parts/details';
import { useDrawn } from '@/parts/list/rows';
import { ServerList } from '@/parts/list/ServerList';
import { useListState } from '@/parts/list/state';
import type { Subject } from '@/parts/list/subject';
import { Page } from '@/parts/Page';
import { QueryLine } from '@/parts/query/QueryLine';
import { quoted } from '@/parts/query/terms';
import { receipt } from '@/parts/Receipt';
import { OwnRow } from '@/parts/saved/Own';
import { SaveQuery, type SavedList } from '@/parts/saved/SaveQuery';
import { When } from '@/parts/When';

import { aboutOf } from './event';
import { saveEvidence } from './evidence';
import styles from './events.module.css';
import { Histogram } from './Histogram';
import type { LogEvent } from './proof';
import { inRange, rangeOf, ranges, usual } from './range';
import { Status } from './Status';
import { Value } from './Value';

/** The log as a search. Its range of time is always written in the query. */
export default function Log() {
  const { t } = useTexts();
  const address = useListState();
  const state = useMemo(() => ({ ...address, q: address.q === '' ? usual : address.q }), [address]);
  const { saved: opened = '' } = useSearch({ strict: false });
  const list: SavedList = { type: 'heql', to: '/events', state, opened };
  const subject = useSubject(state.q);
  const run = (q: string) => state.set({ q, page: 1, peek: '' });
  const proofs = async () => {
    const { events, more } = await saveEvidence(state.q, `events-${new Date().toISOString().slice(0, 10)}`);
    receipt(t(more ? 'events:evidenceMore' : 'events:evidenceDone', { count: events, number: figure(events, spoken()) }));
  };
  const words = (text: string) => `detail.message contains ${quoted(text)} or detail.actorId contains ${quoted(text)}`;
  return (
    <Page title={t('places:log')} section={t('places:events')}>
      <QueryLine language="heql" value={state.q} onRun={run} path="/api/v1/events" words={words} slash>
        <SaveQuery list={list} known={state.q === usual} />
      </QueryLine>
      <OwnRow list={list} />
      <SegmentedControl
        aria-label={t('events:range')} size="xs" mb="sm" value={rangeOf(state.q)} onChange={(range) => run(inRange(state.q, range))}
        data={ranges.map((r) => ({ value: r, label: t(`events:ranges.${r}`) }))}
      />
      <Histogram query={state.q} drawn={useDrawn(subject, state)} />
      <ServerList subject={subject} state={state} exports={[{ label: t('events:withProofs'), save: proofs }]} empty={<Text size="sm">{t('events:noneInRange')}</Text>} />
    </Page>
  );
}

function useSubject(query: string): Subject<LogEvent> {
  const { t } = useTexts();
  return useMemo(
    () => ({
      name: 'events', path: '/api/v1/events', fields: ['code', 'timestamp', 'status', 'details'], sort: '',
      id: (e) => e._id,
      label: (e) => t(`codes:${e.code ?? ''}`),
      link: (e) => `/events/${e._id}`,
      alike: (e) => [e.code, e.status, detail(e, 'actorId')].join(' '),
      columns: [
        { name: 'what', title: t('events:what'), fields: [], usual: true, draw: (e) => <>{t(`codes:${e.code ?? ''}`)} <code className={styles.code}>{e.code}</code></> },
        { name: 'time', title: t('events:time'), fields: [], usual: true, draw: (e) => <When at={e.timestamp ?? 0} as="full" /> },
        { name: 'ended', title: t('events:ended'), fields: [], usual: true, draw: (e) => <Value field="status" value={e.status ?? ''} query={query}><Status status={e.status} /></Value> },
        { name: 'actor', title: t('events:actor'), fields: [], usual: true, draw: (e) => <Value field="detail.actorId" value={detail(e, 'actorId')} query={query} /> },
        { name: 'subject', title: t('events:subject'), fields: [], usual: true, draw: (e) => <Value {...aboutOf(e)} query={query} /> },
        { name: 'code', title: t('events:code'), fields: [], draw: (e) => <Value field="code" value={e.code ?? ''} query={query}><code>{e.code}</code></Value> },
        { name: 'module', title: t('events:module'), fields: ['module'], draw: (e) => <Value field="module" value={e.module ?? ''} query={query} /> },
        { name: 'ip', title: t('events:ip'), fields: [], draw: (e) => <Value field="detail.ip" value={detail(e, 'ip')} query={query} /> },
        { name: 'door', title: t('events:door'), fields: [], draw: (e) => <Value field="detail.door" value={detail(e, 'door')} query={query} /> },
        { name: 'node', title: t('events:node'), fields: ['node'], draw: (e) => <Value field="node" value={e.node ?? ''} query={query} /> },
        { name: 'sequence', title: t('events:place'), fields: ['sequence'], usual: true, figures: true, draw: (e) => (e.sequence === undefined ? t('events:unsealed') : figure(e.sequence, spoken())) },
      ],
    }),
    [t, query],
  );
}
