import { Stack, Text, Textarea } from '@mantine/core';

import { useTexts } from '@/app/texts';

import type { Form, Request } from '../wire';
import { valueOf, type Draft } from './draft';
import { Facts } from './Facts';
import { Field } from './Field';
import { plainTypes, splitNames } from './names';
import { under, type Problems } from './problems';
import styles from './Requests.module.css';
import { elementName, sanName } from './words';

export interface PartProps {
  form: Form;
  draft: Draft;
  change: (changed: Partial<Draft>) => void;
  problems: Problems;
  /** What the request would become, as far as that is known. */
  outcome: Request | undefined;
}

/** Whether the names of the certificate are written in one field. */
export function hasNames(form: Form): boolean {
  return form.template.sans.some((s) => s.editable && plainTypes.includes(s.type));
}

/** What the field of names is called: by what the profile takes. */
export function namesLabel(form: Form): string {
  const taken = form.template.sans.filter((s) => s.editable && plainTypes.includes(s.type)).map((s) => s.type);
  if (taken.includes('DNSNAME')) return 'hosts';
  return taken.length === 1 && taken[0] === 'RFC822NAME' ? 'mails' : 'names';
}

/** Which names: hosts first, then the other elements of the subject, then what is fixed, as text. */
export function NamesPart({ form, draft, change, problems, outcome }: PartProps) {
  const { t } = useTexts();
  const set = (field: string) => (value: string) => change({ values: { ...draft.values, [field]: value } });
  const fixed: [string, string | undefined][] = [];
  for (const e of form.template.subject) {
    if (e.editable) continue;
    const told = outcome?.template.subject.find((x) => x.element === e.element)?.value ?? e.value;
    fixed.push([elementName(t, e.element), told ?? (e.computationRule === undefined ? undefined : t('requests:computed'))]);
  }
  for (const s of form.template.sans) {
    if (s.editable) continue;
    const told = outcome?.template.sans.find((x) => x.type === s.type)?.value ?? s.value;
    fixed.push([sanName(t, s.type), told?.join(', ') ?? (s.computationRule === undefined ? undefined : t('requests:computed'))]);
  }
  for (const e of form.template.extensions) if (!e.editable) fixed.push([e.type, e.value]);
  return (
    <Stack gap="md">
      {hasNames(form) && <Names form={form} draft={draft} change={change} problems={problems} />}
      {form.template.subject
        .filter((e) => e.editable)
        .map((e) => (
          <Field key={e.element} label={elementName(t, e.element)} element={e} value={valueOf(form, draft, `subject.${e.element}`)} onChange={set(`subject.${e.element}`)} problems={under(problems, `subject.${e.element}`)} />
        ))}
      {form.template.sans
        .filter((s) => s.editable && !plainTypes.includes(s.type))
        .map((s) => (
          <Field key={s.type} label={sanName(t, s.type)} element={{ editable: true, mandatory: (s.min ?? 0) > 0 }} value={valueOf(form, draft, `san.${s.type}`)} onChange={set(`san.${s.type}`)} problems={under(problems, `san.${s.type}`)} />
        ))}
      {form.template.extensions
        .filter((e) => e.editable)
        .map((e) => (
          <Field key={e.type} label={e.type} element={e} value={valueOf(form, draft, `extension.${e.type}`)} onChange={set(`extension.${e.type}`)} problems={under(problems, `extension.${e.type}`)} />
        ))}
      {fixed.some(([, value]) => value !== undefined && value !== '') && (
        <div>
          <Text size="sm" c="dimmed" mb={4}>
            {t('requests:fixed')}
          </Text>
          <Facts of={fixed} />
        </div>
      )}
    </Stack>
  );
}

function Names({ form, draft, change, problems }: Omit<PartProps, 'outcome'>) {
  const { t } = useTexts();
  const kinds = form.template.sans.filter((s) => s.editable && plainTypes.includes(s.type));
  const most = kinds.reduce((sum, s) => sum + (s.max ?? Infinity), 0);
  const least = kinds.reduce((sum, s) => sum + (s.min ?? 0), 0);
  const count = splitNames(draft.names).length;
  const wrong = under(problems, ...plainTypes.map((x) => `san.${x}`));
  const label = t(`requests:names.${namesLabel(form)}`);
  const limit = Number.isFinite(most) ? ` ${t('requests:names.most', { count: most })}` : '';
  return (
    <Textarea
      label={least > 0 || form.template.subject.some((s) => s.element === 'cn.1' && s.editable) ? label : t('requests:optional', { label })}
      description={t('requests:names.help') + limit}
      value={draft.names}
      onChange={(e) => change({ names: e.currentTarget.value })}
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
      autoComplete="off"
      data-autofocus
      classNames={{ input: styles.names }}
      error={wrong.length === 0 ? undefined : wrong.join(' ')}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
      rightSection={count > 1 ? <Text size="xs" c="dimmed" aria-label={t('requests:names.count', { count })}>{count}</Text> : undefined}
    />
  );
}
