import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CheckCheck, Plus } from 'lucide-react';
import { useMemo } from 'react';

import { api, bodyOf } from '@/api/client';
import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { PageButton } from '@/parts/links';
import { Facets } from '@/parts/list/Facets';
import { fieldText } from '@/parts/list/fields';
import { useCount, useDrawn } from '@/parts/list/rows';
import { ServerList } from '@/parts/list/ServerList';
import { useListState } from '@/parts/list/state';
import { Page } from '@/parts/Page';
import { dictionaryQuery } from '@/parts/query/calls';
import { QueryLine } from '@/parts/query/QueryLine';
import { receipt } from '@/parts/Receipt';
import { SaveQuery, type SavedList } from '@/parts/saved/SaveQuery';

import styles from './Certificates.module.css';
import { facetsOf } from './facets';
import { Grouped } from './Grouped';
import { isPEM, queryOfWords } from './names';
import { Peek } from './Peek';
import { Selected } from './Selected';
import { certificates, path } from './subject';
import { Views } from './Views';
import { viewsOf } from './views';

/** The search of certificates: views, query line, facets, list. */
export default function Certificates() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const self = useSelf();
  const state = useListState();
  const { group = '', saved: opened = '' } = useSearch({ strict: false }) as { group?: string; saved?: string };
  const list: SavedList = { type: 'hcql', to: '/certificates', state, group, opened };
  const subject = useMemo(() => certificates(t), [t]);
  const drawn = useDrawn(subject, state) || group !== '';
  const { data: dictionary } = useQuery({ ...dictionaryQuery(path), enabled: drawn });
  const known = useMemo(() => (dictionary?.groupBy ?? []).filter((g) => !/[*<]/.test(g)), [dictionary]); // without those of families
  const facets = useMemo(() => facetsOf(t, known.filter((g) => g.startsWith('grade.')).map((g) => g.slice('grade.'.length))), [t, known]);

  const paste = (text: string): boolean => {
    if (!isPEM(text)) return false;
    bodyOf(api.POST('/api/v1/certificates/find', { body: { pem: text } })).then(
      (found) => void navigate({ to: '/certificates/$id', params: { id: (found as { _id?: string })._id ?? '' } }),
      () => receipt(t('certificates:pemUnknown')),
    );
    return true;
  };
  const groups = known.filter((g) => !/^(dn|holderId|publicKeyThumbprint|thumbprint)$/.test(g)).map((g) => ({ value: /^(not|revocationDate|renewalDue)/.test(g) ? `${g}.month` : g, label: fieldText(t, /^(not|revocationDate|renewalDue)/.test(g) ? `${g}.month` : g) })).sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Page title={t('places:certificates')} section="" actions={<PageButton to={'/requests/new' as never} leftSection={<Plus size={16} aria-hidden />}>{t('certificates:new')}</PageButton>}>
      <QueryLine language="hcql" value={state.q} path={path} slash words={queryOfWords} onPaste={paste} onRun={(q) => state.set({ q, page: 1, peek: '' })}>
        <SaveQuery list={list} known={viewsOf(self).some((v) => v.q === state.q)} />
      </QueryLine>
      <Views list={list} drawn={drawn} />
      {group === '' ? (
        <ServerList subject={subject} state={state} side={<Facets subject={subject} state={state} facets={facets} />} peek={(id) => <Peek id={id} />}
          actions={(selection, count) => <Selected selection={selection} query={state.q} count={count} />}
          extra={(selection) => <ChooseAll everything={selection.everything} q={state.q} drawn={drawn} />}
          bar={<GroupBy group={group} groups={groups} onGroup={(g) => state.set({ group: g, page: 1 })} />} />
      ) : (
        <Grouped state={state} by={group} bar={<GroupBy group={group} groups={groups} onGroup={(g) => state.set({ group: g, page: 1 })} />} />
      )}
    </Page>
  );
}

function GroupBy({ group, groups, onGroup }: { group: string; groups: { value: string; label: string }[]; onGroup: (by: string) => void }) {
  const { t } = useTexts();
  return (
    <select className={styles.group} aria-label={t('certificates:group')} value={group} onChange={(e) => onGroup(e.currentTarget.value)}>
      <option value="">{t(group === '' ? 'certificates:group' : 'certificates:ungroup')}</option>
      {groups.map((g) => <option key={g.value} value={g.value}>{g.label}</option>)}
    </select>
  );
}

/** Chooses all the query describes, in one step. */
function ChooseAll({ everything, q, drawn }: { everything: () => void; q: string; drawn: boolean }) {
  const { t } = useTexts();
  const { data: count } = useCount({ name: 'certificates', path }, q, drawn);
  if (count === undefined || count === 0) return null;
  return (
    <Button variant="default" size="xs" leftSection={<CheckCheck size={14} aria-hidden />} onClick={everything}>
      {t('certificates:chooseAll', { figure: figure(count, spoken()) })}
    </Button>
  );
}
