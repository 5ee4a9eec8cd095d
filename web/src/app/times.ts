import type { Language } from './language';

const day = 86_400_000;

/** A time as the reader's language writes it, in the local zone or in UTC, with the zone named. */
export function fullTime(at: number, language: Language, utc: boolean): string {
  return new Intl.DateTimeFormat(locale(language), {
    day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short',
    ...(utc ? { timeZone: 'UTC' } : {}),
  }).format(at);
}

/** The day alone; the year only when it is another one. */
export function dayOf(at: number, now: number, language: Language, utc: boolean): string {
  const zone = utc ? { timeZone: 'UTC' } : {};
  const year = (x: number) => new Intl.DateTimeFormat('en', { year: 'numeric', ...zone }).format(x);
  return new Intl.DateTimeFormat(locale(language), { day: 'numeric', month: 'short', ...(year(at) === year(now) ? {} : { year: 'numeric' }), ...zone }).format(at);
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * day], ['month', 30 * day], ['day', day], ['hour', 3_600_000], ['minute', 60_000],
];

/** How far away, in the largest unit that fits: "in 4 days", "2 hours ago"; under a minute it is now. */
export function distance(at: number, now: number, language: Language): string {
  const away = at - now;
  const [unit, size] = steps.find(([, s]) => Math.abs(away) >= s) ?? ['second', Infinity];
  return new Intl.RelativeTimeFormat(locale(language), { numeric: 'auto' }).format(Math.trunc(away / size), unit);
}

/** A number as the reader's language writes it. */
export function figure(n: number, language: Language): string {
  return new Intl.NumberFormat(locale(language)).format(n);
}

function locale(language: Language): string {
  return language === 'fr' ? 'fr-FR' : 'en-GB';
}
