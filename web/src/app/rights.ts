import { useSelf, type Self } from './session';

/**
 * Whether somebody holds a right at or below `area`, such as "configuration:security", or above it. It decides what is
 * drawn; what may be done is decided by the server alone.
 */
export function holds(self: Self, area: string): boolean {
  const wanted = area.split(':');
  return (self.permissions ?? []).some(({ value }) => {
    const parts = value.split(':');
    return parts.every((part, i) => part === '*' || wanted[i] === undefined || wanted[i] === '*' || part === wanted[i]);
  });
}

/** Like holds, of who is signed in. */
export function useHolds(area: string): boolean {
  return holds(useSelf(), area);
}
