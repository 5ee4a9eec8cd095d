import { Alert, Text } from '@mantine/core';
import { Validator } from '@cfworker/json-schema';
import type { Diagnostic } from '@codemirror/lint';
import { useMemo, useState } from 'react';

import { useTexts } from '@/app/texts';

import CodeEditor from '../form/CodeEditor';
import type { Item } from '../model/kinds';
import { same } from '../model/values';
import { useCompletion } from './useCompletion';
import type { Editing } from './useEditor';

/** Where a path stands in a text of JSON, roughly: at the last name of it that is found. */
export function placeOf(text: string, pointer: string): { from: number; to: number } {
  let from = 0;
  let to = Math.min(1, text.length);
  for (const step of pointer.split('/').slice(1)) {
    const name = JSON.stringify(step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const found = text.indexOf(name, from);
    if (found < 0) continue;
    from = found;
    to = found + name.length;
  }
  return { from, to };
}

/** The draft as text. What is no JSON stays here until it is; what the schema does not allow is marked. */
export default function JsonTab({ editing, readOnly }: { editing: Editing; readOnly: boolean }) {
  const { t } = useTexts();
  const validator = useMemo(() => new Validator(editing.variant.schema as ConstructorParameters<typeof Validator>[0], '2020-12', false), [editing.variant]);
  const [text, setText] = useState(() => JSON.stringify(editing.document, null, 2));
  const [wrong, setWrong] = useState<string>();
  const parsed = useMemo(() => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }, [text]);
  const shown = parsed !== undefined && !same(parsed, editing.document) ? JSON.stringify(editing.document, null, 2) : text;
  const change = (next: string) => {
    setText(next);
    try {
      const document = JSON.parse(next) as unknown;
      if (typeof document !== 'object' || document === null || Array.isArray(document)) throw new SyntaxError(t('config:json.object'));
      setWrong(undefined);
      editing.draft.replace(document as Item);
    } catch (thrown) {
      setWrong(thrown instanceof Error ? thrown.message : String(thrown));
    }
  };
  const check = (now: string): Diagnostic[] => {
    try {
      const { errors } = validator.validate(JSON.parse(now));
      return errors.filter((e) => !['properties', 'items', 'oneOf', 'anyOf', '$ref'].includes(e.keyword)).slice(0, 20).map((e) => ({ ...placeOf(now, e.instanceLocation.replace(/^#/, '')), severity: 'error' as const, message: e.error }));
    } catch (thrown) {
      return [{ from: 0, to: Math.min(1, now.length), severity: 'error', message: thrown instanceof Error ? thrown.message : String(thrown) }];
    }
  };
  const complete = useCompletion(editing);
  const phrases = useMemo(() => ({ Completions: t('forms:json.completions') }), [t]);
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">{t('config:json.help')} {!readOnly && t('forms:json.keys')}</Text>
      <CodeEditor value={shown} label={t('config:tabs.json')} numbered readOnly={readOnly} onChange={change} check={check} complete={complete} phrases={phrases} />
      {wrong !== undefined && <Alert color="red" variant="light" mt="sm" role="alert">{t('config:json.wrong', { reason: wrong })}</Alert>}
    </>
  );
}
