import type { Language } from './language';

const day = 86_400_000;

type Shape = Intl.DateTimeFormatOptions;
const second: Shape = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' };
const dayAlone: Shape = { day: 'numeric', month: 'short' };
const dayOfYear: Shape = { ...dayAlone, year: 'numeric' };

/** Keeps what was made for a key: making a formatter costs more than a hundred uses of it. */
function once<Format>(make: (key: string) => Format): (key: string) => Format {
  const made = new Map<string, Format>();
  return (key) => {
    const format = made.get(key) ?? make(key);
    made.set(key, format);
    return format;
  };
}

const dates = (shape: Shape) => ({ local: once((l) => new Intl.DateTimeFormat(l, shape)), utc: once((l) => new Intl.DateTimeFormat(l, { ...shape, timeZone: 'UTC' })) });
const [seconds, days, daysOfYears] = [dates(second), dates(dayAlone), dates(dayOfYear)];
const distances = once((l) => new Intl.RelativeTimeFormat(l, { numeric: 'auto' }));
const numbers = once((l) => new Intl.NumberFormat(l));

function written(at: number, language: Language, utc: boolean, shape: ReturnType<typeof dates>): string {
  return (utc ? shape.utc : shape.local)(locale(language)).format(at);
}

/** A time as the reader's language writes it, in the local zone or in UTC, with the zone named. */
export function fullTime(at: number, language: Language, utc: boolean): string {
  return written(at, language, utc, seconds);
}

/** The day alone; the year only when it is another one. */
export function dayOf(at: number, now: number, language: Language, utc: boolean): string {
  const year = (x: number) => (utc ? new Date(x).getUTCFullYear() : new Date(x).getFullYear());
  return written(at, language, utc, year(at) === year(now) ? days : daysOfYears);
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * day], ['month', 30 * day], ['day', day], ['hour', 3_600_000], ['minute', 60_000],
];

/** How far away, in the largest unit that fits: "in 4 days", "2 hours ago"; under a minute it is now. */
export function distance(at: number, now: number, language: Language): string {
  const away = at - now;
  const [unit, size] = steps.find(([, s]) => Math.abs(away) >= s) ?? ['second', Infinity];
  return distances(locale(language)).format(Math.trunc(away / size), unit);
}

/** A number as the reader's language writes it. */
export function figure(n: number, language: Language): string {
  return numbers(locale(language)).format(n);
}

/** A length of time in words: "30 days". */
export function period(amount: number, unit: 'days' | 'hours' | 'minutes' | 'seconds' | 'milliseconds', language: Language): string {
  return new Intl.NumberFormat(locale(language), { style: 'unit', unit: unit.slice(0, -1), unitDisplay: 'long' }).format(amount);
}

/** How long something takes, roughly, in the largest unit that fits: "2 hours"; under a minute it is one. */
export function around(took: number, language: Language): string {
  const [unit, size] = ([['days', day], ['hours', 3_600_000], ['minutes', 60_000]] as const).find(([, s]) => took >= s) ?? (['minutes', 60_000] as const);
  return period(Math.max(1, Math.round(took / size)), unit, language);
}

function locale(language: Language): string {
  return language === 'fr' ? 'fr-FR' : 'en-GB';
}
