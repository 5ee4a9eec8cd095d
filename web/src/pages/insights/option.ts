import type { EChartsCoreOption } from 'echarts/core';

import type { Value } from './model';
import type { Series } from './series';

/** The colours of a theme by name, read from the page: canvas knows no variables. */
export type Ink = (name: string) => string;

const states: Record<string, string> = {
  revoked: 'revoked', expired: 'expired', superseded: 'superseded', due: 'due', valid: 'valid', pending: 'pending', in_progress: 'pending', approved: 'valid', completed: 'valid', denied: 'expired', failed: 'expired',
  canceled: 'superseded', success: 'valid', warning: 'due', failure: 'expired', auto: 'valid', manual: 'due', none: 'expired',
};
const rest = ['pending', 'valid', 'due', 'revoked', 'unmanaged', 'superseded'];

/** The colour of a value: that of its state or grade, else one of six in their order. */
export function colourOf(by: string, value: Value, index: number): string {
  if (by.startsWith('grade') && typeof value === 'string' && /^[A-F]/.test(value)) return `--grade-${value.slice(0, 1).toLowerCase()}`;
  const state = ['state', 'status', 'renewalMode'].includes(by) && typeof value === 'string' ? states[value] : undefined;
  return `--${state ?? rest[index % rest.length] ?? 'pending'}`;
}

export interface Drawn {
  by: string[];
  text: (by: string, value: Value) => string;
  ink: Ink;
}

const font = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

function frame(ink: Ink): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: font, color: ink('--mantine-color-text') },
    grid: { left: 8, right: 16, top: 8, bottom: 8, containLabel: true },
  };
}

const axis = (ink: Ink) => ({ axisLine: { lineStyle: { color: ink('--edge') } }, axisTick: { show: false }, axisLabel: { color: ink('--muted'), fontSize: 12, hideOverlap: true } });
const scale = (ink: Ink) => ({ type: 'value', minInterval: 1, axisLabel: { color: ink('--muted'), fontSize: 12 }, splitLine: { lineStyle: { color: ink('--line') } } });

/** Bars from the longest, each with its number. */
export function bars(values: Value[][], counts: number[], { by, text, ink }: Drawn): EChartsCoreOption {
  const names = values.map((v) => v.map((one, i) => text(by[i] ?? '', one)).join(', '));
  return {
    ...frame(ink),
    grid: { left: 8, right: 56, top: 4, bottom: 4, containLabel: true },
    xAxis: { ...scale(ink), show: false },
    yAxis: { type: 'category', inverse: true, data: names, ...axis(ink), axisLine: { show: false }, axisLabel: { color: ink('--mantine-color-text'), fontSize: 12, width: 150, overflow: 'truncate' } },
    series: [{
      type: 'bar', barMaxWidth: 24, label: { show: true, position: 'right', color: ink('--mantine-color-text') },
      data: counts.map((value, i) => ({ value, itemStyle: { color: ink(colourOf(by[0] ?? '', values[i]?.[0] ?? null, 0)) } })),
    }],
  };
}

/** Stacked bars or lines over time. Patterns tell series apart without their colours. */
export function overTime(series: Series, line: boolean, other: string, { by, text, ink }: Drawn): EChartsCoreOption {
  const several = series.lines.length > 1;
  return {
    ...frame(ink),
    aria: { enabled: several && !line, label: { enabled: false }, decal: { show: several && !line } },
    legend: by[1] !== undefined ? { bottom: 0, icon: 'roundRect', itemGap: 16, textStyle: { color: ink('--mantine-color-text') } } : { show: false },
    grid: { left: 8, right: 16, top: 12, bottom: by[1] !== undefined ? 36 : 8, containLabel: true },
    xAxis: { type: 'category', data: series.times.map((at) => text(by[0] ?? '', { start: at, end: 0 })), ...axis(ink) },
    yAxis: scale(ink),
    series: series.lines.map((l, i) => {
      const colour = ink(l.other ? '--superseded' : colourOf(by[1] ?? '', l.value, i));
      return { type: line ? 'line' : 'bar', stack: line ? undefined : 'all', barMaxWidth: 40, symbolSize: 6, name: l.other ? other : by[1] === undefined ? '' : text(by[1], l.value), data: l.counts, itemStyle: { color: colour }, lineStyle: { color: colour } };
    }),
  };
}

const day = 86_400_000;

/** A drawing by hand asks these of the chart it stands in. */
interface Place {
  value: (dimension: number) => number;
  coord: (at: number[]) => number[];
  size: (of: number[]) => number[];
}

/** The year of a calendar: it begins with the week of the first day, or of today when that is before it. */
export function yearOf(first: number, now: number): number {
  const from = Math.min(first, Math.max(now, first - 364 * day));
  const midnight = Math.floor(from / day) * day;
  return midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * day;
}

/** Days as squares, a week a column, darker where more is. */
export function calendar(days: { at: number; count: number }[], now: number, names: { days: string[]; months: string[] }, { ink }: Drawn): EChartsCoreOption {
  const begin = yearOf(Math.min(...days.map((d) => d.at)), now);
  const weeks = Array.from({ length: 53 }, (_, i) => begin + i * 7 * day);
  const months = weeks.map((at) => (new Date(at).getUTCDate() <= 7 ? (names.months[new Date(at).getUTCMonth()] ?? '') : ''));
  const highest = Math.max(...days.map((d) => d.count));
  const cells = days.map((d) => [Math.floor((d.at - begin) / (7 * day)), Math.floor((d.at - begin) / day) % 7, d.count]);
  const empty = weeks.flatMap((_, w) => names.days.map((__, d) => [w, d]));
  const square = (fill: (count: number) => object) => (_: unknown, api: Place) => {
    const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
    const [wide = 0, high = 0] = api.size([1, 1]);
    return { type: 'rect', shape: { x: x - wide / 2 + 1, y: y - high / 2 + 1, width: Math.max(1, wide - 2), height: Math.max(1, high - 2), r: 2 }, style: fill(api.value(2)) };
  };
  return {
    ...frame(ink),
    grid: { left: 28, right: 4, top: 24, bottom: 4 },
    xAxis: { type: 'category', position: 'top', data: months, ...axis(ink), axisLine: { show: false }, axisLabel: { color: ink('--muted'), fontSize: 12, hideOverlap: true, interval: (i: number) => months[i] !== '' } },
    yAxis: { type: 'category', inverse: true, data: names.days, ...axis(ink), axisLine: { show: false } },
    series: [
      { type: 'custom', data: cells, renderItem: square((count) => ({ fill: ink('--accent'), opacity: 0.35 + 0.65 * (count / highest) })) },
      { type: 'custom', silent: true, z: 1, data: empty, renderItem: square(() => ({ fill: ink('--hover') })) },
    ],
  };
}
