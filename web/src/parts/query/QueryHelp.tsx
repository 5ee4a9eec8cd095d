import { Anchor, Button, Code, Drawer, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import { dictionaryQuery, type Entry, type QueryLanguage } from './calls';
import { ran } from './history';
import styles from './Query.module.css';

interface Props {
  language: QueryLanguage;
  path: string;
  onClose: () => void;
  /** Puts a text into the line. */
  onTake: (text: string) => void;
}

/** What a query can ask: the server's dictionary, and the queries that were run here. */
export function QueryHelp({ language, path, onClose, onTake }: Props) {
  const { t } = useTexts();
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={t('query:help')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Contents language={language} path={path} onTake={onTake} />
    </Drawer>
  );
}

function Contents({ language, path, onTake }: Pick<Props, 'language' | 'path' | 'onTake'>) {
  const { t } = useTexts();
  const { data, error } = useQuery(dictionaryQuery(path));
  const [wanted, want] = useState('');
  const low = wanted.toLowerCase();
  const fields = (data?.fields ?? []).filter((f) => `${f.name} ${f.doc}`.toLowerCase().includes(low));
  const earlier = ran(language).slice(0, 8);
  return (
    <Stack>
      <Text size="sm">{t('query:how')}</Text>
      {earlier.length > 0 && (
        <section>
          <Text fw={600} component="h3">
            {t('query:earlier')}
          </Text>
          <Stack gap={4} align="start">
            {earlier.map((q) => (
              <Button key={q} variant="subtle" size="compact-sm" className={styles.earlier} onClick={() => onTake(q)}>
                <code>{q}</code>
              </Button>
            ))}
          </Stack>
        </section>
      )}
      <FaultBox fault={error} />
      <TextInput label={t('query:find')} value={wanted} onChange={(e) => want(e.currentTarget.value)} data-autofocus />
      <Table className={styles.fields} aria-label={t('query:fields')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('query:field')}</Table.Th>
            <Table.Th>{t('query:meaning')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map((f) => (
            <Row key={f.name} entry={f} onTake={onTake} />
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

function Row({ entry, onTake }: { entry: Entry; onTake: (text: string) => void }) {
  const { t } = useTexts();
  const values = entry.values ?? [];
  return (
    <Table.Tr>
      <Table.Td>
        <Code>{entry.name}</Code>
      </Table.Td>
      <Table.Td>
        {entry.doc}
        <Text size="xs" c="dimmed">
          {(entry.operators ?? []).join(', ')}
          {values.length > 0 && <> · {values.slice(0, 12).join(', ')}</>}
          {(entry.fast ?? []).length === 0 && <> · {t('query:slowField')}</>}
        </Text>
        {entry.example !== undefined && (
          <Anchor component="button" type="button" size="xs" onClick={() => onTake(entry.example ?? '')}>
            <code>{entry.example}</code>
          </Anchor>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
