import { fieldsOf, type Resolve, type Schema } from './schema';

/** Where the caret stands in a text of JSON: the names on the way to it, and whether a name or a value is written there. */
export interface Place {
  path: (string | number)[];
  writes: 'name' | 'value';
  /** Where what is being written begins. */
  from: number;
  /** Names the object around the caret has before it. */
  names: string[];
}

interface Level {
  list: boolean;
  index: number;
  name: string;
  names: string[];
  after: boolean; // a colon was read: a value comes
}

/** Finds the place of an index in a text that may be no JSON yet; undefined outside of all objects. */
export function placeAt(text: string, index: number): Place | undefined {
  const levels: Level[] = [];
  const token = /"(?:\\.|[^"\\])*"?|[{}[\],:]|[^\s{}[\],:"]+/g;
  let from = index;
  for (let m = token.exec(text); m !== null && m.index < index; m = token.exec(text)) {
    const end = m.index + m[0].length;
    const within = end > index || (end === index && !/^[{}[\],:]$/.test(m[0]) && !(m[0].length > 1 && m[0].endsWith('"')));
    const top = levels.at(-1);
    if (within) {
      from = m.index;
      break;
    }
    read(levels, top, m[0]);
  }
  const top = levels.at(-1);
  if (top === undefined) return undefined;
  const path = levels.slice(0, -1).map((l) => (l.list ? l.index : l.name));
  if (!top.list && !top.after) return { path, writes: 'name', from, names: top.names };
  return { path: [...path, top.list ? top.index : top.name], writes: 'value', from, names: top.names };
}

function read(levels: Level[], top: Level | undefined, piece: string): void {
  if (piece === '{' || piece === '[') levels.push({ list: piece === '[', index: 0, name: '', names: [], after: false });
  else if (piece === '}' || piece === ']') levels.pop();
  else if (top === undefined) return;
  else if (piece === ':') top.after = true;
  else if (piece === ',') {
    top.index++;
    top.after = false;
  } else if (!top.list && !top.after && piece.startsWith('"')) {
    top.name = piece.replace(/^"|"$/g, '');
    top.names.push(top.name);
  }
}

/** The schema of what stands at a path. */
export function schemaAt(schema: Schema, path: (string | number)[], resolve: Resolve): Schema | undefined {
  let at: Schema | undefined = resolve(schema);
  for (const step of path) {
    const next: Schema | undefined = typeof step === 'number' ? at.items : (at.properties?.[step] ?? (typeof at.additionalProperties === 'object' ? at.additionalProperties : undefined));
    if (next === undefined) return undefined;
    at = resolve(next);
  }
  return at;
}

/** One thing that can be written, as it stands in JSON. */
export interface Choice {
  label: string;
  text: string;
  detail?: string | undefined;
}

/** The names an object can still have, with a beginning of their values. */
export function namesFor(schema: Schema, there: string[], resolve: Resolve): Choice[] {
  return fieldsOf(schema, resolve)
    .filter((f) => !there.includes(f.name))
    .map((f) => ({ label: f.name, text: `${JSON.stringify(f.name)}: ${beginning(f.schema)}`, detail: f.schema.description }));
}

function beginning(schema: Schema): string {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'array') return '[]';
  if (type === 'object' || schema['x-secret'] === true) return '{}';
  return type === 'string' ? '""' : '';
}

/** The values the schema itself names: of an enumeration, yes and no, what is usual, an example. */
export function valuesFor(schema: Schema): Choice[] {
  const said = (value: unknown, detail?: string): Choice => ({ label: String(value), text: JSON.stringify(value), detail });
  if (schema.enum !== undefined) return schema.enum.map((v) => said(v));
  if (schema.type === 'boolean') return [said(true), said(false)];
  const others = [schema.default, schema['x-example']].filter((v) => v !== undefined && typeof v !== 'object');
  return others.map((v) => (schema.type === 'integer' || schema.type === 'number' ? said(Number(v)) : said(v)));
}
