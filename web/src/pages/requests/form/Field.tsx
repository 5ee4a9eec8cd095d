import { Autocomplete, Select, TextInput } from '@mantine/core';

import { useTexts } from '@/app/texts';

import type { Element } from '../wire';

interface Props {
  label: string;
  element: Element;
  value: string;
  onChange: (value: string) => void;
  problems: string[];
  help?: string;
  /** The only values there are. */
  options?: string[];
  /** Values that are proposed; others are taken too. */
  suggestions?: string[];
}

/** One value of a form that the reader may change. What is optional says so. */
export function Field({ label, element, value, onChange, problems, help, options, suggestions }: Props) {
  const { t } = useTexts();
  const shared = {
    label: element.mandatory === true ? label : t('requests:optional', { label }),
    description: help === '' ? undefined : help,
    required: element.mandatory === true,
    withAsterisk: false,
    error: problems.length === 0 ? undefined : problems.join(' '),
  };
  if (options !== undefined && options.length > 0) {
    return <Select {...shared} data={options} value={value === '' ? null : value} onChange={(v) => onChange(v ?? '')} searchable={options.length > 8} clearable={element.mandatory !== true} clearButtonProps={{ 'aria-label': t('requests:clear') }} />;
  }
  if (suggestions !== undefined && suggestions.length > 0) return <Autocomplete {...shared} data={suggestions} value={value} onChange={onChange} />;
  return <TextInput {...shared} value={value} onChange={(e) => onChange(e.currentTarget.value)} autoComplete="off" spellCheck={false} />;
}
