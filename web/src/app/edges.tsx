import { Anchor, Button, Loader, Stack, Text } from '@mantine/core';
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';

import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import { useTexts } from './texts';

/** Shown when a page needs longer than a blink. */
export function Waiting() {
  const { t } = useTexts();
  return (
    <Stack align="center" p="xl" role="status">
      <Loader size="sm" aria-hidden />
      <Text c="dimmed">{t('common:loading')}</Text>
    </Stack>
  );
}

/** Shown when a page cannot be drawn; what was refused is named. */
export function Trouble({ error, reset }: ErrorComponentProps) {
  const { t } = useTexts();
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Stack p="lg" maw={640}>
      <FaultBox fault={error} />
      <Button variant="default" onClick={again} w="fit-content">
        {t('common:again')}
      </Button>
    </Stack>
  );
}

/** Shown for an address that names no page. */
export function Lost() {
  const { t } = useTexts();
  return (
    <Page title={t('common:lost.title')} narrow>
      <Stack>
        <Text>{t('common:lost.text')}</Text>
        <Anchor component={Link} to="/">
          {t('common:lost.home')}
        </Anchor>
      </Stack>
    </Page>
  );
}
