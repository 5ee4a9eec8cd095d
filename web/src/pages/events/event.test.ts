import { expect, test } from 'vitest';

import { joined } from './event';

const events = (...ids: string[]) => ids.map((_id) => ({ _id }));

test('new events stand before those that are known', () => {
  expect(joined(events('c', 'b'), events('a'))).toEqual(events('c', 'b', 'a'));
});

test('an event that comes again once it is sealed stands there once, with its place', () => {
  const sealed = { _id: 'a', sequence: 7 };
  expect(joined([...events('b'), sealed], events('a'))).toEqual([...events('b'), sealed]);
});

test('two thousand are kept', () => {
  const many = Array.from({ length: 1_990 }, (_, i) => ({ _id: `old ${i}` }));
  const all = joined(Array.from({ length: 100 }, (_, i) => ({ _id: `new ${i}` })), many);
  expect(all.length).toBe(2_000);
  expect(all[0]?._id).toBe('new 0');
  expect(all.at(-1)?._id).toBe('old 1899');
});
