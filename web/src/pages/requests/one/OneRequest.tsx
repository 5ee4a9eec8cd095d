import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';

import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { receipt } from '@/parts/Receipt';
import { When } from '@/parts/When';

import styles from '../form/Requests.module.css';
import { decide, fetchRequest, fetchReview, type Request, type Review } from '../wire';
import { Asked } from './Asked';
import { DecideBar } from './DecideBar';
import { Downloads } from './Downloads';
import { History } from './History';
import { RequestState } from './RequestState';
import { ReviewBox } from './ReviewBox';
import { useQueue } from './queue';

const open = ['pending', 'approved', 'in_progress'];

/** One request, for who asked and who decides alike: how far it is, what is asked, what came of it. */
export default function OneRequest() {
  const { id = '' } = useParams({ strict: false });
  const { t } = useTexts();
  const request = useQuery({
    queryKey: ['requests', 'one', id],
    queryFn: () => fetchRequest(id),
    refetchInterval: ({ state }) => (state.data === undefined || !open.includes(state.data.status) ? false : state.data.status === 'pending' ? 30_000 : 2_000),
  });
  const status = request.data?.status;
  const review = useQuery({ queryKey: ['requests', 'review', id, status], queryFn: () => fetchReview(id), enabled: status !== undefined });
  if (request.data === undefined) {
    return (
      <Page title={t('requests:one.title')} section={t('places:requests')}>
        {request.isPending ? <Skeleton h={240} maw={640} aria-label={t('common:loading')} /> : <FaultBox fault={request.error} />}
      </Page>
    );
  }
  return <Shown key={id} request={request.data} review={review.data} />;
}

/** What a request is called: what is asked, for which name. */
export function useRequestName(r: Pick<Request, 'workflow' | 'dn' | 'profile'>): string {
  const { t } = useTexts();
  const cn = /(?:^|,)CN=([^,]+)/.exec(r.dn ?? '')?.[1] ?? r.dn ?? '';
  return cn === '' ? t('requests:one.of', { profile: r.profile }) : t(`requests:workflow.${r.workflow}`, { name: cn });
}

function Shown({ request: r, review }: { request: Request; review: Review | undefined }) {
  const { t } = useTexts();
  const self = useSelf();
  const name = useRequestName(r);
  const mine = r.requester === self.identity?.identifier;
  const deciding = r.permissions.approve;
  const queue = useQueue(r._id, deciding);
  return (
    <Page title={name} section={t('places:requests')} actions={<>{queue.place !== undefined && <Text size="sm" c="dimmed">{t('requests:decide.place', queue.place)}</Text>}{r.permissions.cancel && <Cancel request={r} />}</>}>
      <Stack gap="lg">
        <Progress request={r} mine={mine} />
        {r.error !== undefined && r.error !== '' && <Text className={styles.wrong}>{r.error}</Text>}
        <Downloads request={r} review={review} />
        {review !== undefined && r.status === 'pending' && <ReviewBox request={r} review={review} />}
        <section className={styles.part}>
          <Title order={2} mb="sm">{t('requests:one.asked')}</Title>
          <Asked request={r} review={review} />
        </section>
        {deciding ? <DecideBar request={r} queue={queue} /> : null}
        <History request={r} />
      </Stack>
    </Page>
  );
}

/** How far the request is, in a sentence, with when and who. */
function Progress({ request: r, mine }: { request: Request; mine: boolean }) {
  const { t } = useTexts();
  return (
    <Stack gap={4} role="status">
      <Group gap="sm">
        <RequestState status={r.status} />
        <Text>{t('requests:one.by', { name: r.requester ?? t('requests:one.nobody') })} <When at={r.registrationDate} as="distance" /></Text>
        {r.team !== undefined && r.team !== '' && <Text c="dimmed">{t('requests:one.team', { team: r.team })}</Text>}
      </Group>
      {r.status === 'pending' && (
        <Text size="sm">
          {t(mine ? 'requests:one.waitsOwn' : r.permissions.approve ? 'requests:one.waitsYou' : 'requests:one.waits')}
          {(r.expirationDate ?? 0) > 0 && <> {t('requests:one.lapses')} <When at={r.expirationDate ?? 0} as="distance" />.</>}
        </Text>
      )}
      {(r.status === 'approved' || r.status === 'in_progress') && <Text size="sm">{t('requests:one.works')}</Text>}
      {r.approver !== undefined && r.approver !== '' && (
        <Text size="sm">
          {t(r.status === 'denied' ? 'requests:one.deniedBy' : 'requests:one.approvedBy', { name: r.approver })} <When at={r.lastModificationDate} as="distance" />
          {r.approverComment !== undefined && r.approverComment !== '' && `: ${r.approverComment}`}
        </Text>
      )}
      {r.status === 'canceled' && <Text size="sm">{t('requests:one.canceled')} <When at={r.lastModificationDate} as="distance" /></Text>}
      {r.certificateId !== undefined && r.certificateId !== '' && (
        <Anchor component={Link} to={`/certificates/${r.certificateId}`} w="fit-content">
          {t(r.status === 'completed' && r.workflow !== 'revoke' ? 'requests:one.certificate' : 'requests:one.about')}
        </Anchor>
      )}
    </Stack>
  );
}

function Cancel({ request: r }: { request: Request }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => decide('cancel', r, ''),
    onSuccess: ({ body, events }) => {
      queries.setQueryData(['requests', 'one', r._id], body);
      void queries.invalidateQueries({ queryKey: ['requests', 'rows'] });
      receipt(t('requests:one.tookBack'), events);
    },
  });
  return (
    <>
      <FaultBox fault={cancel.error} />
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        {t('requests:one.takeBack')}
      </Button>
    </>
  );
}
