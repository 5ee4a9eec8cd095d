import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';

import { narrowing, type Offers } from './narrow';

const offers: Offers = { all: ['profile', 'publickey', '"Prod"'].map((text) => ({ text, option: { label: text } })), asked: '', whole: true, fits: (offer, written) => offer.startsWith(written), open: /^[\w"]*$/ };

/** What is offered when something else is written: nothing when it has to be asked for again. */
function then(of: Offers, written: string, now: string): string[] | null {
  const result = narrowing(of, 0, written);
  const state = EditorState.create({ doc: now });
  return result.update?.(result, 0, now.length, new CompletionContext(state, now.length, false))?.options.map((o) => o.label) ?? null;
}

test('offers become fewer while a word is written, and more while it is taken back', () => {
  expect(narrowing(offers, 0, 'p').options.map((o) => o.label)).toEqual(['profile', 'publickey', '"Prod"']);
  expect(then(offers, 'p', 'pr')).toEqual(['profile', '"Prod"']);
  expect(then(offers, 'pr', 'p')).toEqual(['profile', 'publickey', '"Prod"']);
  expect(then(offers, 'p', '"P')).toEqual(['profile', 'publickey', '"Prod"']);
});

test('they are asked for again behind the word, before what was asked, and where there were too many', () => {
  expect(then(offers, 'p', 'p ')).toBeNull();
  expect(then({ ...offers, asked: 'pr' }, 'pr', 'p')).toBeNull();
  expect(then({ ...offers, whole: false }, 'p', 'pr')).toBeNull();
});
