import type { Resolve, Schema } from './schema';
import type { Path } from './values';

/** Tells which places of a document are secrets. */
export function secretPlaces(schema: Schema, resolve: Resolve): (path: Path) => boolean {
  return (path) => {
    let at: Schema = schema;
    for (const step of path) {
      const next: Schema | undefined = typeof step === 'number' ? at.items : (at.properties?.[step] ?? (typeof at.additionalProperties === 'object' ? at.additionalProperties : undefined));
      if (next === undefined) return false;
      at = resolve(next);
    }
    return at['x-secret'] === true || (at.writeOnly === true && path.length > 0);
  };
}

