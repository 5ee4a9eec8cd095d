import { expect, test } from 'vitest';

import { documentIn, linesOf } from './paste';
import { stateAfter } from './states';

test('a document is taken from an answer of the API, or from an export', () => {
  expect(documentIn('{"_id":"1","_secrets":[],"name":"a"}', 'label')).toEqual({ document: { name: 'a' } });
  const bundle = JSON.stringify({ format: 'x/1', objects: [{ kind: 'role', key: 'r', object: { name: 'r' } }, { kind: 'label', key: 'l', object: { name: 'l' } }] });
  expect(documentIn(bundle, 'label')).toEqual({ document: { name: 'l' } });
  expect(documentIn(bundle, 'team')).toEqual({});
  expect(documentIn('[1]', 'label').reason).toBe('{ … }');
  expect(documentIn('{', 'label').reason).not.toBe('');
});

test('lines are values, and so are the parts of one line', () => {
  expect(linesOf(' a\r\n\nb, c\n')).toEqual(['a', 'b, c']);
  expect(linesOf('a, b;c')).toEqual(['a', 'b', 'c']);
});

test('an earlier state is made by undoing what came later; secrets and cut values stay', () => {
  const change = (id: string, field: string, old: unknown, now: unknown) => ({ id, at: 0, by: 'ann', changes: [{ field, old, new: now }] });
  const all = [change('3', 'a.b', 2, 3), { id: '2', at: 0, by: 'ann', changes: [{ field: 'key', secret: true }, { field: 'long', old: 'x…', new: 'y…' }] }, change('1', 'new', undefined, 'x')];
  const now = { a: { b: 3 }, key: {}, long: 'whole', new: 'x' };
  expect(stateAfter(now, all, 0)).toEqual(now);
  expect(stateAfter(now, all, 1)).toEqual({ ...now, a: { b: 2 } });
  expect(stateAfter(now, all, 3)).toEqual({ a: { b: 2 }, key: {}, long: 'whole' });
});
