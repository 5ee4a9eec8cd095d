import { Button, Group, Input, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';

import { useTexts } from '@/app/texts';

import { useAt } from '../model/draft';
import { Lines } from './Lines';
import { useField, type InputProps } from './context';
import type { Language } from './expression';
import { Label } from './Label';
import { keysOfSchema } from './spots';

const Workbench = lazy(() => import('./Workbench'));

/** A rule, template, condition, regular expression or query: its text, and a workbench that tries it. */
export function CodeField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  const { type } = props.field;
  const { by, context } = keysOfSchema(props.field.schema['x-keys']);
  const variant = useAt(f.form.draft, [by]);
  const place = { ...(context === undefined ? {} : { context }), ...(typeof variant === 'string' && by !== '' ? { variant } : {}) };
  const text = typeof f.value === 'string' ? f.value : '';
  const table = props.label !== undefined;
  const area = (
    <Lines
      id={f.id}
      aria-label={table ? props.label : undefined}
      flex={1}
      classNames={{ input: 'mono' }}
      value={text}
      readOnly={f.readOnly}
      placeholder={f.placeholder}
      minRows={type === 'template' && props.field.name === 'body' ? 4 : 1}
      maxRows={12}
      onChange={(e) => f.set(e.currentTarget.value)}
      spellCheck={false}
      error={f.error}
    />
  );
  const tried = (type === 'rule' || type === 'template' || type === 'condition' || type === 'regex') && (
    <Button size="xs" variant="default" onClick={() => setOpen(true)} aria-label={t('config:code.tryOf', { name: f.name })}>
      {t('config:code.try')}
    </Button>
  );
  const bench = open && (
    <Suspense fallback={<Text size="sm" aria-busy>{t('common:loading')}</Text>}>
      <Workbench title={f.name} type={type as Language | 'regex'} place={place} text={text} readOnly={f.readOnly} onChange={f.set} onClose={() => setOpen(false)} />
    </Suspense>
  );
  const row = (
    <Group gap="xs" mt={table ? 0 : 4} wrap="nowrap" align="start">
      {area}
      {tried}
      {bench}
    </Group>
  );
  if (table) return row;
  return (
    <Input.Wrapper id={f.id} label={<Label name={f.name} required={props.field.required} />} description={f.doc}>
      {row}
    </Input.Wrapper>
  );
}
