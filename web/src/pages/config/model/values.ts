/** Where a value stands in a document: names of members and numbers of list members. */
export type Path = readonly (string | number)[];

/** The path as the API writes it: "mappings.0.group". */
export const textOf = (path: Path) => path.join('.');

/** The value at a path, or undefined. */
export function at(document: unknown, path: Path): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The document with another value at a path; undefined takes the member away. What is on the way is made. */
export function put(document: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(document) || (document === undefined && typeof step === 'number')) {
    const list = [...((document as unknown[] | undefined) ?? [])];
    list[Number(step)] = put(list[Number(step)], rest, value);
    return list;
  }
  const object = { ...((document as Record<string, unknown> | undefined) ?? {}) };
  const next = put(object[step], rest, value);
  if (next === undefined) return Object.fromEntries(Object.entries(object).filter(([name]) => name !== String(step)));
  object[step] = next;
  return object;
}

/** Whether two values of JSON are the same. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((n) => same((a as Record<string, unknown>)[n], (b as Record<string, unknown>)[n]));
}

/** Whether nothing is in a value: not there, or empty through and through. */
export function empty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.values(value).every(empty);
}

/** One member that differs. */
export interface Difference {
  field: string;
  old?: unknown;
  new?: unknown;
  secret?: boolean;
  /** The secret is taken away. */
  removed?: boolean;
}

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x);

/** What differs between two documents, member by member; lists of as many objects are compared one by one, as the server does. */
export function differences(old: unknown, now: unknown, path: Path = []): Difference[] {
  if ((isObject(old) || old === undefined) && (isObject(now) || now === undefined) && (isObject(old) || isObject(now))) {
    const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])].sort();
    return names.flatMap((n) => differences(old?.[n], now?.[n], [...path, n]));
  }
  if (Array.isArray(old) && Array.isArray(now) && old.length === now.length && old.length > 0 && [...old, ...now].every(isObject)) {
    return old.flatMap((one, i) => differences(one, (now as unknown[])[i], [...path, i]));
  }
  return same(old, now) ? [] : [{ field: textOf(path), old, new: now }];
}

/** The document with something else in place of its secrets: {} as in answers, or nothing for null. */
export function withoutSecrets(document: unknown, secret: (path: Path) => boolean, instead: unknown = {}, path: Path = []): unknown {
  if (secret(path)) return document === undefined || instead === null ? undefined : instead;
  if (Array.isArray(document)) return document.map((one, i) => withoutSecrets(one, secret, instead, [...path, i]));
  if (!isObject(document)) return document;
  return Object.fromEntries(Object.entries(document).map(([n, v]) => [n, withoutSecrets(v, secret, instead, [...path, n])]));
}
