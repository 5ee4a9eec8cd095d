import { expect, test } from 'vitest';

import { sightOf } from './window';

test.each([
  ['at the top', [2000, 36, 0, 720], { from: 0, to: 28, above: 0, below: 1972 * 36 }],
  ['in the middle', [2000, 36, 36_000, 720], { from: 992, to: 1028, above: 992 * 36, below: 972 * 36 }],
  ['at the end', [2000, 36, 2000 * 36 - 720, 720], { from: 1972, to: 2000, above: 1972 * 36, below: 0 }],
  ['of a list that became shorter', [30, 36, 36_000, 720], { from: 2, to: 30, above: 72, below: 0 }],
  ['of fewer rows than there is room', [3, 36, 0, 720], { from: 0, to: 3, above: 0, below: 0 }],
  ['of nothing', [0, 36, 0, 720], { from: 0, to: 0, above: 0, below: 0 }],
] as const)('the rows in sight %s', (_, [count, height, top, room], seen) => {
  expect(sightOf(count, height, top, room)).toEqual(seen);
});
