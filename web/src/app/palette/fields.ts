import type { Variant } from '@/pages/config/model/kinds';
import { fieldsOf, resolverOf, type Field, type Resolve } from '@/pages/config/model/schema';
import type { Words } from '@/pages/config/model/words';

import { plain } from './rank';

/** A field of a form by its place in the document, and its names from the outermost to its own. */
export interface Named {
  path: string;
  names: string[];
}

const deep = 2; // objects within objects that are looked through

function within(fields: Field[], resolve: Resolve, words: Words, above: Named): Named[] {
  return fields.flatMap((f): Named[] => {
    const one = { path: above.path === '' ? f.name : `${above.path}.${f.name}`, names: [...above.names, words.label(f.name)] };
    const below = f.type === 'object' && one.names.length <= deep ? within(fieldsOf(f.schema, resolve), resolve, words, one) : [];
    return [one, ...below];
  });
}

/** The fields of a form that are called by a text: every word of it begins a word of the name. The shortest names come first. */
export function fieldsCalled(variant: Pick<Variant, 'schema'>, words: Words, text: string): Named[] {
  const resolve = resolverOf(variant.schema.$defs ?? {});
  const wanted = plain(text).split(/\s+/).filter((w) => w !== '');
  const called = ({ names }: Named) => {
    const own = plain(names.at(-1) ?? '').split(/[^\p{L}\p{N}#]+/u);
    return wanted.length > 0 && wanted.every((w) => own.some((part) => part.startsWith(w)));
  };
  const length = ({ names }: Named) => names.join().length;
  return within(fieldsOf(variant.schema, resolve), resolve, words, { path: '', names: [] }).filter(called).sort((a, b) => length(a) - length(b));
}
