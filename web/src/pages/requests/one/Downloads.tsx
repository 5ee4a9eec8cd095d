import { Alert, Button, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';

import { ask, askFile } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { FaultBox } from '@/parts/FaultBox';
import { When } from '@/parts/When';

import styles from '../form/Requests.module.css';
import { saved, useHeld } from '../keys/held';
import { fileName, save, toPem, unbase64 } from '../keys/pem';
import type { Request, Review } from '../wire';

/** The certificates above, issuer first. */
async function chainOf(pem: string): Promise<string[]> {
  const form = new FormData();
  form.set('order', 'iltr');
  form.set('file', new Blob([pem]), 'certificate.pem');
  const { body } = await ask<{ pem: string }[]>({ method: 'POST', path: '/api/v1/rfc5280/tc', body: form });
  return body.map((c) => c.pem);
}

const issues = ['enroll', 'renew', 'recover', 'import', 'migrate', 'update'];

/** What can be fetched: certificate, key, password; and how long. */
export function Downloads({ request: r, review }: { request: Request; review: Review | undefined }) {
  const { t } = useTexts();
  const pem = r.certificate?.certificate;
  const done = r.status === 'completed' && pem !== undefined && issues.includes(r.workflow);
  const challenge = r.status === 'completed' && pem === undefined && r.workflow === 'enroll' ? r.password?.value : undefined;
  const chain = useMutation({ mutationFn: async () => save(fileName(r.dn, 'pem'), [pem ?? '', ...(await chainOf(pem ?? ''))].join('\n').concat('\n'), 'application/x-pem-file') });
  const jks = useMutation({ mutationFn: () => fetchStore(r) });
  const held = useHeld(r._id);
  if (!done && held === undefined && challenge === undefined) return null;
  return (
    <section className={styles.part}>
      <Title order={2} mb="sm">{t(challenge === undefined ? 'requests:get.title' : 'requests:get.challenge')}</Title>
      <Stack gap="md">
        {challenge !== undefined && <Secret label={t('requests:get.challengeHelp')} value={challenge} />}
        {done && (
          <Group gap="sm">
            <Button variant="default" leftSection={<Download size={16} aria-hidden />} onClick={() => save(fileName(r.dn, 'crt'), `${pem}\n`, 'application/x-pem-file')}>{t('requests:get.pem')}</Button>
            <Button variant="default" leftSection={<Download size={16} aria-hidden />} loading={chain.isPending} onClick={() => chain.mutate()}>{t('requests:get.chain')}</Button>
            {r.pkcs12?.value !== undefined && <Button leftSection={<Download size={16} aria-hidden />} onClick={() => save(fileName(r.dn, 'p12'), unbase64(r.pkcs12?.value ?? ''), 'application/x-pkcs12')}>{t('requests:get.p12')}</Button>}
            {r.pkcs12?.value !== undefined && <Button variant="default" leftSection={<Download size={16} aria-hidden />} loading={jks.isPending} onClick={() => jks.mutate()}>{t('requests:get.jks')}</Button>}
          </Group>
        )}
        <FaultBox fault={chain.error ?? jks.error} />
        {done && r.password?.value !== undefined && <Secret label={t('requests:get.password')} value={r.password.value} />}
        {review?.keyUntil !== undefined && <Text size="sm">{t('requests:get.until')} <When at={review.keyUntil} as="distance" /> (<When at={review.keyUntil} as="full" />).</Text>}
        {held !== undefined && <Held request={r} {...(done ? { certificate: pem } : {})} />}
      </Stack>
    </section>
  );
}

async function fetchStore(r: Request): Promise<void> {
  const { body } = await askFile({ method: 'GET', path: `/api/v1/requests/${encodeURIComponent(r._id)}/keystore?form=jks` });
  save(fileName(r.dn, 'jks'), body);
}

/** A secret that is shown when asked for, and copied. */
function Secret({ label, value }: { label: string; value: string }) {
  const { t } = useTexts();
  const [shown, show] = useState(false);
  return (
    <div>
      <Text size="sm">{label}</Text>
      <Group gap="sm" mt={4}>
        {shown && <code className={styles.secret}>{value}</code>}
        <Button variant="default" size="xs" onClick={() => show(!shown)} aria-expanded={shown}>{t(shown ? 'requests:get.hide' : 'requests:get.show')}</Button>
        <Copy text={value} />
      </Group>
    </div>
  );
}

/** The key this window made: to be saved, for it is nowhere else. */
function Held({ request: r, certificate }: { request: Request; certificate?: string }) {
  const { t } = useTexts();
  const held = useHeld(r._id);
  const [password, setPassword] = useState('');
  const pkcs8 = async () => crypto.subtle.exportKey('pkcs8', held?.keys.privateKey as CryptoKey);
  const pem = useMutation({
    mutationFn: async () => {
      save(fileName(r.dn, 'key'), toPem('PRIVATE KEY', await pkcs8()), 'application/x-pem-file');
      saved(r._id);
    },
  });
  const p12 = useMutation({
    mutationFn: async () => {
      const [{ makeP12 }, chain, key] = await Promise.all([import('../keys/p12'), chainOf(certificate ?? ''), pkcs8()]);
      save(fileName(r.dn, 'p12'), await makeP12(key, certificate ?? '', chain, password, fileName(r.dn, '').slice(0, -1)), 'application/x-pkcs12');
      saved(r._id);
    },
  });
  if (held === undefined) return null;
  return (
    <Alert color={held.saved ? 'teal' : 'yellow'} variant="light" title={t(held.saved ? 'requests:held.saved' : 'requests:held.title')}>
      <Stack gap="sm">
        <Text size="sm">{t('requests:held.help')}</Text>
        <Button w="fit-content" variant={held.saved ? 'default' : 'filled'} leftSection={<Download size={16} aria-hidden />} loading={pem.isPending} onClick={() => pem.mutate()}>{t('requests:held.pem')}</Button>
        {certificate === undefined ? (
          <Text size="sm">{t('requests:held.later')}</Text>
        ) : (
          <Group align="end" gap="sm">
            <PasswordInput label={t('requests:held.password')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="new-password" w={260} visibilityToggleButtonProps={{ 'aria-label': t('signin:show') }} />
            <Button variant="default" disabled={password === ''} loading={p12.isPending} onClick={() => p12.mutate()}>{t('requests:held.p12')}</Button>
          </Group>
        )}
        <FaultBox fault={pem.error ?? p12.error} />
      </Stack>
    </Alert>
  );
}
