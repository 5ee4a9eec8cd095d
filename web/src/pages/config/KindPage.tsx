import { Button, Checkbox, NativeSelect, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';

import { Lost } from '@/app/edges';
import { useKeys } from '@/app/keys';
import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import People from './access/People';
import styles from './Config.module.css';
import { hasHealth } from './list/Health';
import { Row, type Columns } from './list/Row';
import { displayName, factsOf, inOneLine, type Telling } from './model/facts';
import { itemsQuery, keyOf, mayManage, overviewQuery, titleOf, useKind, variantOf, variantTitle, type Item, type Kind } from './model/kinds';
import { useTelling } from './model/useTelling';
import { Selection } from './object/Selection';

/** All objects of a kind. */
export default function KindPage() {
  const { kind: name } = useParams({ from: '/shell/config/$kind' });
  const kind = useKind(name);
  if (kind === undefined) return <Lost />;
  return kind.unlisted ? <People key={name} kind={kind} /> : <Objects key={name} kind={kind} />;
}

function Objects({ kind }: { kind: Kind }) {
  const { t } = useTexts();
  const self = useSelf();
  const navigate = useNavigate();
  const { q = '', type = '' } = useSearch({ strict: false });
  const { data, error } = useQuery(itemsQuery(kind));
  const overview = useQuery(overviewQuery(kind)).data;
  const telling = useTelling();
  const may = mayManage(self, kind);
  const fresh = may && !kind.upsert;
  useKeys(fresh ? [{ keys: 'n', name: 'config:new', run: () => void navigate({ to: '/config/$kind/new', params: { kind: kind.kind } }) }] : []);
  const look = (changed: Record<string, string>) => void navigate({ to: '/config/$kind', params: { kind: kind.kind }, search: { q, type, ...changed }, replace: true });
  const all = useMemo(() => (kind.upsert ? kind.variants.map((v) => data?.find((i) => keyOf(kind, i) === v.name) ?? { [kind.key]: v.name }) : (data ?? [])), [kind, data]);
  const shown = all.filter((i) => matches(kind, i, q, telling) && (type === '' || String(i[kind.by ?? ''] ?? '') === type));
  const [picked, select] = useState<string[]>([]);
  const chosen = shown.map((i) => keyOf(kind, i)).filter((n) => picked.includes(n)); // what is not shown any more is not exported either
  const exports = !kind.readOnly && !kind.upsert;
  const title = titleOf(kind);
  const enabled = all.some((i) => typeof i.enabled === 'boolean');
  const union = kind.variants.length > 1 && !kind.upsert;
  const columns: Columns = { set: kind.upsert, enabled, used: !kind.upsert, health: hasHealth(kind, overview?.values() ?? []), actions: fresh };
  return (
    <Page
      title={title}
      section={t('places:configuration')}
      actions={
        fresh && (
          <Button component={Link} to={`/config/${kind.kind}/new`} leftSection={<Plus size={16} aria-hidden />}>
            {t('config:new')}
          </Button>
        )
      }
    >
      <FaultBox fault={error} />
      {data !== undefined && all.length === 0 && (
        <Empty title={t('config:none.title', { kinds: title.toLowerCase() })}>
          <Text>{fresh ? t('config:none.first') : t('config:none.ask')}</Text>
        </Empty>
      )}
      {all.length > 0 && (
        <>
          <div className={styles.tools}>
            <TextInput aria-label={t('config:filter')} placeholder={t('config:filter')} value={q} onChange={(e) => look({ q: e.currentTarget.value })} w={280} />
            {union && (
              <NativeSelect aria-label={t('config:type')} value={type} onChange={(e) => look({ type: e.currentTarget.value })} data={[{ value: '', label: t('config:allTypes') }, ...kind.variants.map((v) => ({ value: v.name, label: variantTitle(kind, v) }))]} />
            )}
            <Text size="sm" c="dimmed" role="status">{t('config:objects', { count: shown.length })}</Text>
          </div>
          {shown.length === 0 ? (
            <Empty title={t('config:noMatch')}>
              <Button variant="default" onClick={() => look({ q: '', type: '' })}>{t('config:dropFilter')}</Button>
            </Empty>
          ) : (
            <div className={styles.table}>
              <Table aria-label={title}>
                <Table.Thead>
                  <Table.Tr>
                    {exports && (
                      <Table.Th className={styles.check}>
                        <Checkbox aria-label={t('forms:select.all')} checked={shown.length > 0 && chosen.length === shown.length} indeterminate={chosen.length > 0 && chosen.length < shown.length} onChange={(e) => select(e.currentTarget.checked ? shown.map((i) => keyOf(kind, i)) : [])} />
                      </Table.Th>
                    )}
                    <Table.Th>{t('config:columns.name')}</Table.Th>
                    {columns.set && <Table.Th>{t('config:columns.set')}</Table.Th>}
                    {columns.enabled && <Table.Th>{t('config:columns.enabled')}</Table.Th>}
                    {columns.used && <Table.Th>{t('config:columns.used')}</Table.Th>}
                    {columns.health && <Table.Th>{t('config:columns.health')}</Table.Th>}
                    <Table.Th>{t('config:columns.changed')}</Table.Th>
                    {columns.actions && <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {shown.map((item) => (
                    <Row key={keyOf(kind, item)} kind={kind} item={item} standing={overview?.get(keyOf(kind, item))} telling={telling} may={may} selected={exports ? chosen.includes(keyOf(kind, item)) : undefined} onSelect={(on) => select(on ? [...chosen, keyOf(kind, item)] : chosen.filter((n) => n !== keyOf(kind, item)))} columns={columns} />
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )}
          <Selection kind={kind} names={chosen} onClear={() => select([])} />
        </>
      )}
    </Page>
  );
}

function matches(kind: Kind, item: Item, q: string, telling: Telling): boolean {
  const text = [keyOf(kind, item), inOneLine(factsOf(variantOf(kind, item), item, telling), telling), displayName(item, spoken())].join(' ').toLowerCase();
  return q.toLowerCase().split(/\s+/).every((w) => text.includes(w));
}
