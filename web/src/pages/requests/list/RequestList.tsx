import { Badge, Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useMemo } from 'react';

import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { PageButton } from '@/parts/links';
import { useCount } from '@/parts/list/rows';
import { ServerList } from '@/parts/list/ServerList';
import { useListState } from '@/parts/list/state';
import { Page } from '@/parts/Page';
import { QueryLine } from '@/parts/query/QueryLine';
import { quoted } from '@/parts/query/terms';
import { OwnRow } from '@/parts/saved/Own';
import { SaveQuery, type SavedList } from '@/parts/saved/SaveQuery';

import { fetchOffers } from '../wire';
import { asked, path, subjectOf, toDecide, viewOf, views } from './subject';

/** Bare words look in names, who asked, and what they said. */
export function wordsOf(text: string): string {
  const q = quoted(text);
  return /^[0-9a-f]{24}$/.test(text) ? `id equals ${q}` : `dn contains ${q} or requester contains ${q} or comment.requester contains ${q}`;
}

/** The requests: those to decide about, one's own, and all one may see. */
export default function RequestList() {
  const { t } = useTexts();
  const self = useSelf();
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = viewOf(search, self);
  const subject = useMemo(() => subjectOf(t, view), [t, view]);
  const state = asked(view, search, useListState());
  const list: SavedList = { type: 'hrql', to: '/requests', search: { view }, state, opened: search.saved ?? '' };
  const { data: waiting } = useCount({ name: 'requests', path, extra: { scope: 'manage' } }, toDecide);
  const imports = useQuery({ queryKey: ['requests', 'offers', 'import'], queryFn: () => fetchOffers('import'), staleTime: 60_000 });
  const open = (name: string | null) => void navigate({ to: '/requests', search: { view: name ?? 'mine' } });
  return (
    <Page
      title={t('places:requests')}
      actions={
        <>
          {(imports.data ?? []).length > 0 && <PageButton to="/requests/import" variant="default">{t('requests:import.title')}</PageButton>}
          <PageButton to="/requests/new" leftSection={<Plus size={16} aria-hidden />}>{t('requests:new.title')}</PageButton>
        </>
      }
    >
      <Tabs value={view} onChange={open} mb="md">
        <Tabs.List>
          {views.map((name) => (
            <Tabs.Tab key={name} value={name} aria-controls="requests-list" rightSection={name === 'decide' && waiting !== undefined && waiting > 0 ? <Badge size="sm" circle={waiting < 10}>{figure(waiting, spoken())}</Badge> : undefined}>
              {t(`requests:view.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <div id="requests-list" role="tabpanel" aria-label={t(`requests:view.${view}`)}>
        <QueryLine language="hrql" value={state.q} path={path} words={wordsOf} slash onRun={(q) => state.set({ q: q === '' && view === 'decide' ? ' ' : q, page: 1 })}>
          <SaveQuery list={list} known={state.q.trim() === '' || (view === 'decide' && state.q === toDecide)} />
        </QueryLine>
        <OwnRow list={list} />
        <ServerList
          subject={subject}
          state={state}
          empty={view === 'mine' && state.q === '' ? <PageButton to="/requests/new">{t('requests:new.title')}</PageButton> : view === 'decide' && state.q === toDecide ? t('requests:view.nothing') : <Button variant="default" onClick={() => state.set({ q: undefined, page: 1 })}>{t('requests:view.all')}</Button>}
        />
      </div>
    </Page>
  );
}
