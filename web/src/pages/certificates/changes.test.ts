import { expect, test } from 'vitest';

import { changesOf, type Draft } from './changes';

const before: Draft = { owner: 'ann', team: '', contactEmail: 'a@example.org', labels: { env: 'prod', site: '' } };

test('only what is changed is asked for', () => {
  expect(changesOf(before, { ...before })).toBeNull();
  expect(changesOf(before, { ...before, owner: 'ben ' })).toEqual({ owner: { value: 'ben' } });
  expect(changesOf(before, { ...before, labels: { env: 'test', site: '' } })).toEqual({ labels: [{ label: 'env', value: 'test' }] });
});

test('an emptied field is cleared', () => {
  expect(changesOf(before, { ...before, contactEmail: ' ', labels: { env: '', site: '' } })).toEqual({ contactEmail: { value: null }, labels: [{ label: 'env', value: null }] });
  expect(changesOf({ ...before, autoRenew: true }, { ...before, autoRenew: false })).toEqual({ autoRenew: { value: false } });
});
