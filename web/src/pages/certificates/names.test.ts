import { expect, test } from 'vitest';

import { commonName, isPEM, nameOf, queryOfWords } from './names';

test('the name of a certificate is what people call it', () => {
  expect(commonName('CN=www.example.com,O=Example\\, Ltd,C=FR')).toBe('www.example.com');
  expect(commonName('O=Example,CN=a\\,b+OU=x')).toBe('a,b');
  expect(commonName('O=no CN=here')).toBe('');
  expect(nameOf({ dn: '', subjectAlternateNames: [{ sanType: 'DNSNAME', value: 'x.example' }], serial: '1' })).toBe('x.example');
  expect(nameOf({ dn: 'O=Only', subjectAlternateNames: [], serial: '1' })).toBe('O=Only');
});

test('words become a query', () => {
  expect(queryOfWords('pay')).toBe('dn contains "pay" or san contains "pay"');
  expect(queryOfWords('pay fr')).toBe('(dn contains "pay" or san contains "pay") and (dn contains "fr" or san contains "fr")');
  expect(queryOfWords('0A:1B:2C:3D:4E')).toBe('serial = "0A:1B:2C:3D:4E" or thumbprint = "0A:1B:2C:3D:4E"');
  expect(queryOfWords('0123456789abcdef01234567')).toContain('id = ');
  expect(queryOfWords('cafe')).toContain('dn contains');
});

test('a PEM is known by its first line', () => {
  expect(isPEM('  -----BEGIN CERTIFICATE-----\nMII')).toBe(true);
  expect(isPEM('-----BEGIN CERTIFICATE REQUEST-----')).toBe(false);
});
