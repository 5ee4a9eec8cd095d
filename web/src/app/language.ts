import i18next, { type TFunction } from 'i18next';

/** The languages the console is written in. */
export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

type Texts = Record<string, Record<string, unknown>>;

// One chunk a language, loaded when it is the reader's.
const load: Record<Language, () => Promise<{ texts: Texts }>> = {
  en: () => import('../texts/en'),
  fr: () => import('../texts/fr'),
};

const kept = 'horizon.language';

/** The language the reader chose before, else the browser's first that the console knows, else English. */
export function preferred(): Language {
  const wishes = [window.localStorage.getItem(kept) ?? '', ...navigator.languages];
  for (const wish of wishes) {
    const known = languages.find((l) => wish.toLowerCase().startsWith(l));
    if (known !== undefined) return known;
  }
  return 'en';
}

/** Starts with one language; keys are "namespace:key". */
export async function startLanguage(): Promise<void> {
  const first = preferred();
  const { texts } = await load[first]();
  await i18next.init({
    lng: first,
    fallbackLng: false,
    ns: Object.keys(texts),
    defaultNS: 'common',
    resources: { [first]: texts },
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  document.documentElement.lang = first;
}

/** Shows everything in a language from now on, also after the next visit of this browser. */
export async function speak(language: Language): Promise<void> {
  const { texts } = await load[language]();
  for (const [namespace, entries] of Object.entries(texts)) i18next.addResourceBundle(language, namespace, entries, true, true);
  await i18next.changeLanguage(language);
  window.localStorage.setItem(kept, language);
  document.documentElement.lang = language;
}

let known = new Map<string, string>(); // texts without values that were looked up: a page asks for hundreds
i18next.on('languageChanged', () => {
  known = new Map();
});

/** A text in the language shown now. It does not follow the language by itself: whoever draws it does. */
export const say = ((...all: Parameters<TFunction>) => {
  const [key, values] = all;
  if (typeof key !== 'string' || values !== undefined) return i18next.t(...all);
  const text = known.get(key) ?? i18next.t(key);
  known.set(key, text);
  return text;
}) as TFunction;

/** The language shown now. */
export function spoken(): Language {
  return i18next.language === 'fr' ? 'fr' : 'en';
}
