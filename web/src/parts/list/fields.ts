import type { TFunction } from 'i18next';

/** What one groups by, for people: "End, by month", "Grade, internal policy". */
export function fieldText(t: TFunction, by: string): string {
  const keyed = /^(grade|label|metadata)\.(.+)$/.exec(by);
  if (keyed !== null) return t(`insights:field.${keyed[1]}`, { name: keyed[2] });
  return t(`insights:field.${by.replaceAll('.', '_')}`, { defaultValue: by });
}
