import { Button, FileButton, Group, Modal, PasswordInput, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { answerOf, api } from '@/api/client';
import { useTexts } from '@/app/texts';
import { CallShown } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';

import { useAct } from './useAct';

/** An authority whose key exists already: as a PKCS#12, or certificate and key in PEM. */
export function ImportAuthority({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { act, fault, busy } = useAct();
  const [how, setHow] = useState<string>('pkcs12');
  const [name, setName] = useState('');
  const [file, setFile] = useState<{ name: string; base64: string }>();
  const [password, setPassword] = useState('');
  const [certificate, setCertificate] = useState('');
  const [key, setKey] = useState('');
  const take = async (chosen: File | null) => {
    if (chosen === null) return;
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    setFile({ name: chosen.name, base64: btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')) });
  };
  const go = async (e: React.FormEvent) => {
    e.preventDefault();
    const body = how === 'pkcs12' ? { name, pkcs12: file?.base64 ?? '', password } : { name, certificate, key };
    const done = await act(() => answerOf(api.POST('/api/v1/authorities/import', { body })), (a) => t('config:ca.imported', { name: a.name }));
    if (done !== undefined) void navigate({ to: '/config/authorities/$name', params: { name } });
  };
  return (
    <Modal opened onClose={onClose} title={t('config:ca.import')} size="lg" closeButtonProps={{ 'aria-label': t('common:close') }}>
      <form onSubmit={(e) => void go(e)}>
        <Stack>
          <FaultBox fault={fault} />
          <TextInput label={t('config:ca.name')} data-autofocus value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="off" />
          <SegmentedControl aria-label={t('config:ca.from')} value={how} onChange={setHow} data={[{ value: 'pkcs12', label: 'PKCS#12' }, { value: 'pem', label: 'PEM' }]} />
          {how === 'pkcs12' ? (
            <>
              <Group gap="sm">
                <FileButton onChange={(f) => void take(f)} accept=".p12,.pfx">{(given) => <Button variant="default" {...given}>{t('config:pem.file')}</Button>}</FileButton>
                <Text size="sm">{file?.name}</Text>
              </Group>
              <PasswordInput label={t('config:ca.password')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="off" visibilityToggleButtonProps={{ 'aria-label': t('config:secret.show') }} />
            </>
          ) : (
            <>
              <Textarea label={t('config:ca.certificate')} classNames={{ input: 'mono' }} autosize minRows={3} maxRows={8} value={certificate} onChange={(e) => setCertificate(e.currentTarget.value)} />
              <Textarea label={t('config:ca.privateKey')} classNames={{ input: 'mono' }} autosize minRows={3} maxRows={8} value={key} onChange={(e) => setKey(e.currentTarget.value)} autoComplete="off" spellCheck={false} />
            </>
          )}
          {name !== '' && <CallShown call={{ method: 'POST', path: '/api/v1/authorities/import', body: how === 'pkcs12' ? { name, pkcs12: '$PKCS12', password: '$PASSWORD' } : { name, certificate, key: '$KEY' } }} />}
          <Button type="submit" loading={busy} disabled={name === ''} w="fit-content">{t('config:ca.import')}</Button>
        </Stack>
      </form>
    </Modal>
  );
}
