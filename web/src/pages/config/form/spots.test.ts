import { describe, expect, test } from 'vitest';

import { keysOfSchema, marks, spotAt } from './spots';

describe('expressions', () => {
  test('what stands at a place is a key, a text or a sign', () => {
    const at = (text: string, index: number) => {
      const { from, to } = spotAt(text, index);
      return text.slice(from, to);
    };
    expect(at('Lowr("a")', 0)).toBe('Lowr');
    expect(at('{{csr.subject.xn.1}}', 2)).toBe('csr.subject.xn.1');
    expect(at('{{label."cost centre".x}}', 2)).toBe('label."cost centre".x');
    expect(at('"é" + 1', 4)).toBe('+');
    expect(at('Lower(', 6)).toBe('Lower(');
    expect(at('Lower', 5)).toBe('Lower');
    expect(at('', 0)).toBe('');
  });

  test('places in bytes are marks in characters', () => {
    expect(marks('Concat("é", Lowr("a"))', { problem: { at: { offset: 13, line: 1, column: 13 }, text: 'no such function', near: ['Lower'] } })).toEqual([
      { from: 12, to: 16, severity: 'error', message: 'no such function', near: 'Lower' },
    ]);
  });

  test('a schema says which keys there are', () => {
    expect(keysOfSchema('profile/module')).toEqual({ context: 'profile', by: 'module' });
    expect(keysOfSchema('claims')).toEqual({ context: 'claims', by: '' });
    expect(keysOfSchema(undefined)).toEqual({ by: '' });
  });
});
