import { Group, Input, NativeSelect, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { api, bodyOf } from '@/api/client';
import { faultOf } from '@/api/fault';
import { useTexts } from '@/app/texts';

import { partsOf, units, type Unit } from '../model/durations';
import { useField, type InputProps } from './context';
import styles from './form.module.css';
import { Label } from './Label';
import { useLonger } from './useLonger';

/** A length of time: number and unit, or typed as "7d"; the server writes it as it is stored. */
export function DurationField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const [wrong, setWrong] = useState<string>();
  const value = typeof f.value === 'string' ? f.value : '';
  const { amount, unit } = partsOf(value);
  const [chosen, choose] = useState<Unit>(value === '' ? partsOf(f.placeholder ?? '1 day').unit : unit);
  const shown = value === '' ? chosen : unit;
  const change = (typed: string) => {
    setWrong(undefined);
    f.set(typed.trim() === '' ? undefined : /^\d+$/.test(typed.trim()) ? `${typed.trim()} ${shown}` : typed);
  };
  const normalise = async () => {
    if (value === '') return;
    try {
      const { duration } = await bodyOf(api.POST('/api/v1/previews/duration', { body: { duration: value } }));
      f.set(duration);
    } catch (thrown) {
      setWrong(faultOf(thrown).problems[0]?.replace(/^duration: /, ''));
    }
  };
  const longer = useLonger(props.field.schema, f.value);
  const hint = f.placeholder === undefined ? undefined : partsOf(f.placeholder).amount;
  return (
    <Input.Wrapper id={f.id} label={<Label name={f.name} required={props.field.required} />} description={f.doc} error={f.error ?? wrong}>
      <Group gap="xs" mt={4} wrap="nowrap" maw={320}>
        <TextInput id={f.id} flex={1} value={amount} placeholder={hint} readOnly={f.readOnly} onChange={(e) => change(e.currentTarget.value)} onBlur={() => void normalise()} autoComplete="off" error={f.error !== undefined || wrong !== undefined} />
        <NativeSelect
          aria-label={t('config:unitOf', { name: f.name })}
          value={shown}
          disabled={f.readOnly}
          data={units.map((u) => ({ value: u, label: t(`config:units.${u}`) }))}
          onChange={(e) => {
            choose(e.currentTarget.value as Unit);
            if (/^\d+$/.test(amount)) f.set(`${amount} ${e.currentTarget.value}`);
          }}
        />
      </Group>
      {longer !== undefined && <Text size="xs" mt={4} className={styles.absent} role="status">{longer}</Text>}
    </Input.Wrapper>
  );
}
