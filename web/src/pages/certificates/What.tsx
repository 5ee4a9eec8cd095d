import { Anchor, Code, Collapse, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ask } from '@/api/client';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { quoted } from '@/parts/query/terms';
import { Grade } from '@/parts/State';

import { waysQuery } from './calls';
import { Fact, Facts } from './Facts';
import type { Certificate } from './names';
import { Section } from './Section';

/** What the certificate is: names, key, usages, extensions, and what its grade comes from. */
export function What({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  const { data: ways } = useQuery(waysQuery(c._id, c.certificate));
  const self = ways?.[0]?.links.at(-1)?.certificate;
  const [more, setMore] = useState(false);
  const names = c.subjectAlternateNames ?? [];
  const search = (field: string, value: string, text = value) => <PageLink to="/certificates" search={{ q: `${field} equals ${quoted(value)}` } as never}>{text}</PageLink>;
  return (
    <Section title={t('certificates:section.what')} name="what">
      <Facts>
        <Fact name={t('certificates:fact.dn')} mono>{c.dn}</Fact>
        <Fact name={t('certificates:fact.names')}>
          {(more ? names : names.slice(0, 8)).map((n) => <div key={`${n.sanType}${n.value}`}>{n.value} <span className="muted">{n.sanType}</span></div>)}
          {names.length > 8 && <Anchor component="button" size="xs" onClick={() => setMore(!more)}>{t(more ? 'certificates:fewer' : 'certificates:allNames', { count: names.length })}</Anchor>}
        </Fact>
        <Fact name={t('certificates:fact.profile')}>{c.profile === undefined ? t('common:state.unmanaged') : search('profile', c.profile)}</Fact>
        <Fact name={t('certificates:fact.key')}>{search('keytype', c.keyType)}{c.escrowed && <span className="muted"> · {t('certificates:escrowed')}</span>}</Fact>
        <Fact name={t('certificates:fact.usages')}>{[...(self?.keyUsages ?? []), ...(self?.extendedKeyUsages ?? [])].join(', ')}</Fact>
        <Fact name={t('certificates:fact.extensions')}>{(c.extensions ?? []).map((e) => <div key={e.key}>{e.key} = {e.value}</div>)}</Fact>
        <Fact name={t('certificates:fact.policies')} mono>{(self?.policies ?? []).join(', ')}</Fact>
        <Fact name={t('certificates:fact.signed')}>{c.signingAlgorithm}</Fact>
        <Fact name={t('certificates:fact.serial')} mono>{c.serial}</Fact>
        <Fact name={t('certificates:fact.thumbprint')} mono>{c.thumbprint}</Fact>
        <Fact name={t('certificates:fact.keyThumbprint')} mono>{search('publickeythumbprint', c.publicKeyThumbprint)}</Fact>
        <Fact name={t('certificates:fact.holder')} mono>{search('holderid', c.holderId)}</Fact>
        {(c.metadata ?? []).map((m) => <Fact key={m.key} name={t(`certificates:metadata.${m.key}`, { defaultValue: m.key })}>{m.value}</Fact>)}
      </Facts>
      {(c.grades ?? []).map((g) => <Explained key={g.name} id={c._id} policy={g.name} letter={g.grade} />)}
    </Section>
  );
}

interface ExplainedPolicy {
  score: number;
  rulesets: { ruleset: string; applies: boolean; rules: { rule: string; description: string; satisfied: boolean; score: number }[] }[];
}

/** A grade with the rules that cost it points; asked for when it is opened. */
function Explained({ id, policy, letter }: { id: string; policy: string; letter: string }) {
  const { t } = useTexts();
  const [opened, open] = useState(false);
  const may = useHolds('configuration:certificate:grading');
  const { data, error } = useQuery({
    queryKey: ['certificates', 'grade', id, policy],
    enabled: opened,
    queryFn: async () => (await ask<ExplainedPolicy>({ method: 'GET', path: `/api/v1/certificate/grading/policies/${encodeURIComponent(policy)}/explain/${id}` })).body,
  });
  const lost = (data?.rulesets ?? []).filter((r) => r.applies).map((r) => ({ ...r, rules: (r.rules ?? []).filter((one) => one.score < 0 || (!one.satisfied && one.score === 0)) })).filter((r) => r.rules.length > 0);
  return (
    <Stack gap="xs" mt="sm">
      <Text component="div">
        {policy} <Grade letter={letter} />{' '}
        {may && <Anchor component="button" size="sm" aria-expanded={opened} onClick={() => open(!opened)}>{t('certificates:whyGrade')}</Anchor>}
      </Text>
      <Collapse expanded={opened}>
        <FaultBox fault={error} />
        {data !== undefined && <Text size="sm">{t('certificates:score', { score: Math.round(data.score) })}{lost.length === 0 ? ` ${t('certificates:noLoss')}` : ''}</Text>}
        <List size="sm">
          {lost.flatMap((r) => r.rules.map((one) => (
            <List.Item key={`${r.ruleset}/${one.rule}`}>
              {one.description} <Text span size="xs" c="dimmed">{r.ruleset} · <Code>{one.rule}</Code> · {one.score}</Text>
            </List.Item>
          )))}
        </List>
      </Collapse>
    </Stack>
  );
}
