import { Button, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearch } from '@tanstack/react-router';

import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import { EventRow, RowHeads } from './EventRow';
import styles from './events.module.css';
import { useTail } from './tail';

/** The log as it grows: the newest event first; scrolling down holds it still and counts what came. */
export default function Live() {
  const { t } = useTranslation();
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
      <div className={`${styles.panel} ${styles.tail}`} tabIndex={0} role="region" aria-label={t('places:live')} onScroll={(e) => hold(e.currentTarget.scrollTop > 40)}>
        <Table>
          <RowHeads />
          <Table.Tbody>
            {events.map((e) => (
              <EventRow key={e._id} event={e} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Page>
  );
}
