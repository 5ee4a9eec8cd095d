import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import { saveEvidence } from './evidence';
import type { LogEvent } from './proof';

/** Hands out what a third party needs to verify the event without this server: the event with its proof. */
export function Evidence({ event }: { event: LogEvent }) {
  const { t } = useTexts();
  const bundle = useMutation({ mutationFn: () => saveEvidence(`id equals ${JSON.stringify(event._id)}`, `event-${event.sequence ?? event._id}`) });
  if (event.sequence === undefined) return null;
  return (
    <>
      <FaultBox fault={bundle.error} />
      <Text size="sm" c="dimmed" mt="md" mb="xs">{t('events:bundleHelp')}</Text>
      <Button variant="default" size="xs" leftSection={<Download size={14} aria-hidden />} loading={bundle.isPending} onClick={() => bundle.mutate()}>
        {t('events:bundle')}
      </Button>
    </>
  );
}
