import { SegmentedControl, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { useDrawn } from '@/parts/list/rows';
import { ServerList } from '@/parts/list/ServerList';
import { useListState } from '@/parts/list/state';
import { Page } from '@/parts/Page';
import { QueryLine } from '@/parts/query/QueryLine';
import { quoted } from '@/parts/query/terms';
import { receipt } from '@/parts/Receipt';
import { OwnRow } from '@/parts/saved/Own';
import { SaveQuery, type SavedList } from '@/parts/saved/SaveQuery';

import { saveEvidence } from './evidence';
import { Histogram } from './Histogram';
import { inRange, rangeOf, ranges, usual } from './range';
import { asked, subjectOf } from './subject';

/** The log as a search. Its range of time is always written in the query. */
export default function Log() {
  const { t } = useTexts();
  const address = useListState();
  const state = useMemo(() => asked(address), [address]);
  const { saved: opened = '' } = useSearch({ strict: false });
  const list: SavedList = { type: 'heql', to: '/events', state, opened };
  const subject = useMemo(() => subjectOf(t, state.q), [t, state.q]);
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
