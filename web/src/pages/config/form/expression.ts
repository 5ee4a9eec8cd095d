import { startCompletion, type Completion, type CompletionContext, type CompletionResult, type CompletionSource } from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';

import { api, bodyOf, type Schemas } from '@/api/client';
import { narrowing, type Offer } from '@/parts/query/narrow';
import { bytesBefore, indexAt } from '@/parts/query/places';

/** The languages of expressions. */
export type Language = 'rule' | 'template' | 'condition';

/** Where an expression stands: it decides which keys there are. */
export interface Place {
  context?: string;
  variant?: string;
  /** The keys there are, without a context. */
  keys?: string[];
}

type Context = NonNullable<Schemas['CompleteInputBody']['context']>;
type Verdict = Schemas['CheckedExpression'];

/** The text as the API takes it. */
export function said(language: Language, text: string) {
  return language === 'rule' ? { computationRule: text } : language === 'template' ? { templateString: text } : { condition: text };
}

const placed = ({ context, variant, keys }: Place) => ({
  ...(context === undefined ? {} : { context: context as Context }), ...(variant === undefined ? {} : { variant }), ...(keys === undefined ? {} : { keys }),
});

/** What can be written at an index of a text. */
export function complete(language: Language, text: string, index: number, place: Place) {
  return bodyOf(api.POST('/api/v1/templatestring/complete', { body: { ...said(language, text), ...placed(place), position: bytesBefore(text, index) } }));
}

/** What is wrong with a text, and which keys are not known at the place. */
export function check(language: Language, text: string, place: Place): Promise<Verdict> {
  return bodyOf(api.POST('/api/v1/templatestring/check', { body: { ...said(language, text), ...placed(place) } }));
}

const most = 300; // choices of an answer: with as many there may be others

/** Writes a choice over what is being written, and offers what comes next where that is an argument or a key. */
function take(text: string, behind: number) {
  return (view: EditorView, _: Completion, from: number, to: number) => {
    view.dispatch({ changes: { from, to: to + behind, insert: text }, selection: { anchor: from + text.length }, userEvent: 'input.complete' });
    if (/(?:[(.]|\{\{)$/.test(text)) startCompletion(view);
  };
}

/** Whether what is offered fits what is written, braces aside. */
function fits(offer: string, written: string): boolean {
  const word = written.replace(/^[{[]+/, '');
  return offer.startsWith(word) || offer.includes(`.${word}`);
}

/** Asks the server what can be written at the caret. `word` says its explanations in the reader's language. */
export function source(language: Language, place: Place, word: (text: string | undefined) => string): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const text = context.state.doc.toString();
    const answer = await complete(language, text, context.pos, place).catch(() => null);
    const choices = answer?.choices ?? [];
    if (answer === null || context.aborted || choices.length === 0) return null;
    if (!context.explicit && choices.every((c) => !/\p{L}/u.test(c.text ?? ''))) return null; // signs alone do not interrupt
    if (!context.explicit && choices[0]?.text === '{{' && text !== '' && text[context.pos - 1] !== '{') return null; // nor braces the text of a template
    const from = Math.min(indexAt(text, answer.from?.offset ?? 0), context.pos);
    const behind = Math.max(0, indexAt(text, answer.to?.offset ?? 0) - context.pos);
    const all = choices.map(({ text: written = '', signature = '', doc }): Offer => {
      const detail = word(doc);
      return { text: written.replace(/^[{[]+/, ''), option: { label: written, apply: take(written, behind), ...(signature === '' ? {} : { displayLabel: signature }), ...(detail === '' ? {} : { detail }) } };
    });
    const asked = context.state.sliceDoc(from, context.pos);
    return narrowing({ all, asked, whole: all.length < most, fits, open: /^[\p{L}\p{N}._-]+$/u }, from, asked);
  };
}
