import { Button, FileButton, Group, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { useState } from 'react';

import { ask } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Grade } from '@/parts/State';

import styles from '../Config.module.css';
import { pemOf } from '../form/Pem';
import type { Kind } from '../model/kinds';

interface Explained {
  ruleset: string;
  applies: boolean;
  sum: number;
  maximum: number;
  rules: { rule: string; description: string; satisfied: boolean; score: number }[];
}

interface Answer extends Partial<Explained> {
  grade?: string;
  score?: number;
  rulesets?: Explained[];
}

/** Grades a certificate by a policy or a ruleset, rule by rule. */
export default function TryGrading({ kind, name }: { kind: Kind; name: string }) {
  const { t } = useTexts();
  const [pem, setPem] = useState('');
  const [data, setData] = useState<Answer>();
  const [fault, setFault] = useState<unknown>();
  const explain = async () => {
    setFault(undefined);
    try {
      setData((await ask<Answer>({ method: 'POST', path: `${kind.path}/${encodeURIComponent(name)}/explain`, body: pem, headers: { 'content-type': 'application/x-pem-file' } })).body);
    } catch (thrown) {
      setFault(thrown);
    }
  };
  const take = async (file: File | null) => {
    if (file !== null) setPem(pemOf(new Uint8Array(await file.arrayBuffer())));
  };
  const sets = data === undefined ? [] : (data.rulesets ?? [data as Explained]);
  return (
    <Stack maw={880}>
      <Textarea label={t('config:tryGrading.certificate')} classNames={{ input: 'mono' }} placeholder="-----BEGIN CERTIFICATE-----" autosize minRows={4} maxRows={10} value={pem} onChange={(e) => setPem(e.currentTarget.value)} />
      <Group gap="sm">
        <Button onClick={() => void explain()} disabled={pem === ''}>{t('config:tryGrading.verb')}</Button>
        <FileButton onChange={(f) => void take(f)} accept=".pem,.crt,.cer,.der">{(given) => <Button variant="default" {...given}>{t('config:pem.file')}</Button>}</FileButton>
      </Group>
      <FaultBox fault={fault} />
      {data?.grade !== undefined && <Group gap="sm" role="status"><Grade letter={data.grade} /><Text size="sm">{t('config:tryGrading.score', { score: data.score })}</Text></Group>}
      {sets.map((s) => (
        <section key={s.ruleset}>
          <Title order={2}>{s.ruleset}</Title>
          <Text size="sm" c="dimmed" mb="xs">{s.applies ? t('config:tryGrading.sum', { sum: s.sum, maximum: s.maximum }) : t('config:tryGrading.applies')}</Text>
          <div className={styles.table}>
            <Table aria-label={s.ruleset}>
              <Table.Thead><Table.Tr><Table.Th>{t('config:tryGrading.rule')}</Table.Th><Table.Th>{t('config:tryGrading.held')}</Table.Th><Table.Th>{t('config:tryGrading.points')}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {s.rules.map((r) => (
                  <Table.Tr key={r.rule}><Table.Td>{r.description}<div className={styles.facts}>{r.rule}</div></Table.Td><Table.Td>{r.satisfied ? t('config:yes') : t('config:no')}</Table.Td><Table.Td>{r.score}</Table.Td></Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </section>
      ))}
    </Stack>
  );
}
