import { expect, test } from 'vitest';

import { termOf } from './groups';

test('every group is a condition', () => {
  expect(termOf('profile', 'web')).toBe('profile equals "web"');
  expect(termOf('profile', null)).toBe('profile not exists');
  expect(termOf('notAfter.month', { start: Date.UTC(2026, 10, 1), end: Date.UTC(2026, 11, 1) })).toBe('valid.until equals "2026-11"');
  expect(termOf('state', 'due')).toBe('state is due');
  expect(termOf('escrowed', false)).toBe('certificate is not escrowed');
  expect(termOf('grade.server policy', 'B')).toBe('grade."server policy" equals "B"');
});
