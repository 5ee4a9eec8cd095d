import { expect, test } from 'vitest';

import { doAddress, listAddress, rowAddress, subjectOf } from './home';

test('a row leads to the one thing it is about, or to the list of all', () => {
  const list = { on: 'certificates', query: 'status is valid' } as const;
  expect(rowAddress({ count: 1, list, subject: { _id: 'c1' } })).toEqual({ to: '/certificates/c1', search: {} });
  expect(rowAddress({ count: 2, list, subject: { _id: 'c1' } })).toEqual({ to: '/certificates', search: { q: 'status is valid' } });
  expect(rowAddress({ count: 1, list: { on: 'requests', scope: 'self' }, subject: { _id: 'r1' } })).toEqual({ to: '/requests/r1', search: {} });
});

test('every list has an address', () => {
  expect(listAddress({ on: 'requests', scope: 'self', query: 'status is pending' })).toEqual({ to: '/requests', search: { view: 'mine', q: 'status is pending' } });
  expect(listAddress({ on: 'events', query: 'timestamp after 30d' })).toEqual({ to: '/events', search: { q: 'timestamp after 30d' } });
  expect(listAddress({ on: 'integrity' })).toEqual({ to: '/events/integrity', search: {} });
});

test('requests to decide about go by their profile', () => {
  expect(subjectOf({ kind: 'request.decide', profile: 'web', subject: { name: 'a.example.com' } })).toBe('web');
  expect(subjectOf({ kind: 'certificate.due', subject: { name: 'a.example.com', dn: 'CN=a' } })).toBe('a.example.com');
});

test('a certificate is renewed from its row, several from their list', () => {
  const list = { on: 'certificates', query: 'state is due' } as const;
  expect(doAddress({ kind: 'certificate.due', count: 1, list, subject: { _id: 'c1' } })).toEqual({ to: '/certificates/c1', search: { do: 'renew' } });
  expect(doAddress({ kind: 'certificate.due', count: 2, list, subject: { _id: 'c1' } })).toEqual({ to: '/certificates', search: { q: 'state is due' } });
  expect(doAddress({ kind: 'request.own', count: 1, list: { on: 'requests' }, subject: { _id: 'r1' } })).toEqual({ to: '/requests/r1', search: {} });
});
