import { ActionIcon, Group, TextInput } from '@mantine/core';
import { X } from 'lucide-react';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { typeOf, type Schema } from '../model/schema';
import { useField, type InputProps } from './context';
import { Field } from './Field';
import { ListFrame } from './Lists';

/** Values by keys that people choose. A key is changed when its field is left, so that no two are the same on the way. */
export function MapField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const [fresh, setFresh] = useState(false);
  const map = (f.value ?? {}) as Record<string, unknown>;
  const of = f.form.resolve(props.field.schema.additionalProperties as Schema);
  const set = (entries: [string, unknown][]) => f.set(entries.length === 0 && !props.field.required ? undefined : Object.fromEntries(entries));
  const rename = (old: string, key: string) => {
    if (key !== '' && key !== old && map[key] === undefined) set(Object.entries(map).map(([k, v]) => [k === old ? key : k, v]));
  };
  const value = (key: string) => ({ name: key, schema: { ...of, description: undefined }, type: typeOf(key, of, f.form.resolve), required: true }) as const;
  return (
    <ListFrame props={props} onAdd={() => setFresh(true)}>
      {Object.keys(map).map((key) => (
        <Group key={key} gap="xs" wrap="nowrap" align="start">
          <TextInput w={220} defaultValue={key} readOnly={f.readOnly} aria-label={t('config:map.key', { name: f.name })} onBlur={(e) => rename(key, e.currentTarget.value.trim())} />
          <div style={{ flex: 1, minWidth: 0 }}>
            <Field field={value(key)} path={[...props.path, key]} label={t('config:map.value', { name: f.name, key })} />
          </div>
          {!f.readOnly && (
            <ActionIcon variant="subtle" color="gray" size={28} onClick={() => set(Object.entries(map).filter(([k]) => k !== key))} aria-label={t('config:map.remove', { name: f.name, key })}>
              <X size={16} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      ))}
      {fresh && (
        <TextInput
          w={220}
          autoFocus
          aria-label={t('config:map.newKey', { name: f.name })}
          placeholder={t('config:map.newKeyHint')}
          onBlur={(e) => {
            const key = e.currentTarget.value.trim();
            if (key !== '' && map[key] === undefined) set([...Object.entries(map), [key, '']]);
            setFresh(false);
          }}
        />
      )}
    </ListFrame>
  );
}
