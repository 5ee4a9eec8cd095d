/** What is read of a JSON Schema. Keywords that begin with x- say what a text means. */
export interface Schema {
  $ref?: string | undefined;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  enum?: string[];
  default?: unknown;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  format?: string;
  writeOnly?: boolean;
  $defs?: Record<string, Schema>;
  [keyword: `x-${string}`]: unknown;
}

/** What a field is edited with. It follows from the schema alone, never from the kind. */
export type FieldType =
  | 'text' | 'lines' | 'number' | 'time' | 'boolean' | 'maybe' | 'enum' | 'secret' | 'ref' | 'duration' | 'cron' | 'rule' | 'condition' | 'template' | 'regex'
  | 'query' | 'pem' | 'localized' | 'permissions' | 'levels' | 'elements' | 'refs' | 'choices' | 'texts' | 'rows' | 'object' | 'map' | 'json';

/** One member of an object. */
export interface Field {
  name: string;
  schema: Schema;
  type: FieldType;
  required: boolean;
}

/** Looks up what a schema refers to. Its own description stays. */
export type Resolve = (schema: Schema) => Schema;

/** The resolver of a schema with its definitions; `defs` are those of another document. */
export function resolverOf(defs: Record<string, Schema>): Resolve {
  const resolve: Resolve = (schema) => {
    if (schema.$ref === undefined) return schema;
    const target = defs[schema.$ref.replace(/^.*\//, '')] ?? {};
    return { ...resolve(target), ...schema, $ref: undefined };
  };
  return resolve;
}

/** The members of an object in the order they are best shown, without those the server adds. */
export function fieldsOf(schema: Schema, resolve: Resolve): Field[] {
  const properties = schema.properties ?? {};
  const order = Array.isArray(schema['x-order']) ? (schema['x-order'] as string[]) : Object.keys(properties);
  const names = [...new Set([...order, ...Object.keys(properties)])].filter((n) => properties[n] !== undefined && !n.startsWith('_') && n !== '$schema');
  return names.map((name) => {
    const one = resolve(properties[name] as Schema);
    return { name, schema: one, type: typeOf(name, one, resolve), required: schema.required?.includes(name) === true };
  });
}

const words: [string, FieldType][] = [
  ['x-secret', 'secret'], ['x-ref', 'ref'], ['x-duration', 'duration'], ['x-cron', 'cron'], ['x-rule', 'rule'], ['x-condition', 'condition'],
  ['x-template', 'template'], ['x-regex', 'regex'], ['x-query', 'query'], ['x-pem', 'pem'], ['x-localized', 'localized'],
];

/** What a member is edited with. */
export function typeOf(name: string, schema: Schema, resolve: Resolve): FieldType {
  for (const [word, type] of words) if (schema[word as `x-${string}`] !== undefined && schema[word as `x-${string}`] !== false) return type;
  if (schema.enum !== undefined) return 'enum';
  switch (Array.isArray(schema.type) ? schema.type.find((t) => t !== 'null') : schema.type) {
    case 'boolean':
      return /left out/.test(schema.description ?? '') || schema.default === true ? 'maybe' : 'boolean';
    case 'integer':
    case 'number':
      return /milliseconds since 1970/.test(schema.description ?? '') ? 'time' : 'number';
    case 'array':
      return typeOfList(name, resolve(schema.items ?? {}), resolve);
    case 'object':
      return typeOfObject(schema, resolve);
    case 'string':
      return typeOfText(name, schema);
  }
  return 'json';
}

function typeOfText(name: string, schema: Schema): FieldType {
  if (schema.writeOnly === true) return 'secret';
  if (/\bPEM\b/.test(schema.description ?? '') && (schema.maxLength ?? 0) > 10_000) return 'pem';
  if (name === 'regex' || /^Regular expression/.test(schema.description ?? '')) return 'regex';
  return (schema.maxLength ?? 0) >= 1000 && !/url|uri|address/i.test(name) && name === 'description' ? 'lines' : 'text';
}

function typeOfList(name: string, items: Schema, resolve: Resolve): FieldType {
  if (items['x-ref'] !== undefined) return 'refs';
  if (items.enum !== undefined) return 'choices';
  const members = Object.keys(items.properties ?? {}).sort().join();
  if (members === 'lang,value') return 'localized';
  if (members === 'filter,value') return 'permissions';
  if (items.properties?.editableByRequester !== undefined) return 'elements';
  if (items.properties !== undefined) return 'rows';
  return typeOf(name, items, resolve) === 'text' ? 'texts' : 'rows';
}

function typeOfObject(schema: Schema, resolve: Resolve): FieldType {
  const members = Object.values(schema.properties ?? {});
  if (members.length === 0) return typeof schema.additionalProperties === 'object' ? 'map' : 'json';
  return members.every((m) => resolve(m).properties?.accessLevel !== undefined) ? 'levels' : 'object';
}

/** A first value of what is required, so that an object begins with the right shape: nothing where people have to choose. */
export function blank(schema: Schema, resolve: Resolve): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const { name, schema: one, type, required } of fieldsOf(schema, resolve)) {
    if (!required) continue;
    if (one.enum !== undefined) object[name] = one.enum[0];
    else if (type === 'object' || type === 'levels') object[name] = blank(one, resolve);
    else if (one.type === 'array') object[name] = [];
    else if (one.type === 'boolean') object[name] = false;
  }
  return object;
}
