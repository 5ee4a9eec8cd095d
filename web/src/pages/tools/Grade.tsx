import { Button, Group, Select, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { Grade as Letter } from '@/parts/State';

import styles from './tools.module.css';

interface Ruleset {
  ruleset: string;
  applies: boolean;
  sum: number;
  maximum: number;
  rules: { rule: string; description: string; satisfied: boolean; score: number }[];
}
interface Explained {
  grade: string;
  score: number;
  rulesets: Ruleset[];
}

/** Why a certificate has its grade by a policy: rule by rule, those that cost points first. */
export default function Grade() {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const [chosen, choose] = useState<string | null>(null);
  const policies = useQuery({ queryKey: ['grading', 'policies'], staleTime: 300_000, queryFn: async () => (await ask<{ name: string }[]>({ method: 'GET', path: '/api/v1/certificate/grading/policies' })).body });
  const policy = chosen ?? policies.data?.[0]?.name ?? null;
  const explain = useMutation({
    mutationFn: async () => {
      const path = `/api/v1/certificate/grading/policies/${encodeURIComponent(policy ?? '')}/explain`;
      const given = text.trim();
      if (/^[0-9a-f]{24}$/.test(given)) return (await ask<Explained>({ method: 'GET', path: `${path}/${given}` })).body;
      return (await ask<Explained>({ method: 'POST', path, body: given, headers: { 'content-type': 'application/x-pem-file' } })).body;
    },
  });
  return (
    <Page title={t('places:explainGrade')} section={t('places:tools')} narrow>
      <form onSubmit={(e) => { e.preventDefault(); explain.mutate(); }}>
        <Stack>
          <Textarea label={t('tools:certificate')} description={t('tools:certificateHelp')} placeholder="-----BEGIN CERTIFICATE-----" classNames={{ input: 'mono' }} autosize minRows={4} maxRows={10} spellCheck={false} value={text} onChange={(e) => setText(e.currentTarget.value)} />
          <Select label={t('tools:policy')} data={(policies.data ?? []).map((p) => p.name)} value={policy} onChange={choose} allowDeselect={false} maw={400} />
          <Group><Button type="submit" loading={explain.isPending} disabled={text.trim() === '' || policy === null}>{t('tools:explain')}</Button></Group>
          <FaultBox fault={policies.error ?? explain.error} />
          {explain.data !== undefined && <Explanation explained={explain.data} />}
        </Stack>
      </form>
    </Page>
  );
}

function Explanation({ explained }: { explained: Explained }) {
  const { t } = useTexts();
  const score = new Intl.NumberFormat(spoken() === 'fr' ? 'fr-FR' : 'en-GB', { maximumFractionDigits: 1 }).format(explained.score);
  return (
    <>
      <Group gap="sm" role="status"><Letter letter={explained.grade} /><Text fw={600}>{t('tools:score', { score })}</Text></Group>
      {explained.rulesets.map((s) => (
        <section key={s.ruleset} className={styles.panel} aria-label={s.ruleset}>
          <Title order={2}>{s.ruleset}</Title>
          <Text size="sm" c="dimmed">{s.applies ? t('tools:sum', { sum: s.sum, maximum: s.maximum }) : t('tools:notApplied')}</Text>
          <div className={styles.scroll}>
            <Table aria-label={s.ruleset}>
              <Table.Thead><Table.Tr><Table.Th>{t('tools:ruleOf')}</Table.Th><Table.Th>{t('tools:held')}</Table.Th><Table.Th>{t('tools:points')}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {[...s.rules].sort((a, b) => a.score - b.score).map((r) => (
                  <Table.Tr key={r.rule}><Table.Td>{r.description}</Table.Td><Table.Td>{t(r.satisfied ? 'tools:yes' : 'tools:no')}</Table.Td><Table.Td>{r.score}</Table.Td></Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </section>
      ))}
    </>
  );
}
