import { Button, FileButton, Group, Modal, Radio, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, Upload } from 'lucide-react';
import { useState } from 'react';

import { Fault } from '@/api/fault';
import { useKeys } from '@/app/keys';
import { holds } from '@/app/rights';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { Page } from '@/parts/Page';

import { boardsQuery, useBoards } from './boards';
import { builtIn } from './builtin';
import { boardOf, freeName } from './files';
import styles from './insights.module.css';
import type { Board } from './model';

/** All dashboards: one's own, and those that are built in. */
export default function Dashboards() {
  const { t } = useTexts();
  const self = useSelf();
  const navigate = useNavigate();
  const { new: fresh = '' } = useSearch({ strict: false });
  const { data, error } = useQuery(boardsQuery);
  const open = (yes: boolean) => void navigate({ to: '/insights', search: (yes ? { new: 'yes' } : {}) as never, replace: true });
  useKeys([{ keys: 'n', name: 'insights:new', run: () => open(true) }]);
  const own = (data ?? []).map((b): [string, Board] => [b.name, b]);
  return (
    <Page title={t('places:insights')} actions={<><Import known={own.map(([name]) => name)} /><Button leftSection={<Plus size={16} aria-hidden />} onClick={() => open(true)}>{t('insights:new')}</Button></>}>
      <Stack gap="lg">
        <FaultBox fault={error} />
        {own.length > 0 && <Shelf shelf="own" title={t('insights:own')} boards={own} />}
        <Shelf shelf="built-in" title={t('insights:builtIn')} boards={builtIn(t, holds(self, 'configuration:event'))} />
      </Stack>
      {fresh !== '' && <NewBoard onClose={() => open(false)} />}
    </Page>
  );
}

function Shelf({ shelf, title, boards }: { shelf: string; title: string; boards: [string, Board][] }) {
  const { t } = useTexts();
  return (
    <section aria-label={title}>
      <Title order={2} mb="sm">{title}</Title>
      <ul className={styles.cards}>
        {boards.map(([name, b]) => (
          <li key={name} className={styles.card}>
            <PageLink to={`/insights/${shelf}/${encodeURIComponent(name)}` as string} fw={600}>{b.name}</PageLink>
            <Text size="sm">{b.description}</Text>
            <Text size="sm" c="dimmed">{t('insights:charts', { count: b.charts.length })}</Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Takes in a dashboard that was handed out as a file; one whose name is taken gets a number. */
function Import({ known }: { known: string[] }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { add } = useBoards();
  const taken = useMutation({
    mutationFn: async (file: File) => {
      const text = await file.text();
      let board: Board;
      try {
        board = boardOf(text);
      } catch {
        throw new Fault({ error: 'FILE', message: t('insights:noBoard', { name: file.name }), status: 400 });
      }
      const name = freeName(board.name, known);
      await add({ ...board, name });
      return name;
    },
    onSuccess: (name) => void navigate({ to: '/insights/$shelf/$name', params: { shelf: 'own', name } }),
  });
  return (
    <>
      <FileButton accept="application/json,.json" onChange={(file) => file !== null && taken.mutate(file)}>
        {(props) => <Button variant="default" leftSection={<Upload size={16} aria-hidden />} loading={taken.isPending} {...props}>{t('insights:import')}</Button>}
      </FileButton>
      {taken.error !== null && <Modal opened onClose={taken.reset} title={t('insights:import')} closeButtonProps={{ 'aria-label': t('common:close') }}><FaultBox fault={taken.error} /></Modal>}
    </>
  );
}

/** A new dashboard of one's own, without charts yet. */
function NewBoard({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { add } = useBoards();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [type, setType] = useState<Board['type']>('certificate');
  const log = holds(useSelf(), 'configuration:event');
  const made = useMutation({
    mutationFn: () => add({ name: name.trim(), description, type, charts: [] }),
    onSuccess: () => void navigate({ to: '/insights/$shelf/$name', params: { shelf: 'own', name: name.trim() }, search: { edit: 'yes' } as never }),
  });
  return (
    <Modal opened onClose={onClose} title={t('insights:new')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <form onSubmit={(e) => { e.preventDefault(); made.mutate(); }}>
        <Stack>
          <TextInput label={t('insights:name')} required maxLength={128} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
          <TextInput label={t('insights:description')} description={t('insights:optional')} maxLength={2000} value={description} onChange={(e) => setDescription(e.currentTarget.value)} />
          <Radio.Group label={t('insights:counts')} value={type} onChange={(of) => setType(of as Board['type'])}>
            <Group mt="xs">
              <Radio value="certificate" label={t('insights:of.certificate')} />
              <Radio value="request" label={t('insights:of.request')} />
              {log && <Radio value="event" label={t('insights:of.event')} />}
            </Group>
          </Radio.Group>
          <FaultBox fault={made.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t('common:cancel')}</Button>
            <Button type="submit" loading={made.isPending} disabled={name.trim() === ''}>{t('insights:create')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
