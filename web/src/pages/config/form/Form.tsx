import { Title, UnstyledButton } from '@mantine/core';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { startTransition, useEffect, useMemo, useState } from 'react';

import { whenIdle } from '@/app/idle';
import { useTexts } from '@/app/texts';

import { grouped, type Group } from '../model/groups';
import { below } from '../model/problems';
import type { Field as Of, Schema } from '../model/schema';
import { fieldsOf } from '../model/schema';
import { at, empty, same } from '../model/values';
import { useForm, wantedIn } from './context';
import { Field } from './Field';
import styles from './form.module.css';

const few = 10;
const inSight = 2; // groups

/** All fields of an object in six groups. A group whose values are all default is closed and says them in one line. */
export function Form({ schema, without = [] }: { schema: Schema; without?: string[] }) {
  const form = useForm();
  const fields = useMemo(() => fieldsOf(schema, form.resolve).filter((f) => !without.includes(f.name)), [schema, form.resolve, without]);
  const all = grouped(fields);
  const [drawn, draw] = useState(inSight); // a large form stands with what is in sight, the rest follows without holding it
  useEffect(() => (drawn < all.length ? whenIdle(() => startTransition(() => draw(drawn + 1))) : undefined), [drawn, all.length]);
  if (all.length === 1) return <div className={styles.groupBody}>{fields.map((f) => <Field key={f.name} field={f} path={[f.name]} />)}</div>;
  const now = form.wanted === undefined ? all.slice(0, drawn) : all;
  return (
    <>
      {now.map(([group, of]) => <Section key={group} group={group} fields={of} short={fields.length <= few} />)}
      {now.length < all.length && <div className={styles.group} aria-busy />}
    </>
  );
}

function Section({ group, fields, short }: { group: Group; fields: Of[]; short: boolean }) {
  const form = useForm();
  const { t } = useTexts();
  const [first] = useState(() => short || fields.some((f) => f.required || !usual(f, at(form.draft.get(), [f.name]))));
  const [chosen, choose] = useState<boolean>();
  const wrong = fields.some((f) => below(form.problems, f.name) > 0);
  const asked = fields.some((f) => wantedIn(form, [f.name]));
  const open = wrong || (chosen ?? (first || asked));
  const Icon = open ? ChevronDown : ChevronRight;
  const said = fields.map((f) => (typeof f.schema.default === 'string' ? `${form.words.label(f.name)} ${f.schema.default}` : form.words.label(f.name))).join(', ');
  return (
    <section className={styles.group} aria-label={t(`config:groups.${group}`)}>
      <UnstyledButton className={styles.groupHead} onClick={() => choose(!open)} aria-expanded={open}>
        <Icon size={16} aria-hidden />
        <Title order={2} component="span" size="h2">
          {t(`config:groups.${group}`)}
        </Title>
        {!open && <span className={styles.summary}>{t('config:groups.default', { fields: said })}</span>}
      </UnstyledButton>
      {open && (
        <div className={styles.groupBody}>
          {fields.map((f) => (
            <Field key={f.name} field={f} path={[f.name]} />
          ))}
        </div>
      )}
    </section>
  );
}

/** Whether a value is what it would be if nobody had set it. */
function usual(field: Of, value: unknown): boolean {
  return empty(value) || same(value, field.schema.default);
}
