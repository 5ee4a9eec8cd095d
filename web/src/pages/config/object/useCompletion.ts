import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import { narrowing, type Offer } from '@/parts/query/narrow';

import { namesFor, placeAt, schemaAt, valuesFor, type Choice } from '../model/json';
import { itemsQuery, keyOf, useKinds } from '../model/kinds';
import type { Schema } from '../model/schema';
import { useWords } from '../model/words';
import type { Editing } from './useEditor';

/** Writes a choice; the caret stands where its value is written next. */
function take(text: string) {
  return (view: EditorView, _: Completion, from: number, to: number) => {
    const rest = view.state.sliceDoc(to, to + 1) === '"' ? to + 1 : to;
    const inner = /(""|\[\]|\{\})$/.test(text) ? 1 : 0;
    view.dispatch({ changes: { from, to: rest, insert: text }, selection: { anchor: from + text.length - inner }, userEvent: 'input.complete' });
  };
}

/** What can be written in the JSON of an object: names from its schema, values it names, objects it may refer to. */
export function useCompletion({ variant, resolve }: Pick<Editing, 'variant' | 'resolve'>) {
  const queries = useQueryClient();
  const kinds = useKinds();
  const words = useWords();
  return useCallback(
    async (context: CompletionContext): Promise<CompletionResult | null> => {
      const place = placeAt(context.state.doc.toString(), context.pos);
      const schema = place === undefined ? undefined : schemaAt(variant.schema, place.path, resolve);
      if (place === undefined || schema === undefined || (!context.explicit && place.from === context.pos)) return null;
      const targets = async (of: Schema): Promise<Choice[]> => {
        const kind = kinds.find((k) => k.kind === of['x-ref']);
        if (kind === undefined) return [];
        const items = await queries.fetchQuery({ ...itemsQuery(kind), staleTime: 30_000 }).catch(() => []);
        return items.map((i) => ({ label: keyOf(kind, i), text: JSON.stringify(keyOf(kind, i)) }));
      };
      const choices = place.writes === 'name' ? namesFor(schema, place.names, resolve) : [...valuesFor(schema), ...(await targets(schema))];
      if (choices.length === 0) return null;
      const all = choices.map((c): Offer => {
        const said = words.doc(c.detail);
        return { text: c.label, option: { label: c.label, apply: take(c.text), ...(said === '' ? {} : { detail: said.length > 80 ? `${said.slice(0, 79)}…` : said }) } };
      });
      return narrowing({ all, asked: '', whole: true, fits: (offer, written) => offer.includes(written), open: /^"?[^"\\\n]*$/ }, place.from, context.state.sliceDoc(place.from, context.pos));
    },
    [queries, kinds, words, variant, resolve],
  );
}
