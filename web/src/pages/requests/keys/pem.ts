/** Bytes in base64. */
export function base64(bytes: ArrayBuffer | Uint8Array): string {
  let text = '';
  for (const b of bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)) text += String.fromCharCode(b);
  return btoa(text);
}

/** The bytes of base64. */
export function unbase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replace(/\s/g, ''));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

/** A PEM block. */
export function toPem(label: string, der: ArrayBuffer | Uint8Array): string {
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The bytes of the first PEM block. */
export function fromPem(pem: string): Uint8Array<ArrayBuffer> {
  return unbase64(pem.replace(/-----[^-]+-----/g, ''));
}

/** Gives the browser a file to save. */
export function save(name: string, content: BlobPart, type = 'application/octet-stream'): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** A file name for something called by a distinguished name. */
export function fileName(dn: string | undefined, ending: string): string {
  const cn = /(?:^|,)CN=([^,]+)/.exec(dn ?? '')?.[1] ?? 'certificate';
  return `${cn.replace('*', 'wildcard').replace(/[^\w.-]+/g, '_')}.${ending}`;
}
