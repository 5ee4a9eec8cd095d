import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { documentIn } from '../model/paste';
import { withoutSecrets } from '../model/values';
import type { Editing } from './useEditor';

/** Fills a new object from a document that was pasted: of the API, of the JSON view, or of an export. */
export function Fill({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const { t } = useTexts();
  const { kind, variant, secret, draft } = editing;
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const take = () => {
    const found = documentIn(text, kind.kind);
    const type = kind.by === undefined || kind.by === '' ? '' : String(found.document?.[kind.by] ?? '');
    if (found.document === undefined) setWrong(found.reason === undefined ? t('forms:fill.missing') : t('forms:fill.wrong', { reason: found.reason }));
    else if (type !== '' && type !== variant.name) setWrong(t('forms:fill.other', { type }));
    else {
      draft.replace({ ...(withoutSecrets(found.document, secret, null) as object), ...(kind.by === undefined || kind.by === '' ? {} : { [kind.by]: variant.name }) });
      onClose();
    }
  };
  return (
    <Modal opened onClose={onClose} size="lg" title={t('forms:fill.title')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">{t('forms:fill.help')}</Text>
        <Textarea data-autofocus label={t('forms:fill.label')} classNames={{ input: 'mono' }} autosize minRows={8} maxRows={20} value={text} onChange={(e) => setText(e.currentTarget.value)} spellCheck={false} />
        {wrong !== undefined && <Alert color="red" variant="light" role="alert">{wrong}</Alert>}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>{t('common:cancel')}</Button>
          <Button onClick={take} disabled={text.trim() === ''}>{t('forms:fill.take')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
