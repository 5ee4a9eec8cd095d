import { Alert, Button, FileButton, Group, PasswordInput, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { ask } from '@/api/client';
import { faultOf } from '@/api/fault';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { receipt } from '@/parts/Receipt';
import { When } from '@/parts/When';

import { answering, freshDraft, type Draft } from '../form/draft';
import { Facts } from '../form/Facts';
import { sentence } from '../form/sentences';
import { problemsOf } from '../form/problems';
import { offerName } from '../form/ProfileCards';
import styles from '../form/Requests.module.css';
import { WhoFields } from '../form/WhoPart';
import { keyName } from '../keys/recipes';
import { fetchForm, fetchOffers, formOf, submit, type Form, type Offer } from '../wire';

interface Decoded {
  dn: string;
  issuerDn: string;
  notAfter: number;
  keyType: string;
  pem: string;
}

/** What was opened: a certificate, with its key when the file held one. */
interface Opened {
  certificate: Decoded;
  privateKey?: string;
}

interface Detected {
  type: string;
  certificates?: Decoded[];
}

/** Brings a certificate that was issued elsewhere under a profile, with its key or without. */
export default function ImportPage() {
  const { t } = useTexts();
  const offers = useQuery({ queryKey: ['requests', 'offers', 'import'], queryFn: () => fetchOffers('import'), staleTime: 60_000 });
  const [opened, setOpened] = useState<Opened>();
  const [profile, setProfile] = useState('');
  const only = offers.data?.length === 1 ? offers.data[0] : undefined;
  const offer = offers.data?.find((o) => o.name === profile) ?? only;
  return (
    <Page title={t('requests:import.title')} section={t('places:requests')} narrow>
      <FaultBox fault={offers.error} />
      <Stack gap="lg">
        {offers.data?.length === 0 && <Alert color="yellow">{t('requests:import.none')}</Alert>}
        <Source onOpened={setOpened} />
        {opened !== undefined && (
          <section className={styles.part}>
            <Facts
              of={[
                [t('requests:field.dn'), opened.certificate.dn],
                [t('requests:import.issuer'), opened.certificate.issuerDn],
                [t('requests:import.ends'), <When key="ends" at={opened.certificate.notAfter} as="full" />],
                [t('requests:field.keyType'), keyName(opened.certificate.keyType)],
                [t('requests:import.key'), t(opened.privateKey === undefined ? 'requests:import.withoutKey' : 'requests:import.withKey')],
              ]}
            />
          </section>
        )}
        {opened !== undefined && (offers.data ?? []).length > 1 && (
          <Select label={t('requests:field.profile')} data={(offers.data ?? []).map((o) => ({ value: o.name, label: offerName(o) }))} value={offer?.name ?? null} onChange={(v) => setProfile(v ?? '')} allowDeselect={false} />
        )}
        {opened !== undefined && offer !== undefined && <Owned key={`${offer.name} ${opened.certificate.pem}`} opened={opened} offer={offer} />}
      </Stack>
    </Page>
  );
}

/** The file or the text; a PKCS#12 asks for its password. */
function Source({ onOpened }: { onOpened: (opened: Opened | undefined) => void }) {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const [store, setStore] = useState<Blob>();
  const [password, setPassword] = useState('');
  const read = useMutation({
    mutationFn: async (file: Blob) => {
      const { body } = await ask<Detected>({ method: 'POST', path: '/api/v1/rfc5280/detect', body: formOf(file) });
      return { body, file };
    },
    onSuccess: ({ body, file }) => {
      setStore(body.type === 'pkcs12' ? file : undefined);
      const [certificate] = body.certificates ?? [];
      onOpened(certificate === undefined ? undefined : { certificate });
    },
    onError: () => onOpened(undefined),
  });
  const unlock = useMutation({
    mutationFn: async (file: Blob) => (await ask<{ certificate: Decoded; privateKey: string }>({ method: 'POST', path: '/api/v1/rfc5280/pkcs12', body: formOf(file, { password }) })).body,
    onSuccess: onOpened,
  });
  const write = (now: string) => {
    setText(now);
    if (/-----END CERTIFICATE-----/.test(now)) read.mutate(new Blob([now]));
  };
  return (
    <Stack gap="sm">
      <Text>{t('requests:import.help')}</Text>
      <Group>
        <FileButton onChange={(file) => file !== null && read.mutate(file)}>{(props) => <Button variant="default" {...props}>{t('requests:import.choose')}</Button>}</FileButton>
      </Group>
      <Textarea label={t('requests:import.paste')} placeholder="-----BEGIN CERTIFICATE-----" value={text} onChange={(e) => write(e.currentTarget.value)} rows={4} spellCheck={false} classNames={{ input: styles.names }} />
      <FaultBox fault={read.error} />
      {store !== undefined && (
        <Group align="end">
          <PasswordInput label={t('requests:import.password')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="off" w={280} visibilityToggleButtonProps={{ 'aria-label': t('signin:show') }} />
          <Button variant="default" loading={unlock.isPending} onClick={() => unlock.mutate(store)}>{t('requests:import.open')}</Button>
        </Group>
      )}
      <FaultBox fault={unlock.error} />
    </Stack>
  );
}

function Owned({ opened, offer }: { opened: Opened; offer: Offer }) {
  const asked = { workflow: 'import' as const, module: offer.module, profile: offer.name, certificatePem: opened.certificate.pem };
  const form = useQuery({ queryKey: ['requests', 'form', 'import', offer.name, opened.certificate.pem], queryFn: () => fetchForm(asked), staleTime: Infinity, gcTime: 0 });
  if (form.data === undefined) return <FaultBox fault={form.error} />;
  return <Sending form={form.data} opened={opened} offer={offer} />;
}

function Sending({ form, opened, offer }: { form: Form; opened: Opened; offer: Offer }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => freshDraft(form));
  const keeps = offer.capabilities.escrow && opened.privateKey !== undefined;
  const send = useMutation({
    mutationFn: () =>
      submit({
        workflow: 'import', module: offer.module, profile: offer.name, certificatePem: opened.certificate.pem,
        template: { ...answering(form, draft), ...(keeps ? { privateKey: { value: opened.privateKey } } : {}) },
      }),
    onSuccess: ({ body, events }) => {
      queries.setQueryData(['requests', 'one', body._id], body);
      receipt(t(body.status === 'pending' ? 'requests:new.waits' : 'requests:import.done'), events);
      void navigate({ to: '/requests/$id', params: { id: body._id } });
    },
  });
  const problems = send.error === null ? {} : problemsOf(faultOf(send.error), (raw) => sentence(t, raw));
  const direct = offer.workflows.some((w) => w.workflow === 'import' && w.perform);
  return (
    <section className={styles.part}>
      <Title order={2} mb="sm">{t('requests:new.who')}</Title>
      <Stack gap="md">
        <WhoFields form={form} draft={draft} change={(c) => setDraft((before) => ({ ...before, ...c }))} problems={problems} />
        {opened.privateKey !== undefined && <Text size="sm">{t(keeps ? 'requests:import.escrowed' : 'requests:import.notKept')}</Text>}
        <FaultBox fault={send.error} />
        <Button w="fit-content" loading={send.isPending} onClick={() => send.mutate()}>{t(direct ? 'requests:import.do' : 'requests:import.ask')}</Button>
      </Stack>
    </section>
  );
}
