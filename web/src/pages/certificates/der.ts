/** The bytes within a PEM. */
export function derOf(pem: string): Uint8Array<ArrayBuffer> {
  const text = atob(pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, ''));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
