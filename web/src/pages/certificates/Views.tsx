import { ActionIcon, Button, Group, Menu, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EllipsisVertical, Link2, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { figure } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import type { ListAddress } from '@/parts/list/state';
import { receipt } from '@/parts/Receipt';

import styles from './Certificates.module.css';
import { savedQuery, searchOf, useSaved, type Saved } from './saved';
import { path } from './subject';
import { viewsOf, type View } from './views';

type Counts = Partial<Record<View['name'], number>>;

/** How many due, expired and unmanaged there are: one question for all of them. */
function useCounts(): Counts {
  const { data } = useQuery({
    queryKey: ['certificates', 'views'],
    staleTime: 30_000,
    queryFn: async ({ signal }): Promise<Counts> => {
      const { body } = await ask<{ items: { _id: { state: string; renewalMode: string }; count: number }[] }>({ method: 'POST', path: `${path}/aggregate`, body: { groupBy: ['state', 'renewalMode'] }, signal });
      const sum = (of: (id: { state: string; renewalMode: string }) => boolean) => body.items.filter((i) => of(i._id)).reduce((n, i) => n + i.count, 0);
      return { due: sum((i) => i.state === 'due'), expired: sum((i) => i.state === 'expired'), unmanaged: sum((i) => i.renewalMode === 'none') };
    },
  });
  return data ?? {};
}

/** Views as tabs: the built-in ones with their counts, then one's own. Each is a link. */
export function Views({ state }: { state: ListAddress }) {
  const { t } = useTranslation();
  const self = useSelf();
  const counts = useCounts();
  const { data: saved } = useQuery(savedQuery);
  const own = saved ?? [];
  const of = own.find((s) => s.query === state.q);
  return (
    <nav className={styles.views} aria-label={t('certificates:views')}>
      {viewsOf(self).map((v) => (
        <Link key={v.name} to="/certificates" search={v.q === '' ? {} : { q: v.q }} className={styles.view} aria-current={state.q === v.q && of === undefined ? 'page' : undefined}>
          {t(`certificates:view.${v.name}`)} {counts[v.name] !== undefined && <span className="muted number">{figure(counts[v.name] ?? 0, spoken())}</span>}
        </Link>
      ))}
      {own.map((s) => (
        <span key={s.name} className={styles.own}>
          <Link to="/certificates" search={searchOf(s)} className={styles.view} aria-current={s === of ? 'page' : undefined} title={s.query}>
            {s.name}
          </Link>
          {s === of && <More saved={s} />}
        </span>
      ))}
    </nav>
  );
}

function More({ saved }: { saved: Saved }) {
  const { t } = useTranslation();
  const { remove, save } = useSaved();
  const [renaming, rename] = useState(false);
  const drop = useMutation({ mutationFn: () => remove(saved.name), onSuccess: () => receipt(t('certificates:saved.removed', { name: saved.name }), [], { label: t('certificates:undo'), run: () => void save(saved) }) });
  const copy = () => void navigator.clipboard.writeText(window.location.href).then(() => receipt(t('certificates:linkCopied')));
  return (
    <>
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" c="inherit" aria-label={t('certificates:saved.more', { name: saved.name })}>
            <EllipsisVertical size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Link2 size={14} aria-hidden />} onClick={copy}>{t('certificates:saved.share')}</Menu.Item>
          <Menu.Item leftSection={<Pencil size={14} aria-hidden />} onClick={() => rename(true)}>{t('certificates:saved.rename')}</Menu.Item>
          <Menu.Item leftSection={<Trash2 size={14} aria-hidden />} onClick={() => drop.mutate()}>{t('certificates:saved.remove')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <FaultBox fault={drop.error} />
      {renaming && <Rename saved={saved} onClose={() => rename(false)} />}
    </>
  );
}

function Rename({ saved, onClose }: { saved: Saved; onClose: () => void }) {
  const { t } = useTranslation();
  const { rename } = useSaved();
  const [name, setName] = useState(saved.name);
  const done = useMutation({ mutationFn: () => rename(saved, name.trim()), onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={t('certificates:saved.rename')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <form onSubmit={(e) => { e.preventDefault(); done.mutate(); }}>
        <TextInput label={t('certificates:saved.name')} value={name} maxLength={128} required data-autofocus onChange={(e) => setName(e.currentTarget.value)} mb="md" />
        <FaultBox fault={done.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" loading={done.isPending} disabled={name.trim() === '' || name.trim() === saved.name}>{t('certificates:saved.rename')}</Button>
        </Group>
      </form>
    </Modal>
  );
}
