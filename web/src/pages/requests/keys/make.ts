// Keys made in this browser, and the certification requests they sign (RFC 2986). Loaded when somebody chooses that.
import { BitString, Constructed, fromBER, Integer, Null, ObjectIdentifier, OctetString, Primitive, Sequence, Set as SetOf, Utf8String, type BaseBlock } from 'asn1js';

import { toPem } from './pem';
import { recipes, type Recipe } from './recipes';

function recipeOf(type: string): Recipe {
  const recipe = recipes[type];
  if (recipe === undefined) throw new Error(`this browser makes no keys of the type ${type}`);
  return recipe;
}

/** Makes a key pair of a type the browser knows. */
export async function makeKey(type: string): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey(recipeOf(type).make, true, ['sign', 'verify'])) as CryptoKeyPair;
}

/** A certification request in PEM for the key, with a common name and the names that are plain text in certificates. */
export async function makeCsr(keys: CryptoKeyPair, type: string, commonName: string, names: Record<string, string[]>): Promise<string> {
  const recipe = recipeOf(type);
  const publicKey = fromBER(await crypto.subtle.exportKey('spki', keys.publicKey)).result;
  const info = sequence(new Integer({ value: 0 }), subject(commonName), publicKey, attributes(names));
  const signature = await crypto.subtle.sign(recipe.sign, keys.privateKey, info.toBER(false));
  const algorithm = new ObjectIdentifier({ value: recipe.oid });
  const request = sequence(
    info,
    recipe.sign.name === 'RSASSA-PKCS1-v1_5' ? sequence(algorithm, new Null()) : sequence(algorithm), // RFC 4055, 5; RFC 5758, 3.2; RFC 8410, 3
    new BitString({ valueHex: recipe.sign.name === 'ECDSA' ? ecdsa(signature) : signature }),
  );
  return toPem('CERTIFICATE REQUEST', request.toBER(false));
}

const sequence = (...value: BaseBlock[]) => new Sequence({ value });

function subject(commonName: string): BaseBlock {
  if (commonName === '') return sequence();
  return sequence(new SetOf({ value: [sequence(new ObjectIdentifier({ value: '2.5.4.3' }), new Utf8String({ value: commonName }))] }));
}

// The tags of alternative names that are plain text. RFC 5280, 4.2.1.6.
const tags: Record<string, number> = { RFC822NAME: 1, DNSNAME: 2, URI: 6 };

function attributes(names: Record<string, string[]>): BaseBlock {
  const general = Object.entries(names).flatMap(([kind, values]) => {
    const tagNumber = tags[kind];
    if (tagNumber === undefined) return [];
    // Names are ASCII in certificates; others are refused by the server, in words.
    return values.filter((v) => /^[\x21-\x7e]+$/.test(v)).map((v) => new Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: new TextEncoder().encode(v).buffer }));
  });
  const extensions = sequence(sequence(new ObjectIdentifier({ value: '2.5.29.17' }), new OctetString({ valueHex: sequence(...general).toBER(false) })));
  const value = general.length === 0 ? [] : [sequence(new ObjectIdentifier({ value: '1.2.840.113549.1.9.14' }), new SetOf({ value: [extensions] }))];
  return new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value });
}

/** The two numbers of a signature as a certificate holds them. RFC 3279, 2.2.3. */
function ecdsa(raw: ArrayBuffer): ArrayBuffer {
  const half = raw.byteLength / 2;
  return sequence(whole(raw.slice(0, half)), whole(raw.slice(half))).toBER(false);
}

/** A positive number in the fewest bytes. */
function whole(bytes: ArrayBuffer): Integer {
  const all = new Uint8Array(bytes);
  const from = all.findIndex((b) => b !== 0);
  const digits = from < 0 ? [0] : [...all.slice(from)];
  if ((digits[0] ?? 0) >= 0x80) digits.unshift(0);
  return new Integer({ valueHex: new Uint8Array(digits).buffer });
}
