import { expect, test } from 'vitest';

import { daysOf } from './timeline';

const event = (id: string, timestamp: number, code: string) => ({ _id: id, timestamp, code, status: 'success' as const, details: [{ key: 'actorId', value: 'ann' }] });

test('a history is newest first, by day, with equal neighbours folded', () => {
  const days = daysOf([event('1', 100, 'A'), event('2', 110, 'A'), event('3', 250, 'B')], [{ _id: 'r', registrationDate: 105, workflow: 'renew', status: 'completed', requester: 'ben' }], (at) => String(Math.floor(at / 100)));
  expect(days.map((d) => [d.day, d.entries.map((e) => `${e.id}:${e.count}`)])).toEqual([['2', ['3:1']], ['1', ['2:1', 'r:1', '1:1']]]);
  const folded = daysOf([event('1', 1, 'A'), event('2', 2, 'A')], [], () => 'd');
  expect(folded[0]?.entries).toHaveLength(1);
  expect(folded[0]?.entries[0]).toMatchObject({ id: '2', count: 2, actor: 'ann', reason: '' });
});

test('what failed says why, and stands alone where the reason is another', () => {
  const failed = (id: string, message: string) => ({ ...event(id, 1, 'A'), status: 'failure' as const, details: [{ key: 'message', value: message }] });
  const [day] = daysOf([failed('1', 'no answer'), failed('2', 'no answer'), failed('3', 'refused')], [], () => 'd');
  expect(day?.entries.map((e) => `${e.reason}:${e.count}`)).toEqual(['refused:1', 'no answer:2']);
});
