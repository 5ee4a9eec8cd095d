/** What somebody typed or pasted, as far as its form tells. */
export type Typed =
  | { form: 'nothing' }
  | { form: 'document'; text: string }
  | { form: 'verbs'; text: string }
  /** Hexadecimal: a serial number, a thumbprint or, of 24 digits, an id. */
  | { form: 'hex'; text: string; hex: string; id: boolean }
  /** Digits: the number of an event in the log. */
  | { form: 'number'; text: string }
  | { form: 'words'; text: string };

/** Reads what was typed. */
export function read(typed: string): Typed {
  const text = typed.trim();
  if (text === '') return { form: 'nothing' };
  if (text.startsWith('>')) return { form: 'verbs', text: text.slice(1).trim() };
  if (/-----BEGIN [A-Z0-9 ]+-----/.test(text)) return { form: 'document', text };
  const number = text.replace(/[\s.,\u202f\u00a0]/g, '');
  if (/^\d{1,9}$/.test(number) && /^\d{1,3}([\s.,\u202f\u00a0]?\d{3})*$|^\d+$/.test(text)) return { form: 'number', text: number };
  const hex = text.replace(/^0x/i, '').replace(/[:\s]/g, '').toLowerCase();
  if (/^[0-9a-f]{8,128}$/.test(hex) && /^(0x)?[0-9a-f]+([:\s][0-9a-f]+)*$/i.test(text)) return { form: 'hex', text, hex, id: hex.length === 24 };
  return { form: 'words', text };
}
