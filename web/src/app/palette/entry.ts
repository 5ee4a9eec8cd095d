import type { LucideIcon } from 'lucide-react';

/** Something the palette leads to, or does. */
export interface Entry {
  /** The same at every visit: its use is counted by it. */
  id: string;
  label: string;
  /** What it is: "Page", "Certificate", the kind of an object. */
  sort: string;
  /** What tells it from others of the name, such as the end of a certificate. */
  hint?: string;
  /** Further words it is found by. */
  words?: string;
  icon: LucideIcon;
  to?: string;
  search?: Record<string, string>;
  run?: () => void | Promise<void>;
  /** Whether it does something, instead of leading somewhere. */
  verb?: boolean;
  /** Whether it is exactly what was typed, such as the certificate of a serial number. */
  exact?: boolean;
}
