import { Anchor, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { api, bodyOf } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';

import styles from '../Config.module.css';

/** Everything somebody holds, each right with the role it comes from. */
export default function Rights({ name }: { name: string }) {
  const { t } = useTexts();
  const { data, error } = useQuery({
    queryKey: ['config', 'rights', name],
    queryFn: () => bodyOf(api.GET('/api/v1/security/principalinfos/{identifier}/permissions', { params: { path: { identifier: name } } })),
  });
  if (error !== null) return <FaultBox fault={error} />;
  if (data?.length === 0) return <Empty title={t('config:effective.none')} />;
  return (
    <div className={styles.table}>
      <Table aria-label={t('config:tabs.rights')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('config:rights.right')}</Table.Th>
            <Table.Th>{t('config:rights.filter')}</Table.Th>
            <Table.Th>{t('config:effective.from')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(data ?? []).map((r, i) => (
            <Table.Tr key={i}>
              <Table.Td className="mono">{r.value}</Table.Td>
              <Table.Td data-label={t('config:rights.filter')} className={r.filter === undefined ? 'muted' : 'mono'}>{r.filter ?? t('config:rights.everything')}</Table.Td>
              <Table.Td data-label={t('config:effective.from')}>
                {r.role === undefined ? <span className="muted">{t('config:effective.own')}</span> : <Anchor component={Link} to={`/config/role/${encodeURIComponent(r.role)}`} inherit>{r.role}</Anchor>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
