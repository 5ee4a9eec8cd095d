import { Button, Group, Menu, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Bookmark, Save, Trash2 } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { api, bodyOf, type Schemas } from '@/api/client';
import { useKeys } from '@/app/keys';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

type Saved = Schemas['IdentitySavedQuery'];
const key = ['saved', 'hrql'];

/** The reader's saved queries for requests: open, save the present one, delete. */
export function SavedQueries({ value, onOpen }: { value: string; onOpen: (query: string) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [saving, setSaving] = useState(false);
  const [name, setName] = useState('');
  const { data: all = [] } = useQuery({ queryKey: key, queryFn: () => bodyOf(api.GET('/api/v1/security/principals/queries', { params: { query: { type: 'hrql' } } })), staleTime: 60_000 });
  const done = () => void queries.invalidateQueries({ queryKey: key });
  const save = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/v1/security/principals/queries', { body: { name: name.trim(), type: 'hrql', query: value } })),
    onSuccess: () => {
      setSaving(false);
      receipt(t('requests:saved.saved', { name: name.trim() }));
      done();
    },
  });
  const remove = useMutation({ 
    mutationFn: (which: Saved) => bodyOf(api.DELETE('/api/v1/security/principals/queries/{name}', { params: { path: { name: which.name } } })),
    onSuccess: (_, which) => {
      done();
      receipt(t('requests:saved.removed', { name: which.name }), [], { label: t('requests:saved.undo'), run: () => void bodyOf(api.POST('/api/v1/security/principals/queries', { body: which })).then(done) });
    },
  });
  const here = all.find((q) => q.query === value);
  const begin = () => {
    setName(here?.name ?? '');
    setSaving(true);
  };
  useKeys([{ keys: 'Mod+s', name: 'requests:keys.save', run: begin }]);
  const send = (e: FormEvent) => {
    e.preventDefault();
    save.mutate();
  };
  return (
    <>
      <Menu position="bottom-end" shadow="md" width={260}>
        <Menu.Target>
          <Button variant="default" leftSection={<Bookmark size={14} aria-hidden />}>{here?.name ?? t('requests:saved.title')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {all.map((q) => (
            <Menu.Item key={q.name} onClick={() => onOpen(q.query)}>{q.name}</Menu.Item>
          ))}
          {all.length > 0 && <Menu.Divider />}
          <Menu.Item leftSection={<Save size={14} aria-hidden />} disabled={value.trim() === ''} onClick={begin}>{t('requests:saved.save')}</Menu.Item>
          {here !== undefined && <Menu.Item leftSection={<Trash2 size={14} aria-hidden />} onClick={() => remove.mutate(here)}>{t('requests:saved.delete', { name: here.name })}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={saving} onClose={() => setSaving(false)} title={t('requests:saved.save')} closeButtonProps={{ 'aria-label': t('common:close') }}>
        <form onSubmit={send}>
          <Stack>
            <TextInput data-autofocus label={t('requests:saved.name')} value={name} onChange={(e) => setName(e.currentTarget.value)} required withAsterisk={false} />
            <FaultBox fault={save.error} />
            <Group justify="end">
              <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>{t('requests:saved.save')}</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
