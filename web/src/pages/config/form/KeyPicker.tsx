import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { useWords } from '../model/words';
import { complete, type Place } from './expression';

/** The keys there are at a place, to be found by what is written and taken one by one. */
export function KeyPicker({ place, onKey }: { place: Place; onKey: (key: string) => void }) {
  const { t } = useTexts();
  const words = useWords();
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), 200);
  const { data } = useQuery({
    queryKey: ['expression-keys', place, asked],
    staleTime: 60_000,
    placeholderData: (before) => before,
    queryFn: () => complete('rule', `{{${asked}`, asked.length + 2, place),
  });
  const docs = new Map((data?.choices ?? []).map((c) => [(c.text ?? '').replace(/\}\}$/, ''), words.doc(c.doc)]));
  return (
    <Select
      label={t('config:code.known')} description={t('config:code.knownHelp')} placeholder={t('config:code.knownFind')} searchable value={null} maw={480}
      data={[...docs.keys()]} filter={({ options }) => options} searchValue={search} onSearchChange={setSearch} nothingFoundMessage={t('config:code.knownNone')}
      renderOption={({ option }) => <span><span className="mono">{option.value}</span> <span className="muted">{docs.get(option.value)}</span></span>}
      onChange={(key) => {
        if (key !== null) onKey(key);
        setSearch('');
      }}
    />
  );
}
