import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import { PageButton } from '@/parts/links';
import { Page } from '@/parts/Page';
import { check, type QueryLanguage } from '@/parts/query/calls';
import { QueryLine } from '@/parts/query/QueryLine';

import styles from './tools.module.css';

const lists: Record<QueryLanguage, string> = { hcql: 'certificates', hrql: 'requests', heql: 'events' };

/** A query in any language: what it finds, how long that takes, and what makes it slow. */
export default function TryQuery() {
  const { t } = useTexts();
  const self = useSelf();
  const navigate = useNavigate();
  const { q = '', language: asked = 'hcql' } = useSearch({ strict: false });
  const language: QueryLanguage = asked === 'hrql' || asked === 'heql' ? asked : 'hcql';
  const log = (self.sections ?? []).some((s) => s.name === 'events');
  const languages = (Object.keys(lists) as QueryLanguage[]).filter((l) => l !== 'heql' || log);
  const go = (changed: Record<string, string>) => void navigate({ to: '/tools/query', search: { q, language, ...changed } as never });
  return (
    <Page title={t('places:tryQuery')} section={t('places:tools')} narrow>
      <Stack>
        <Text>{t('tools:queryHelp')}</Text>
        <SegmentedControl aria-label={t('tools:language')} value={language} onChange={(l) => go({ language: l, q: '' })} data={languages.map((l) => ({ value: l, label: t(`places:${lists[l]}`) }))} w="fit-content" />
        <QueryLine key={language} language={language} value={q} path={`/api/v1/${lists[language]}`} onRun={(query) => go({ q: query })} slash />
        {q !== '' && <Found language={language} query={q} />}
      </Stack>
    </Page>
  );
}

function Found({ language, query }: { language: QueryLanguage; query: string }) {
  const { t } = useTexts();
  const { data, error, isPending } = useQuery({
    queryKey: ['tools', 'query', language, query],
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const verdict = await check(language, query);
      const begun = performance.now();
      const { body } = await ask<{ count?: number }>({ method: 'POST', path: `/api/v1/${lists[language]}/search`, body: { query, fields: [], pageSize: 1, withCount: true }, signal });
      return { verdict, count: body.count ?? 0, took: Math.round(performance.now() - begun) };
    },
  });
  if (error !== null) return <FaultBox fault={error} />;
  if (isPending) return <Text role="status" c="dimmed">{t('common:loading')}</Text>;
  const slow = data.verdict.slow ?? [];
  return (
    <section className={styles.panel} aria-live="polite">
      <Text fw={600}>{t('tools:found', { count: data.count, figure: figure(data.count, spoken()), took: data.took })}</Text>
      <Text>{data.verdict.fast === true ? t('tools:fast') : t('tools:slow', { fields: slow.join(', ') })}</Text>
      <PageButton to={`/${lists[language]}` as string} search={{ q: query } as never} variant="default" mt="md">{t('tools:openList')}</PageButton>
    </section>
  );
}
