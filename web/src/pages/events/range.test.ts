import { expect, test } from 'vitest';

import { inRange, onDay, rangeOf } from './range';

test('a range takes the place of what the query said about times', () => {
  expect(inRange('', '7d')).toBe('timestamp after 7d');
  expect(inRange('code equals "ACTOR" and timestamp after 7d', '24h')).toBe('code equals "ACTOR" and timestamp after 24h');
  expect(inRange('status equals "failure" or module equals "acme"', '24h')).toBe('(status equals "failure" or module equals "acme") and timestamp after 24h');
  expect(onDay('timestamp after 7d and module equals "acme"', Date.UTC(2026, 10, 22, 3))).toBe('module equals "acme" and timestamp equals "2026-11-22"');
});

test('only the ranges that are offered are told', () => {
  expect(rangeOf('module equals "acme" and timestamp after 30d')).toBe('30d');
  expect(rangeOf('timestamp after 3d')).toBe('');
  expect(rangeOf('timestamp after 7d and timestamp before 1d')).toBe('');
  expect(rangeOf('')).toBe('');
});
