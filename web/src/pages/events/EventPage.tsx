import { Code, Group, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';

import { api, bodyOf } from '@/api/client';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { Waiting } from '@/app/edges';
import { Copy } from '@/parts/Copy';
import { FaultBox } from '@/parts/FaultBox';
import { PageButton } from '@/parts/links';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import { Checks } from './Checks';
import styles from './events.module.css';
import { Evidence } from './Evidence';
import type { LogEvent } from './proof';
import { Status } from './Status';
import { Value } from './Value';

/** One event: what happened, who did it, and whether the record is genuine. */
export default function EventPage() {
  const { t } = useTexts();
  const { id = '' } = useParams({ strict: false });
  const { data, error } = useQuery({
    queryKey: ['event', id],
    queryFn: async () => (await bodyOf(api.GET('/api/v1/events/{id}', { params: { path: { id } } }))) as LogEvent,
    refetchInterval: (q) => (q.state.data !== undefined && q.state.data.sequence === undefined ? 1000 : false),
  });
  if (error !== null) return <Page title={t('events:one')}><FaultBox fault={error} /></Page>;
  if (data === undefined) return <Waiting />;
  const code = data.code ?? '';
  return (
    <Page title={<>{t(`codes:${code}`)} <Status status={data.status} /></>} name={code} section={t('places:events')} actions={<Copy text={JSON.stringify(data, null, 2)} label={t('events:copyJson')} />}>
      <div className={styles.columns}>
        <section className={styles.panel} aria-labelledby="what">
          <Title order={2} id="what" mb="sm">{t('events:what')}</Title>
          <dl className={styles.facts}>
            <dt>{t('events:time')}</dt>
            <dd>{data.timestamp !== undefined && <When at={data.timestamp} as="full" />}</dd>
            <dt>{t('events:code')}</dt>
            <dd><Value field="code" value={code} query=""><Code>{code}</Code></Value></dd>
            <dt>{t('events:node')}</dt>
            <dd><Value field="node" value={data.node ?? ''} query="" /></dd>
            {(data.details ?? []).map((d, i) => (
              <Detail key={i} name={d.key} value={d.value} />
            ))}
          </dl>
        </section>
        <Stack>
          <section className={styles.panel} aria-labelledby="genuine">
            <Title order={2} id="genuine" mb="sm">{t('events:genuine')}</Title>
            <Checks event={data} />
            <dl className={styles.facts}>
              <dt>{t('events:sequence')}</dt>
              <dd className="number">{data.sequence === undefined ? t('events:unsealed') : figure(data.sequence, spoken())}</dd>
              <dt>{t('events:seal')}</dt>
              <dd><code>{data.seal}</code></dd>
              <dt>{t('events:leaf')}</dt>
              <dd><code>{data.leaf}</code></dd>
            </dl>
            <Evidence event={data} />
          </section>
          <Related event={data} />
        </Stack>
      </div>
    </Page>
  );
}

function Detail({ name, value }: { name: string; value: string }) {
  const time = /Not(Before|After)$/.test(name) && /^\d+$/.test(value); // milliseconds
  return (
    <>
      <dt>{name}</dt>
      <dd><Value field={`detail.${name}`} value={value} query="" />{time && <span className="muted"> <When at={Number(value)} as="full" /></span>}</dd>
    </>
  );
}

/** Other events of the same call, of the same actor, and on the same certificate or request. */
function Related({ event }: { event: LogEvent }) {
  const { t } = useTexts();
  const related = ['correlationId', 'actorId', 'certificateId', 'requestId'].flatMap((key) => {
    const value = event.details?.find((d) => d.key === key)?.value;
    return value === undefined ? [] : [{ key, q: `detail.${key} equals ${JSON.stringify(value)}` }];
  });
  return (
    <nav className={styles.panel} aria-labelledby="related">
      <Title order={2} id="related" mb="sm">{t('events:related')}</Title>
      <Group gap="sm">
        {related.map(({ key, q }) => (
          <PageButton key={key} to="/events" search={{ q }} variant="default" size="xs">
            {t(`events:same.${key}`)}
          </PageButton>
        ))}
      </Group>
    </nav>
  );
}
