import { Anchor, Button, Group, MultiSelect, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';

import { factsOf, inOneLine } from '../model/facts';
import { itemsQuery, keyOf, mayManage, mayRead, titleOf, useKind, variantOf, type Item, type Kind } from '../model/kinds';
import { useTelling } from '../model/useTelling';
import { useField, type InputProps } from './context';
import styles from './form.module.css';
import { Label } from './Label';

const Beside = lazy(() => import('../object/Beside'));

/** What can be chosen of a kind, and what is known of it. */
function useTargets(kind: Kind | undefined) {
  const self = useSelf();
  const telling = useTelling();
  const { data } = useQuery({ ...itemsQuery(kind ?? { kind: '', path: '', unlisted: false }), enabled: kind !== undefined && mayRead(self, kind), staleTime: 30_000 });
  const items = data ?? [];
  return {
    known: data !== undefined,
    options: items.map((i) => ({ value: keyOf(kind as Kind, i), label: keyOf(kind as Kind, i) })),
    off: (name: string) => items.some((i: Item) => keyOf(kind as Kind, i) === name && i.enabled === false),
    fact: (name: string) => {
      const item = items.find((i) => keyOf(kind as Kind, i) === name);
      return item === undefined ? '' : inOneLine(factsOf(variantOf(kind as Kind, item), item, telling).slice(0, 3), telling);
    },
    may: kind !== undefined && mayManage(self, kind) && !kind.upsert,
  };
}

/** The name of another object, chosen among those there are; one that is missing or disabled is said so. */
export function RefField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const kind = useKind(String(props.field.schema['x-ref'] ?? ''));
  const targets = useTargets(kind);
  const [creating, setCreating] = useState(false);
  const value = typeof f.value === 'string' ? f.value : '';
  const missing = value !== '' && targets.known && !targets.options.some((o) => o.value === value);
  const options = missing ? [...targets.options, { value, label: value }] : targets.options;
  const warning = missing ? t('config:ref.missing', { name: value }) : targets.off(value) ? t('config:ref.off', { name: value }) : undefined;
  const one = kind === undefined ? '' : titleOf(kind, true);
  return (
    <div>
      <Group gap="xs" align="end" wrap="nowrap" maw={560}>
        <Select
          id={f.id}
          flex={1}
          label={props.label === undefined ? <Label name={f.name} required={props.field.required} /> : undefined}
          aria-label={props.label}
          description={props.label === undefined && f.doc !== '' ? f.doc : undefined}
          error={f.error ?? warning}
          data={options}
          value={value === '' ? null : value}
          readOnly={f.readOnly}
          searchable
          clearable={!props.field.required}
          clearButtonProps={{ 'aria-label': t('config:clear') }}
          placeholder={props.field.required ? t('config:choose') : t('config:ref.none')}
          nothingFoundMessage={t('config:ref.nothing')}
          renderOption={({ option }) => (
            <span>
              {option.label}
              {targets.fact(option.value) !== '' && <span className={styles.fact}>{targets.fact(option.value)}</span>}
            </span>
          )}
          onChange={(next) => f.set(next ?? undefined)}
        />
        {targets.may && !f.readOnly && (
          <Button variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => setCreating(true)} aria-label={t('config:ref.createOf', { kind: one, field: f.name })}>
            {t('config:ref.create')}
          </Button>
        )}
      </Group>
      {value !== '' && !missing && kind !== undefined && (
        <Text size="xs" mt={2}>
          <Anchor href={`/ui/config/${kind.kind}/${encodeURIComponent(value)}`} target="_blank" inherit className={styles.link}>
            {t('config:ref.open', { name: value })}
          </Anchor>
          {targets.fact(value) !== '' && <span className="muted"> · {targets.fact(value)}</span>}
        </Text>
      )}
      {creating && kind !== undefined && (
        <Suspense>
          <Beside kind={kind} onClose={() => setCreating(false)} onSaved={(name) => f.set(name)} />
        </Suspense>
      )}
    </div>
  );
}

/** Names of several objects. */
export function RefsField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const items = f.form.resolve(props.field.schema.items ?? {});
  const kind = useKind(String(items['x-ref'] ?? ''));
  const targets = useTargets(kind);
  const [creating, setCreating] = useState(false);
  const all = (Array.isArray(f.value) ? f.value : []).map(String);
  const missing = targets.known ? all.filter((v) => !targets.options.some((o) => o.value === v)) : [];
  const options = [...targets.options, ...missing.map((v) => ({ value: v, label: v }))];
  const set = (next: string[]) => f.set(next.length === 0 && !props.field.required ? undefined : next);
  const below = all.flatMap((_, i) => f.form.problems[`${f.id.slice('field-'.length)}.${i}`] ?? []);
  const error = [f.error, ...below].filter((x) => x !== undefined).join(' ');
  return (
    <Group gap="xs" align="end" wrap="nowrap" maw={640}>
      <MultiSelect
        id={f.id}
        flex={1}
        label={props.label === undefined ? <Label name={f.name} required={props.field.required} /> : undefined}
        aria-label={props.label}
        description={props.label === undefined && f.doc !== '' ? f.doc : undefined}
        error={error !== '' ? error : missing.length > 0 ? t('config:ref.missing', { name: missing.join(', ') }) : undefined}
        data={options}
        value={all}
        readOnly={f.readOnly}
        searchable
        placeholder={all.length === 0 ? t('config:ref.none') : undefined}
        nothingFoundMessage={t('config:ref.nothing')}
        onChange={set}
      />
      {targets.may && !f.readOnly && (
        <Button variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => setCreating(true)} aria-label={t('config:ref.createOf', { kind: kind === undefined ? '' : titleOf(kind, true), field: f.name })}>
          {t('config:ref.create')}
        </Button>
      )}
      {creating && kind !== undefined && (
        <Suspense>
          <Beside kind={kind} onClose={() => setCreating(false)} onSaved={(name) => set([...all, name])} />
        </Suspense>
      )}
    </Group>
  );
}
