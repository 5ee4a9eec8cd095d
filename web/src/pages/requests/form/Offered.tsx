import { Alert, Button, Group, Text } from '@mantine/core';

import { useTexts } from '@/app/texts';
import { When } from '@/parts/When';

/** Offers what was written before and not sent. */
export function Offered({ at, onTake, onDecline }: { at: number; onTake: () => void; onDecline: () => void }) {
  const { t } = useTexts();
  return (
    <Alert color="accent" variant="light" mb="md" maw={640} title={t('requests:draft.title')}>
      <Group gap="sm">
        <Text size="sm">{t('requests:draft.text')} <When at={at} as="distance" />.</Text>
        <Button size="xs" type="button" onClick={onTake}>{t('requests:draft.take')}</Button>
        <Button size="xs" type="button" variant="default" onClick={onDecline}>{t('requests:draft.decline')}</Button>
      </Group>
    </Alert>
  );
}
