import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { callOf, useAsk } from './ask';
import type { Request } from './calls';
import { Dialog } from './Dialog';
import { KeyReady } from './KeyReady';
import { nameOf, type Certificate } from './names';

/** Takes the escrowed key out, as PKCS#12 or JKS. */
export function Recover({ certificate: c, direct, onClose }: { certificate: Certificate; direct: boolean; onClose: () => void }) {
  const { t } = useTexts();
  const [comment, setComment] = useState('');
  const [done, finish] = useState<Request | null>(null);
  const ask = useAsk(c, 'recover', (r) => (r.status === 'completed' ? finish(r) : onClose()));
  if (done !== null) return <KeyReady request={done} certificate={c} onClose={onClose} />;
  const asking = { workflow: 'recover', ...(comment === '' ? {} : { requesterComment: comment }) };
  return (
    <Dialog title={t('certificates:recover.title', { name: nameOf(c) })} verb={t(direct ? 'certificates:do.recover' : 'certificates:requestrecover')} doing={t('certificates:recover.doing')} danger={direct}
      busy={ask.isPending} fault={ask.error} call={callOf(c, asking)} onGo={() => ask.mutate(asking)} onClose={onClose}>
      <Text size="sm">{t('certificates:recover.consequence')}</Text>
      <TextInput label={t('certificates:comment')} value={comment} maxLength={1000} onChange={(e) => setComment(e.currentTarget.value)} />
    </Dialog>
  );
}
