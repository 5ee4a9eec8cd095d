// PKCS#12 files made in this browser (RFC 7292): the key under PBES2 with AES-256, integrity by HMAC with SHA-256. Loaded
// when somebody asks for one.
import { BmpString, fromBER, OctetString, Utf8String } from 'asn1js';
import {
  Attribute,
  AuthenticatedSafe,
  CertBag,
  Certificate,
  PFX,
  PKCS8ShroudedKeyBag,
  PrivateKeyInfo,
  SafeBag,
  SafeContents,
} from 'pkijs';

import { fromPem } from './pem';

const iterations = 100_000;

/** A file with the key, its certificate and the chain, under the password. */
export async function makeP12(pkcs8: ArrayBuffer, certificate: string, chain: string[], password: string, name: string): Promise<ArrayBuffer> {
  const secret = new Utf8String({ value: password }).valueBlock.valueHexView.slice().buffer;
  const id = await crypto.subtle.digest('SHA-1', fromPem(certificate));
  const marks = () => [
    new Attribute({ type: '1.2.840.113549.1.9.20', values: [new BmpString({ value: name })] }),
    new Attribute({ type: '1.2.840.113549.1.9.21', values: [new OctetString({ valueHex: id })] }),
  ];
  const keyBag = new SafeBag({
    bagId: '1.2.840.113549.1.12.10.1.2',
    bagValue: new PKCS8ShroudedKeyBag({ parsedValue: new PrivateKeyInfo({ schema: fromBER(pkcs8).result }) }),
    bagAttributes: marks(),
  });
  const certificateBags = [certificate, ...chain].map(
    (pem, i) =>
      new SafeBag({
        bagId: '1.2.840.113549.1.12.10.1.3',
        bagValue: new CertBag({ parsedValue: new Certificate({ schema: fromBER(fromPem(pem)).result }) }),
        ...(i === 0 ? { bagAttributes: marks() } : {}),
      }),
  );
  // The library draws the initialization vector itself.
  const how = { password: secret, contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256 } as never, hmacHashAlgorithm: 'SHA-256', iterationCount: iterations };
  await (keyBag.bagValue as PKCS8ShroudedKeyBag).makeInternalValues(how);
  const safe = new AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        { privacyMode: 0, value: new SafeContents({ safeBags: [keyBag] }) },
        { privacyMode: 1, value: new SafeContents({ safeBags: certificateBags }) },
      ],
    },
  });
  await safe.makeInternalValues({ safeContents: [{}, how] });
  const file = new PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  await file.makeInternalValues({ password: secret, iterations, pbkdf2HashAlgorithm: 'SHA-256', hmacHashAlgorithm: 'SHA-256' });
  return file.toSchema().toBER(false);
}
