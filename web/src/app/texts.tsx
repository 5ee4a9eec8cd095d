import i18next, { type TFunction } from 'i18next';
import { createContext, use, useMemo, useSyncExternalStore, type ReactNode } from 'react';

import { say, spoken } from './language';

const Texts = createContext<TFunction>(say);

function follow(changed: () => void): () => void {
  i18next.on('languageChanged', changed);
  return () => i18next.off('languageChanged', changed);
}

/** Draws all within it anew when the reader chooses another language. */
export function TextsProvider({ children }: { children: ReactNode }) {
  const language = useSyncExternalStore(follow, spoken);
  const t = useMemo(() => ((...all: Parameters<TFunction>) => say(...all)) as TFunction, [language]); // eslint-disable-line react-hooks/exhaustive-deps -- another one for each language
  return <Texts value={t}>{children}</Texts>;
}

/** The texts of the language that is shown: `t` changes with it. */
export function useTexts(): { t: TFunction } {
  return { t: use(Texts) };
}
