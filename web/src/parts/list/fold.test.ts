import { expect, test } from 'vitest';

import { runsOf } from './fold';

const pairs = (text: string): [string, string][] => [...text].map((c, i) => [String(i), c]);
const shape = (text: string, alike?: (c: string) => string) => runsOf(pairs(text), alike).map((r) => `${r.first[1]}${r.rest.length}`).join(' ');

test('four and more alike rows are one, fewer stand for themselves', () => {
  const same = (c: string) => c;
  expect(shape('aaaabbc', same)).toBe('a3 b0 b0 c0');
  expect(shape('abab', same)).toBe('a0 b0 a0 b0');
  expect(shape('aaaaa')).toBe('a0 a0 a0 a0 a0');
  expect(shape('', same)).toBe('');
});
