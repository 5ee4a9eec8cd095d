import { Button, Fieldset, Modal, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { fieldsOf, type Field as Of } from '../model/schema';
import type { Path } from '../model/values';
import { useField, useForm, type InputProps } from './context';
import { Field } from './Field';
import styles from './form.module.css';
import { Label } from './Label';

const modes = ['', 'api', 'request', 'approve'] as const;
type Mode = (typeof modes)[number];

/** A level's name as its step and how the step is taken: "approveRenew" is renew, approve. */
export function placeOf(name: string): { step: string; mode: Mode } {
  const found = /^(request|approve)([A-Z]\w*)$/.exec(name);
  if (found !== null) return { step: (found[2] ?? '').replace(/^./, (c) => c.toLowerCase()), mode: found[1] as Mode };
  if (name.endsWith('Api')) return { step: name.slice(0, -3), mode: 'api' };
  return { step: name, mode: '' };
}

/** Who may take which step: a row a step, a column a way to take it. */
export function LevelsField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const [open, setOpen] = useState<Of>();
  const fields = fieldsOf(props.field.schema, f.form.resolve);
  const steps = [...new Set(fields.map((x) => placeOf(x.name).step))];
  const find = (step: string, mode: Mode) => fields.find((x) => placeOf(x.name).step === step && placeOf(x.name).mode === mode);
  return (
    <Fieldset id={f.id} legend={<Label name={f.name} required={props.field.required} />} variant="unstyled">
      <Text size="xs" c="dimmed" mb={4}>{f.doc} {t('config:levels.help')}</Text>
      <div className={styles.wide}>
        <Table withTableBorder aria-label={f.name}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('config:levels.step')}</Table.Th>
              {modes.map((m) => (
                <Table.Th key={m}>{t(`config:levels.mode.${m === '' ? 'do' : m}`)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {steps.map((step) => (
              <Table.Tr key={step}>
                <Table.Th scope="row">{f.form.words.label(step)}</Table.Th>
                {modes.map((mode) => {
                  const of = find(step, mode);
                  return <Table.Td key={mode}>{of === undefined ? '' : <Level field={of} path={[...props.path, of.name]} onOpen={() => setOpen(of)} />}</Table.Td>;
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {open !== undefined && <Providers field={open} path={[...props.path, open.name]} onClose={() => setOpen(undefined)} />}
    </Fieldset>
  );
}

function Level({ field, path, onOpen }: { field: Of; path: Path; onOpen: () => void }) {
  const form = useForm();
  const f = useField({ field, path });
  const { t } = useTexts();
  const level = f.value as { accessLevel?: string; enforcedIdentityProviders?: unknown[] } | undefined;
  const members = fieldsOf(field.schema, form.resolve);
  const values = members.find((m) => m.name === 'accessLevel')?.schema.enum ?? [];
  const count = level?.enforcedIdentityProviders?.length ?? 0;
  return (
    <Stack gap={2}>
      <NativeSelect
        size="xs"
        aria-label={f.name}
        disabled={f.readOnly}
        error={f.error}
        value={level?.accessLevel ?? ''}
        data={[{ value: '', label: t('config:levels.default') }, ...values.map((v) => ({ value: v, label: form.words.value(v) }))]}
        onChange={(e) => f.set(e.currentTarget.value === '' ? undefined : { ...level, accessLevel: e.currentTarget.value })}
      />
      {level !== undefined && members.length > 1 && (
        <Button size="compact-xs" variant="subtle" onClick={onOpen} aria-label={t('config:levels.providersOf', { name: f.name, count })}>
          {t('config:levels.providers', { count })}
        </Button>
      )}
    </Stack>
  );
}

function Providers({ field, path, onClose }: { field: Of; path: Path; onClose: () => void }) {
  const form = useForm();
  const { t } = useTexts();
  const rest = fieldsOf(field.schema, form.resolve).filter((m) => m.name !== 'accessLevel');
  return (
    <Modal opened onClose={onClose} title={form.words.label(field.name)} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        {rest.map((m) => (
          <Field key={m.name} field={m} path={[...path, m.name]} />
        ))}
        <Button onClick={onClose} w="fit-content">
          {t('config:done')}
        </Button>
      </Stack>
    </Modal>
  );
}
