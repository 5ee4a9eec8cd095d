import { ActionIcon, Autocomplete, Modal, Stack, Table } from '@mantine/core';
import { Settings2 } from 'lucide-react';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { blank, fieldsOf, type Field as Of } from '../model/schema';
import type { Path } from '../model/values';
import { useField, type InputProps } from './context';
import { Field } from './Field';
import styles from './form.module.css';
import { ListFrame, RowActions } from './Lists';

/** Members that stand in the table; the others open beside it. */
const columns = ['type', 'label', 'metadata', 'value', 'computationRule', 'mandatory', 'editableByRequester', 'editableByApprover', 'min', 'max'];
const hidden = ['computationRule'];

/** Types people use, by the list they stand in; others can be written. */
const types: Record<string, string[]> = {
  subject: ['CN', 'O', 'OU', 'C', 'ST', 'L', 'STREET', 'DC', 'UID', 'SERIALNUMBER', 'E', 'T', 'GIVENNAME', 'SURNAME', 'ORGANIZATIONIDENTIFIER'],
  sans: ['DNSNAME', 'IPADDRESS', 'RFC822NAME', 'URI', 'OTHERNAME_UPN', 'OTHERNAME_GUID', 'REGISTERED_ID'],
  extensions: ['ms_sid', 'ms_template', 'ms_template_v2'],
};

/** The elements of a name template: one row each, with who may change it and what is computed. */
export function ElementsField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const [open, setOpen] = useState<number>();
  const all = Array.isArray(f.value) ? (f.value as Record<string, unknown>[]) : [];
  const set = (next: unknown[]) => f.set(next.length === 0 && !props.field.required ? undefined : next);
  const items = f.form.resolve(props.field.schema.items ?? {});
  const members = fieldsOf(items, f.form.resolve);
  const shown = members.filter((m) => columns.includes(m.name) && !hidden.includes(m.name));
  const rest = members.filter((m) => !shown.includes(m));
  return (
    <ListFrame props={props} onAdd={() => set([...all, { ...blank(items, f.form.resolve), ...(items.properties?.type === undefined ? {} : { type: '' }) }])}>
      {all.length > 0 && (
        <div className={styles.wide}>
          <Table withTableBorder aria-label={f.name}>
            <Table.Thead>
              <Table.Tr>
                {shown.map((m) => (
                  <Table.Th key={m.name}>{f.form.words.label(m.name)}</Table.Th>
                ))}
                <Table.Th>{t('config:elements.more')}</Table.Th>
                <Table.Th><span className="unseen">{t('config:actions')}</span></Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {all.map((row, i) => {
                const more = rest.filter((m) => row[m.name] !== undefined);
                return (
                  <Table.Tr key={i}>
                    {shown.map((m) => (
                      <Table.Td key={m.name} className={m.type === 'number' ? styles.narrow : undefined}>
                        <Cell field={m} path={[...props.path, i, m.name]} list={props.field.name} row={i + 1} />
                      </Table.Td>
                    ))}
                    <Table.Td>
                      <ActionIcon variant={more.length > 0 ? 'light' : 'subtle'} color={more.length > 0 ? undefined : 'gray'} size={28} onClick={() => setOpen(i)} aria-label={t('config:elements.moreOf', { index: i + 1, count: more.length })} title={more.map((m) => f.form.words.label(m.name)).join(', ')}>
                        <Settings2 size={16} aria-hidden />
                      </ActionIcon>
                    </Table.Td>
                    <Table.Td>{!f.readOnly && <RowActions index={i} all={all} set={set} name={f.name} />}</Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {open !== undefined && all[open] !== undefined && (
        <Modal opened onClose={() => setOpen(undefined)} size="lg" title={`${f.name} ${open + 1}`} closeButtonProps={{ 'aria-label': t('common:close') }}>
          <Stack>
            {rest.map((m) => (
              <Field key={m.name} field={m} path={[...props.path, open, m.name]} />
            ))}
          </Stack>
        </Modal>
      )}
    </ListFrame>
  );
}

function Cell({ field, path, list, row }: { field: Of; path: Path; list: string; row: number }) {
  const f = useField({ field, path });
  const label = `${f.name} ${row}`;
  if (field.name === 'type' && field.type === 'text') {
    return <Autocomplete aria-label={label} w={150} data={types[list] ?? []} value={String(f.value ?? '')} readOnly={f.readOnly} error={f.error} onChange={(next) => f.form.draft.set(path, next)} />;
  }
  return <Field field={field} path={path} label={label} />;
}
