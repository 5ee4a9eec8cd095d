/** A validity on an axis that is common to several, in percent. */
export interface Bar {
  from: number;
  width: number;
}

/** The validities of a chain on one axis, in the order given. */
export function barsOf(chain: { notBefore: number; notAfter: number }[]): Bar[] {
  const first = Math.min(...chain.map((c) => c.notBefore));
  const span = Math.max(1, Math.max(...chain.map((c) => c.notAfter)) - first);
  return chain.map((c) => ({ from: ((c.notBefore - first) / span) * 100, width: Math.max(0.5, ((c.notAfter - c.notBefore) / span) * 100) }));
}

/** Where a time stands on the axis of a chain, in percent; undefined outside of it. */
export function placeOf(chain: { notBefore: number; notAfter: number }[], at: number): number | undefined {
  const first = Math.min(...chain.map((c) => c.notBefore));
  const last = Math.max(...chain.map((c) => c.notAfter));
  return at < first || at > last || last === first ? undefined : ((at - first) / (last - first)) * 100;
}
