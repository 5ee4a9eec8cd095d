import type { EChartsCoreOption } from 'echarts/core';
import { useMemo } from 'react';

import { spoken } from '@/app/language';
import { useNow } from '@/app/now';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { withTerm } from '@/parts/query/terms';

import type { Pressed } from './Draw';
import { formOf, termOf, type Chart, type Counted, type Subject, type Value } from './model';
import { bars, calendar, overTime } from './option';
import { seriesOf } from './series';
import { textOf } from './words';

export interface Drawing {
  /** Null where there is nothing to draw. */
  option: EChartsCoreOption | null;
  height: number;
  text: (by: string, value: Value) => string;
  /** The query whose list is behind a mark. */
  queryAt: (pressed: Pressed) => string | undefined;
  /** What a mark says. */
  saidAt: (pressed: Pressed) => string;
}

/** The names of days, Monday first, and of months. */
function names(): { days: string[]; months: string[] } {
  const locale = spoken() === 'fr' ? 'fr-FR' : 'en-GB';
  const name = (options: Intl.DateTimeFormatOptions, at: number) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(at);
  return {
    days: Array.from({ length: 7 }, (_, i) => name({ weekday: 'narrow' }, Date.UTC(2023, 0, 2 + i))),
    months: Array.from({ length: 12 }, (_, i) => name({ month: 'short' }, Date.UTC(2023, i, 1))),
  };
}

/** How a chart is drawn in a theme, and what each of its marks leads to. */
export function useDrawing(type: Subject, chart: Chart, counted: Counted, theme: string): Drawing {
  const { t } = useTexts();
  const today = Math.floor(useNow() / 86_400_000) * 86_400_000;
  return useMemo(() => {
    const style = getComputedStyle(document.documentElement);
    const ink = (name: string) => style.getPropertyValue(name).trim();
    const { groups } = counted;
    const text = (by: string, value: Value) => textOf(t, type, by, value);
    const drawn = { by: chart.fields, text, ink };
    const sentence = (values: Value[], count: number) => `${values.map((v, i) => text(chart.fields[i] ?? '', v)).join(', ')}: ${figure(count, spoken())}`;
    const of = (p: Pressed) => groups[p.data];
    const group = (p: Pressed) => { const g = of(p); return g === undefined ? '' : sentence(g.values, g.count); };
    const narrowed = (values: Value[]) => values.reduce((q: string, v, i) => withTerm(q, termOf(type, chart.fields[i] ?? '', v)), chart.localQuery ?? '');
    const form = theme === '' ? 'table' : formOf(chart);
    if (form === 'bars') {
      const option = bars(groups.map((g) => g.values), groups.map((g) => g.count), drawn);
      return { option, height: Math.max(64, groups.length * 30 + 8), text, saidAt: group, queryAt: (p) => { const g = of(p); return g === undefined ? undefined : narrowed(g.values); } };
    }
    if (form === 'stacked' || form === 'line') {
      const series = seriesOf(groups, chart.fields[0] ?? '');
      const queryAt = (p: Pressed) => {
        const line = series.lines[p.series];
        const at = series.times[p.data];
        if (at === undefined || line === undefined) return undefined;
        const time: Value = { start: at, end: 0 };
        return narrowed(line.other || chart.fields.length < 2 ? [time] : [time, line.value]);
      };
      const saidAt = (p: Pressed) => {
        const line = series.lines[p.series];
        const when = text(chart.fields[0] ?? '', { start: series.times[p.data] ?? 0, end: 0 });
        const name = line === undefined || chart.fields[1] === undefined ? '' : `, ${line.other ? t('insights:other') : text(chart.fields[1], line.value)}`;
        return `${when}${name}: ${figure(line?.counts[p.data] ?? 0, spoken())}`;
      };
      return { option: series.times.length === 0 ? null : overTime(series, form === 'line', t('insights:other'), drawn), height: 260, text, queryAt, saidAt };
    }
    if (form === 'calendar') {
      const days = groups.flatMap((g) => (typeof g.values[0] === 'object' && g.values[0] !== null ? [{ at: g.values[0].start, count: g.count }] : []));
      const queryAt = (p: Pressed) => (days[p.data] === undefined ? undefined : narrowed([{ start: days[p.data]?.at ?? 0, end: 0 }]));
      return { option: days.length === 0 ? null : calendar(days, today, names(), drawn), height: 176, text, queryAt, saidAt: (p) => sentence([{ start: days[p.data]?.at ?? 0, end: 0 }], days[p.data]?.count ?? 0) };
    }
    return { option: null, height: 0, text, queryAt: () => undefined, saidAt: () => '' };
  }, [t, type, chart, counted, theme, today]);
}
