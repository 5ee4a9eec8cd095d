import { Select, Text } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { callOf, useAsk } from './ask';
import { Dialog } from './Dialog';
import { nameOf, type Certificate } from './names';
import { useOffers } from './offers';

/** Brings the certificate under another profile; one that is not managed comes under management. */
export function Migrate({ certificate: c, direct, onClose }: { certificate: Certificate; direct: boolean; onClose: () => void }) {
  const { t } = useTexts();
  const offers = useOffers('migrate', true).filter((o) => o.value !== c.profile);
  const [profile, choose] = useState<string | null>(null);
  const ask = useAsk(c, 'migrate', onClose);
  const module = offers.find((o) => o.value === profile)?.module ?? '';
  const asking = { workflow: 'migrate', profile: profile ?? '', module };
  return (
    <Dialog title={t('certificates:migrate.title', { name: nameOf(c) })} verb={t(direct ? 'certificates:do.migrate' : 'certificates:requestmigrate')} doing={t('certificates:migrate.doing')}
      ready={profile !== null} busy={ask.isPending} fault={ask.error} call={profile === null ? undefined : callOf(c, asking)} onGo={() => ask.mutate(asking)} onClose={onClose}>
      <Text size="sm">{t('certificates:migrate.consequence')}</Text>
      <Select label={t('certificates:migrate.profile')} data={offers} value={profile} onChange={choose} searchable required nothingFoundMessage={t('certificates:migrate.none')} />
    </Dialog>
  );
}
