import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Star, Undo2 } from 'lucide-react';
import { useState } from 'react';

import { useKeys } from '@/app/keys';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import type { ListAddress } from '@/parts/list/state';
import { receipt } from '@/parts/Receipt';

import { allSavedQuery, asSaved, openedOf, savedQuery, searchOf, toSave, useSaved, type SavedLanguage } from './saved';

/** A list whose queries are kept, as it is looked at. */
export interface SavedList {
  type: SavedLanguage;
  /** Its page, with what stands in the address of all of its queries. */
  to: string;
  search?: Record<string, string>;
  state: ListAddress;
  group?: string;
  /** Name of the saved query that was opened, from the address. */
  opened: string;
}

/**
 * Saves the query that was run with its columns, order and grouping under a name. Ctrl S does the same. Of one that was
 * changed since, the changes are saved or taken back. `known` queries are somebody's already, as those of built-in views.
 */
export function SaveQuery({ list, known = false }: { list: SavedList; known?: boolean }) {
  const { type, to, search, state, group = '', opened: which } = list;
  const { t } = useTexts();
  const navigate = useNavigate();
  const { save } = useSaved();
  const { data: own = [] } = useQuery(savedQuery(type));
  const [opened, open] = useState(false);
  const [name, setName] = useState('');
  const { data: all = [] } = useQuery({ ...allSavedQuery, enabled: opened });
  const same = all.find((s) => s.name === name.trim());
  const taken = same !== undefined && same.type !== type;
  const now = { ...state, group };
  const done = useMutation({
    mutationFn: (as: string) => save(toSave(as, type, now)),
    onSuccess: (_, as) => {
      receipt(t('saved:done', { name: as }));
      open(false);
      if (which !== '' && which !== as) state.set({ saved: as }, true);
    },
  });
  const of = openedOf(own, which, state.q);
  const changed = of !== undefined && !asSaved(of, now);
  const kept = !changed && (known || of !== undefined);
  const begin = () => {
    setName(of?.name ?? '');
    done.reset();
    open(true);
  };
  useKeys(kept ? [] : [{ keys: 'Mod+s', name: 'saved:key', run: begin }]);
  if (kept) return null;
  return (
    <>
      {changed && <Button variant="default" leftSection={<Undo2 size={14} aria-hidden />} onClick={() => void navigate({ to, search: { ...search, ...searchOf(of) } })}>{t('saved:undo')}</Button>}
      {changed && <Button variant="default" leftSection={<Star size={14} aria-hidden />} loading={done.isPending} onClick={() => done.mutate(of.name)}>{t('saved:save')}</Button>}
      <Button variant="default" leftSection={changed ? undefined : <Star size={14} aria-hidden />} onClick={begin}>
        {t(changed ? 'saved:saveAs' : 'saved:save')}
      </Button>
      <Modal opened={opened} onClose={() => open(false)} title={t('saved:title')} closeButtonProps={{ 'aria-label': t('common:close') }}>
        <form onSubmit={(e) => { e.preventDefault(); if (!taken) done.mutate(name.trim()); }}>
          <TextInput label={t('saved:name')} description={t('saved:help')} value={name} maxLength={128} required withAsterisk={false} error={taken ? t('saved:taken') : undefined} data-autofocus onChange={(e) => setName(e.currentTarget.value)} mb="md" />
          <FaultBox fault={done.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => open(false)}>{t('common:cancel')}</Button>
            <Button type="submit" loading={done.isPending} disabled={name.trim() === '' || taken}>
              {t(same === undefined ? 'saved:save' : 'saved:replace')}
            </Button>
          </Group>
        </form>
      </Modal>
    </>
  );
}
