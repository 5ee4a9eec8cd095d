import { holds } from '@/app/rights';
import type { Self } from '@/app/session';

/** Whether any of it is somebody's to see: decides about the entry of the rail. */
export function anyConfiguration(self: Self): boolean {
  return ['configuration:system', 'configuration:security', 'configuration:pki', 'configuration:certificate', 'configuration:notification', 'configuration:acme'].some((a) => holds(self, a));
}
