import { useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Goes to a field, or to the nearest thing around it that is drawn; what stands there is chosen, so that it is written over. */
export function focusField(path: string): void {
  const steps = path.split('.');
  for (let n = steps.length; n > 0; n--) {
    const found = document.getElementById(`field-${steps.slice(0, n).join('.')}`);
    if (found === null) continue;
    found.scrollIntoView({ block: 'center' });
    const input = found.matches('input, textarea, select, button') ? found : found.querySelector<HTMLElement>('input, textarea, select, button');
    input?.focus();
    if (input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement) input.select();
    return;
  }
}

/** The field the address names, else the one that is meant first; it has the focus once the form is drawn. */
export function useWanted(first?: string): string | undefined {
  const { field = first } = useSearch({ strict: false }) as { field?: string };
  useEffect(() => {
    if (field === undefined) return undefined;
    const frame = window.requestAnimationFrame(() => focusField(field)); // after the heading of the page
    return () => window.cancelAnimationFrame(frame);
  }, [field]);
  return field;
}
