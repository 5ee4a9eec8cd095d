import { useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';

import { check, type QueryLanguage, type Verdict } from './calls';
import { indexAt, wordAt } from './places';

export interface Checked {
  /** What is wrong and where; null when nothing is, or it is not known yet. */
  problem: { text: string; near: string[]; from: number; to: number } | null;
  /** The fields that make it slow. */
  slow: string[];
}

const fine: Checked = { problem: null, slow: [] };

function read(query: string, v: Verdict): Checked {
  const p = v.problem;
  if (p === undefined || p === null) return { problem: null, slow: v.fast ? [] : (v.slow ?? []) };
  const { from, to } = wordAt(query, indexAt(query, p.at?.offset ?? 0));
  return { problem: { text: p.text ?? '', near: p.near ?? [], from, to }, slow: [] };
}

/** Asks the server about a draft once the writer pauses. What it said of an older draft is not shown. */
export function useCheck(language: QueryLanguage, draft: string, skip: boolean): Checked {
  const [paused] = useDebouncedValue(draft, 250);
  const { data } = useQuery({
    queryKey: ['query-check', language, paused],
    staleTime: 60_000,
    enabled: !skip && paused.trim() !== '' && paused === draft,
    queryFn: () => check(language, paused),
  });
  return data !== undefined && paused === draft && !skip ? read(paused, data) : fine;
}
