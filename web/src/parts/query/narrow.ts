import type { Completion, CompletionResult } from '@codemirror/autocomplete';

/** A choice with the text it is found by. */
export interface Offer {
  text: string;
  option: Completion;
}

/** Whether an offer goes on from what is written, both in small letters and without the quote they begin with. */
export type Fits = (offer: string, written: string) => boolean;

const plain = (text: string) => text.replace(/^"/, '').toLowerCase();

/**
 * The offers that fit what is written from a place on. As more is written they become fewer at once, without being asked for
 * again, for as long as it is what `open` describes: who types waits for nothing, and what is seen can be chosen.
 */
export function narrowing(all: Offer[], from: number, written: string, fits: Fits, open: RegExp): CompletionResult {
  return {
    from,
    filter: false,
    options: all.filter((o) => fits(plain(o.text), plain(written))).map((o) => o.option),
    update: (_, begin, end, { state }) => {
      const now = state.sliceDoc(begin, end);
      return open.test(now) ? narrowing(all, begin, now, fits, open) : null;
    },
  };
}
