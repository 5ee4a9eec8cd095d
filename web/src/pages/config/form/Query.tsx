import { Box, Group, Input } from '@mantine/core';
import { lazy, Suspense, useId, useMemo, useState } from 'react';

import { useTexts } from '@/app/texts';
import type { QueryLanguage } from '@/parts/query/calls';
import { Plain } from '@/parts/query/Plain';
import styles from '@/parts/query/Query.module.css';
import { useCheck } from '@/parts/query/useCheck';

import { useField, type InputProps } from './context';
import { Label } from './Label';

// Where the editor cannot be loaded the plain field stays.
const Editor = lazy(() => import('@/parts/query/Editor').catch(() => ({ default: Plain })));

const languages: readonly string[] = ['hcql', 'hrql', 'heql'] satisfies QueryLanguage[];

/** A query: with completion from the server, and what is wrong with it under the very word. */
export function QueryField(props: InputProps) {
  const f = useField(props);
  const said = String(props.field.schema['x-query'] ?? '');
  const language = (languages.includes(said) ? said : 'hcql') as QueryLanguage;
  const text = typeof f.value === 'string' ? f.value : '';
  const line = <QueryText id={f.id} label={f.name} language={language} text={text} readOnly={f.readOnly} placeholder={f.placeholder} onText={f.set} />;
  if (props.label !== undefined) return line;
  return (
    <Input.Wrapper id={f.id} label={<Label name={f.name} required={props.field.required} />} description={f.doc} error={f.error}>
      <Box mt={4}>{line}</Box>
    </Input.Wrapper>
  );
}

interface TextProps {
  id?: string;
  label: string;
  language: QueryLanguage;
  text: string;
  readOnly: boolean;
  placeholder: string | undefined;
  onText: (text: string) => void;
}

/** The line itself, for places that have their own label. */
export function QueryText({ id, label, language, text, readOnly, placeholder, onText }: TextProps) {
  const { t } = useTexts();
  const own = useId();
  const [typed, setTyped] = useState(text);
  const [version, setVersion] = useState(0);
  const [focused, setFocused] = useState(0);
  if (typed !== text) { // it came from elsewhere: from the JSON view, or from the history
    setTyped(text);
    setVersion(version + 1);
  }
  const { problem, slow } = useCheck(language, text, readOnly);
  const wrong = useMemo(() => (problem === null ? null : { from: problem.from, to: problem.to }), [problem]);
  const phrases = useMemo(() => ({ Completions: t('query:completions') }), [t]);
  const type = (next: string) => {
    setTyped(next);
    onText(next);
  };
  if (readOnly) return <code id={id}>{text === '' ? '–' : text}</code>;
  const field = { label, placeholder: placeholder ?? t(`query:placeholder.${language}`), describedBy: `${own}-says`, language, text: typed, version, wrong, phrases, focused, onText: type, onRun: () => undefined };
  return (
    <div id={id} className={styles.inForm}>
      <Group className={problem === null ? styles.field : `${styles.field} ${styles.bad}`} gap={0}>
        <Suspense fallback={<Plain {...field} onFocused={(here) => setFocused(here ? 1 : 0)} />}>
          <Editor {...field} />
        </Suspense>
      </Group>
      <div id={`${own}-says`} className={styles.says} aria-live="polite">
        {problem !== null && (
          <span className={styles.problem}>
            {t('query:at', { word: text.slice(problem.from, problem.to) })} {problem.text} {problem.near.length > 0 && t('query:instead', { near: problem.near[0] })}
          </span>
        )}
        {problem === null && slow.length > 0 && <span className="muted">{t('query:slow', { fields: slow.join(', ') })}</span>}
      </div>
    </div>
  );
}
