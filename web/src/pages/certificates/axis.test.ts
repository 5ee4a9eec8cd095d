import { expect, test } from 'vitest';

import { barsOf, placeOf } from './axis';

const chain = [{ notBefore: 0, notAfter: 100 }, { notBefore: 50, notAfter: 75 }];

test('validities share one axis', () => {
  expect(barsOf(chain)).toEqual([{ from: 0, width: 100 }, { from: 50, width: 25 }]);
  expect(placeOf(chain, 25)).toBe(25);
  expect(placeOf(chain, 101)).toBeUndefined();
  expect(barsOf([{ notBefore: 5, notAfter: 5 }])).toEqual([{ from: 0, width: 0.5 }]);
});
