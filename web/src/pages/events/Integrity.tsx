import { Alert, Button, Code, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { api, bodyOf } from '@/api/client';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { Copy } from '@/parts/Copy';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import { CheckList } from './Checks';
import { checkMemory, type Check } from './checks';
import styles from './events.module.css';
import { remember } from './memory';
import { Past } from './Past';
import { openCheckpoint } from './proof';

/** Whether the log holds: the server's own verification of every entry, and what this browser can check by itself. */
export default function Integrity() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const last = useQuery({ queryKey: ['integrity'], queryFn: () => bodyOf(api.GET('/api/v1/events/integrity')) });
  const run = useMutation({
    mutationFn: () => bodyOf(api.GET('/api/v1/events/integrity/run')),
    onSettled: () => queries.invalidateQueries({ queryKey: ['integrity'] }),
  });
  const state = last.data?.state ?? 'never';
  const report = last.data?.report ?? {};
  return (
    <Page title={t('places:integrity')} section={t('places:events')} narrow actions={<Button loading={run.isPending} onClick={() => run.mutate()}>{t('events:runNow')}</Button>}>
      <Stack>
        <FaultBox fault={last.error ?? run.error} />
        <section className={styles.panel} aria-labelledby="whole">
          <Title order={2} id="whole" mb="sm">{t('events:whole')}</Title>
          <Text role="status" fw={600} className={state === 'invalid' ? styles.broken : state === 'never' ? '' : styles.holds}>
            {t(`events:state.${state}`, { count: report.held ?? 0, number: figure(report.held ?? 0, spoken()) })}
          </Text>
          {last.data?.time !== undefined && <Text size="sm" c="dimmed"><When at={last.data.time} as="full" /></Text>}
          {report.problem !== undefined && (
            <Alert color="red" mt="sm" title={t('events:firstBroken', { number: figure(report.problem.sequence ?? 0, spoken()) })}>{report.problem.reason}</Alert>
          )}
          {(report.marked ?? 0) > 0 && <Text size="sm">{t('events:marked', { count: report.marked ?? 0 })}</Text>}
          {(report.purged ?? 0) > 0 && <Text size="sm">{t('events:purged', { number: figure(report.purged ?? 0, spoken()) })}</Text>}
        </section>
        <Here />
      </Stack>
    </Page>
  );
}

/** What this browser checks: the signature of the newest checkpoint, and that the log continues the one it saw before. */
function Here() {
  const { t } = useTexts();
  const { data, error } = useQuery({
    queryKey: ['integrity-here'],
    staleTime: 0,
    queryFn: async () => {
      const [key, checkpoint] = await Promise.all([bodyOf(api.GET('/api/v1/events/key')), bodyOf(api.GET('/api/v1/events/checkpoint'))]);
      const [publicKey, note] = [key.publicKey ?? '', checkpoint.note ?? ''];
      const { size } = await openCheckpoint(note, publicKey);
      const checks: Check[] = [{ name: 'signature', holds: true, values: { count: size } }];
      const memory = await checkMemory(note, publicKey);
      if (memory !== undefined) checks.push(memory);
      if (checks.every((c) => c.holds)) await remember(publicKey, note);
      return { publicKey, note, checks };
    },
  });
  return (
    <>
      <section className={styles.panel} aria-labelledby="here">
        <Title order={2} id="here" mb="sm">{t('events:here')}</Title>
        <FaultBox fault={error} />
        <CheckList checks={data?.checks ?? []} />
        {data !== undefined && (
          <Stack gap="sm" mt="md">
            <Text size="sm">{t('events:keepOutside')}</Text>
            <Code block>{data.note}</Code>
            <Copy text={data.note} label={t('events:copyCheckpoint')} w="fit-content" />
            <Text size="sm">{t('events:publicKey')}</Text>
            <Code block>{data.publicKey}</Code>
          </Stack>
        )}
      </section>
      {data !== undefined && <Past publicKey={data.publicKey} />}
    </>
  );
}
