import { createContext, useContext, useMemo, type ReactNode } from 'react';

import { createDraft, useAt, type Draft } from '../model/draft';
import type { Held } from '../model/kinds';
import type { Problems } from '../model/problems';
import type { Field, Resolve, Schema } from '../model/schema';
import { at, textOf, type Path } from '../model/values';
import { useWords, type Words } from '../model/words';

/** What every field of a form stands in. */
export interface FormContext {
  draft: Draft;
  resolve: Resolve;
  problems: Problems;
  words: Words;
  /** Nothing can be changed. */
  readOnly: boolean;
  /** Members of the top that cannot be changed any more, such as the name of an object. */
  fixed: string[];
  /** The object is new: its secrets are not stored yet. */
  isNew: boolean;
  /** A complete object of the same shape, whose values stand in empty fields as examples. */
  example: unknown;
  /** The schema of a member of the whole object, by its name. */
  top?: ((name: string) => Schema | undefined) | undefined;
  /** Secrets that have a value; not there where it is not known. */
  held?: Held[] | undefined;
  /** The field that is to have the focus: what it stands in is open. */
  wanted?: string | undefined;
}

const Context = createContext<FormContext | null>(null);

export function useForm(): FormContext {
  const form = useContext(Context);
  if (form === null) throw new Error('a field stands outside a form');
  return form;
}

type Given = Omit<FormContext, 'words' | 'problems' | 'readOnly' | 'fixed' | 'isNew' | 'example'> & Partial<FormContext>;
const none: Problems = {};
const nothing: string[] = [];

export function FormProvider({ children, draft, resolve, problems = none, readOnly = false, fixed = nothing, isNew = false, example, held, top, wanted }: Given & { children: ReactNode }) {
  const words = useWords();
  const value = useMemo(() => ({ draft, resolve, problems, words, readOnly, fixed, isNew, example, held, top, wanted }), [draft, resolve, problems, words, readOnly, fixed, isNew, example, held, top, wanted]);
  return <Context value={value}>{children}</Context>;
}

/** What a field's editor is given. */
export interface InputProps {
  field: Field;
  path: Path;
  /** Instead of the field's own label; empty where a table's heading says it. */
  label?: string;
}

/** Everything an input needs to know and do: its value, its words, its errors. */
export function useField({ field, path, label }: InputProps) {
  const form = useForm();
  const value = useAt(form.draft, path);
  const id = `field-${textOf(path)}`;
  const text = label ?? form.words.label(field.name);
  const errors = form.problems[textOf(path)];
  const sample = at(form.example, path);
  const hint = (typeof sample === 'string' || typeof sample === 'number' ? sample : undefined) ?? field.schema.default ?? field.schema['x-example'];
  return {
    value,
    set: (next: unknown) => form.draft.set(path, next === '' ? undefined : next),
    readOnly: form.readOnly || (path.length === 1 && form.fixed.includes(String(path[0]))),
    id,
    name: text,
    doc: form.words.doc(field.schema.description),
    errors,
    unit: typeof field.schema['x-unit'] === 'string' ? form.words.unit(field.schema['x-unit']) : undefined,
    error: errors === undefined ? undefined : errors.join(' '),
    placeholder: hint === undefined || typeof hint === 'object' ? undefined : String(hint),
    form,
  };
}

/** Whether the field that is to have the focus is the one at a place, or within it. */
export function wantedIn({ wanted = '' }: FormContext, path: Path): boolean {
  return `${wanted}.`.startsWith(`${textOf(path)}.`);
}

export { createDraft };
