/** A value of a distinguished name as RFC 4514, 2.4 writes it. */
export function escaped(value: string): string {
  return value.replace(/[\\",+<>;=]/g, '\\$&').replace(/^[ #]/, '\\$&').replace(/ $/, '\\ ');
}
