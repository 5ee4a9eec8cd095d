import { useMemo, useState } from 'react';

import { usePreferences } from '@/app/session';
import { useTexts } from '@/app/texts';

import type { Telling } from './facts';
import { useWords } from './words';

/** How objects are told of in one line, to who reads. */
export function useTelling(): Telling {
  const { t } = useTexts();
  const words = useWords();
  const [now] = useState(() => Date.now()); // for the year of days alone
  const { utc = false } = usePreferences();
  return useMemo(() => ({ words, now, utc, more: (count: number) => t('config:andMore', { count }), until: (what: string, day: string) => t('config:until', { what, day }), named: (label: string, text: string) => t('config:fact', { label, text }) }), [words, now, utc, t]);
}
