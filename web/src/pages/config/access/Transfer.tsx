import { Alert, Button, Checkbox, FileButton, Group, Paper, PasswordInput, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { answerOf, api, bodyOf, type Schemas } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import styles from '../Config.module.css';
import { titleOf, useKinds } from '../model/kinds';
import { useAct } from './useAct';

/** Configuration to a file and from one. An import is seen before it is done. */
export default function Transfer() {
  const { t } = useTexts();
  return (
    <Page title={t('config:pages.transfer')} section={t('places:configuration')}>
      <Stack maw={1040}>
        <Export />
        <Import />
      </Stack>
    </Page>
  );
}

/** Hands a file to the browser. */
function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function Export() {
  const { t } = useTexts();
  const kinds = useKinds();
  const { act, fault, busy } = useAct();
  const [left, leave] = useState<string[]>([]);
  const [passphrase, setPassphrase] = useState('');
  const { data, error } = useQuery({ queryKey: ['config', 'exportable'], queryFn: () => bodyOf(api.GET('/api/v1/system/configurations/export')) });
  const all = (data ?? []).filter((k) => (k.keys ?? []).length > 0);
  const chosen = all.filter((k) => !left.includes(k.kind ?? ''));
  const name = (kind: string, title: string) => {
    const known = kinds.find((k) => k.kind === kind);
    return known === undefined ? title : titleOf(known);
  };
  const go = async () => {
    const body = { ...(chosen.length === all.length ? {} : { items: chosen.map((k) => ({ kind: k.kind ?? '' })) }), ...(passphrase === '' ? {} : { passphrase }) };
    const done = await act(() => answerOf(api.POST('/api/v1/system/configurations/export', { body })), (b) => t('config:transfer.exported', { count: b.objects?.length ?? 0 }));
    if (done !== undefined) download('horizon-configuration.json', `${JSON.stringify(done, null, 2)}\n`);
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('config:transfer.export')}>
      <Stack gap="sm">
        <Title order={2}>{t('config:transfer.export')}</Title>
        <Text size="sm" c="dimmed">{t('config:transfer.exportHelp')}</Text>
        <FaultBox fault={fault ?? error} />
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="xs">
          {all.map((k) => (
            <Checkbox key={k.kind} label={`${name(k.kind ?? '', k.title ?? '')} (${k.keys?.length ?? 0})`} checked={!left.includes(k.kind ?? '')} onChange={(e) => leave(e.currentTarget.checked ? left.filter((x) => x !== k.kind) : [...left, k.kind ?? ''])} />
          ))}
        </SimpleGrid>
        <PasswordInput maw={420} label={t('config:transfer.passphrase')} description={t('config:transfer.passphraseHelp')} value={passphrase} onChange={(e) => setPassphrase(e.currentTarget.value)} autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('config:secret.show') }} />
        <Button w="fit-content" onClick={() => void go()} loading={busy} disabled={chosen.length === 0}>{t('config:transfer.exportVerb')}</Button>
      </Stack>
    </Paper>
  );
}

type Bundle = Schemas['ImportInputBody'];

function Import() {
  const { t } = useTexts();
  const { act, fault, setFault, busy } = useAct();
  const [file, setFile] = useState<{ name: string; bundle: Bundle }>();
  const [passphrase, setPassphrase] = useState('');
  const [seen, setSeen] = useState<Schemas['KindImported']>();
  const take = async (chosen: File | null) => {
    if (chosen === null) return;
    setSeen(undefined);
    setFault(undefined);
    try {
      setFile({ name: chosen.name, bundle: JSON.parse(await chosen.text()) as Bundle });
    } catch {
      setFile(undefined);
      setFault(new Error(t('config:transfer.noJson')));
    }
  };
  const send = (dryRun: boolean) => answerOf(api.POST('/api/v1/system/configurations/import', { params: { query: { dryRun } }, body: { ...(file?.bundle as Bundle), ...(passphrase === '' ? {} : { passphrase }) } }));
  const look = async () => {
    setFault(undefined);
    try {
      setSeen((await send(true)).body);
    } catch (thrown) {
      setFault(thrown);
    }
  };
  const go = async () => {
    const done = await act(() => send(false), (b) => t('config:transfer.imported', { added: b.added ?? 0, updated: b.updated ?? 0, same: b.same ?? 0 }));
    if (done !== undefined) setSeen(done);
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('config:transfer.import')}>
      <Stack gap="sm">
        <Title order={2}>{t('config:transfer.import')}</Title>
        <Text size="sm" c="dimmed">{t('config:transfer.importHelp')}</Text>
        <Group gap="sm">
          <FileButton onChange={(f) => void take(f)} accept=".json,application/json">{(given) => <Button variant="default" {...given}>{t('config:pem.file')}</Button>}</FileButton>
          <Text size="sm">{file === undefined ? '' : t('config:transfer.file', { name: file.name, count: file.bundle.objects?.length ?? 0 })}</Text>
        </Group>
        {file?.bundle.secrets !== undefined && <PasswordInput maw={420} label={t('config:transfer.passphrase')} value={passphrase} onChange={(e) => setPassphrase(e.currentTarget.value)} autoComplete="off" visibilityToggleButtonProps={{ 'aria-label': t('config:secret.show') }} />}
        <FaultBox fault={fault} />
        <Group gap="sm">
          <Button variant={seen === undefined ? 'filled' : 'default'} onClick={() => void look()} disabled={file === undefined}>{t('config:transfer.look')}</Button>
          {seen?.dryRun === true && <Button onClick={() => void go()} loading={busy} disabled={(seen.refused ?? 0) > 0}>{t('config:transfer.importVerb')}</Button>}
        </Group>
        {seen !== undefined && <Outcome of={seen} />}
      </Stack>
    </Paper>
  );
}

function Outcome({ of }: { of: Schemas['KindImported'] }) {
  const { t } = useTexts();
  const rows = (of.objects ?? []).filter((o) => o.outcome !== 'same' || (o.unset ?? []).length > 0);
  return (
    <>
      <Alert color={(of.refused ?? 0) > 0 ? 'red' : 'teal'} variant="light" role="status">
        {t(of.dryRun === true ? 'config:transfer.would' : 'config:transfer.imported', { added: of.added ?? 0, updated: of.updated ?? 0, same: of.same ?? 0 })} {(of.refused ?? 0) > 0 && t('config:transfer.refused', { count: of.refused })}
      </Alert>
      {rows.length > 0 && (
        <div className={styles.table}>
          <Table aria-label={t('config:transfer.look')}>
            <Table.Thead><Table.Tr>{['object', 'outcome', 'details'].map((c) => <Table.Th key={c}>{t(`config:transfer.${c}`)}</Table.Th>)}</Table.Tr></Table.Thead>
            <Table.Tbody>
              {rows.map((o) => (
                <Table.Tr key={`${o.kind}/${o.key}`}>
                  <Table.Td>{o.key}<div className={styles.facts}>{o.kind}</div></Table.Td>
                  <Table.Td data-label={t('config:transfer.outcome')}>{t(`config:transfer.outcomes.${o.outcome}`)}</Table.Td>
                  <Table.Td className={styles.facts}>{[...(o.reasons ?? []), ...(o.changes ?? []).map((c) => c.field), ...(o.unset ?? []).map((u) => t('config:transfer.unset', { field: u }))].join(', ')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </>
  );
}
