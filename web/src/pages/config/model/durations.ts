/** The units durations are written in, the largest first. */
export const units = ['days', 'hours', 'minutes', 'seconds', 'milliseconds'] as const;
export type Unit = (typeof units)[number];

const lengths: Record<Unit, number> = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000, milliseconds: 1 };

/** The unit a word names: "d", "day" and "days" are days. */
export function unitOf(said: string): Unit | undefined {
  const word = said.toLowerCase();
  if (word === '') return undefined;
  if (word.startsWith('mil') || word === 'ms') return 'milliseconds';
  return units.find((u) => u !== 'milliseconds' && (u.startsWith(word) || word === u.charAt(0)));
}

/** "7 days" as its number and its unit. What is neither stays as it was typed. */
export function partsOf(text: string): { amount: string; unit: Unit } {
  const found = /^(\d+)\s*([a-z]+)$/i.exec(text.trim());
  const unit = unitOf(found?.[2] ?? '');
  return found === null || unit === undefined ? { amount: text, unit: 'days' } : { amount: found[1] ?? '', unit };
}

/** How long a duration is, in milliseconds; nothing of what is none. */
export function lengthOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const { amount, unit } = partsOf(text);
  return /^\d+$/.test(amount) && amount !== text.trim() ? Number(amount) * lengths[unit] : undefined;
}
