import { spoken } from '@/app/language';
import { dayOf, figure, period } from '@/app/times';
import { keyName } from '@/pages/requests/keys/recipes';

import { unitOf } from './durations';
import type { Item, Variant } from './kinds';
import { resolverOf, typeOf, type FieldType, type Resolve, type Schema } from './schema';
import { same } from './values';
import type { Words } from './words';

/** One thing an object is, in words. */
export interface Fact {
  /** What is told; empty where the text says enough by itself. */
  label: string;
  text: string;
}

/** How what is told is put in words. */
export interface Telling {
  words: Words;
  now: number;
  utc: boolean;
  /** "and 3 more". */
  more: (count: number) => string;
  /** "CN=Root, until 3 May 2030". */
  until: (what: string, day: string) => string;
  /** "Host: proxy.example.com". */
  named: (label: string, text: string) => string;
}

/** What is told of an object, in one text. */
export const inOneLine = (facts: Fact[], telling: Telling) =>
  facts.map((f) => (f.label === '' ? f.text : f.text === '' ? f.label : telling.named(f.label, f.text))).join(' · ');

const parents = ['max', 'type']; // members whose labels say nothing without that of what they stand in

/** An object in one line, by the members its definition names; what is empty or as by default says nothing. */
export function factsOf(variant: Variant | undefined, item: Item, telling: Telling): Fact[] {
  const paths = variant?.schema['x-summary'];
  if (variant === undefined || !Array.isArray(paths)) return [];
  const resolve = resolverOf(variant.schema.$defs ?? {});
  return (paths as string[]).flatMap((path) => factAt(variant.schema, resolve, path.split('.'), item, telling) ?? []);
}

function factAt(schema: Schema, resolve: Resolve, path: string[], item: Item, telling: Telling): Fact | undefined {
  let at: Schema = schema;
  let value: unknown = item;
  for (const step of path) {
    at = resolve(at.properties?.[step] ?? {});
    value = (value as Item | undefined)?.[step];
    if (value === undefined || value === null || value === '') return undefined;
  }
  if (at.default !== undefined && same(at.default, value)) return undefined;
  const name = path.at(-1) ?? '';
  const type = typeOf(name, at, resolve);
  const text = /keyType$/i.test(name) ? keyName(String(value)) : textOf(type, at, resolve, value, telling);
  if (text === undefined) return undefined;
  const alone = name === 'description' || type === 'pem';
  const said = parents.includes(name) && path.length > 1 ? (path.at(-2) ?? name) : name;
  return { label: alone ? '' : telling.words.label(said), text };
}

/** A value in words; nothing where it says nothing. */
function textOf(type: FieldType, schema: Schema, resolve: Resolve, value: unknown, telling: Telling): string | undefined {
  const { words } = telling;
  if (Array.isArray(value)) return value.length === 0 ? undefined : textOfList(type, schema, resolve, value, telling);
  if (typeof value === 'boolean') return value ? '' : undefined;
  if (typeof value === 'number') {
    if (type === 'time') return dayOf(value, telling.now, spoken(), telling.utc);
    const unit = schema['x-unit'];
    return typeof unit === 'string' ? (value === 0 ? undefined : `${figure(value, spoken())} ${words.unit(unit)}`) : String(value);
  }
  if (typeof value === 'object') {
    const { dn, notAfter } = value as { dn?: string; notAfter?: number };
    return dn === undefined ? undefined : notAfter === undefined ? dn : telling.until(dn, dayOf(notAfter, telling.now, spoken(), telling.utc));
  }
  const text = String(value);
  if (type === 'duration') return periodOf(text);
  return cut(type === 'enum' ? words.value(text) : text);
}

/** Several values, or how many rows there are. */
function textOfList(type: FieldType, schema: Schema, resolve: Resolve, all: unknown[], telling: Telling): string {
  if (type === 'localized') {
    const said = all as { lang: string; value: string }[];
    return cut((said.find((s) => s.lang === spoken()) ?? said[0])?.value ?? '');
  }
  const items = resolve(schema.items ?? {});
  const said = all.map((one) => (typeof one === 'object' && one !== null ? rowOf(items, resolve, one as Item, telling.words) : telling.words.value(String(one))));
  if (said.some((s) => s === '')) return figure(all.length, spoken());
  return said.slice(0, 3).map(cut).join(', ') + (said.length > 3 ? ` ${telling.more(said.length - 3)}` : '');
}

/** A row that is of some type says which, or the one text that goes with it: an address; other rows are counted. */
function rowOf(schema: Schema, resolve: Resolve, row: Item, words: Words): string {
  if (resolve(schema.properties?.type ?? {}).enum === undefined) return '';
  const text = Object.entries(row).find(([n, v]) => n !== 'type' && typeof v === 'string' && v !== '')?.[1];
  return typeof text === 'string' ? text : words.value(String(row.type));
}

/** A duration as the reader's language writes it. */
function periodOf(text: string): string {
  const found = /^(\d+)\s*([a-z]+)$/i.exec(text.trim());
  const unit = unitOf(found?.[2] ?? '');
  return found === null || unit === undefined ? text : period(Number(found[1]), unit, spoken());
}

const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

/** The name for people in a language, where an object has one. */
export function displayName(item: Item, language: string): string {
  const all = item.displayName;
  if (!Array.isArray(all)) return typeof item.displayName === 'string' ? item.displayName : '';
  const said = all as { lang: string; value: string }[];
  return (said.find((s) => s.lang === language) ?? said[0])?.value ?? '';
}
