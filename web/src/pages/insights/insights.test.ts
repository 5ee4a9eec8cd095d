import { expect, test } from 'vitest';

import { formOf, termOf } from './model';
import { yearOf } from './option';
import { moved, seriesOf } from './series';

const at = (iso: string) => ({ start: Date.parse(iso), end: 0 });

test('a group is described in the words of its query language', () => {
  expect(termOf('certificate', 'notAfter.month', at('2026-12-01'))).toBe('valid.until equals "2026-12"');
  expect(termOf('certificate', 'notAfter.day', at('2026-12-05'))).toBe('valid.until equals "2026-12-05"');
  expect(termOf('certificate', 'state', 'due')).toBe('state is due');
  expect(termOf('certificate', 'profile', null)).toBe('profile not exists');
  expect(termOf('certificate', 'label.cost centre', 'a"b')).toBe('label."cost centre" equals "a\\"b"');
  expect(termOf('certificate', 'selfSigned', false)).toBe('certificate is not selfsigned');
  expect(termOf('request', 'status', 'pending')).toBe('status equals "pending"');
  expect(termOf('request', 'registrationDate.year', at('2026-01-01'))).toBe('registration.date equals "2026"');
  expect(termOf('event', 'detail.actorId', 'ann')).toBe('detail.actorId equals "ann"');
  expect(termOf('event', 'timestamp.day', at('2026-11-22'))).toBe('timestamp equals "2026-11-22"');
});

test('time has no gaps, and no more than six series', () => {
  const months = seriesOf([{ values: [at('2026-11-01'), 'a'], count: 2 }, { values: [at('2027-02-01'), 'b'], count: 1 }, { values: [null, 'a'], count: 9 }], 'notAfter.month');
  expect(months.times.map((t) => new Date(t).toISOString().slice(0, 7))).toEqual(['2026-11', '2026-12', '2027-01', '2027-02']);
  expect(months.lines.map((l) => [l.value, l.counts])).toEqual([['a', [2, 0, 0, 0]], ['b', [0, 0, 0, 1]]]);
  const many = seriesOf('abcdefgh'.split('').map((v, i) => ({ values: [at('2026-11-01'), v], count: 10 - i })), 'notAfter.month');
  expect(many.lines.map((l) => (l.other ? 'other' : l.value))).toEqual(['a', 'b', 'c', 'd', 'e', 'other']);
  expect(many.lines.at(-1)?.counts).toEqual([5 + 4 + 3]);
  expect(seriesOf([], 'x.day')).toEqual({ times: [], lines: [] });
});

test('charts of other kinds are drawn as what says the same', () => {
  expect(formOf({ type: 'pie', fields: ['profile'] })).toBe('bars');
  expect(formOf({ type: 'area', fields: ['notAfter.day'] })).toBe('line');
  expect(formOf({ type: 'bar-vertical', fields: ['profile'] })).toBe('bars');
  expect(formOf({ type: 'heatmap', fields: ['notAfter.day'] })).toBe('calendar');
  expect(formOf({ type: 'metric', fields: [] })).toBe('number');
});

test('order by steps', () => {
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
});

test('a calendar begins on a Monday, and shows today when it can', () => {
  const iso = (x: number) => new Date(x).toISOString().slice(0, 10);
  const now = Date.parse('2026-11-22T18:00:00Z');
  expect(iso(yearOf(Date.parse('2027-02-10'), now))).toBe('2026-11-16');
  expect(iso(yearOf(Date.parse('2026-11-25'), Date.parse('2027-01-05')))).toBe('2026-11-23');
  expect(new Date(yearOf(Date.parse('2030-02-10'), now)).getUTCDay()).toBe(1);
});
