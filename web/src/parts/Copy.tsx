import { Button, CopyButton, type ButtonProps } from '@mantine/core';
import { Check, Copy as CopyIcon } from 'lucide-react';

import { useTexts } from '@/app/texts';

/** Copies a text, and says so. */
export function Copy({ text, label, ...rest }: { text: string; label?: string } & ButtonProps) {
  const { t } = useTexts();
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button variant="default" size="xs" leftSection={copied ? <Check size={14} aria-hidden /> : <CopyIcon size={14} aria-hidden />} onClick={copy} {...rest}>
          {copied ? t('common:copied') : (label ?? t('common:copy'))}
        </Button>
      )}
    </CopyButton>
  );
}
