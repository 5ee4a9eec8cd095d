import { Alert, Anchor, Button, FileButton, Group, Select, Skeleton, Stack, Table, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState, type FormEvent } from 'react';

import { api, answerOf, bodyOf } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { PageButton, PageLink } from '@/parts/links';
import { quoted } from '@/parts/query/terms';
import { Page } from '@/parts/Page';
import { receipt } from '@/parts/Receipt';
import { When } from '@/parts/When';

import { offerName } from '../form/ProfileCards';
import styles from '../form/Requests.module.css';
import { save } from '../keys/pem';
import { RequestState } from '../one/RequestState';
import { fetchOffers, type Offer, type Request } from '../wire';

/** One-time challenges: ask for one, see one's own, use one with a CSR. */
export default function ChallengePage() {
  const { t } = useTexts();
  const offers = useQuery({ queryKey: ['requests', 'offers', 'enroll'], queryFn: () => fetchOffers('enroll'), staleTime: 60_000 });
  const found = (offers.data ?? []).filter((o) => o.challenge === true);
  return (
    <Page title={t('requests:challenge.title')} section={t('places:requests')} narrow>
      <Stack gap="lg">
        <FaultBox fault={offers.error} />
        <Text>{t('requests:challenge.help')}</Text>
        {offers.isPending && <Skeleton h={120} aria-label={t('common:loading')} />}
        {offers.data !== undefined && found.length === 0 && <Empty title={t('requests:challenge.none')}>{t('requests:challenge.noneHelp')}</Empty>}
        {found.length > 0 && (
          <section className={styles.part}>
            <Title order={2} mb="sm">{t('requests:challenge.get')}</Title>
            <Group gap="sm">
              {found.map((o) => (
                <PageButton key={o.name} to="/requests/new" search={{ profile: o.name }} variant={found.length === 1 ? 'filled' : 'default'}>
                  {t('requests:challenge.of', { profile: offerName(o) })}
                </PageButton>
              ))}
            </Group>
          </section>
        )}
        {found.length > 0 && <Mine offers={found} />}
        <Use offers={found} />
      </Stack>
    </Page>
  );
}

/** The challenges one asked for; each opens its page, where it is told, copied or taken back. */
function Mine({ offers }: { offers: Offer[] }) {
  const { t } = useTexts();
  const query = `workflow equals "enroll" and profile in [${offers.map((o) => quoted(o.name)).join(', ')}]`;
  const mine = useQuery({
    queryKey: ['requests', 'challenges', query],
    queryFn: async () =>
      (await bodyOf(
        api.POST('/api/v1/requests/search', {
          body: { query, scope: 'self', fields: ['profile', 'status', 'dn', 'registrationDate', 'expirationDate', 'certificateId'], sortedBy: [{ element: 'registrationDate', order: 'Desc' }], pageSize: 50 },
        }),
      )) as unknown as { results: Request[] },
  });
  const rows = mine.data?.results ?? [];
  return (
    <section className={styles.part}>
      <Title order={2} mb="sm">{t('requests:challenge.mine')}</Title>
      <FaultBox fault={mine.error} />
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">{t('requests:challenge.noneYet')}</Text>
      ) : (
        <Table aria-label={t('requests:challenge.mine')} withTableBorder className={styles.sides}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('requests:list.registered')}</Table.Th>
              <Table.Th scope="col">{t('requests:field.profile')}</Table.Th>
              <Table.Th scope="col">{t('requests:list.status')}</Table.Th>
              <Table.Th scope="col">{t('requests:challenge.until')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((r) => (
              <Table.Tr key={r._id}>
                <Table.Td>
                  <PageLink to="/requests/$id" params={{ id: r._id }}><When at={r.registrationDate} as="full" /></PageLink>
                </Table.Td>
                <Table.Td>{r.profile}</Table.Td>
                <Table.Td>{r.certificateId === undefined ? <RequestState status={r.status} /> : t('requests:challenge.used')}</Table.Td>
                <Table.Td>{r.certificateId === undefined && (r.expirationDate ?? 0) > 0 && <When at={r.expirationDate ?? 0} as="distance" />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}

/** Enrolls with a challenge and a CSR: all the right that is needed is the challenge. */
function Use({ offers }: { offers: Offer[] }) {
  const { t } = useTexts();
  const [profile, setProfile] = useState('');
  const [challenge, setChallenge] = useState('');
  const [csr, setCsr] = useState('');
  const known = offers.map((o) => ({ value: o.name, label: offerName(o) }));
  const named = profile === '' && known.length === 1 ? (known[0]?.value ?? '') : profile;
  const use = useMutation({
    mutationFn: () => answerOf(api.POST('/api/v1/challenge/submit', { body: { profile: named, challenge: { value: challenge.trim() }, template: { csr } } })),
    onSuccess: ({ events }) => {
      setChallenge('');
      receipt(t('requests:challenge.done'), events);
    },
  });
  const send = (e: FormEvent) => {
    e.preventDefault();
    use.mutate();
  };
  const pem = use.data?.body?.certificate;
  return (
    <section className={styles.part}>
      <Title order={2} mb="sm">{t('requests:challenge.use')}</Title>
      <form onSubmit={send}>
        <Stack gap="md" maw={640}>
          {known.length > 0 ? (
            <Select label={t('requests:field.profile')} data={known} value={named === '' ? null : named} onChange={(v) => setProfile(v ?? '')} allowDeselect={false} />
          ) : (
            <TextInput label={t('requests:field.profile')} value={profile} onChange={(e) => setProfile(e.currentTarget.value)} autoComplete="off" />
          )}
          <TextInput label={t('requests:get.challenge')} value={challenge} onChange={(e) => setChallenge(e.currentTarget.value)} autoComplete="off" spellCheck={false} classNames={{ input: styles.names }} />
          <Textarea label={t('requests:csr.label')} placeholder="-----BEGIN CERTIFICATE REQUEST-----" value={csr} onChange={(e) => setCsr(e.currentTarget.value)} rows={5} spellCheck={false} classNames={{ input: styles.names }} />
          <Group>
            <FileButton onChange={(file) => void file?.text().then(setCsr)}>{(props) => <Button variant="default" size="xs" {...props}>{t('requests:csr.choose')}</Button>}</FileButton>
          </Group>
          <FaultBox fault={use.error} />
          <Button type="submit" w="fit-content" loading={use.isPending} disabled={named === '' || challenge.trim() === '' || csr.trim() === ''}>{t('requests:verb.get')}</Button>
        </Stack>
      </form>
      {pem !== undefined && (
        <Alert color="teal" variant="light" mt="md" title={t('requests:challenge.done')}>
          <Group gap="sm">
            <Button variant="default" leftSection={<Download size={16} aria-hidden />} onClick={() => save('certificate.crt', `${pem}\n`, 'application/x-pem-file')}>{t('requests:get.pem')}</Button>
            <Copy text={pem} />
          </Group>
        </Alert>
      )}
      <Text size="sm" c="dimmed" mt="sm">
        {t('requests:challenge.program')} <Anchor inherit underline="always" href="/api/v1/docs">POST /api/v1/challenge/submit</Anchor>
      </Text>
    </section>
  );
}
