import { ActionIcon, Button, Group, Menu, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EllipsisVertical, Link2, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { MenuButton } from '@/parts/MenuButton';
import { receipt } from '@/parts/Receipt';

import styles from './Saved.module.css';
import { asSaved, openedOf, savedQuery, searchOf, useSaved, type Saved } from './saved';
import type { SavedList } from './SaveQuery';

/** The saved query that is looked at, if one is, changed since or not. */
export function useOpened({ type, opened, state }: SavedList): Saved | undefined {
  const { data: own = [] } = useQuery(savedQuery(type));
  return openedOf(own, opened, state.q);
}

/** One's own queries as tabs, each a link; a dot marks the one that was changed since it was saved. */
export function Own({ list }: { list: SavedList }) {
  const { type, to, search, state, group = '' } = list;
  const { t } = useTexts();
  const { data: own = [] } = useQuery(savedQuery(type));
  const of = useOpened(list);
  const changed = of !== undefined && !asSaved(of, { ...state, group });
  return own.map((s) => (
    <span key={s.name} className={styles.own}>
      <Link to={to} search={{ ...search, ...searchOf(s) }} className={styles.view} aria-current={s === of ? 'page' : undefined} title={s.query}>
        {s.name}
        {s === of && changed && <span title={t('saved:changed')}> ●<span className="unseen"> {t('saved:changed')}</span></span>}
      </Link>
      {s === of && <More saved={s} />}
    </span>
  ));
}

/** One's own queries as a row of their own, where there are any. */
export function OwnRow({ list }: { list: SavedList }) {
  const { t } = useTexts();
  const { data: own = [] } = useQuery(savedQuery(list.type));
  if (own.length === 0) return null;
  return (
    <nav className={styles.views} aria-label={t('saved:own')}>
      <Own list={list} />
    </nav>
  );
}

function More({ saved }: { saved: Saved }) {
  const { t } = useTexts();
  const { remove, save } = useSaved();
  const [renaming, rename] = useState(false);
  const drop = useMutation({ mutationFn: () => remove(saved.name), onSuccess: () => receipt(t('saved:removed', { name: saved.name }), [], { label: t('saved:back'), run: () => void save(saved) }) });
  const copy = () => void navigator.clipboard.writeText(window.location.href).then(() => receipt(t('saved:copied')));
  return (
    <>
      <MenuButton position="bottom-start" button={<ActionIcon variant="subtle" color="gray" c="inherit" aria-label={t('saved:more', { name: saved.name })}><EllipsisVertical size={16} aria-hidden /></ActionIcon>}>
        {() => (
          <>
            <Menu.Item leftSection={<Link2 size={14} aria-hidden />} onClick={copy}>{t('saved:share')}</Menu.Item>
            <Menu.Item leftSection={<Pencil size={14} aria-hidden />} onClick={() => rename(true)}>{t('saved:rename')}</Menu.Item>
            <Menu.Item leftSection={<Trash2 size={14} aria-hidden />} onClick={() => drop.mutate()}>{t('saved:remove')}</Menu.Item>
          </>
        )}
      </MenuButton>
      <FaultBox fault={drop.error} />
      {renaming && <Rename saved={saved} onClose={() => rename(false)} />}
    </>
  );
}

function Rename({ saved, onClose }: { saved: Saved; onClose: () => void }) {
  const { t } = useTexts();
  const { rename } = useSaved();
  const [name, setName] = useState(saved.name);
  const done = useMutation({ mutationFn: () => rename(saved, name.trim()), onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={t('saved:rename')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <form onSubmit={(e) => { e.preventDefault(); done.mutate(); }}>
        <TextInput label={t('saved:name')} value={name} maxLength={128} required data-autofocus onChange={(e) => setName(e.currentTarget.value)} mb="md" />
        <FaultBox fault={done.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" loading={done.isPending} disabled={name.trim() === '' || name.trim() === saved.name}>{t('saved:rename')}</Button>
        </Group>
      </form>
    </Modal>
  );
}
