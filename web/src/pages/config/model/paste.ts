import type { Item } from './kinds';

/** What was found in a text: a document, or why there is none; neither where an export has no object of the kind. */
export interface Found {
  document?: Item;
  reason?: string;
}

const isObject = (x: unknown): x is Item => typeof x === 'object' && x !== null && !Array.isArray(x);

/** The document in a text: an object as the API has it, without what the server adds, or the first of its kind in an export. */
export function documentIn(text: string, kind: string): Found {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  if (!isObject(read)) return { reason: '{ … }' };
  if (Array.isArray(read.objects) && typeof read.format === 'string') {
    const one: unknown = read.objects.find((o: unknown) => isObject(o) && o.kind === kind);
    return isObject(one) && isObject(one.object) ? { document: one.object } : {};
  }
  return { document: Object.fromEntries(Object.entries(read).filter(([name]) => !name.startsWith('_'))) };
}

/** The values of lines: what stands between line ends, and commas where there is one line alone. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const all = lines.length > 1 ? lines : text.split(/[,;]/);
  return all.map((l) => l.trim()).filter((l) => l !== '');
}
