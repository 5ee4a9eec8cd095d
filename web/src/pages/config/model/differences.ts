import type { Difference } from './values';
import type { Words } from './words';

/** A value in words: yes, no, a list by commas, nothing as a dash. */
export function told(value: unknown, words: Words, t: (key: string) => string): string {
  if (value === undefined || value === null || value === '') return '–';
  if (value === true) return t('config:yes');
  if (value === false) return t('config:no');
  if (typeof value === 'string') return words.value(value);
  if (Array.isArray(value) && value.every((v) => typeof v !== 'object')) return value.length === 0 ? '–' : value.map((v) => words.value(String(v))).join(', ');
  return typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value);
}

/** A path in words: "Mappings 1, Group". */
export function placeIn(path: string, words: Words): string {
  return path.split('.').map((step) => (/^\d+$/.test(step) ? String(Number(step) + 1) : words.label(step))).join(' › ');
}

/** One change in a line: "Proxy: dmz → edge". */
export const textOfDifference = (c: Difference, words: Words, t: (key: string) => string) => `${placeIn(c.field, words)}: ${told(c.old, words, t)} → ${told(c.new, words, t)}`;
