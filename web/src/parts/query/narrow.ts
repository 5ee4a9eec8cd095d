import type { Completion, CompletionResult } from '@codemirror/autocomplete';

/** A choice with the text it is found by. */
export interface Offer {
  text: string;
  option: Completion;
}

/** What an answer offers. */
export interface Offers {
  all: Offer[];
  /** What the answer went on from: with another beginning there are other offers. */
  asked: string;
  /** Whether the answer has all there is. */
  whole: boolean;
  /** Whether an offer fits what is written; both are in small letters, and without the quote they begin with. */
  fits: (offer: string, written: string) => boolean;
  /** What can be written without asking again. */
  open: RegExp;
}

const plain = (text: string) => text.replace(/^"/, '').toLowerCase();

/**
 * The offers that fit what is written from a place on. As more is written they become fewer at once, without being asked for
 * again: who types waits for nothing, and what is seen can be chosen.
 */
export function narrowing(offers: Offers, from: number, written: string): CompletionResult {
  const { all, asked, whole, fits, open } = offers;
  return {
    from,
    filter: false,
    options: all.filter((o) => fits(plain(o.text), plain(written))).map((o) => o.option),
    ...(whole && {
      update: (_, begin, end, { state }) => {
        const now = state.sliceDoc(begin, end);
        return now.startsWith(asked) && open.test(now) ? narrowing(offers, begin, now) : null;
      },
    }),
  };
}
