import { expect, test } from 'vitest';

import { alike, bare, type Draft } from './draft';

const draft: Draft = { names: 'a.example.com', values: { owner: 'ann' }, key: 'server', keyType: 'rsa-2048', csr: '', password: 'sesame', comment: '', terms: false };

test('a password is never kept, and makes no difference', () => {
  expect(JSON.stringify(bare(draft))).not.toContain('sesame');
  expect(alike(draft, { ...draft, password: '' })).toBe(true);
  expect(alike(draft, { ...draft, names: 'b.example.com' })).toBe(false);
});
