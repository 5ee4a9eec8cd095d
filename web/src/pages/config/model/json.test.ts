import { describe, expect, test } from 'vitest';

import { namesFor, placeAt, schemaAt, valuesFor } from './json';
import { resolverOf, type Schema } from './schema';

const at = (text: string) => {
  const index = text.indexOf('|');
  return placeAt(text.replace('|', ''), index);
};

describe('the place of the caret in JSON', () => {
  test.each([
    ['{ |', { path: [], writes: 'name', from: 2, names: [] }],
    ['{ "na|', { path: [], writes: 'name', from: 2, names: [] }],
    ['{ "name": |', { path: ['name'], writes: 'value', from: 10, names: ['name'] }],
    ['{ "name": "x", "a": { "b": tr|', { path: ['a', 'b'], writes: 'value', from: 27, names: ['b'] }],
    ['{ "all": ["x", "|"] }', { path: ['all', 1], writes: 'value', from: 15, names: [] }],
    ['{ "all": [{ "x": 1 }, { |', { path: ['all', 1], writes: 'name', from: 24, names: [] }],
    ['{ "a": { "b": 1 }, |', { path: [], writes: 'name', from: 19, names: ['a'] }],
    ['{ "odd \\" {": 1, |', { path: [], writes: 'name', from: 17, names: ['odd \\" {'] }],
  ])('%s', (text, place) => expect(at(text)).toEqual(place));

  test('outside of the object nothing is known', () => expect([at('|'), at('{} |')]).toEqual([undefined, undefined]));
});

const defs: Record<string, Schema> = { Hop: { type: 'object', properties: { proxy: { type: 'string', 'x-ref': 'http-proxy' } } } };
const resolve = resolverOf(defs);
const schema: Schema = {
  type: 'object',
  'x-order': ['name', 'level', 'hops', 'on', 'key', 'retries'],
  properties: {
    name: { type: 'string', description: 'What it is called.' }, level: { type: 'string', enum: ['low', 'high'] }, hops: { type: 'array', items: { $ref: '#/$defs/Hop' } },
    on: { type: 'boolean' }, key: { 'x-secret': true }, retries: { type: 'integer', 'x-example': '3', default: 10 },
  },
};

test('the schema of a place is found through lists and references', () => {
  expect(schemaAt(schema, ['hops', 3, 'proxy'], resolve)?.['x-ref']).toBe('http-proxy');
  expect(schemaAt(schema, ['hops', 'x'], resolve)).toBeUndefined();
});

test('names that are there are not offered again, and values begin as their type wants', () => {
  expect(namesFor(schema, ['name'], resolve).map((c) => c.text)).toEqual(['"level": ""', '"hops": []', '"on": ', '"key": {}', '"retries": ']);
});

test('values are those the schema names', () => {
  const values = (name: string) => valuesFor(schemaAt(schema, [name], resolve) ?? {}).map((c) => c.text);
  expect([values('level'), values('on'), values('retries'), values('name')]).toEqual([['"low"', '"high"'], ['true', 'false'], ['10', '3'], []]);
});
