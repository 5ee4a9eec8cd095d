import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { spoken, type Language } from '@/app/language';

/** What is said of fields: labels by the member's name, explanations by what the server says in English, values of enumerations, units. */
export interface FieldTexts {
  labels: Record<string, string>;
  docs: Record<string, string>;
  values: Record<string, string>;
  units: Record<string, string>;
}

const load: Record<Language, () => Promise<{ default: FieldTexts }>> = {
  en: () => import('../../../texts/fields/en.json'),
  fr: () => import('../../../texts/fields/fr.json'),
};

/** The texts of fields, loaded with the first form. */
export const fieldTexts = (language: Language) =>
  queryOptions({ queryKey: ['config', 'fields', language], staleTime: Infinity, queryFn: async () => (await load[language]()).default });

const names = ['API', 'CA', 'CAA', 'CAs', 'CN', 'CRL', 'CSR', 'DER', 'DN', 'DNS', 'EAB', 'HTML', 'HTTP', 'IP', 'JWKS', 'JWT', 'OCSP', 'PEM', 'PKI', 'SAN', 'SANs', 'TLS', 'UI', 'URL'];

/** A member's name as words: "crlUrl" is "CRL URL". */
export function wordsOf(name: string): string {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2').split(/[\s_-]+/);
  const text = words.map((w) => names.find((n) => n.toLowerCase() === w.toLowerCase()) ?? w.toLowerCase()).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface Words {
  label: (name: string) => string;
  doc: (said: string | undefined) => string;
  value: (value: string) => string;
  unit: (unit: string) => string;
}

/** The words for fields in one language. What has no text of its own is shown as the server says it. */
export function wordsIn(texts: FieldTexts | undefined): Words {
  return {
    label: (name) => texts?.labels[name] ?? wordsOf(name),
    doc: (said) => (said === undefined ? '' : (texts?.docs[said] ?? said)),
    value: (value) => texts?.values[value] ?? value,
    unit: (unit) => texts?.units[unit] ?? unit,
  };
}

export function useWords(): Words {
  const { data } = useQuery(fieldTexts(spoken()));
  return useMemo(() => wordsIn(data), [data]);
}
