/** A piece of a query as it is written. */
export interface Token {
  kind: 'word' | 'text' | 'sign';
  from: number;
  to: number;
}

const piece = /"(?:\\"|\\\\|[^"])*"?|[()[\],]|&&?|\|\|?|!=?|[=<>]|[^\s()[\],"&|!=<>]+(?:"(?:\\"|[^"])*"?)?/g;

/** Cuts a query into words, texts in quotes, and signs. Nothing is refused. */
export function tokensOf(query: string): Token[] {
  return [...query.matchAll(piece)].map((m) => {
    const kind = m[0].startsWith('"') ? 'text' : /^[()[\],&|!=<>]/.test(m[0]) ? 'sign' : 'word';
    return { kind, from: m.index, to: m.index + m[0].length };
  });
}

/** The conditions a query joins by "and" at its top, as ranges; one when it is joined by "or" there. */
export function termsOf(query: string): { from: number; to: number }[] {
  const tokens = tokensOf(query);
  const all: { from: number; to: number }[] = [];
  let depth = 0;
  let from = -1;
  let to = -1;
  const close = () => {
    if (from >= 0) all.push({ from, to });
    from = -1;
  };
  for (const t of tokens) {
    const text = query.slice(t.from, t.to);
    if (text === '(' || text === '[') depth++;
    if (text === ')' || text === ']') depth--;
    const word = depth === 0 && t.kind !== 'text' ? text.toLowerCase() : '';
    if (word === 'or' || word === '|' || word === '||') return whole(query);
    if (word === 'and' || word === '&' || word === '&&') {
      close();
      continue;
    }
    if (from < 0) from = t.from;
    to = t.to;
  }
  close();
  return all;
}

function whole(query: string): { from: number; to: number }[] {
  const trimmed = query.trim();
  const from = query.indexOf(trimmed);
  return trimmed === '' ? [] : [{ from, to: from + trimmed.length }];
}

const tidy = (text: string) => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** The texts of the top conditions. */
export function partsOf(query: string): string[] {
  return termsOf(query).map(({ from, to }) => query.slice(from, to));
}

/** Whether a query has the condition at its top. */
export function hasTerm(query: string, term: string): boolean {
  return partsOf(query).some((p) => tidy(p) === tidy(term));
}

/** The query narrowed by a further condition. */
export function withTerm(query: string, term: string): string {
  if (query.trim() === '') return term;
  const tokens = tokensOf(query);
  const loose = partsOf(query).length === 1 && tokens.some((t) => t.kind !== 'text' && /^(or|\|\|?)$/i.test(query.slice(t.from, t.to)));
  return `${loose && !enclosed(query.trim()) ? `(${query.trim()})` : query.trim()} and ${term}`;
}

/** The query without one of its top conditions. */
export function withoutTerm(query: string, term: string): string {
  return partsOf(query)
    .filter((p) => tidy(p) !== tidy(term))
    .join(' and ');
}

/** Whether one pair of parentheses stands around all of it. */
function enclosed(query: string): boolean {
  if (!query.startsWith('(')) return false;
  let depth = 0;
  for (const t of tokensOf(query)) {
    const text = query.slice(t.from, t.to);
    if (text === '(') depth++;
    if (text === ')') depth--;
    if (depth === 0) return t.to === query.length;
  }
  return false;
}

/** A text as it stands in a query. */
export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

const operators = /^(equals|contains|matches|in|within|before|after|exists|is|has|lower|greater|strictly|not|and|or)$/i;

/** Whether somebody wrote words to look for, and no conditions. */
export function isBare(text: string): boolean {
  const words = text.trim().split(/\s+/);
  return text.trim() !== '' && !/["()[\]=<>!&|]/.test(text) && !words.some((w) => operators.test(w));
}
