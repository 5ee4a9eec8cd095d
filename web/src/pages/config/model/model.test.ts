import { describe, expect, test } from 'vitest';

import { groupOf, grouped } from './groups';
import { below, problemsOf } from './problems';
import { blank, fieldsOf, resolverOf, typeOf, type Schema } from './schema';
import { secretPlaces } from './secrets';
import { at, differences, empty, put, same, withoutSecrets } from './values';

const defs: Record<string, Schema> = {
  Said: { type: 'object', properties: { lang: { type: 'string' }, value: { type: 'string' } } },
  Grant: { type: 'object', properties: { value: { type: 'string' }, filter: { type: 'string' } } },
  Level: { type: 'object', properties: { accessLevel: { type: 'string', enum: ['everyone'] } } },
  Store: { type: 'object', description: 'Theirs.', required: ['certificate'], properties: { certificate: { type: 'string' }, key: { 'x-secret': true } } },
};
const resolve = resolverOf(defs);

describe('the type of a field', () => {
  const cases: [string, string, Schema][] = [
    ['secret', 'password', { 'x-secret': true }],
    ['ref', 'proxy', { type: 'string', 'x-ref': 'http-proxy' }],
    ['refs', 'roles', { type: 'array', items: { type: 'string', 'x-ref': 'role' } }],
    ['duration', 'timeout', { type: 'string', 'x-duration': true }],
    ['enum', 'level', { type: 'string', enum: ['a'] }],
    ['choices', 'events', { type: 'array', items: { type: 'string', enum: ['a'] } }],
    ['texts', 'targets', { type: 'array', items: { type: 'string' } }],
    ['rows', 'rules', { type: 'array', items: { type: 'string', 'x-condition': true } }],
    ['localized', 'title', { type: 'array', items: { $ref: '#/$defs/Said' } }],
    ['permissions', 'permissions', { type: 'array', items: { $ref: '#/$defs/Grant' } }],
    ['levels', 'levels', { type: 'object', properties: { enroll: { $ref: '#/$defs/Level' }, search: { $ref: '#/$defs/Level' } } }],
    ['elements', 'sans', { type: 'array', items: { type: 'object', properties: { type: { type: 'string' }, editableByRequester: { type: 'boolean' } } } }],
    ['map', 'mapping', { type: 'object', additionalProperties: { type: 'string' } }],
    ['maybe', 'enabled', { type: 'boolean', description: 'Whether it works; true when left out.' }],
    ['boolean', 'public', { type: 'boolean', description: 'Whether it is shown.' }],
    ['time', 'expires', { type: 'integer', description: 'When, in milliseconds since 1970.' }],
    ['regex', 'regex', { type: 'string' }],
    ['json', 'jwks', { description: 'The key set.' }],
  ];
  test.each(cases)('%s: %s', (type, name, schema) => expect(typeOf(name, schema, resolve)).toBe(type));
});

test('what refers to another schema keeps its own description and order', () => {
  const schema: Schema = { type: 'object', 'x-order': ['b', 'a'], required: ['a'], properties: { a: { $ref: '#/$defs/Store', description: 'Own.' }, b: { type: 'string' }, _id: { type: 'string' } } };
  const fields = fieldsOf(schema, resolve);
  expect(fields.map((f) => [f.name, f.type, f.required])).toEqual([['b', 'text', false], ['a', 'object', true]]);
  expect(fields[1]?.schema.description).toBe('Own.');
  expect(blank(schema, resolve)).toEqual({ a: {} });
});

test('a field goes to the group it names, or to the one its name suggests', () => {
  const field = (name: string, schema: Schema = { type: 'string' }) => ({ name, schema, type: typeOf(name, schema, resolve), required: false });
  expect(groupOf(field('host', { type: 'string', 'x-group': 'limits' }))).toBe('limits');
  expect(['name', 'host', 'permissions', 'triggers', 'timeout', 'constraints'].map((n) => groupOf(field(n)))).toEqual(['what', 'signs', 'who', 'follows', 'limits', 'asked']);
  expect(grouped([field('host'), { ...field('url'), required: true }])[0]?.[1].map((f) => f.name)).toEqual(['url', 'host']);
});

describe('documents', () => {
  test('a value is put where it belongs, and taken away', () => {
    expect(put({}, ['a', 'b', 0, 'c'], 1)).toEqual({ a: { b: [{ c: 1 }] } });
    expect(put({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 });
    expect(at({ a: [{ b: 2 }] }, ['a', 0, 'b'])).toBe(2);
    const before = { a: { b: 1 }, c: {} };
    const after = put(before, ['a', 'b'], 2) as typeof before;
    expect(before.a.b).toBe(1);
    expect(after.c).toBe(before.c);
  });

  test('differences are told member by member', () => {
    expect(differences({ a: 1, l: [{ x: 1 }, { x: 2 }], t: ['a'] }, { b: 2, l: [{ x: 1 }, { x: 3 }], t: ['a', 'b'] })).toEqual([
      { field: 'a', old: 1, new: undefined },
      { field: 'b', old: undefined, new: 2 },
      { field: 'l.1.x', old: 2, new: 3 },
      { field: 't', old: ['a'], new: ['a', 'b'] },
    ]);
    expect(same({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toBe(true);
    expect([empty({ a: { b: false, c: [] } }), empty({ a: 0 })]).toEqual([true, false]);
  });

  test('secrets leave no trace', () => {
    const secret = secretPlaces({ type: 'object', properties: { store: { $ref: '#/$defs/Store' }, list: { type: 'array', items: { $ref: '#/$defs/Store' } } } }, resolve);
    const typed = { store: { certificate: 'c', key: { value: 'k' } }, list: [{ key: 'k' }] };
    expect(withoutSecrets(typed, secret)).toEqual({ store: { certificate: 'c', key: {} }, list: [{ key: {} }] });
    expect(JSON.stringify(withoutSecrets(typed, secret, null))).toBe('{"store":{"certificate":"c"},"list":[{}]}');
  });
});

test('problems find their fields', () => {
  const problems = problemsOf(['host: expected length >= 1', 'mappings[0].group: too long', 'nothing of the sort', 'other: unknown'], (p) => p !== 'other');
  expect(problems).toEqual({ host: ['expected length >= 1'], 'mappings.0.group': ['too long'], '': ['nothing of the sort', 'other: unknown'] });
  expect(below(problems, 'mappings')).toBe(1);
});
