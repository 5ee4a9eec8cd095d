import { ActionIcon, Button, Group, Menu, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EllipsisVertical, Link2, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ask, type Schemas } from '@/api/client';
import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { figure } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import type { ListAddress } from '@/parts/list/state';
import { receipt } from '@/parts/Receipt';

import styles from './Certificates.module.css';
import { asSaved, openedOf, savedQuery, searchOf, useSaved, type Saved } from './saved';
import { path } from './subject';
import { searchOfView, viewsOf, type View } from './views';

const counted = ['due', 'expired', 'unmanaged'] as const;
type Counts = Partial<Record<View['name'], Schemas['CertificatesCounted']>>;

/** How many due, expired and unmanaged there are: one question for all of them, once the rows are there. */
function useCounts(views: View[], drawn: boolean): Counts {
  const queries = counted.map((name) => views.find((v) => v.name === name)?.q ?? '');
  const { data } = useQuery({
    queryKey: ['certificates', 'views', queries],
    staleTime: 30_000,
    enabled: drawn,
    queryFn: async ({ signal }): Promise<Counts> => {
      const { body } = await ask<Schemas['CertificateCounts']>({ method: 'POST', path: `${path}/count`, body: { queries }, signal });
      return Object.fromEntries(counted.map((name, i) => [name, body.counts?.[i]]));
    },
  });
  return data ?? {};
}

/** Views as tabs: the built-in ones with their counts, then one's own. Each is a link. They are counted once the list is drawn. */
export function Views({ state, group, opened, drawn }: { state: ListAddress; group: string; opened: string; drawn: boolean }) {
  const { t } = useTranslation();
  const self = useSelf();
  const views = viewsOf(self);
  const counts = useCounts(views, drawn);
  const { data: saved } = useQuery(savedQuery);
  const own = saved ?? [];
  const of = openedOf(own, opened, state.q);
  const changed = of !== undefined && !asSaved(of, { ...state, group });
  return (
    <nav className={styles.views} aria-label={t('certificates:views')}>
      {views.map((v) => (
        <Link key={v.name} to="/certificates" search={searchOfView(v)} className={styles.view} aria-current={state.q === v.q && of === undefined ? 'page' : undefined}>
          {t(`certificates:view.${v.name}`)} <Tally of={counts[v.name]} />
        </Link>
      ))}
      {own.map((s) => (
        <span key={s.name} className={styles.own}>
          <Link to="/certificates" search={searchOf(s)} className={styles.view} aria-current={s === of ? 'page' : undefined} title={s.query}>
            {s.name}
            {s === of && changed && <span title={t('certificates:saved.changed')}> ●<span className="unseen"> {t('certificates:saved.changed')}</span></span>}
          </Link>
          {s === of && <More saved={s} />}
        </span>
      ))}
    </nav>
  );
}

/** How many a view has, and a plus where there are more than were counted. */
function Tally({ of }: { of: Schemas['CertificatesCounted'] | undefined }) {
  if (of === undefined) return null;
  return <span className="muted number">{figure(of.count ?? 0, spoken())}{of.more === true && '+'}</span>;
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
