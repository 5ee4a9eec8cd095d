/** "key = value" lines as a dictionary. */
export function dictionaryOf(lines: string): Record<string, string> {
  const pairs = lines.split('\n').map((l) => /^\s*([^=]+?)\s*=\s*(.*)$/.exec(l));
  return Object.fromEntries(pairs.flatMap((p) => (p === null ? [] : [[p[1] ?? '', p[2] ?? '']])));
}

/** The keys an expression names, so that a sample can be given for each. */
export function keysOf(text: string): string[] {
  const one = [...text.matchAll(/\{\{\s*([\w.-]+)\s*\}\}/g)].map((m) => m[1] ?? '');
  const many = [...text.matchAll(/\[\[\s*([\w.-]+)\s*\]\]/g)].map((m) => `${m[1] ?? ''}.1`);
  return [...new Set([...one, ...many])].filter((k) => k !== 'NOW' && k !== 'NULL');
}
