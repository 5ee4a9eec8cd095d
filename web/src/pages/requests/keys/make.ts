// Keys made in this browser, and the certification requests they sign. Loaded when somebody chooses that.
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension, type GeneralNameType, type JsonGeneralNames } from '@peculiar/x509';

import { recipes } from './recipes';

/** Makes a key pair of a type the browser knows. */
export async function makeKey(type: string): Promise<CryptoKeyPair> {
  const recipe = recipes[type];
  if (recipe === undefined) throw new Error(`this browser makes no keys of the type ${type}`);
  return (await crypto.subtle.generateKey(recipe.make, true, ['sign', 'verify'])) as CryptoKeyPair;
}

const kinds: Record<string, GeneralNameType> = { DNSNAME: 'dns', IPADDRESS: 'ip', RFC822NAME: 'email', URI: 'url' };

/** A certification request in PEM for the key, with a common name and the names the browser can write. */
export async function makeCsr(keys: CryptoKeyPair, type: string, commonName: string, names: Record<string, string[]>): Promise<string> {
  const recipe = recipes[type];
  if (recipe === undefined) throw new Error(`this browser makes no keys of the type ${type}`);
  const general: JsonGeneralNames = Object.entries(names).flatMap(([kind, values]) => {
    const word = kinds[kind];
    return word === undefined ? [] : values.filter(writable).map((value) => ({ type: word, value }));
  });
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: commonName === '' ? [] : [{ CN: [commonName] }],
    keys,
    signingAlgorithm: recipe.sign,
    extensions: general.length === 0 ? [] : [new SubjectAlternativeNameExtension(general)],
  });
  return csr.toString('pem');
}

/** Names are ASCII in certificates; others are refused by the server, in words. */
function writable(name: string): boolean {
  return /^[\x21-\x7e]+$/.test(name);
}
