import { Button, Switch, Tabs, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Copy, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { Fault } from '@/api/fault';
import { Lost, Waiting } from '@/app/edges';
import { useKeys } from '@/app/keys';
import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import { extrasOf } from './extras';
import { displayName } from './model/facts';
import { documentOf, heldOf, itemQuery, mayManage, titleOf, useKind, variantOf, variantTitle, type Item, type Kind, type Variant } from './model/kinds';
import { firstOf } from './object/Beside';
import { switchOn } from './object/changes';
import { Delete } from './object/Delete';
import { Editor } from './object/Editor';
import { Uses } from './object/Uses';
import { useEditor } from './object/useEditor';

const JsonTab = lazy(() => import('./object/JsonTab'));
const History = lazy(() => import('./object/History'));

/** One object: form, JSON, history, uses, and what else there is for its kind. */
export default function ObjectPage() {
  const { kind: name, name: key } = useParams({ from: '/shell/config/$kind/$name' });
  const kind = useKind(name);
  const { data, error } = useQuery(itemQuery(kind ?? { kind: '', path: '' }, key));
  if (kind === undefined) return <Lost />;
  const unset = kind.upsert && error instanceof Fault && error.status === 404;
  if (unset) {
    const variant = kind.variants.find((v) => v.name === key);
    return variant === undefined ? <Lost /> : <One key={key} kind={kind} name={key} variant={variant} revision="" />;
  }
  if (error !== null) return <Page title={key} section={titleOf(kind)}><FaultBox fault={error} /></Page>;
  if (data === undefined) return <Waiting />;
  const variant = variantOf(kind, data.item);
  return variant === undefined ? <Lost /> : <One key={`${key} ${data.revision}`} kind={kind} name={key} variant={variant} item={data.item} revision={data.revision} />;
}

interface Props {
  kind: Kind;
  name: string;
  variant: Variant;
  item?: Item;
  revision: string;
}

function One({ kind, name, variant, item, revision }: Props) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const self = useSelf();
  const { tab = 'form' } = useSearch({ strict: false });
  const [deleting, setDeleting] = useState(false);
  const [stored] = useState(() => (item === undefined ? undefined : documentOf(item)));
  const [first] = useState(() => stored ?? firstOf(kind, variant));
  const editing = useEditor({ kind, variant, first, stored, revision, held: item === undefined ? undefined : heldOf(item), onSaved: () => undefined });
  const may = mayManage(self, kind);
  const extras = extrasOf(kind, variant, self, name);
  const go = (next: string | null) => void navigate({ to: '/config/$kind/$name', params: { kind: kind.kind, name }, search: next === null || next === 'form' ? {} : { tab: next }, replace: true });
  const tabs = [...['form', 'json', ...(item === undefined ? [] : ['history', 'uses'])].map((id) => ({ id, label: t(`config:tabs.${id}`) })), ...extras.map((x) => ({ id: x.id, label: t(`config:tabs.${x.id}`) }))];
  const acts = may && !kind.upsert;
  useKeys(
    acts
      ? [
          { keys: '', name: 'config:duplicate', run: () => void navigate({ to: '/config/$kind/new', params: { kind: kind.kind }, search: { from: name } }) },
          { keys: '', name: 'config:delete.verb', run: () => setDeleting(true) },
        ]
      : [],
  );
  const title = kind.upsert ? variantTitle(kind, variant) : name;
  const said = item === undefined ? '' : displayName(item, spoken());
  return (
    <Page
      title={title}
      section={titleOf(kind)}
      actions={
        acts && (
          <>
            {typeof item?.enabled === 'boolean' && (
              <Switch label={t(item.enabled ? 'config:on' : 'config:off')} aria-label={t('config:enabledOf', { name })} checked={item.enabled} onChange={(e) => void switchOn(queries, kind, name, e.currentTarget.checked)} />
            )}
            <Button variant="default" leftSection={<Copy size={16} aria-hidden />} component={Link} to={`/config/${kind.kind}/new?from=${encodeURIComponent(name)}`}>{t('config:duplicate')}</Button>
            <Button variant="default" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDeleting(true)}>{t('config:delete.verb')}</Button>
          </>
        )
      }
    >
      <Text size="sm" c="dimmed" mb="sm">
        {[titleOf(kind, true), kind.variants.length > 1 && !kind.upsert ? variantTitle(kind, variant) : '', said].filter((x) => x !== '').join(' · ')}
        {kind.readOnly && ` · ${t('config:product')}`}
      </Text>
      <Tabs value={tab} onChange={go} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map((x) => (
            <Tabs.Tab key={x.id} value={x.id}>{x.label}</Tabs.Tab>
          ))}
        </Tabs.List>
        <Suspense fallback={<Waiting />}>
          <Tabs.Panel value="form"><Editor editing={editing} readOnly={!may} /></Tabs.Panel>
          <Tabs.Panel value="json"><Editor editing={editing} readOnly={!may}><JsonTab editing={editing} readOnly={!may} /></Editor></Tabs.Panel>
          <Tabs.Panel value="history"><History editing={editing} name={name} may={may} onPut={() => go('form')} /></Tabs.Panel>
          <Tabs.Panel value="uses"><Uses kind={kind} name={name} item={item} /></Tabs.Panel>
          {extras.map((x) => (
            <Tabs.Panel key={x.id} value={x.id}>{x.draw({ kind, name, item, editing })}</Tabs.Panel>
          ))}
        </Suspense>
      </Tabs>
      {deleting && <Delete kind={kind} name={name} onClose={() => setDeleting(false)} onDeleted={() => void navigate({ to: '/config/$kind', params: { kind: kind.kind } })} />}
    </Page>
  );
}
