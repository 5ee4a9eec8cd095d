import { fileName, saveFile } from '@/parts/list/download';

import type { Board, Chart } from './model';

const subjects = ['certificate', 'request', 'event'];

/** A dashboard as a file says it; what is not one is refused. The server checks its charts. */
export function boardOf(text: string): Board {
  const read = JSON.parse(text) as Partial<Board> | null;
  const named = typeof read === 'object' && read !== null && typeof read.name === 'string' && read.name !== '';
  if (!named || !subjects.includes(read.type ?? '') || !Array.isArray(read.charts)) throw new SyntaxError('no dashboard');
  return { name: read.name ?? '', type: read.type ?? 'certificate', charts: read.charts as Chart[], ...(typeof read.description === 'string' ? { description: read.description } : {}) };
}

/** A name that none of those known has: the wished one, else with a number. */
export function freeName(wished: string, known: string[]): string {
  if (!known.includes(wished)) return wished;
  for (let n = 2; ; n++) {
    const name = `${wished.slice(0, 120)} (${n})`;
    if (!known.includes(name)) return name;
  }
}

/** Hands a dashboard out as a file that can be taken in elsewhere. */
export function saveBoard({ name, type, description, charts }: Board): void {
  saveFile(new Blob([JSON.stringify({ name, type, description, charts }, null, 2)], { type: 'application/json' }), `${fileName(name)}.json`);
}
