import { Button, Code, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import { fetchForm, fetchOffers, type Offer } from '../wire';
import { Filling } from './Filling';
import { offerName, ProfileCards } from './ProfileCards';

/** A new request: what, which names, who answers; one page, driven by the form of the chosen profile. */
export default function NewRequest() {
  const { t } = useTexts();
  const offers = useQuery({ queryKey: ['requests', 'offers', 'enroll'], queryFn: () => fetchOffers('enroll'), staleTime: 60_000 });
  return (
    <Page title={t('requests:new.title')} section={t('places:requests')}>
      <FaultBox fault={offers.error} />
      {offers.isPending && <Skeleton h={240} maw={640} aria-label={t('common:loading')} />}
      {offers.data?.length === 0 && <Nothing />}
      {offers.data !== undefined && offers.data.length > 0 && <Chosen offers={offers.data} />}
    </Page>
  );
}

/** Who may ask for nothing is told whom to ask, with what. */
function Nothing() {
  const { t } = useTexts();
  const self = useSelf();
  const message = t('requests:new.plea', { name: self.identity?.identifier ?? '', provider: self.identity?.identityProviderName ?? '' });
  return (
    <Empty title={t('requests:new.none')}>
      <Text maw={560} ta="center">
        {t('requests:new.noneHelp')}
      </Text>
      <Code block maw={560}>
        {message}
      </Code>
      <Copy text={message} />
    </Empty>
  );
}

function Chosen({ offers }: { offers: Offer[] }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const [choosing, choose] = useState(false);
  const only = offers.length === 1 ? offers[0] : undefined;
  const offer = offers.find((o) => o.name === search.profile) ?? (search.profile === undefined ? only : undefined);
  const pick = (profile: string) => {
    choose(false);
    void navigate({ to: '/requests/new', search: { ...search, profile }, replace: true });
  };
  if (offer === undefined || choosing) {
    return (
      <Stack maw={640} gap="md">
        {search.profile !== undefined && offer === undefined && <Text role="alert">{t('requests:profile.gone', { name: search.profile })}</Text>}
        <ProfileCards offers={offers} value={offer?.name ?? ''} onChange={pick} />
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <Group gap="sm">
        <Text fw={600}>{offerName(offer)}</Text>
        {offers.length > 1 && (
          <Button variant="default" size="xs" onClick={() => choose(true)}>
            {t('requests:change')}
          </Button>
        )}
      </Group>
      <Loaded key={offer.name} offer={offer} />
    </Stack>
  );
}

function Loaded({ offer }: { offer: Offer }) {
  const { t } = useTexts();
  const search = useSearch({ strict: false });
  const form = useQuery({
    queryKey: ['requests', 'form', offer.name],
    queryFn: () => fetchForm({ workflow: 'enroll', module: offer.module, profile: offer.name }),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (form.data === undefined) return form.isPending ? <Skeleton h={240} maw={640} aria-label={t('common:loading')} /> : <FaultBox fault={form.error} />;
  return <Filling form={form.data} offer={offer} wished={{ names: (search.san ?? search.cn ?? '').replaceAll(',', '\n'), cn: search.san === undefined ? '' : (search.cn ?? '') }} />;
}
