import { Button, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api, bodyOf } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { fieldText } from '@/parts/list/fields';
import { check, dictionaryQuery } from '@/parts/query/calls';
import { QueryLine } from '@/parts/query/QueryLine';

import { formOf, forms, paths, typeOf, type Chart, type Form, type Subject } from './model';

interface Props {
  type: Subject;
  /** The chart that is changed; none for a new one. */
  chart: Chart | undefined;
  onSave: (chart: Chart) => void;
  onClose: () => void;
}

const blank: Chart = { title: '', type: 'bar-horizontal', fields: [], colors: [], log: false, localQuery: '', w: 6 };
const dated = /\.(day|month|year)$/;

/** What a chart shows: its form, its query, and what it groups by. */
export function ChartForm({ type, chart, onSave, onClose }: Props) {
  const { t } = useTexts();
  const first = chart ?? blank;
  const [title, setTitle] = useState(first.title);
  const [form, setForm] = useState<Form>(formOf(first));
  const [by, setBy] = useState(first.fields);
  const [query, setQuery] = useState(first.localQuery ?? '');
  const [draft, setDraft] = useState(query);
  const [limit, setLimit] = useState<number>(first.limit ?? 10);
  const [problem, setProblem] = useState<unknown>(null);
  const { api: path, language } = paths[type];
  const dictionary = useQuery(dictionaryQuery(path));
  const saved = useQuery({ queryKey: ['saved', language], staleTime: 60_000, queryFn: async () => (await bodyOf(api.GET('/api/v1/security/principals/queries', { params: { query: { type: language } } }))) ?? [] });
  const timed = form === 'stacked' || form === 'line';
  const names = (dictionary.data?.groupBy ?? []).filter((n) => !n.includes('<'));
  const data = (of: string[], kept: string | undefined) => [...new Set([...of, ...(kept === undefined || kept === '' ? [] : [kept])])].map((value) => ({ value, label: fieldText(t, value) })).sort((a, b) => a.label.localeCompare(b.label));
  const [one, two] = fitting(form, by);
  const complete = title.trim() !== '' && (form === 'number' || one !== '');
  const save = async () => {
    const verdict = await check(language, draft.trim()).catch((thrown: unknown) => setProblem(thrown));
    if (verdict === undefined) return;
    if (draft.trim() !== '' && verdict.ok !== true) return setProblem(new Error(verdict.problem?.text ?? ''));
    const fields = form === 'number' ? [] : [one, two].filter((f) => f !== '');
    onSave({ ...first, i: first.i ?? crypto.randomUUID(), title: title.trim(), type: typeOf(form), fields, localQuery: draft.trim(), ...(form === 'bars' || form === 'table' ? { limit } : {}) });
  };
  return (
    <Modal opened onClose={onClose} size="lg" title={t(chart === undefined ? 'insights:addChart' : 'insights:changeChart')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        <TextInput label={t('insights:title')} required maxLength={256} value={title} onChange={(e) => setTitle(e.currentTarget.value)} data-autofocus />
        <Select label={t('insights:form')} allowDeselect={false} data={forms.map((f) => ({ value: f, label: t(`insights:forms.${f}`) }))} value={form} onChange={(f) => f !== null && setForm(f as Form)} />
        {(saved.data ?? []).length > 0 && (
          <Select
            label={t('insights:fromSaved')} placeholder={t('insights:choose')} data={(saved.data ?? []).map((s) => s.name)} value={null}
            onChange={(name) => {
              const found = saved.data?.find((s) => s.name === name);
              if (found === undefined) return;
              setQuery(found.query);
              setDraft(found.query);
              if (title === '') setTitle(found.name);
            }}
          />
        )}
        <div>
          <Text fw={500} size="sm" component="div">{t('insights:query')}</Text>
          <Text size="xs" c="dimmed">{t('insights:queryHelp')}</Text>
          <QueryLine language={language} value={query} path={path} onRun={setQuery} onDraft={setDraft} />
        </div>
        {form !== 'number' && (
          <Select
            label={t(timed || form === 'calendar' ? 'insights:byTime' : 'insights:groupBy')} required searchable allowDeselect={false} value={one === '' ? null : one} onChange={(f) => setBy([f ?? '', two])}
            data={data(names.filter((n) => (timed ? dated.test(n) : form === 'calendar' ? n.endsWith('.day') : true)), one)}
          />
        )}
        {(timed || form === 'table') && (
          <Select label={t('insights:splitBy')} searchable clearable clearButtonProps={{ 'aria-label': t('insights:noSplit') }} value={two === '' ? null : two} onChange={(f) => setBy([one, f ?? ''])} data={data(names.filter((n) => !dated.test(n)), two)} />
        )}
        {(form === 'bars' || form === 'table') && <NumberInput label={t('insights:limit')} min={1} max={50} value={limit} onChange={(n) => setLimit(Math.min(50, Math.max(1, Math.trunc(Number(n)) || 10)))} maw={160} />}
        <FaultBox fault={problem} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t('common:cancel')}</Button>
          <Button disabled={!complete} onClick={() => void save()}>{t('insights:save')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What is grouped by, as far as it fits the form. */
function fitting(form: Form, [one = '', two = '']: string[]): [string, string] {
  if (form === 'number') return ['', ''];
  if ((form === 'stacked' || form === 'line') && !dated.test(one)) return ['', two];
  if (form === 'calendar') return [one.endsWith('.day') ? one : '', ''];
  return [one, form === 'bars' ? '' : two];
}
