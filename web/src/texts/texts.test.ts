import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

const source = join(import.meta.dirname, '..');

/** Every leaf of a file of texts as "namespace:a.b"; the endings of plural forms are left off. */
function keysOf(language: string): Map<string, string> {
  const all = new Map<string, string>();
  const walk = (at: string, x: unknown) => {
    if (typeof x === 'string') all.set(at, x);
    else for (const [k, v] of Object.entries(x as object)) walk(at.endsWith(':') ? at + k : `${at}.${k}`, v);
  };
  for (const file of readdirSync(join(import.meta.dirname, language))) {
    walk(`${file.replace('.json', '')}:`, JSON.parse(readFileSync(join(import.meta.dirname, language, file), 'utf8')));
  }
  return all;
}

const singular = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
const subjects = (all: Map<string, string>) => new Set([...all.keys()].map(singular));
const en = keysOf('en');
const fr = keysOf('fr');

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.test.ts'))
    .map((f) => readFileSync(join(folder, f), 'utf8'));
}

describe('texts', () => {
  test('both languages say the same things', () => {
    expect([...subjects(fr)].filter((k) => !subjects(en).has(k))).toEqual([]);
    expect([...subjects(en)].filter((k) => !subjects(fr).has(k))).toEqual([]);
  });

  test('no text is empty, and both fill in the same values', () => {
    const values = (s: string) => [...s.matchAll(/\{\{(\w+)/g)].map((m) => m[1]).sort().join();
    for (const [key, text] of [...en, ...fr]) expect(text.trim(), key).not.toBe('');
    for (const [key, text] of en) if (fr.has(key)) expect(values(fr.get(key) ?? ''), key).toBe(values(text));
  });

  test('counted texts have the forms of their language', () => {
    const lacking = (all: Map<string, string>, forms: string[]) =>
      [...all.keys()].filter((k) => k.endsWith('_other')).flatMap((k) => forms.map((f) => k.replace(/_other$/, f))).filter((k) => !all.has(k));
    expect(lacking(en, ['_one'])).toEqual([]);
    expect(lacking(fr, ['_one', '_many'])).toEqual([]);
  });

  test('every text that is asked for exists', () => {
    const asked = sources(source).flatMap((s) => [...s.matchAll(/\bt\(\s*'([a-z]+:[\w.-]+)'/g)].map((m) => m[1] ?? ''));
    const there = subjects(en);
    expect([...new Set(asked)].filter((k) => !there.has(k))).toEqual([]);
  });

  test('French keeps its spaces before high punctuation', () => {
    const wrong = [...fr].filter(([, text]) => / [;:!?»]|« /.test(text) || /[^\s\u202f\u00a0/:]([;!?])(\s|$)/.test(text));
    expect(wrong.map(([k]) => k)).toEqual([]);
  });
});
