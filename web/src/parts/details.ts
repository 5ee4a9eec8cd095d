/** The value of a detail of an event as text, or nothing. */
export function detail({ details }: { details?: { key?: string; value?: unknown }[] | null }, key: string): string {
  return String(details?.find((d) => d.key === key)?.value ?? '');
}
