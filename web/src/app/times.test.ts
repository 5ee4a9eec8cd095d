import { expect, test } from 'vitest';

import { dayOf, distance, figure, fullTime } from './times';

const noon = Date.UTC(2026, 10, 22, 12);

test('distances are told in the largest unit that fits', () => {
  expect(distance(noon + 4 * 86_400_000, noon, 'en')).toBe('in 4 days');
  expect(distance(noon - 7_200_000, noon, 'en')).toBe('2 hours ago');
  expect(distance(noon - 7_200_000, noon, 'fr')).toBe('il y a 2 heures');
  expect(distance(noon + 59_000, noon, 'en')).toBe('now');
  expect(distance(noon - 60_000, noon, 'en')).toBe('1 minute ago');
});

test('days name another year, and only that', () => {
  expect(dayOf(noon, noon, 'en', true)).toBe('22 Nov');
  expect(dayOf(noon + 365 * 86_400_000, noon, 'en', true)).toBe('22 Nov 2027');
  expect(dayOf(noon, noon, 'fr', true)).toBe('22 nov.');
});

test('times name their zone, numbers are grouped', () => {
  expect(fullTime(noon, 'en', true)).toContain('UTC');
  expect(figure(1_204_331, 'en')).toBe('1,204,331');
});
