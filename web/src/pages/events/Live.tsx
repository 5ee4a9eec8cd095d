import { Button, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import { useTail } from './tail';
import { TailTable } from './TailTable';

/** The log as it grows: the newest event first; scrolling down holds it still and counts what came. */
export default function Live() {
  const { t } = useTexts();
  const { q = '' } = useSearch({ strict: false });
  const { events, waiting, held, hold, error } = useTail(q);
  return (
    <Page
      title={t('places:live')}
      section={t('places:events')}
      actions={<Button variant="default" onClick={() => hold(!held)}>{held ? t('events:resume', { count: waiting }) : t('events:pause')}</Button>}
    >
      <FaultBox fault={error} />
      <Text role="status" size="sm" c="dimmed" mb="sm">
        {held ? t('events:heldNew', { count: waiting }) : t('events:following')}
      </Text>
      <TailTable events={events} onScroll={(down) => hold(down > 40)} />
    </Page>
  );
}
