/** How the browser makes a key, and how that signs. */
export interface Recipe {
  make: RsaHashedKeyGenParams | EcKeyGenParams | Algorithm;
  sign: Algorithm | EcdsaParams;
  /** The algorithm of its signatures, as certificates name it. */
  oid: string;
}

const rsa = (modulusLength: number): Recipe => ({
  make: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength, publicExponent: new Uint8Array([1, 0, 1]) },
  sign: { name: 'RSASSA-PKCS1-v1_5' },
  oid: '1.2.840.113549.1.1.11',
});
const ec = (namedCurve: string, hash: string, oid: string): Recipe => ({ make: { name: 'ECDSA', namedCurve }, sign: { name: 'ECDSA', hash } as EcdsaParams, oid });

/** The types of keys a browser can make, by their name in the API; Ed25519 only in recent ones. */
export const recipes: Record<string, Recipe> = {
  'ec-secp256r1': ec('P-256', 'SHA-256', '1.2.840.10045.4.3.2'),
  'ec-secp384r1': ec('P-384', 'SHA-384', '1.2.840.10045.4.3.3'),
  'ec-secp521r1': ec('P-521', 'SHA-512', '1.2.840.10045.4.3.4'),
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  'ed-25519': { make: { name: 'Ed25519' }, sign: { name: 'Ed25519' }, oid: '1.3.101.112' },
};

let edwards: Promise<boolean> | undefined;

/** Whether this browser knows Ed25519. */
export function knowsEdwards(): Promise<boolean> {
  edwards ??= crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']).then(
    () => true,
    () => false,
  );
  return edwards;
}

/** The types a browser can make among those a profile accepts; an empty list of those is all. */
export function makeable(authorized: string[] | undefined, withEdwards: boolean): string[] {
  const all = Object.keys(recipes).filter((t) => withEdwards || t !== 'ed-25519');
  return authorized === undefined || authorized.length === 0 ? all : all.filter((t) => authorized.includes(t));
}

/** The types the server can make, where a profile names none. */
export const serverTypes = ['ec-secp256r1', 'ec-secp384r1', 'ec-secp521r1', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed-25519'];

/** A type of key as people write it. */
export function keyName(type: string | undefined): string {
  if (type === undefined || type === '') return '';
  const rsaSize = /^rsa-(\d+)$/.exec(type);
  if (rsaSize !== null) return `RSA ${rsaSize[1] ?? ''}`;
  const curve = /^ec-secp(\d+)r1$/.exec(type);
  if (curve !== null) return `P-${curve[1] ?? ''}`;
  return type === 'ed-25519' ? 'Ed25519' : type;
}
