import type { NamesElement } from '../wire';

/** Types of alternative names that are recognised by how they are written. */
export const plainTypes = ['DNSNAME', 'IPADDRESS', 'RFC822NAME', 'URI'];

/** Takes a pasted list apart: names stand on lines of their own, or between commas, semicolons and spaces; each once. */
export function splitNames(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((n) => n !== ''))];
}

/** The type a name has by its looks. */
export function typeOf(name: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return 'URI';
  if (name.includes('@')) return 'RFC822NAME';
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name) || (name.includes(':') && /^[0-9a-f:.]+$/i.test(name))) return 'IPADDRESS';
  return 'DNSNAME';
}

/** The names by their type; a type the profile declares and that has none is there, empty. */
export function byType(names: string[], declared: NamesElement[]): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const d of declared) if (d.editable && plainTypes.includes(d.type)) all[d.type] = [];
  for (const name of names) (all[typeOf(name)] ??= []).push(name);
  return all;
}

/** The name the certificate is called by unless somebody says otherwise: the first. */
export function commonName(names: string[]): string {
  return names[0] ?? '';
}
