import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import en from '../../../texts/fields/en.json';
import fr from '../../../texts/fields/fr.json';
import type { Schema } from './schema';
import { wordsIn, wordsOf } from './words';

interface Document {
  paths: Record<string, Record<string, { responses?: Record<string, { content?: Record<string, { schema: Schema & { oneOf?: Schema[] } }> }> }>>;
  components: { schemas: Record<string, Schema & { oneOf?: Schema[] }> };
}

const api = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../../internal/app/testdata/openapi.json'), 'utf8')) as Document;

/** Bodies of operations that are drawn as forms, besides the kinds. */
const bodies = ['CreateInBody', 'AuthoritySettingsIn', 'RenewInBody', 'NewEABBody', 'RenewedEABBody', 'MovedEABBody', 'AcmePolicy'];

/** Everything the forms say: names of members, and what the server says of them. */
function said() {
  const names = new Set<string>();
  const docs = new Set<string>();
  const seen = new Set<string>();
  const walk = (schema: (Schema & { oneOf?: Schema[] }) | undefined) => {
    if (schema === undefined) return;
    if (schema.$ref !== undefined) {
      const name = schema.$ref.replace(/^.*\//, '');
      if (!seen.has(name)) {
        seen.add(name);
        walk(api.components.schemas[name]);
      }
    }
    if (schema.description !== undefined) docs.add(schema.description);
    if (schema['x-secret'] !== undefined) return;
    for (const [name, one] of Object.entries(schema.properties ?? {})) {
      if (name.startsWith('_') || name === '$schema') continue;
      names.add(name);
      walk(one);
    }
    walk(schema.items);
    if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties);
    schema.oneOf?.forEach(walk);
  };
  for (const path of Object.keys(api.paths).filter((p) => p.endsWith('/{key}/uses') && !p.includes('/system/kinds/'))) {
    walk(api.paths[path.replace(/\/uses$/, '')]?.get?.responses?.['200']?.content?.['application/json']?.schema);
  }
  for (const name of bodies) walk(api.components.schemas[name]);
  return { names: [...names].sort(), docs: [...docs].sort() };
}

describe('the words of fields', () => {
  const all = said();

  test('there are fields to speak of', () => expect(all.names.length).toBeGreaterThan(200));

  test('every field has a French name', () => expect(all.names.filter((n) => !(n in fr.labels))).toEqual([]));

  test('what the server says of a field is said in French', () => expect(all.docs.filter((d) => !(d in fr.docs))).toEqual([]));

  test('values have words in both languages', () => expect(Object.keys(en.values).sort()).toEqual(Object.keys(fr.values).sort()));

  test('every unit has its word in both languages', () => {
    const lines = readFileSync(join(import.meta.dirname, '../../../../../internal/app/testdata/kinds.txt'), 'utf8');
    const units = new Set([...lines.matchAll(/ x-unit=(\S+)/g)].map((m) => m[1] ?? ''));
    expect([...units].sort()).toEqual(Object.keys(en.units).sort());
    expect([...units].sort()).toEqual(Object.keys(fr.units).sort());
  });

  test('French keeps its spaces before high punctuation', () => {
    const wrong = [...Object.values(fr.labels), ...Object.values(fr.docs), ...Object.values(fr.values)].filter((s) => / [;:!?»]|« /.test(s));
    expect(wrong).toEqual([]);
  });
});

describe('names of members as words', () => {
  test.each([
    ['crlUrl', 'CRL URL'], ['name', 'Name'], ['pkiConnector', 'PKI connector'], ['allowedDnsDomains', 'Allowed DNS domains'], ['csrDataMapping', 'CSR data mapping'],
  ])('%s', (name, words) => expect(wordsOf(name)).toBe(words));

  test('what has no text of its own is shown as it is', () => {
    const words = wordsIn(undefined);
    expect([words.label('host'), words.doc('What it is.'), words.value('x')]).toEqual(['Host', 'What it is.', 'x']);
  });
});
