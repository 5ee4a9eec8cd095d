import { ActionIcon, Button, Fieldset, Group, MultiSelect, NativeSelect, Paper, Stack, Text, TextInput } from '@mantine/core';
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';

import { useTexts } from '@/app/texts';

import { blank, fieldsOf, typeOf } from '../model/schema';
import { useField, type InputProps } from './context';
import { Field } from './Field';
import { Label } from './Label';
import { Members } from './Members';
import { PasteLines } from './PasteLines';

/** What is done to one row: moved by buttons, taken away. */
export function RowActions({ index, all, set, name }: { index: number; all: unknown[]; set: (next: unknown[]) => void; name: string }) {
  const { t } = useTexts();
  const move = (to: number) => {
    const next = [...all];
    const [one] = next.splice(index, 1);
    next.splice(to, 0, one);
    set(next);
  };
  const said = { name, index: index + 1 };
  return (
    <Group gap={2} wrap="nowrap">
      {all.length > 1 && (
        <>
          <ActionIcon variant="subtle" color="gray" size={28} disabled={index === 0} onClick={() => move(index - 1)} aria-label={t('config:list.up', said)}>
            <ArrowUp size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" size={28} disabled={index === all.length - 1} onClick={() => move(index + 1)} aria-label={t('config:list.down', said)}>
            <ArrowDown size={16} aria-hidden />
          </ActionIcon>
        </>
      )}
      <ActionIcon variant="subtle" color="gray" size={28} onClick={() => set(all.filter((_, i) => i !== index))} aria-label={t('config:list.remove', said)}>
        <X size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

/** The frame of a field that is a list: name, help, errors, a button that adds. */
export function ListFrame({ props, onAdd, beside, children }: { props: InputProps; onAdd?: () => void; beside?: React.ReactNode; children: React.ReactNode }) {
  const f = useField(props);
  const { t } = useTexts();
  return (
    <Fieldset id={f.id} legend={<Label name={f.name} required={props.field.required} />} variant="unstyled">
      {f.doc !== '' && <Text size="xs" c="dimmed" mb={4}>{f.doc}</Text>}
      <Stack gap="xs">
        {children}
        {onAdd !== undefined && !f.readOnly && (
          <Group gap="xs">
            <Button size="xs" variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={onAdd} aria-label={t('config:list.addTo', { name: f.name })}>
              {t('config:list.add')}
            </Button>
            {beside}
          </Group>
        )}
      </Stack>
      {f.error !== undefined && <Text size="xs" c="var(--mantine-color-error)" mt={4}>{f.error}</Text>}
    </Fieldset>
  );
}

function useList(props: InputProps) {
  const f = useField(props);
  const all = Array.isArray(f.value) ? (f.value as unknown[]) : [];
  const set = (next: unknown[]) => f.set(next.length === 0 && !props.field.required ? undefined : next);
  return { f, all, set };
}

/** Texts, a row each; many lines can be pasted at once. */
export function TextsField(props: InputProps) {
  const { f, all, set } = useList(props);
  const { t } = useTexts();
  return (
    <ListFrame props={props} onAdd={() => set([...all, ''])} beside={<PasteLines name={f.name} onTake={(lines) => set([...all.filter((x) => x !== ''), ...lines])} />}>
      {all.map((one, i) => (
        <Group key={i} gap="xs" wrap="nowrap">
          <TextInput
            flex={1}
            aria-label={t('config:list.member', { name: f.name, index: i + 1 })}
            value={String(one ?? '')}
            readOnly={f.readOnly}
            error={f.form.problems[`${f.id.slice('field-'.length)}.${i}`]?.join(' ')}
            autoFocus={one === ''}
            placeholder={f.placeholder}
            onChange={(e) => set(all.map((x, j) => (j === i ? e.currentTarget.value : x)))}
            onPaste={(e) => {
              const lines = e.clipboardData.getData('text').split(/\r?\n/).map((l) => l.trim()).filter((l) => l !== '');
              if (lines.length < 2) return;
              e.preventDefault();
              set([...all.slice(0, i), ...lines, ...all.slice(i + 1)]);
            }}
          />
          {!f.readOnly && <RowActions index={i} all={all} set={set} name={f.name} />}
        </Group>
      ))}
    </ListFrame>
  );
}

/** Objects, or texts with an editor of their own, one below the other. */
export function RowsField(props: InputProps) {
  const { f, all, set } = useList(props);
  const { t } = useTexts();
  const items = f.form.resolve(props.field.schema.items ?? {});
  const members = fieldsOf(items, f.form.resolve);
  const add = () => set([...all, items.properties === undefined ? '' : blank(items, f.form.resolve)]);
  const single = { name: props.field.name, schema: items, type: typeOf(props.field.name, items, f.form.resolve), required: true };
  return (
    <ListFrame props={props} onAdd={add}>
      {all.map((_, i) => (
        <Paper key={i} withBorder p="sm" component="section" aria-label={t('config:list.member', { name: f.name, index: i + 1 })}>
          <Group gap="sm" align="start" wrap="nowrap">
            <div style={{ flex: 1, minWidth: 0 }}>
              {items.properties === undefined ? (
                <Field field={single} path={[...props.path, i]} label={t('config:list.member', { name: f.name, index: i + 1 })} />
              ) : (
                <Members fields={members} path={[...props.path, i]} flat={members.length <= 3} />
              )}
            </div>
            {!f.readOnly && <RowActions index={i} all={all} set={set} name={f.name} />}
          </Group>
        </Paper>
      ))}
    </ListFrame>
  );
}

/** Some of the values of an enumeration. */
export function ChoicesField(props: InputProps) {
  const { f, all, set } = useList(props);
  const { t } = useTexts();
  const items = f.form.resolve(props.field.schema.items ?? {});
  const data = (items.enum ?? []).map((value) => ({ value: String(value), label: f.form.words.value(String(value)) }));
  const label = <Label name={f.name} required={props.field.required} />;
  if (props.field.schema['maxItems' as 'x-'] === 1) {
    return (
      <NativeSelect
        id={f.id}
        label={label}
        description={f.doc}
        error={f.error}
        maw={320}
        disabled={f.readOnly}
        value={String(all[0] ?? '')}
        data={[{ value: '', label: t('config:choose') }, ...data]}
        onChange={(e) => set(e.currentTarget.value === '' ? [] : [e.currentTarget.value])}
      />
    );
  }
  return <MultiSelect id={f.id} label={label} description={f.doc} error={f.error} data={data} value={all.map(String)} readOnly={f.readOnly} searchable clearable clearButtonProps={{ 'aria-label': t('config:clear') }} onChange={set} />;
}
