import { FileInput, PasswordInput, Radio, Select, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import { callOf, useAsk } from './ask';
import { formQuery, type Request, type Template } from './calls';
import { Dialog } from './Dialog';
import { KeyReady } from './KeyReady';
import { nameOf, type Certificate } from './names';

interface Props {
  certificate: Certificate;
  direct: boolean;
  onClose: () => void;
}

/** Renewal: the same certificate with a new key, made here or brought as a CSR. */
export function Renew({ certificate: c, direct, onClose }: Props) {
  const { t } = useTexts();
  const { data, error } = useQuery(formQuery('renew', c._id));
  const title = t('certificates:renew.title', { name: nameOf(c) });
  if (data === undefined) {
    return <Dialog title={title} verb={t('certificates:do.renew')} doing="" ready={false} busy={false} fault={error} onGo={onClose} onClose={onClose}><Text role="status">{error === null ? t('common:loading') : ''}</Text></Dialog>;
  }
  return <Form certificate={c} direct={direct} template={data.template} title={title} onClose={onClose} />;
}

function Form({ certificate: c, direct, template, title, onClose }: Props & { template: Template; title: string }) {
  const { t } = useTexts();
  const can = template.capabilities;
  const [made, make] = useState<'here' | 'csr'>(can.centralized ? 'here' : 'csr');
  const [keyType, setKeyType] = useState(template.keyType ?? c.keyType);
  const [csr, setCSR] = useState('');
  const [password, setPassword] = useState('');
  const [done, finish] = useState<Request | null>(null);
  const ask = useAsk(c, 'renew', (r) => (r.certificateId === undefined ? onClose() : finish(r)));
  if (done !== null) return <KeyReady request={done} certificate={c} onClose={onClose} />;
  const own = made === 'here' && can.p12passwordMode === 'manual';
  const types = can.authorizedKeyTypes ?? [];
  const asking = { workflow: 'renew', template: made === 'csr' ? { csr } : { keyType }, ...(own ? { password: { value: password } } : {}) };
  const read = (file: File | null) => void file?.text().then(setCSR);
  return (
    <Dialog title={title} verb={t(direct ? 'certificates:do.renew' : 'certificates:requestrenew')} doing={t('certificates:renew.doing')} ready={made === 'here' ? !own || password !== '' : csr.trim() !== ''} busy={ask.isPending} fault={ask.error} call={callOf(c, asking)} onGo={() => ask.mutate(asking)} onClose={onClose}>
      <Text size="sm">{t('certificates:renew.consequence')}</Text>
      {can.centralized && can.decentralized && (
        <Radio.Group label={t('certificates:renew.key')} value={made} onChange={(v) => make(v === 'csr' ? 'csr' : 'here')}>
          <Stack gap="xs" mt="xs">
            <Radio value="here" label={t('certificates:renew.here')} />
            <Radio value="csr" label={t('certificates:renew.csr')} />
          </Stack>
        </Radio.Group>
      )}
      {made === 'here' && (types.length > 1 ? <Select label={t('certificates:fact.key')} data={types} value={keyType} onChange={(v) => setKeyType(v ?? keyType)} /> : <Text size="sm">{t('certificates:fact.key')} : {keyType}</Text>)}
      {own && <PasswordInput label={t('certificates:renew.password')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="new-password" required />}
      {made === 'csr' && (
        <>
          <Textarea label={t('certificates:renew.csrLabel')} placeholder="-----BEGIN CERTIFICATE REQUEST-----" value={csr} onChange={(e) => setCSR(e.currentTarget.value)} autosize minRows={4} maxRows={10} className="mono" required />
          <FileInput label={t('certificates:renew.file')} accept=".csr,.pem,.p10,.req" onChange={read} />
        </>
      )}
      {ask.data?.body.status === 'failed' && <FaultBox fault={new Error(ask.data.body.error)} />}
    </Dialog>
  );
}
