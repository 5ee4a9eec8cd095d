import { Button, Drawer, Group, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api, bodyOf } from '@/api/client';
import { FaultBox } from '@/parts/FaultBox';

import CodeEditor from './CodeEditor';
import { dictionaryOf, keysOf } from './samples';

interface Props {
  title: string;
  type: 'rule' | 'template' | 'regex';
  text: string;
  readOnly: boolean;
  onChange: (text: string) => void;
  onClose: () => void;
}

/** Where an expression is written and tried: a sample on one side, what comes out on the other. */
export default function Workbench({ title, type, text, readOnly, onChange, onClose }: Props) {
  const { t } = useTranslation();
  const [sample, setSample] = useState(() => (type === 'regex' ? '' : keysOf(text).map((k) => `${k} = `).join('\n')));
  const missing = type === 'regex' ? [] : keysOf(text).filter((k) => dictionaryOf(sample)[k] === undefined);
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={title} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        <CodeEditor value={text} label={title} readOnly={readOnly} onChange={onChange} />
        <Textarea label={t(type === 'regex' ? 'config:code.texts' : 'config:code.sample')} description={t(type === 'regex' ? 'config:code.textsHelp' : 'config:code.sampleHelp')} classNames={{ input: 'mono' }} autosize minRows={4} maxRows={16} value={sample} onChange={(e) => setSample(e.currentTarget.value)} spellCheck={false} />
        {missing.length > 0 && (
          <Group gap="xs">
            <Text size="sm">{t('config:code.missing', { keys: missing.join(', ') })}</Text>
            <Button size="xs" variant="default" onClick={() => setSample([sample, ...missing.map((k) => `${k} = `)].filter((l) => l !== '').join('\n'))}>
              {t('config:code.addKeys')}
            </Button>
          </Group>
        )}
        {type === 'regex' ? <Matches regex={text} lines={sample} /> : <Result type={type} text={text} sample={sample} />}
        <Button onClick={onClose} w="fit-content">
          {t('config:done')}
        </Button>
      </Stack>
    </Drawer>
  );
}

function Result({ type, text, sample }: { type: 'rule' | 'template'; text: string; sample: string }) {
  const { t } = useTranslation();
  const [asked] = useDebouncedValue(JSON.stringify([text, sample]), 250);
  const { data, error } = useQuery({
    queryKey: ['preview', type, asked],
    enabled: text !== '',
    placeholderData: (before) => before,
    queryFn: () => {
      const body = { ...(type === 'rule' ? { computationRule: text } : { templateString: text }), dictionary: dictionaryOf(sample) };
      return bodyOf(api.POST('/api/v1/templatestring/playground', { body }));
    },
  });
  if (error !== null) return <FaultBox fault={error} />;
  if (data === undefined) return null;
  const { values = [], unset = [] } = data;
  return (
    <Stack gap={4} role="status">
      <Text fw={600} size="sm">{t('config:code.result')}</Text>
      {values.length === 0 && <Text size="sm" c="dimmed">{t('config:code.nothing')}</Text>}
      {values.map((v, i) => (
        <Text key={i} size="sm" className="mono" style={{ whiteSpace: 'pre-wrap' }}>{v}</Text>
      ))}
      {unset.length > 0 && <Text size="xs" c="dimmed">{t('config:code.unset', { keys: unset.join(', ') })}</Text>}
    </Stack>
  );
}

/** What each line gives with Extract: the server's own expressions decide, not the browser's. */
function Matches({ regex, lines }: { regex: string; lines: string }) {
  const { t } = useTranslation();
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
