const encoder = new TextEncoder();

/** How many bytes of a text, in UTF-8, stand before an index: the API counts in bytes. */
export function bytesBefore(text: string, index: number): number {
  return encoder.encode(text.slice(0, index)).length;
}

/** The index in a text of a place that is told in bytes; its end when there are fewer. */
export function indexAt(text: string, bytes: number): number {
  let seen = 0;
  for (let i = 0; i < text.length; ) {
    if (seen >= bytes) return i;
    const point = text.codePointAt(i) ?? 0;
    seen += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    i += point > 0xffff ? 2 : 1;
  }
  return text.length;
}

/** The word, text or sign at an index: what is underlined. Behind the last word it is that word. */
export function wordAt(text: string, index: number): { from: number; to: number } {
  let at = Math.min(index, text.length);
  if (text.slice(at).trim() === '') at = text.trimEnd().length;
  if (at === text.trimEnd().length) {
    const from = Math.max(0, text.slice(0, at).search(/\S+$/));
    return { from, to: at };
  }
  const rest = text.slice(at);
  const space = /^\s*/.exec(rest)?.[0].length ?? 0;
  const found = /^("(\\"|[^"])*"?|[^\s()[\],"]+|.)/.exec(rest.slice(space))?.[0] ?? '';
  return { from: at + space, to: at + space + found.length };
}
