import { Group, Input, NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';

import { api, bodyOf } from '@/api/client';
import { faultOf } from '@/api/fault';
import { useTexts } from '@/app/texts';
import { When } from '@/parts/When';

import { useField, type InputProps } from './context';
import { Label } from './Label';

const presets = { hourly: '0 0 * ? * *', nightly: '0 0 2 ? * *', workdays: '0 0 6 ? * MON-FRI', weekly: '0 0 3 ? * SUN', monthly: '0 0 4 1 * ?' } as const;

/** A schedule, with the next runs from the server's own scheduler. */
export function CronField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const text = typeof f.value === 'string' ? f.value : '';
  const [asked] = useDebouncedValue(text, 300);
  const { data, error } = useQuery({
    queryKey: ['preview', 'cron', asked],
    enabled: asked !== '',
    queryFn: async () => (await bodyOf(api.POST('/api/v1/previews/cron', { body: { cron: asked } }))).next ?? [],
  });
  const wrong = error === null || asked !== text ? undefined : faultOf(error).problems[0]?.replace(/^cron: /, '');
  const preset = Object.entries(presets).find(([, cron]) => cron === text)?.[0] ?? '';
  return (
    <Input.Wrapper id={f.id} label={<Label name={f.name} required={props.field.required} />} description={f.doc} error={f.error ?? wrong}>
      <Group gap="xs" mt={4} wrap="nowrap" maw={520}>
        <TextInput id={f.id} flex={1} classNames={{ input: 'mono' }} value={text} placeholder={f.placeholder} readOnly={f.readOnly} onChange={(e) => f.set(e.currentTarget.value)} autoComplete="off" error={f.error !== undefined || wrong !== undefined} />
        <NativeSelect
          aria-label={t('config:cron.presetsOf', { name: f.name })}
          disabled={f.readOnly}
          value={preset}
          data={[{ value: '', label: t('config:cron.presets') }, ...Object.keys(presets).map((p) => ({ value: p, label: t(`config:cron.${p}`) }))]}
          onChange={(e) => f.set(presets[e.currentTarget.value as keyof typeof presets] ?? text)}
        />
      </Group>
      {data !== undefined && (
        <Text size="xs" c="dimmed" mt={4} component="div" aria-live="polite">
          {data.length === 0 ? t('config:cron.never') : t('config:cron.next')} {data.map((at, i) => <span key={at}>{i > 0 && ' · '}<When at={at} as="full" /></span>)}
        </Text>
      )}
    </Input.Wrapper>
  );
}
