import { useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';

import { speak, spoken } from './language';
import { usePreferences } from './session';

/** Applies what the server keeps of the reader's preferences to this browser. */
export function useAppearance(): void {
  const { appearance, language } = usePreferences();
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (appearance !== undefined) setColorScheme(appearance);
  }, [appearance, setColorScheme]);
  useEffect(() => {
    if (language !== undefined && language !== spoken()) void speak(language);
  }, [language]);
}
