import { NativeSelect, Switch, TextInput } from '@mantine/core';

import { useTexts } from '@/app/texts';

import { Lines } from './Lines';
import { useField, type InputProps } from './context';
import styles from './form.module.css';
import { Label } from './Label';

const words = (v: unknown) => (v === undefined || v === null ? '' : typeof v === 'string' ? v : JSON.stringify(v));

/** What all inputs say of themselves. An input within a table has its label for those who cannot see the heading. */
function said(f: ReturnType<typeof useField>, { field, label }: InputProps) {
  return label === undefined
    ? { label: <Label name={f.name} required={field.required} />, description: f.doc === '' ? undefined : f.doc, error: f.error }
    : { 'aria-label': label, error: f.error };
}

export function TextField(props: InputProps) {
  const f = useField(props);
  const unit = props.label === undefined ? f.unit : undefined;
  return (
    <TextInput
      id={f.id}
      {...said(f, props)}
      value={words(f.value)}
      readOnly={f.readOnly}
      placeholder={f.placeholder}
      rightSection={unit === undefined ? undefined : <span className={styles.unit}>{unit}</span>}
      onChange={(e) => f.set(e.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
    />
  );
}

export function LinesField(props: InputProps) {
  const f = useField(props);
  return <Lines id={f.id} {...said(f, props)} value={words(f.value)} readOnly={f.readOnly} placeholder={f.placeholder} minRows={2} maxRows={10} onChange={(e) => f.set(e.currentTarget.value)} />;
}

export function NumberField(props: InputProps) {
  const f = useField(props);
  const { minimum, maximum } = props.field.schema;
  const unit = props.label === undefined ? f.unit : undefined;
  const change = (text: string) => {
    if (text.trim() === '') f.set(undefined);
    else f.set(Number.isFinite(Number(text)) ? Number(text) : text);
  };
  return (
    <TextInput
      id={f.id}
      {...said(f, props)}
      inputMode="decimal"
      value={words(f.value)}
      readOnly={f.readOnly}
      placeholder={f.placeholder ?? (minimum !== undefined && maximum !== undefined && props.label === undefined ? `${minimum} – ${maximum}` : undefined)}
      rightSection={unit === undefined ? undefined : <span className={styles.unit}>{unit}</span>}
      rightSectionWidth={unit === undefined ? undefined : 16 + unit.length * 8}
      maw={props.label === undefined ? 220 : undefined}
      onChange={(e) => change(e.currentTarget.value)}
      autoComplete="off"
    />
  );
}

export function BooleanField(props: InputProps) {
  const f = useField(props);
  const label = props.label === undefined ? { label: f.name, description: f.doc === '' ? undefined : f.doc } : { 'aria-label': props.label };
  return <Switch id={f.id} {...label} error={f.error} checked={f.value === true} disabled={f.readOnly} onChange={(e) => f.set(e.currentTarget.checked)} />;
}

/** Yes, no, or left to the server. */
export function MaybeField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const left = props.field.schema.default === true ? t('config:left.true') : t('config:left.open');
  return (
    <NativeSelect
      id={f.id}
      {...said(f, props)}
      maw={320}
      disabled={f.readOnly}
      value={f.value === undefined ? '' : String(f.value)}
      onChange={(e) => f.set(e.currentTarget.value === '' ? undefined : e.currentTarget.value === 'true')}
      data={[{ value: '', label: left }, { value: 'true', label: t('config:yes') }, { value: 'false', label: t('config:no') }]}
    />
  );
}

export function EnumField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const { schema, required } = props.field;
  const given = typeof schema.default === 'string' ? t('config:left.as', { value: f.form.words.value(schema.default) }) : t('config:left.open');
  const data = (schema.enum ?? []).map((value) => ({ value: String(value), label: f.form.words.value(String(value)) }));
  const none = required && f.value !== undefined ? [] : [{ value: '', label: required ? t('config:choose') : props.label === undefined ? given : '' }];
  return (
    <NativeSelect
      id={f.id}
      {...said(f, props)}
      maw={props.label === undefined ? 320 : undefined}
      disabled={f.readOnly}
      value={words(f.value)}
      onChange={(e) => f.set(e.currentTarget.value)}
      data={[...none, ...data]}
    />
  );
}

/** A moment, kept as milliseconds since 1970 and shown in the local zone. */
export function TimeField(props: InputProps) {
  const f = useField(props);
  const local = (ms: number) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  return (
    <TextInput
      id={f.id}
      {...said(f, props)}
      type="datetime-local"
      maw={260}
      readOnly={f.readOnly}
      value={typeof f.value === 'number' && f.value > 0 ? local(f.value) : ''}
      onChange={(e) => f.set(e.currentTarget.value === '' ? undefined : new Date(e.currentTarget.value).getTime())}
    />
  );
}

/** Any JSON, where the schema says no more. */
export function JsonField(props: InputProps) {
  const f = useField(props);
  const change = (text: string) => {
    try {
      f.set(JSON.parse(text));
    } catch {
      f.set(text);
    }
  };
  const text = typeof f.value === 'string' ? f.value : f.value === undefined ? '' : JSON.stringify(f.value, null, 2);
  return <Lines id={f.id} {...said(f, props)} classNames={{ input: 'mono' }} value={text} readOnly={f.readOnly} minRows={3} maxRows={14} onChange={(e) => change(e.currentTarget.value)} />;
}
