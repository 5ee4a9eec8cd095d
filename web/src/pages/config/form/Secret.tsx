import { Button, Group, Input, PasswordInput, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useField, type InputProps } from './context';
import { Label } from './Label';

/**
 * A value that is written and never read back. What is stored is kept until "Replace" is chosen; a long one, such as a key
 * in PEM, is pasted.
 */
export function SecretField(props: InputProps) {
  const f = useField(props);
  const { t } = useTranslation();
  const sent = (f.value as { value?: string } | string | undefined) ?? undefined;
  const typed = typeof sent === 'string' ? sent : (sent?.value ?? '');
  const bare = props.field.schema.type === 'string';
  const [open, setOpen] = useState(f.form.isNew || typed !== '');
  const set = (text: string) => f.set(bare ? text : text === '' ? (f.form.isNew ? undefined : {}) : { value: text });
  const label = <Label name={f.name} required={props.field.required} />;
  if (!open) {
    return (
      <Input.Wrapper id={f.id} labelElement="div" label={label} description={f.doc} error={f.error}>
        <Group gap="sm" mt={4}>
          <Text size="sm">{t('config:secret.kept')}</Text>
          {!f.readOnly && (
            <Button size="xs" variant="default" onClick={() => setOpen(true)} aria-label={t('config:secret.replaceOf', { name: f.name })}>
              {t('config:secret.replace')}
            </Button>
          )}
        </Group>
      </Input.Wrapper>
    );
  }
  const back = () => {
    f.set(bare ? undefined : {});
    setOpen(false);
  };
  return (
    <Group align="end" gap="sm" wrap="nowrap">
      <PasswordInput
        id={f.id}
        label={label}
        description={f.doc}
        error={f.error}
        flex={1}
        value={typed}
        readOnly={f.readOnly}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('config:secret.show') }}
        onChange={(e) => set(e.currentTarget.value)}
        onPaste={(e) => {
          const text = e.clipboardData.getData('text');
          if (!text.includes('\n')) return;
          e.preventDefault(); // an input of one line would join them
          set(text);
        }}
      />
      {!f.form.isNew && (
        <Button variant="default" onClick={back}>
          {t('config:secret.keep')}
        </Button>
      )}
    </Group>
  );
}
