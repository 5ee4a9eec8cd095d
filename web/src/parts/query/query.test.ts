import { expect, test } from 'vitest';

import { bytesBefore, indexAt, wordAt } from './places';
import { hasTerm, isBare, partsOf, quoted, tokensOf, withoutTerm, withTerm } from './terms';

test('places are counted in bytes by the API and in UTF-16 here', () => {
  const text = 'dn = "é€😀" and ownr';
  for (const index of [0, 6, 7, 8, 10, 14]) expect(indexAt(text, bytesBefore(text, index))).toBe(index);
  expect(bytesBefore(text, 10)).toBe(6 + 2 + 3 + 4);
  expect(indexAt(text, 999)).toBe(text.length);
});

test('the very word is underlined', () => {
  const at = (text: string, index: number) => {
    const { from, to } = wordAt(text, index);
    return text.slice(from, to);
  };
  expect(at('ownr equals "x"', 0)).toBe('ownr');
  expect(at('dn equals "a \\" b" and', 10)).toBe('"a \\" b"');
  expect(at('dn equals', 9)).toBe('equals');
  expect(at('dn equals   ', 12)).toBe('equals');
  expect(at('dn ) x', 3)).toBe(')');
  expect(at('', 0)).toBe('');
});

test('a query is cut at the top by "and" alone', () => {
  expect(partsOf('status is valid and (dn contains "a and b" or owner exists) and not label."x y" = "1"')).toEqual([
    'status is valid', '(dn contains "a and b" or owner exists)', 'not label."x y" = "1"',
  ]);
  expect(partsOf('dn contains "a" or dn contains "b" and owner exists')).toHaveLength(1);
  expect(partsOf(' ')).toEqual([]);
  expect(partsOf('team in ["a", "b"] && x = 1')).toEqual(['team in ["a", "b"]', 'x = 1']);
});

test('conditions are added and taken away, and what "or" joins stays together', () => {
  expect(withTerm('', 'status is valid')).toBe('status is valid');
  expect(withTerm('owner exists', 'status is valid')).toBe('owner exists and status is valid');
  expect(withTerm('a = "1" or b = "2"', 'c = "3"')).toBe('(a = "1" or b = "2") and c = "3"');
  expect(withTerm('(a = "1" or b = "2")', 'c = "3"')).toBe('(a = "1" or b = "2") and c = "3"');
  expect(hasTerm('Owner  exists and status is valid', 'owner exists')).toBe(true);
  expect(withoutTerm('owner exists and status is valid', 'Owner exists')).toBe('status is valid');
});

test('words without operators are looked for', () => {
  expect(isBare('pay.example.com')).toBe(true);
  expect(isBare('two words')).toBe(true);
  expect(isBare('owner exists')).toBe(false);
  expect(isBare('dn="x"')).toBe(false);
  expect(isBare('')).toBe(false);
  expect(quoted('a"b\\c')).toBe('"a\\"b\\\\c"');
});

test('every character of a query that is no space belongs to one token', () => {
  const text = 'a.b equals "x\\"y" and (c in ["1","2"]) || !d<5';
  const seen = tokensOf(text).map((t) => text.slice(t.from, t.to)).join('');
  expect(seen).toBe('a.bequals"x\\"y"and(cin["1","2"])||!d<5');
});
