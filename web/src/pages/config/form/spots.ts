import type { Diagnostic } from '@codemirror/lint';

import type { Schemas } from '@/api/client';
import { indexAt } from '@/parts/query/places';

type Verdict = Schemas['CheckedExpression'];

/** What the keyword x-keys of a schema says: the context, and the member that tells its variant. */
export function keysOfSchema(keyword: unknown): { context?: string; by: string } {
  const [context = '', by = ''] = typeof keyword === 'string' ? keyword.split('/') : [];
  return context === '' ? { by } : { context, by };
}

/** The word, key or sign at an index. At the end of the text it is what stands last. */
export function spotAt(text: string, index: number): { from: number; to: number } {
  const end = text.trimEnd().length;
  if (index >= end) return { from: Math.max(0, text.slice(0, end).search(/[\p{L}\p{N}._-]*.?$/su)), to: end };
  const found = /^(?:"[^"]*"|[\p{L}\p{N}._-])+|^./su.exec(text.slice(index))?.[0] ?? '';
  return { from: index, to: index + found.length };
}

/** One thing to say of a text, at its word. */
export interface Said extends Diagnostic {
  near: string | undefined;
}

/** What a verdict says, as marks in the text. */
export function marks(text: string, { problem, unknown }: Verdict): Said[] {
  const one = (severity: 'error' | 'warning') => (p: NonNullable<Verdict['problem']>): Said => ({
    ...spotAt(text, indexAt(text, p.at?.offset ?? 0)), severity, message: p.text ?? '', near: p.near?.[0],
  });
  return [...(problem === undefined || problem === null ? [] : [problem].map(one('error'))), ...(unknown ?? []).map(one('warning'))];
}
