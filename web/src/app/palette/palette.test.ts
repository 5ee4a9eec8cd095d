import { Home } from 'lucide-react';
import { describe, expect, test } from 'vitest';

import { wordsIn } from '@/pages/config/model/words';

import type { Entry } from './entry';
import { fieldsCalled } from './fields';
import { fits, ranked, weight, withUse, type Use } from './rank';
import { read } from './typed';

const entry = (label: string, more: Partial<Entry> = {}): Entry => ({ id: label, label, sort: 'Page', icon: Home, ...more });
const day = 86_400_000;

describe('what was typed', () => {
  test.each([
    ['', 'nothing'], ['  ', 'nothing'], ['> new', 'verbs'], ['www.example.com', 'words'], ['deadbeef.example.com', 'words'], ['due', 'words'],
    ['DE:AD:BE:EF:01', 'hex'], ['0xDEADBEEF', 'hex'], ['deadbeef01', 'hex'], ['abc', 'words'], ['1204331', 'number'], ['1,204,331', 'number'], ['1 204 331', 'number'],
    ['12345678901', 'hex'], ['-----BEGIN CERTIFICATE-----\nMIIB', 'document'],
  ])('%s is %s', (text, form) => expect(read(text).form).toBe(form));

  test('forms of one number are one number', () => {
    expect(read('DE:AD:BE:EF')).toMatchObject({ hex: 'deadbeef', id: false });
    expect(read('de ad be ef')).toMatchObject({ hex: 'deadbeef' });
    expect(read('01a2048b3789000000179d9c')).toMatchObject({ id: true });
    expect(read('1,204,331')).toMatchObject({ text: '1204331' });
  });
});

describe('rank', () => {
  test('all words must fit, whatever their case and accents', () => {
    expect(fits(entry('Expired certificates'), 'cert exp')).toBeGreaterThan(0);
    expect(fits(entry('Événements'), 'evene')).toBe(4);
    expect(fits(entry('Expired certificates'), 'cert due')).toBe(0);
    expect(fits(entry('Log', { words: 'events audit' }), 'audit')).toBe(1);
    expect(fits(entry('Log'), '')).toBe(0);
  });

  test('a name that begins so comes before one that has it, and what was used before what was not', () => {
    const all = [entry('My certificates'), entry('Certificates'), entry('Uncertain')];
    const labels = (uses: Use[]) => ranked(all, [], 'cert', uses, 0).map((e) => e.label);
    expect(labels([])).toEqual(['Certificates', 'My certificates', 'Uncertain']);
    expect(labels(withUse(withUse(withUse([], entry('Uncertain'), 0), entry('Uncertain'), 0), entry('Uncertain'), 0))[0]).toBe('Certificates');
    expect(labels(Array.from({ length: 7 }).reduce((u: Use[]) => withUse(u, entry('Uncertain'), 0), []))[0]).toBe('Uncertain');
  });

  test('what is exactly meant comes first, other finds of the server after names that begin so', () => {
    const came = [entry('pay.example.com'), entry('#12', { exact: true })];
    expect(ranked([entry('Payments')], came, 'pay', [], 0).map((e) => e.label)).toEqual(['#12', 'Payments', 'pay.example.com']);
  });

  test('uses grow old', () => {
    const use = withUse([], entry('x'), 0)[0];
    expect(weight(use, 0)).toBe(1);
    expect(weight(use, 14 * day)).toBe(0.5);
    expect(weight(undefined, 0)).toBe(0);
  });
});

test('fields are found by the words of their own names, at any depth that is drawn', () => {
  const text = { type: 'string' };
  const schema = { properties: { name: text, renewalPeriod: { type: 'string', 'x-duration': true }, cryptoPolicy: { type: 'object', properties: { keyType: text, defaultKeyType: text } } } };
  const called = (words: string) => fieldsCalled({ schema }, wordsIn(undefined), words).map((f) => f.path);
  expect(called('renewal')).toEqual(['renewalPeriod']);
  expect(called('per ren')).toEqual(['renewalPeriod']);
  expect(called('key type')).toEqual(['cryptoPolicy.keyType', 'cryptoPolicy.defaultKeyType']);
  expect(called('crypto key')).toEqual([]);
  expect(called(' ')).toEqual([]);
});
