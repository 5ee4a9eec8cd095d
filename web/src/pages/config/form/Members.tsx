import { Button, Fieldset, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { blank, fieldsOf, type Field as Of } from '../model/schema';
import type { Path } from '../model/values';
import { useField, useForm, wantedIn, type InputProps } from './context';
import { Field } from './Field';
import { Label } from './Label';

const many = 14;

/** The members of an object. Of very many, those that are set, and a list to add from. */
export function Members({ fields, path, flat = false }: { fields: Of[]; path: Path; flat?: boolean }) {
  if (fields.length > many && fields.every((f) => !f.required)) return <Chosen fields={fields} path={path} />;
  const all = fields.map((one) => <Field key={one.name} field={one} path={[...path, one.name]} />);
  return flat ? (
    <Group gap="sm" align="start" grow preventGrowOverflow={false}>
      {all}
    </Group>
  ) : (
    <Stack gap="md">{all}</Stack>
  );
}

function Chosen({ fields, path }: { fields: Of[]; path: Path }) {
  const form = useForm();
  const { t } = useTexts();
  const { value } = useField({ field: { name: '', schema: {}, type: 'object', required: false }, path });
  const set = Object.keys((value as object | undefined) ?? {});
  const [added, setAdded] = useState<string[]>([]);
  const shown = fields.filter((f) => set.includes(f.name) || added.includes(f.name) || wantedIn(form, [...path, f.name]));
  const rest = fields.filter((f) => !shown.includes(f));
  return (
    <Stack gap="md">
      {shown.map((one) => (
        <Field key={one.name} field={one} path={[...path, one.name]} />
      ))}
      {!form.readOnly && rest.length > 0 && (
        <NativeSelect
          maw={480}
          aria-label={t('config:list.choose')}
          value=""
          data={[{ value: '', label: t('config:list.choose') }, ...rest.map((f) => ({ value: f.name, label: `${form.words.label(f.name)} – ${form.words.doc(f.schema.description)}`.slice(0, 110) }))]}
          onChange={(e) => setAdded([...added, e.currentTarget.value])}
        />
      )}
    </Stack>
  );
}

/** An object within an object. One that may be left out is there or not, and says so. */
export function ObjectField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const fields = fieldsOf(props.field.schema, f.form.resolve);
  const there = f.value !== undefined;
  return (
    <Fieldset id={f.id} legend={<Label name={f.name} required={props.field.required} />}>
      {f.doc !== '' && <Text size="xs" c="dimmed" mb="sm">{f.doc}</Text>}
      {f.error !== undefined && <Text size="xs" c="var(--mantine-color-error)" mb="sm">{f.error}</Text>}
      {there && <Members fields={fields} path={props.path} />}
      {!f.readOnly && !props.field.required && (
        <Button
          size="xs"
          variant="default"
          mt={there ? 'md' : 0}
          leftSection={there ? undefined : <Plus size={14} aria-hidden />}
          onClick={() => f.set(there ? undefined : blank(props.field.schema, f.form.resolve))}
          aria-label={t(there ? 'config:object.removeOf' : 'config:object.addOf', { name: f.name })}
        >
          {t(there ? 'config:object.remove' : 'config:object.add')}
        </Button>
      )}
    </Fieldset>
  );
}
