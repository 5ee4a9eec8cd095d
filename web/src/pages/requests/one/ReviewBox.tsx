import { Anchor, List, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { useTexts } from '@/app/texts';
import { State } from '@/parts/State';
import { When } from '@/parts/When';

import styles from '../form/Requests.module.css';
import { keyName } from '../keys/recipes';
import type { Request, Review } from '../wire';
import { Differences } from './Differences';

/** What is not as usual, before anything else: names, policy, the certificate before, the holder. */
export function ReviewBox({ request: r, review }: { request: Request; review: Review }) {
  const { t } = useTexts();
  const issues = r.workflow === 'enroll' || r.workflow === 'renew';
  const h = review.holder;
  return (
    <section className={styles.part}>
      <Title order={2} mb="sm">{t('requests:review.title')}</Title>
      <Stack gap="md">
        <List size="sm" spacing={4}>
          {review.newNames.length > 0 && (
            <List.Item>
              {t(r.team === undefined || r.team === '' ? 'requests:review.newToOwner' : 'requests:review.newToTeam', { count: review.newNames.length })}{' '}
              {review.newNames.map((n) => (
                <span key={n}>
                  <span className={styles.new}>{n}</span>{' '}
                </span>
              ))}
            </List.Item>
          )}
          {issues && <List.Item>{review.key.madeHere ? t('requests:review.keyHere', { type: keyName(review.key.type) }) : t(review.key.kept ? 'requests:review.keyKept' : 'requests:review.keyTheirs', { type: keyName(review.key.type) })}</List.Item>}
          {issues && (
            <List.Item>
              {t('requests:review.holder', { count: h.valid })}
              {h.limit !== undefined && ` ${t(h.behavior === 'reject' ? 'requests:review.limit' : 'requests:review.limitRevokes', { count: h.limit })}`}
              {h.revoked > 0 && <strong> {t('requests:review.revoked', { count: h.revoked })}</strong>}
            </List.Item>
          )}
          {issues && review.departures.length === 0 && <List.Item>{t('requests:review.asProposed')}</List.Item>}
          {review.previous === undefined && issues && <List.Item>{t('requests:review.first')}</List.Item>}
        </List>
        {review.departures.length > 0 && <Differences caption={t('requests:review.departures')} before={t('requests:review.usual')} after={t('requests:review.asked')} of={review.departures} />}
        {review.previous !== undefined && (
          <div>
            <Text size="sm">
              {t('requests:review.previous')}{' '}
              <Anchor component={Link} to={`/certificates/${review.previous._id}`} inherit>
                {review.previous.dn}
              </Anchor>{' '}
              <State state={review.previous.state} /> {t('requests:review.until')} <When at={review.previous.notAfter} />
            </Text>
            {review.changes.length > 0 ? <Differences caption={t('requests:review.changes')} before={t('requests:review.before')} after={t('requests:review.asked')} of={review.changes} /> : r.workflow !== 'revoke' && r.workflow !== 'recover' && <Text size="sm">{t('requests:review.same')}</Text>}
          </div>
        )}
      </Stack>
    </section>
  );
}
