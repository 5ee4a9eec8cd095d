// The console's own texts, so that one table of places serves both languages.
import { readFileSync } from 'node:fs';

const quote = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Looks texts up by "namespace:key" as what an accessible name is found by: where a text has values, any stand there. */
export function wordsIn(language) {
  const files = new Map();
  return (key) => {
    const [file, path] = key.split(':');
    if (!files.has(file)) files.set(file, JSON.parse(readFileSync(new URL(`../src/texts/${language}/${file}.json`, import.meta.url), 'utf8')));
    const parts = path.split('.');
    const last = parts.pop();
    const group = parts.reduce((at, part) => at?.[part], files.get(file));
    const forms = [group?.[last], ...['zero', 'one', 'other', 'many'].map((form) => group?.[`${last}_${form}`])].filter((text) => typeof text === 'string');
    if (forms.length === 0) throw new Error(`there is no text ${key} in ${language}`);
    return new RegExp(`^(${forms.map((text) => text.split(/\{\{.*?\}\}/).map((part) => quote(part).replace(/\s/g, '\\s')).join('.*')).join('|')})`);
  };
}
