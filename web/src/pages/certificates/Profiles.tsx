import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import styles from './Certificates.module.css';
import { useOffers } from './offers';

const few = 8; // above that they are narrowed by a part of their names

/** The profiles one may bring certificates under: one pressed is chosen, in one step. */
export function Profiles({ busy, onChoose }: { busy: boolean; onChoose: (profile: string) => void }) {
  const { t } = useTexts();
  const offers = useOffers('migrate', true);
  const [part, narrow] = useState('');
  const found = offers.filter((o) => `${o.label} ${o.value}`.toLowerCase().includes(part.trim().toLowerCase()));
  return (
    <fieldset className={styles.profiles}>
      <legend>{t('certificates:migrate.profile')}</legend>
      {offers.length > few && <TextInput mb="xs" aria-label={t('certificates:migrate.narrow')} placeholder={t('certificates:migrate.narrow')} value={part} onChange={(e) => narrow(e.currentTarget.value)} />}
      {found.length === 0 && <Text size="sm">{t('certificates:migrate.none')}</Text>}
      <Stack gap="xs">
        {found.map((o) => (
          <Button key={o.value} variant="default" justify="start" disabled={busy} onClick={() => onChoose(o.value)}>
            {o.label}
          </Button>
        ))}
      </Stack>
    </fieldset>
  );
}
