const files = import.meta.glob<Record<string, unknown>>('./fr/*.json', { eager: true, import: 'default' });

/** All texts of the language, by namespace: the name of the file. */
export const texts = Object.fromEntries(Object.entries(files).map(([path, entries]) => [path.replace(/^.*\/|\.json$/g, ''), entries]));
