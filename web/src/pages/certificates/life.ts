/** Where now and the renewal stand in a life, in percent of it. */
export interface Span {
  now: number;
  due: number;
  /** Whether it is over, or has not begun. */
  past: boolean;
}

/** The life of a certificate as a bar. */
export function spanOf(notBefore: number, notAfter: number, renewalDue: number, now: number): Span {
  const life = Math.max(1, notAfter - notBefore);
  const part = (at: number) => Math.min(100, Math.max(0, ((at - notBefore) / life) * 100));
  return { now: part(now), due: part(renewalDue), past: now >= notAfter };
}
