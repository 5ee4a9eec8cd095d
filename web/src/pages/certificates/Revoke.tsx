import { Alert, Button, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { callOf, useAsk } from './ask';
import { Dialog } from './Dialog';
import { nameOf, type Certificate } from './names';
import { reasons } from './reasons';

interface Props {
  certificate: Certificate;
  /** Whether it is done at once, or asked for. */
  direct: boolean;
  onClose: () => void;
}

/** Revocation: its reason, and what follows. For a stolen key the replacement is offered first. */
export function Revoke({ certificate: c, direct, renewable, onRenew, onClose }: Props & { renewable: boolean; onRenew: () => void }) {
  const { t } = useTexts();
  const [reason, setReason] = useState('');
  const [comment, setComment] = useState('');
  const ask = useAsk(c, 'revoke', onClose);
  const asking = { workflow: 'revoke', template: { revocationReason: reason }, ...(comment === '' ? {} : { requesterComment: comment }) };
  return (
    <Dialog title={t(direct ? 'certificates:revoke.title' : 'certificates:revoke.requestTitle', { name: nameOf(c) })} verb={t(direct ? 'certificates:revoke.go' : 'certificates:requestrevoke')} doing={t('certificates:revoke.doing')}
      danger={direct} ready={reason !== ''} busy={ask.isPending} fault={ask.error} call={callOf(c, asking)} onGo={() => ask.mutate(asking)} onClose={onClose}>
      <Radio.Group label={t('certificates:revoke.reason')} value={reason} onChange={setReason} required>
        <Stack gap="xs" mt="xs">
          {reasons.map((r) => <Radio key={r} value={r} label={t(`certificates:reason.${r}`)} description={r === 'certificatehold' ? t('certificates:revoke.hold') : undefined} />)}
        </Stack>
      </Radio.Group>
      {reason === 'keycompromise' && renewable && (
        <Alert color="yellow" title={t('certificates:revoke.replace')}>
          <Button size="xs" variant="default" onClick={onRenew}>{t('certificates:revoke.replaceFirst')}</Button>
        </Alert>
      )}
      <TextInput label={t('certificates:comment')} value={comment} maxLength={1000} onChange={(e) => setComment(e.currentTarget.value)} />
      <Text size="sm">{t(reason === 'certificatehold' ? 'certificates:revoke.holdConsequence' : 'certificates:revoke.consequence')}</Text>
    </Dialog>
  );
}

/** The end of a hold. */
export function Release({ certificate: c, direct, onClose }: Props) {
  const { t } = useTexts();
  const ask = useAsk(c, 'release', onClose);
  const asking = { workflow: 'revoke', template: { revocationReason: 'removefromcrl' } };
  return (
    <Dialog title={t('certificates:release.title', { name: nameOf(c) })} verb={t(direct ? 'certificates:do.release' : 'certificates:requestrelease')} doing={t('certificates:release.doing')}
      busy={ask.isPending} fault={ask.error} call={callOf(c, asking)} onGo={() => ask.mutate(asking)} onClose={onClose}>
      <Text>{t('certificates:release.consequence')}</Text>
    </Dialog>
  );
}
