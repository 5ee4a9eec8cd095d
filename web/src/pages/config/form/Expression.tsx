import { Box, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useTexts } from '@/app/texts';

import { useWords } from '../model/words';
import CodeEditor from './CodeEditor';
import { check, source, type Language, type Place } from './expression';
import { marks, type Said } from './spots';

/** What is asked of the server about a text, once for each text. */
const checked = (language: Language, place: Place, text: string) => ({
  queryKey: ['expression-check', language, place, text], staleTime: 60_000, queryFn: () => check(language, text, place),
});

/** What is wrong with a text, a moment after it was written. */
export function useFaults(language: Language, text: string, place: Place): Said[] {
  const [paused] = useDebouncedValue(text, 250);
  const { data } = useQuery({ ...checked(language, place, paused), enabled: paused !== '' });
  return data === undefined || paused !== text || text === '' ? [] : marks(text, data);
}

interface Props {
  label: string;
  language: Language;
  text: string;
  readOnly?: boolean;
  /** Which keys an expression can read. The same as long as they are the same. */
  place: Place;
  onChange: (text: string) => void;
}

/** Where a rule, template or condition is written: completed and checked by the server, its faults under their words and below. */
export default function Expression({ label, language, text, readOnly = false, place, onChange }: Props) {
  const { t } = useTexts();
  const words = useWords();
  const queries = useQueryClient();
  const wrong = useFaults(language, text, place);
  const phrases = useMemo(() => ({ Completions: t('query:completions') }), [t]);
  return (
    <Box pt={4}>
      <CodeEditor
        value={text} label={label} readOnly={readOnly} onChange={onChange} phrases={phrases} complete={source(language, place, words.doc)} eager={language === 'template'}
        check={async (now) => (now === '' ? [] : marks(now, await queries.fetchQuery(checked(language, place, now)).catch(() => ({}))))}
      />
      <div aria-live="polite">
        {wrong.map((w, i) => (
          <Text key={i} size="sm" c={w.severity === 'error' ? 'var(--mantine-color-error)' : 'dimmed'}>
            {t('query:at', { word: text.slice(w.from, w.to) })} {w.message}. {w.near !== undefined && t('query:instead', { near: w.near })}
          </Text>
        ))}
      </div>
    </Box>
  );
}
