/** What the addresses of all pages begin with. */
export const base = '/ui';

/** The address of a page by its path within the console: "/certificates/65f0…". */
export const hrefOf = (path: string) => base + path;

/** The query part of an address as plain texts, so that a query stays readable in it. */
export type Search = Record<string, string | undefined>;

/** Reads "?q=san%20contains&page=2". A name that comes twice keeps its last value. */
export function parseSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}

/** Writes the query part; what is undefined or empty is left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
