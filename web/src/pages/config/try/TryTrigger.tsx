import { Button, Paper, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';

import { answerOf, api, type Schemas } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

import { dictionaryOf, keysOf } from '../form/samples';
import type { Editing } from '../object/useEditor';

/** Sends the notification as it is in the draft, with a sample in place of the event. */
export default function TryTrigger({ editing }: { editing: Editing }) {
  const { t } = useTexts();
  const [to, setTo] = useState('');
  const [sample, setSample] = useState(() => keysOf(JSON.stringify(editing.document)).map((k) => `${k} = `).join('\n'));
  const [sent, setSent] = useState<Schemas['NotifySample']>();
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      const context = Object.entries(dictionaryOf(sample)).map(([key, value]) => ({ key, value }));
      const recipients = to.split(/[\s,;]+/).filter((x) => x !== '');
      const { body, events } = await answerOf(api.PATCH('/api/v1/triggers', { body: { trigger: editing.document, context, ...(recipients.length === 0 ? {} : { recipients }) } }));
      setSent(body);
      receipt(t('config:tryTrigger.sent'), events);
    } catch (thrown) {
      setFault(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack maw={720}>
      <Text size="sm">{t('config:tryTrigger.help')}</Text>
      <TextInput label={t('config:tryTrigger.to')} description={t('config:tryTrigger.toHelp')} value={to} onChange={(e) => setTo(e.currentTarget.value)} />
      <Textarea label={t('config:code.sample')} description={t('config:code.sampleHelp')} classNames={{ input: 'mono' }} autosize minRows={3} maxRows={16} value={sample} onChange={(e) => setSample(e.currentTarget.value)} />
      <Button onClick={() => void send()} loading={busy} w="fit-content">{t('config:tryTrigger.verb')}</Button>
      <FaultBox fault={fault} />
      {sent !== undefined && (
        <Paper withBorder p="md" role="status">
          <Text size="sm" c="dimmed">{[...(sent.to ?? []), ...(sent.cc ?? [])].join(', ')}</Text>
          <Text fw={600}>{sent.title}</Text>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>{sent.body}</Text>
        </Paper>
      )}
    </Stack>
  );
}
