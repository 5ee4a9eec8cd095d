import type { TFunction } from 'i18next';

// Refusals of the API that the reader is told in words of the page; others are shown as they come.
const known: [RegExp, string, string[]][] = [
  [/^(?:Subject element|SAN|Extension) '[^']+': '(.*)' does not match (.*)$/, 'pattern', ['value', 'pattern']],
  [/^(?:Subject element|Extension) '[^']+' is mandatory$/, 'mandatory', []],
  [/^Label element '[^']+' is mandatory$/, 'mandatory', []],
  [/^(?:Owner|Team|Contact email) is mandatory$/, 'mandatory', []],
  [/^SAN '[^']+': at least (\d+) are needed$/, 'least', ['count']],
  [/^SAN '[^']+': at most (\d+) are accepted$/, 'most', ['count']],
  [/^(?:Label element '[^']+'|Owner|Team|Contact email) '(.*)' is not authorized$/, 'value', ['value']],
  [/^Team '(.*)' is not authorized: there is no such team$/, 'team', ['value']],
  [/^SAN '([^']+)' is not authorized$/, 'type', ['type']],
  [/^Subject alternative name is not valid: \w+ "(.*)"$/, 'syntax', ['value']],
  [/^the key type (\S+) is not authorized by the profile$/, 'key', ['type']],
];

/** A refusal of the API in the reader's words. */
export function sentence(t: TFunction, raw: string): string {
  for (const [pattern, name, values] of known) {
    const found = pattern.exec(raw);
    if (found === null) continue;
    const filled = Object.fromEntries(values.map((v, i) => [v, v === 'count' ? Number(found[i + 1]) : (found[i + 1] ?? '')]));
    return t(`requests:wrong.${name}`, filled);
  }
  return raw;
}
