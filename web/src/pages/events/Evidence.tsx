import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { api, bodyOf } from '@/api/client';
import { FaultBox } from '@/parts/FaultBox';
import { saveFile } from '@/parts/list/download';

import type { LogEvent } from './proof';

/** Hands out what a third party needs to verify the event without this server: event, proof and public key. */
export function Evidence({ event }: { event: LogEvent }) {
  const { t } = useTranslation();
  const bundle = useMutation({
    mutationFn: async () => {
      const [proof, key] = await Promise.all([
        bodyOf(api.GET('/api/v1/events/{id}/proof', { params: { path: { id: event._id } } })),
        bodyOf(api.GET('/api/v1/events/key')),
      ]);
      return { event, proof, publicKey: key.publicKey };
    },
    onSuccess: (all) => saveFile(new Blob([`${JSON.stringify(all, null, 2)}\n`], { type: 'application/json' }), `event-${event.sequence ?? event._id}.json`),
  });
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
