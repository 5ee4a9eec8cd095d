import { Button, Group, Input, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';

import { api, ask, bodyOf } from '@/api/client';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import styles from './tools.module.css';
import { linesOf, namesOf, valuesOf } from './values';

const Expression = lazy(() => import('@/pages/config/form/Expression'));

interface Row {
  _id: string;
  dn?: string;
  serial?: string;
  issuer?: string;
  owner?: string;
  team?: string;
  profile?: string;
  requester?: string;
  subjectAlternateNames?: { sanType: string; value: string }[];
  certificate?: { dn?: string; subjectAlternateNames?: { sanType?: string; value?: string }[] };
}

/** The newest certificate or request the reader may see, as values. */
async function sample(of: 'certificate' | 'request'): Promise<Record<string, string> | null> {
  const certificate = of === 'certificate';
  const body = {
    query: '', pageSize: 1, sortedBy: [{ element: certificate ? 'notBefore' : 'registrationDate', order: 'Desc' }],
    fields: certificate ? ['_id', 'dn', 'serial', 'issuer', 'owner', 'team', 'profile', 'subjectAlternateNames'] : ['_id', 'dn', 'requester', 'team', 'profile'],
  };
  const [row] = (await ask<{ results: Row[] }>({ method: 'POST', path: `/api/v1/${of}s/search`, body })).body.results;
  if (row === undefined) return null;
  const { _id: id, serial, issuer, owner, team, profile, requester } = row;
  return namesOf(of, { dn: row.dn, sans: row.subjectAlternateNames, more: { id, serial, issuer, owner, team, profile, requester } });
}

const begin: Record<'rule' | 'template', string> = { rule: 'Lower({{certificate.subject.cn.1}})', template: 'Hello {{certificate.dn}}' };

/** A computation rule or template string, tried with values. Nothing is kept. */
export default function TryRule() {
  const { t } = useTexts();
  const self = useSelf();
  const [form, setForm] = useState<'rule' | 'template'>('rule');
  const [text, setText] = useState(begin.rule);
  const own = linesOf({ 'principal.identifier': self.identity?.identifier ?? '', 'principal.name': self.identity?.name ?? '', 'principal.mail': self.identity?.email ?? '' });
  const [values, setValues] = useState<string>();
  const first = useQuery({ queryKey: ['tools', 'sample'], staleTime: Infinity, queryFn: () => sample('certificate') });
  const lines = values ?? (first.data === undefined || first.data === null ? own : `${linesOf(first.data)}\n${own}`);
  const fill = useMutation({ mutationFn: sample, onSuccess: (found) => setValues(found === null ? own : `${linesOf(found)}\n${own}`) });
  const play = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/v1/templatestring/playground', { body: { ...(form === 'rule' ? { computationRule: text } : { templateString: text }), dictionary: valuesOf(lines) } })),
  });
  const [written] = useDebouncedValue(Object.keys(valuesOf(lines)).slice(0, 1000).join('\n'), 250);
  const place = useMemo(() => ({ keys: written === '' ? [] : written.split('\n') }), [written]);
  const title = t(form === 'rule' ? 'tools:rule' : 'tools:template');
  return (
    <Page title={t('places:tryRule')} section={t('places:tools')}>
      <form onSubmit={(e) => { e.preventDefault(); play.mutate(); }}>
        <div className={styles.columns}>
          <Stack>
            <SegmentedControl aria-label={t('tools:form')} value={form} w="fit-content" data={[{ value: 'rule', label: t('tools:rule') }, { value: 'template', label: t('tools:template') }]}
              onChange={(v) => { const next = v === 'template' ? 'template' : 'rule'; setForm(next); if (text === begin[form]) setText(begin[next]); play.reset(); }} />
            <Input.Wrapper label={title} labelElement="div" description={t(form === 'rule' ? 'tools:ruleHelp' : 'tools:templateHelp')}
              onKeyDownCapture={(e) => { if (e.key === 'Enter' && e.ctrlKey) { e.preventDefault(); e.stopPropagation(); play.mutate(); } }}>
              <Suspense fallback={<Text size="sm" aria-busy>{t('common:loading')}</Text>}>
                <Expression label={title} language={form} text={text} place={place} onChange={setText} />
              </Suspense>
            </Input.Wrapper>
            <Group><Button type="submit" loading={play.isPending} disabled={text.trim() === ''}>{t('tools:try')}</Button></Group>
            <FaultBox fault={play.error} />
            {play.data !== undefined && <Result list={play.data.list === true} values={play.data.values ?? []} text={play.data.result ?? ''} unset={play.data.unset ?? []} />}
          </Stack>
          <Stack>
            <Textarea label={t('tools:values')} description={t('tools:valuesHelp')} classNames={{ input: 'mono' }} autosize minRows={8} maxRows={24} spellCheck={false} value={lines} onChange={(e) => setValues(e.currentTarget.value)} />
            <Group gap="sm">
              <Button variant="default" loading={fill.isPending} onClick={() => fill.mutate('certificate')}>{t('tools:ofCertificate')}</Button>
              <Button variant="default" loading={fill.isPending} onClick={() => fill.mutate('request')}>{t('tools:ofRequest')}</Button>
            </Group>
            <FaultBox fault={fill.error} />
            {fill.data === null && <Text size="sm" role="status">{t('tools:noSample')}</Text>}
          </Stack>
        </div>
      </form>
    </Page>
  );
}

function Result({ list, values, text, unset }: { list: boolean; values: string[]; text: string; unset: string[] }) {
  const { t } = useTexts();
  const nothing = list ? values.length === 0 : text === '';
  return (
    <section className={styles.panel} aria-live="polite" aria-label={t('tools:result')}>
      <Text size="sm" c="dimmed">{nothing ? t('tools:nothing') : list ? t('tools:list', { count: values.length }) : t('tools:one')}</Text>
      {list ? <ol>{values.map((v, i) => <li key={i} className={styles.result}>{v}</li>)}</ol> : !nothing && <pre className={styles.result}>{text}</pre>}
      {unset.length > 0 && <Text size="sm">{t('tools:unset', { keys: unset.join(', ') })}</Text>}
    </section>
  );
}
