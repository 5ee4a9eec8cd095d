import { Button, Group, Text } from '@mantine/core';
import { Download } from 'lucide-react';
import { useState } from 'react';

import { answerOf, api } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { saveFile } from '@/parts/list/download';
import { receipt } from '@/parts/Receipt';

import styles from '../Config.module.css';
import type { Kind } from '../model/kinds';

/** What is done with the selected objects of a list: they are exported, without secrets. */
export function Selection({ kind, names, onClear }: { kind: Kind; names: string[]; onClear: () => void }) {
  const { t } = useTexts();
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      const { body, events } = await answerOf(api.POST('/api/v1/system/configurations/export', { body: { items: [{ kind: kind.kind, keys: names }] } }));
      saveFile(new Blob([JSON.stringify(body, null, 2)], { type: 'application/json' }), `${kind.kind}-${new Date().toISOString().slice(0, 10)}.json`);
      receipt(t('forms:select.exported', { count: names.length }), events);
    } catch (thrown) {
      setFault(thrown);
    } finally {
      setBusy(false);
    }
  };
  if (names.length === 0) return null;
  return (
    <div className={styles.bar} role="region" aria-label={t('config:actions')}>
      <Group gap="sm">
        <Text size="sm" role="status">{t('forms:select.chosen', { count: names.length })}</Text>
        <Button leftSection={<Download size={16} aria-hidden />} loading={busy} onClick={() => void go()}>{t('forms:select.export')}</Button>
        <Button variant="default" onClick={onClear}>{t('forms:select.none')}</Button>
      </Group>
      <FaultBox fault={fault} />
    </div>
  );
}
