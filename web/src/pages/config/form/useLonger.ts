import { useQuery } from '@tanstack/react-query';

import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';

import { useAt } from '../model/draft';
import { lengthOf } from '../model/durations';
import { itemQuery, mayRead, useKinds } from '../model/kinds';
import type { Schema } from '../model/schema';
import { at } from '../model/values';
import { useForm } from './context';

/** What is odd about a duration: it is longer than the one its schema names, in this object or in one that it refers to. */
export function useLonger(schema: Schema, value: unknown): string | undefined {
  const { t } = useTexts();
  const { draft, words, top } = useForm();
  const self = useSelf();
  const kinds = useKinds();
  const path = typeof schema['x-shorter-than'] === 'string' ? schema['x-shorter-than'].split('.') : [];
  const first = useAt(draft, path.slice(0, 1));
  const kind = kinds.find((k) => k.kind === top?.(path[0] ?? '')?.['x-ref']);
  const name = typeof first === 'string' ? first : '';
  const referred = path.length > 1 && kind !== undefined && name !== '' && mayRead(self, kind);
  const { data } = useQuery({ ...itemQuery(kind ?? { kind: '', path: '' }, name), enabled: referred, staleTime: 30_000, retry: false });
  if (path.length === 0) return undefined;
  const other = path.length === 1 ? first : at(data?.item, path.slice(1));
  const [mine, theirs] = [lengthOf(value), lengthOf(other)];
  if (mine === undefined || theirs === undefined || mine <= theirs) return undefined;
  const label = words.label(path.at(-1) ?? '');
  return t('config:longer', { value, other, name: path.length === 1 ? label : `${label} (${name})` });
}
