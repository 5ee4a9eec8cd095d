import { Button, Stack, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ask, type Schemas } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';
import { When } from '@/parts/When';

import styles from '../Config.module.css';

/** Where somebody is signed in; all of it, or one's own sessions one by one, can be ended. */
export default function Sessions({ name, may }: { name?: string; may: boolean }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [fault, setFault] = useState<unknown>();
  const path = name === undefined ? '/api/v1/security/principals/sessions' : `/api/v1/security/principalinfos/${encodeURIComponent(name)}/sessions`;
  const key = ['config', 'sessions', name ?? ''];
  const { data, error } = useQuery({ queryKey: key, queryFn: async () => (await ask<Schemas['IdentitySessionView'][]>({ method: 'GET', path })).body });
  const end = async (which: string) => {
    try {
      const { events } = await ask({ method: 'DELETE', path: which });
      receipt(t('config:sessions.ended'), events);
      await queries.invalidateQueries({ queryKey: key });
    } catch (thrown) {
      setFault(thrown);
    }
  };
  return (
    <Stack>
      <FaultBox fault={fault ?? error} />
      {data?.length === 0 && <Empty title={t('config:sessions.none')} />}
      {data !== undefined && data.length > 0 && (
        <>
          <div className={styles.table}>
            <Table aria-label={t('config:tabs.sessions')}>
              <Table.Thead>
                <Table.Tr>
                  {['since', 'seen', 'ends', 'address', 'browser'].map((c) => <Table.Th key={c}>{t(`config:sessions.${c}`)}</Table.Th>)}
                  {name === undefined && <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map((s) => (
                  <Table.Tr key={s.id}>
                    <Table.Td><When at={s.created ?? 0} as="full" />{s.current && <Text size="xs">{t('config:sessions.this')}</Text>}</Table.Td>
                    <Table.Td data-label={t('config:sessions.seen')}><When at={s.lastSeen ?? 0} as="distance" /></Table.Td>
                    <Table.Td data-label={t('config:sessions.ends')}><When at={s.expires ?? 0} as="distance" /></Table.Td>
                    <Table.Td data-label={t('config:sessions.address')}>{s.address}</Table.Td>
                    <Table.Td className={styles.facts}>{s.userAgent}</Table.Td>
                    {name === undefined && (
                      <Table.Td>{!s.current && <Button size="xs" variant="default" onClick={() => void end(`${path}/${s.id}`)} aria-label={t('config:sessions.endOf', { address: s.address })}>{t('config:sessions.end')}</Button>}</Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          {may && <Button variant="default" w="fit-content" onClick={() => void end(path)}>{t('config:sessions.endAll')}</Button>}
        </>
      )}
    </Stack>
  );
}
