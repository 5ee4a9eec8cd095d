import { expect, test } from 'vitest';

import { boardOf, freeName } from './files';

test('a dashboard is read from a file, and nothing else is', () => {
  const text = JSON.stringify({ name: 'Fleet', type: 'event', charts: [], colour: 'red' });
  expect(boardOf(text)).toEqual({ name: 'Fleet', type: 'event', charts: [] });
  for (const wrong of ['', 'null', '[]', '{}', '{"name":"a","type":"report","charts":[]}', '{"name":"a","type":"event"}', '{"name":"","type":"event","charts":[]}']) {
    expect(() => boardOf(wrong), wrong).toThrow(SyntaxError);
  }
});

test('a name that is taken gets a number', () => {
  expect(freeName('Fleet', [])).toBe('Fleet');
  expect(freeName('Fleet', ['Fleet', 'Fleet (2)'])).toBe('Fleet (3)');
});
