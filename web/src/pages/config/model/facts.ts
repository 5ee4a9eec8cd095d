import type { Kind, Item } from './kinds';
import { resolveOf, variantOf } from './kinds';
import { fieldsOf, type FieldType } from './schema';

const told: FieldType[] = ['text', 'enum', 'ref', 'refs', 'duration', 'cron', 'number', 'choices', 'texts', 'query'];
const aside = ['name', 'identifier', 'enabled', 'displayName', 'description'];

/** An object in one line: the first facts that are set, in the order of its form. */
export function factsOf(kind: Kind, item: Item, most = 4): string[] {
  const variant = variantOf(kind, item);
  if (variant === undefined) return [];
  const lead = typeof item.description === 'string' && item.description !== '' ? [item.description] : [];
  const rest = fieldsOf(variant.schema, resolveOf(variant))
    .filter((f) => told.includes(f.type) && !aside.includes(f.name) && f.name !== kind.by)
    .map((f) => item[f.name])
    .filter((v) => v !== undefined && v !== '' && v !== null && !(Array.isArray(v) && v.length === 0))
    .map((v) => (Array.isArray(v) ? v.slice(0, 4).map(String).join(', ') + (v.length > 4 ? ' …' : '') : String(v)));
  return [...lead, ...rest].slice(0, most).map((s) => (s.length > 80 ? `${s.slice(0, 79)}…` : s));
}

/** The name for people in a language, where an object has one. */
export function displayName(item: Item, language: string): string {
  const all = item.displayName;
  if (!Array.isArray(all)) return typeof item.displayName === 'string' ? item.displayName : '';
  const said = all as { lang: string; value: string }[];
  return (said.find((s) => s.lang === language) ?? said[0])?.value ?? '';
}
