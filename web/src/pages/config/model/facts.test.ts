import { expect, test } from 'vitest';

import { factsOf, inOneLine, type Telling } from './facts';
import type { Variant } from './kinds';
import { wordsIn } from './words';

const telling: Telling = {
  words: wordsIn({ labels: { host: 'Host', onMonday: 'On Mondays' }, docs: {}, values: { client: 'clients' }, units: { days: 'days' } }), now: 0, utc: true,
  more: (count) => `and ${count} more`, named: (label, text) => `${label}: ${text}`, until: (what, day) => `${what} (${day})`,
};

const text = { type: 'string' };

function told(item: Record<string, unknown>): string {
  const properties = {
    description: { type: 'array', items: { type: 'object', properties: { lang: text, value: text } } },
    host: text, onMonday: { type: 'boolean' }, use: { type: 'string', enum: ['client', 'none'], default: 'none' }, life: { type: 'string', 'x-duration': true },
    limit: { type: 'object', properties: { max: { type: 'integer', 'x-unit': 'days' } } }, names: { type: 'array', items: text },
    rows: { type: 'array', items: { type: 'object', properties: { type: { type: 'string', enum: ['client'] }, email: text } } }, rights: { type: 'array', items: { type: 'object', properties: { filter: text, value: text } } },
  };
  const schema = { type: 'object', properties, 'x-summary': ['description', 'host', 'onMonday', 'use', 'life', 'limit.max', 'names', 'rows', 'rights'] };
  return inOneLine(factsOf({ name: '', title: '', schema, example: {} } as Variant, item, telling), telling);
}

test('an object is told in words, and what is empty or as by default says nothing', () => {
  expect(told({ host: 'a.example.com', onMonday: true, use: 'client', life: '30 days' })).toBe('Host: a.example.com · On Mondays · Use: clients · Life: 30 days');
  expect(told({ host: '', onMonday: false, use: 'none', names: [], limit: { max: 0 } })).toBe('');
});

test('lists say their first values, rows their sort, others how many there are', () => {
  expect(told({ names: ['a', 'b', 'c', 'd', 'e'] })).toBe('Names: a, b, c and 2 more');
  expect(told({ rows: [{ type: 'client' }, { type: 'client', email: 'x@example.com' }], rights: [{ value: 'a:b' }, { value: 'c:d' }] })).toBe('Rows: clients, x@example.com · Rights: 2');
  expect(told({ limit: { max: 1200 }, description: [{ lang: 'en', value: 'What it is for' }] })).toBe('What it is for · Limit: 1,200 days');
});
