import { ask } from '@/api/client';

import { formOf, paths, type Chart, type Counted, type Subject, type Value } from './model';

const most = 1000;

/** Counts what a chart shows. */
export async function countOf(type: Subject, chart: Chart, signal: AbortSignal): Promise<Counted> {
  const { api } = paths[type];
  const query = chart.localQuery ?? '';
  const form = formOf(chart);
  if (form === 'number') {
    const { body } = await ask<{ count?: number }>({ method: 'POST', path: `${api}/search`, body: { query, fields: [], pageSize: 1, withCount: true }, signal });
    return { groups: [{ values: [], count: body.count ?? 0 }], all: 1 };
  }
  const dated = form === 'stacked' || form === 'line' || form === 'calendar';
  const body = { query, groupBy: chart.fields, limit: dated ? most : (chart.limit ?? 10), sortOrder: dated ? 'KeyAsc' : (chart.sortOrder ?? 'Desc'), withCount: true, ...(chart.having === undefined ? {} : { having: chart.having }) };
  const answer = await ask<{ items: { _id: Record<string, Value>; count: number }[]; count?: number }>({ method: 'POST', path: `${api}/aggregate`, body, signal });
  return { groups: answer.body.items.map((i) => ({ values: chart.fields.map((f) => i._id[f] ?? null), count: i.count })), all: answer.body.count ?? answer.body.items.length };
}
