import { Button, Drawer, Group, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { api, bodyOf } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import CodeEditor from './CodeEditor';
import Expression, { useFaults } from './Expression';
import { said, type Language, type Place } from './expression';
import { KeyPicker } from './KeyPicker';
import { dictionaryOf, keysOf } from './samples';

interface Props {
  title: string;
  type: Language | 'regex';
  text: string;
  readOnly: boolean;
  /** Which keys an expression can read. */
  place: Place;
  onChange: (text: string) => void;
  onClose: () => void;
}

/** Where an expression is written and tried: a sample on one side, what comes out on the other. */
export default function Workbench({ title, type, text, readOnly, place, onChange, onClose }: Props) {
  const { t } = useTexts();
  return (
    <Drawer opened onClose={onClose} closeOnEscape={false} position="right" size="lg" title={title} closeButtonProps={{ 'aria-label': t('common:close') }}
      onKeyDown={(e) => { if (e.key === 'Escape' && !e.defaultPrevented) onClose(); }}>
      <Stack>
        {type === 'regex' ? <Expressions title={title} text={text} readOnly={readOnly} onChange={onChange} /> : <Bench title={title} language={type} text={text} readOnly={readOnly} place={place} onChange={onChange} />}
        <Button onClick={onClose} w="fit-content">
          {t('config:done')}
        </Button>
      </Stack>
    </Drawer>
  );
}

type Writing = Pick<Props, 'title' | 'text' | 'readOnly' | 'onChange'>;

/** A regular expression, and the texts it is tried with. */
function Expressions({ title, text, readOnly, onChange }: Writing) {
  const { t } = useTexts();
  const [lines, setLines] = useState('');
  return (
    <>
      <CodeEditor value={text} label={title} readOnly={readOnly} onChange={onChange} />
      <Textarea label={t('config:code.texts')} description={t('config:code.textsHelp')} classNames={{ input: 'mono' }} autosize minRows={4} maxRows={16} value={lines} onChange={(e) => setLines(e.currentTarget.value)} spellCheck={false} />
      <Matches regex={text} lines={lines} />
    </>
  );
}

/** A rule, template or condition: completed and checked by the server as it is written. */
function Bench({ title, language, text, readOnly, place: { context, variant }, onChange }: Writing & { language: Language; place: Place }) {
  const { t } = useTexts();
  const place = useMemo(() => ({ ...(context === undefined ? {} : { context }), ...(variant === undefined ? {} : { variant }) }), [context, variant]);
  const wrong = useFaults(language, text, place);
  const [sample, setSample] = useState(() => keysOf(text).map((k) => `${k} = `).join('\n'));
  const add = (keys: string[]) => setSample((now) => [now, ...keys.filter((k) => dictionaryOf(now)[k] === undefined).map((k) => `${k} = `)].filter((l) => l !== '').join('\n'));
  const missing = keysOf(text).filter((k) => dictionaryOf(sample)[k] === undefined);
  return (
    <>
      <Expression label={title} language={language} text={text} readOnly={readOnly} place={place} onChange={onChange} />
      {context !== undefined && <KeyPicker place={place} onKey={(key) => add([key])} />}
      <Textarea label={t('config:code.sample')} description={t('config:code.sampleHelp')} classNames={{ input: 'mono' }} autosize minRows={4} maxRows={16} value={sample} onChange={(e) => setSample(e.currentTarget.value)} spellCheck={false} />
      {missing.length > 0 && (
        <Group gap="xs">
          <Text size="sm">{t('config:code.missing', { keys: missing.join(', ') })}</Text>
          <Button size="xs" variant="default" onClick={() => add(missing)}>
            {t('config:code.addKeys')}
          </Button>
        </Group>
      )}
      {!wrong.some((w) => w.severity === 'error') && <Result language={language} text={text} sample={sample} />}
    </>
  );
}

function Result({ language, text, sample }: { language: Language; text: string; sample: string }) {
  const { t } = useTexts();
  const [asked] = useDebouncedValue(JSON.stringify([text, sample]), 250);
  const { data, error } = useQuery({
    queryKey: ['preview', language, asked],
    enabled: text !== '',
    placeholderData: (before) => before,
    queryFn: () => bodyOf(api.POST('/api/v1/templatestring/playground', { body: { ...said(language, text), dictionary: dictionaryOf(sample) } })),
  });
  if (error !== null) return <FaultBox fault={error} />;
  if (data === undefined) return null;
  const { values = [], unset = [] } = data;
  const shown = language === 'condition' ? values.map((v) => t(v === 'true' ? 'config:code.holds' : 'config:code.holdsNot')) : values;
  return (
    <Stack gap={4} role="status">
      <Text fw={600} size="sm">{t('config:code.result')}</Text>
      {shown.length === 0 && <Text size="sm" c="dimmed">{t('config:code.nothing')}</Text>}
      {shown.map((v, i) => (
        <Text key={i} size="sm" className="mono" style={{ whiteSpace: 'pre-wrap' }}>{v}</Text>
      ))}
      {unset.length > 0 && <Text size="xs" c="dimmed">{t('config:code.unset', { keys: unset.join(', ') })}</Text>}
    </Stack>
  );
}

/** What each line gives with Extract: the server's own expressions decide, not the browser's. */
function Matches({ regex, lines }: { regex: string; lines: string }) {
  const { t } = useTexts();
  const [asked] = useDebouncedValue(JSON.stringify([regex, lines]), 250);
  const all = lines.split('\n').filter((l) => l !== '').slice(0, 20);
  const { data, error } = useQuery({
    queryKey: ['preview', 'regex', asked],
    enabled: regex !== '' && all.length > 0,
    queryFn: () =>
      Promise.all(
        all.map(async (line) => {
          const rule = `Match({{line}}, "${regex.replaceAll('"', '""')}")`;
          const body = await bodyOf(api.POST('/api/v1/templatestring/playground', { body: { computationRule: rule, dictionary: { line } } }));
          return { line, fits: (body.values ?? []).length > 0 };
        }),
      ),
  });
  if (error !== null) return <FaultBox fault={error} />;
  return (
    <Stack gap={4} role="status">
      {(data ?? []).map(({ line, fits }, i) => (
        <Text key={i} size="sm">
          <span className="mono">{line}</span> {fits ? t('config:code.fits') : t('config:code.fitsNot')}
        </Text>
      ))}
    </Stack>
  );
}
