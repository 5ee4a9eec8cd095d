const most = 30;
const keyOf = (language: string) => `horizon.queries.${language}`;

/** The queries that were run in this browser, the newest first. */
export function ran(language: string): string[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(keyOf(language)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((q) => typeof q === 'string') : [];
  } catch {
    return [];
  }
}

/** Keeps a query that was run. */
export function keepRan(language: string, query: string): void {
  if (query.trim() === '') return;
  const all = [query, ...ran(language).filter((q) => q !== query)].slice(0, most);
  window.localStorage.setItem(keyOf(language), JSON.stringify(all));
}
