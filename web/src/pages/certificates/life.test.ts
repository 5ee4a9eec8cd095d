import { expect, test } from 'vitest';

import { spanOf } from './life';

test('now and renewal stand within the life, and never outside the bar', () => {
  expect(spanOf(0, 100, 70, 50)).toEqual({ now: 50, due: 70, past: false });
  expect(spanOf(0, 100, 70, 150)).toEqual({ now: 100, due: 70, past: true });
  expect(spanOf(100, 200, 170, 50)).toEqual({ now: 0, due: 70, past: false });
  expect(spanOf(5, 5, 5, 5).now).toBe(0);
});
