import { expect, test } from 'vitest';

import { linesOf, namesOf, valuesOf } from './values';

test('lines are keys and values, and come back as they were', () => {
  const values = { 'csr.subject.cn.1': 'a = b', 'principal.mail': '' };
  expect(valuesOf(linesOf(values))).toEqual(values);
  expect(valuesOf('nothing\n = x\n a=1 ')).toEqual({ a: '1' });
});

test('names are numbered by their type', () => {
  expect(namesOf('certificate', { dn: 'CN=a\\,b,OU=x,OU=y', sans: [{ sanType: 'DNSNAME', value: 'a' }, { sanType: 'DNSNAME', value: 'b' }], more: { serial: '1f', team: undefined } })).toEqual({
    'certificate.dn': 'CN=a\\,b,OU=x,OU=y', 'certificate.subject.cn.1': 'a,b', 'certificate.subject.ou.1': 'x', 'certificate.subject.ou.2': 'y',
    'certificate.san.dnsname.1': 'a', 'certificate.san.dnsname.2': 'b', 'certificate.serial': '1f',
  });
});
