import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Star, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useKeys } from '@/app/keys';
import { useSelf } from '@/app/session';
import { FaultBox } from '@/parts/FaultBox';
import type { ListAddress } from '@/parts/list/state';
import { receipt } from '@/parts/Receipt';

import { asSaved, openedOf, savedQuery, searchOf, useSaved, type Saved } from './saved';
import { viewsOf } from './views';

/** Saves the query that was run with its columns, order and grouping as a view of one's own. Ctrl S does the same. */
export function SaveQuery({ state, group, opened: which }: { state: ListAddress; group: string; opened: string }) {
  const { t } = useTranslation();
  const self = useSelf();
  const navigate = useNavigate();
  const { save } = useSaved();
  const { data: saved } = useQuery(savedQuery);
  const [opened, open] = useState(false);
  const [name, setName] = useState('');
  const body = (as: string): Saved => ({ name: as, type: 'hcql', query: state.q, ...(state.sort === '' ? {} : { sort: state.sort }), ...(state.cols === '' ? {} : { columns: state.cols.split(',') }), ...(group === '' ? {} : { groupBy: group }) });
  const done = useMutation({
    mutationFn: (as: string) => save(body(as)),
    onSuccess: (_, as) => {
      receipt(t('certificates:saved.done', { name: as }));
      open(false);
      if (which !== '' && which !== as) state.set({ saved: as }, true);
    },
  });
  const of = openedOf(saved ?? [], which, state.q);
  const changed = of !== undefined && !asSaved(of, { ...state, group });
  const known = !changed && (viewsOf(self).some((v) => v.q === state.q) || of !== undefined);
  const begin = () => {
    setName(of?.name ?? '');
    done.reset();
    open(true);
  };
  useKeys(known ? [] : [{ keys: 'Mod+s', name: 'certificates:keys.save', run: begin }]);
  if (known) return null;
  return (
    <>
      {changed && <Button variant="default" leftSection={<Undo2 size={14} aria-hidden />} onClick={() => void navigate({ to: '/certificates', search: searchOf(of) })}>{t('certificates:saved.undo')}</Button>}
      {changed && <Button variant="default" leftSection={<Star size={14} aria-hidden />} loading={done.isPending} onClick={() => done.mutate(of.name)}>{t('certificates:saved.save')}</Button>}
      <Button variant="default" leftSection={changed ? undefined : <Star size={14} aria-hidden />} onClick={begin}>
        {t(changed ? 'certificates:saved.saveAs' : 'certificates:saved.save')}
      </Button>
      <Modal opened={opened} onClose={() => open(false)} title={t('certificates:saved.title')} closeButtonProps={{ 'aria-label': t('common:close') }}>
        <form onSubmit={(e) => { e.preventDefault(); done.mutate(name.trim()); }}>
          <TextInput label={t('certificates:saved.name')} description={t('certificates:saved.help')} value={name} maxLength={128} required data-autofocus onChange={(e) => setName(e.currentTarget.value)} mb="md" />
          <FaultBox fault={done.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => open(false)}>{t('common:cancel')}</Button>
            <Button type="submit" loading={done.isPending} disabled={name.trim() === ''}>
              {t((saved ?? []).some((s) => s.name === name.trim()) ? 'certificates:saved.replace' : 'certificates:saved.save')}
            </Button>
          </Group>
        </form>
      </Modal>
    </>
  );
}
