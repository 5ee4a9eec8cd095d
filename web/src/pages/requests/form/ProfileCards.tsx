import { Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { State } from '@/parts/State';

import { inLanguage, type Offer } from '../wire';
import styles from './Requests.module.css';

/** What people call a profile. */
export function offerName(offer: Offer): string {
  return inLanguage(offer.displayName, spoken()) || offer.name;
}

/** Whether the reader has an enrollment carried out at once. */
export function atOnce(offer: Offer): boolean {
  return offer.workflows.some((w) => w.workflow === 'enroll' && w.perform);
}

/** The profiles one can ask for, as cards: what each is for, and whether somebody has to approve. */
export function ProfileCards({ offers, value, onChange }: { offers: Offer[]; value: string; onChange: (name: string) => void }) {
  const { t } = useTexts();
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const found = offers.filter((o) => `${o.name} ${offerName(o)} ${inLanguage(o.description, spoken())}`.toLowerCase().includes(wanted));
  return (
    <Stack gap="sm">
      {offers.length > 8 && <TextInput aria-label={t('requests:profile.filter')} placeholder={t('requests:profile.filter')} value={filter} onChange={(e) => setFilter(e.currentTarget.value)} />}
      <Radio.Group value={value} onChange={onChange} aria-label={t('requests:profile.choose')}>
        <Stack gap="xs">
          {found.map((o) => (
            <Radio.Card key={o.name} value={o.name} className={styles.card} withBorder>
              <Group wrap="nowrap" align="start">
                <Radio.Indicator />
                <div>
                  <Text fw={600}>{offerName(o)}</Text>
                  <Text size="sm" c="dimmed">
                    {inLanguage(o.description, spoken()) || (offerName(o) === o.name ? '' : o.name)}
                  </Text>
                  <Group gap="xs" mt={4}>
                    <State state={atOnce(o) ? 'valid' : 'pending'}>{t(atOnce(o) ? 'requests:profile.atOnce' : 'requests:profile.approved')}</State>
                    {o.challenge === true && <Text size="sm">{t('requests:profile.challenge')}</Text>}
                  </Group>
                </div>
              </Group>
            </Radio.Card>
          ))}
        </Stack>
      </Radio.Group>
    </Stack>
  );
}
