import { Button, Group, Popover, Stack, Textarea } from '@mantine/core';
import { ClipboardPaste } from 'lucide-react';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { linesOf } from '../model/paste';

/** Adds many values to a list at once, a line each. */
export function PasteLines({ name, onTake }: { name: string; onTake: (lines: string[]) => void }) {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const take = () => {
    onTake(linesOf(text));
    setText('');
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} width={360} trapFocus withArrow shadow="md" position="bottom-start">
      <Popover.Target>
        <Button size="xs" variant="subtle" leftSection={<ClipboardPaste size={14} aria-hidden />} onClick={() => setOpen(!open)} aria-label={t('forms:lines.verbOf', { name })}>
          {t('forms:lines.verb')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Textarea label={t('forms:lines.label')} autosize minRows={4} maxRows={12} value={text} onChange={(e) => setText(e.currentTarget.value)} spellCheck={false} />
          <Group><Button size="xs" onClick={take} disabled={text.trim() === ''}>{t('forms:lines.take')}</Button></Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
