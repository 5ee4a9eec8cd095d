import { List, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { api, bodyOf } from '@/api/client';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { detail } from '@/parts/details';
import { PageLink } from '@/parts/links';
import { When } from '@/parts/When';

import styles from '../form/Requests.module.css';
import type { Request } from '../wire';

/** What happened, from the event log where the reader may see it, else from the request itself. */
export function History({ request: r }: { request: Request }) {
  const { t } = useTexts();
  const mayRead = useHolds('configuration:event:read');
  const events = useQuery({
    queryKey: ['requests', 'events', r._id, r.status],
    queryFn: () => bodyOf(api.POST('/api/v1/events/search', { body: { query: `detail.requestId equals "${r._id}"`, pageSize: 50 } })),
    enabled: mayRead,
    staleTime: 0,
  });
  const rows = events.data?.results ?? [];
  return (
    <section className={styles.part}>
      <Title order={2} mb="sm">{t('requests:one.history')}</Title>
      {rows.length === 0 ? (
        <List size="sm">
          {r.lastModificationDate !== r.registrationDate && (
            <List.Item>
              <When at={r.lastModificationDate} as="full" /> {t(`requests:status.${r.status}`)}
              {r.approver !== undefined && r.approver !== '' && `, ${r.approver}`}
            </List.Item>
          )}
          <List.Item>
            <When at={r.registrationDate} as="full" /> {t('requests:one.submitted')}, {r.requester ?? t('requests:one.nobody')}
          </List.Item>
        </List>
      ) : (
        <List size="sm" spacing={4}>
          {rows.map((e) => (
            <List.Item key={e._id}>
              <When at={e.timestamp ?? 0} as="full" /> <PageLink underline="always" to="/events/$id" params={{ id: e._id ?? '' }}>{t(`codes:${e.code ?? ''}`)}</PageLink>
              {detail(e, 'actorId') !== '' && <Text span inherit c="dimmed"> · {detail(e, 'actorId')}</Text>}
              {e.status !== 'success' && <strong className={styles.wrong}> {t(`certificates:ended.${e.status ?? 'failure'}`)} {detail(e, 'message')}</strong>} <code className="muted">{e.code}</code>
            </List.Item>
          ))}
        </List>
      )}
    </section>
  );
}
