import { Code, Group, Text } from '@mantine/core';

import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { PageButton, PageLink } from '@/parts/links';
import { EventLink } from '@/parts/Receipt';

import type { SetupView } from './query';
import { certbotLine } from './setup';

/** The way to a first certificate: the request form, or the line for a host that speaks ACME. */
export function FirstCertificate({ setup }: { setup: SetupView }) {
  const { t } = useTexts();
  const { firstCertificate: first, profiles } = setup;
  if (first !== undefined) {
    return (
      <Text size="sm">
        <PageLink to={`/certificates/${first._id}` as string}>{t('setup:first.open')}</PageLink> <EventLink id={first.event} />
      </Text>
    );
  }
  const web = profiles.enabled.webra?.[0];
  const acme = profiles.enabled.acme?.[0];
  if (web === undefined && acme === undefined) return null;
  const line = acme === undefined ? '' : certbotLine(window.location.origin, acme);
  return (
    <>
      {web !== undefined && (
        <Group mt="xs">
          <PageButton to={'/requests/new' as string} search={{ profile: web } as never} size="xs">{t('setup:first.ask')}</PageButton>
        </Group>
      )}
      {acme !== undefined && (
        <>
          <Text size="sm" mt="xs">{t('setup:first.acme')}</Text>
          <Code block>{line}</Code>
          <Copy text={line} mt="xs" />
        </>
      )}
    </>
  );
}
