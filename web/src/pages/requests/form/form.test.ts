import { describe, expect, test } from 'vitest';

import type { Form } from '../wire';
import { askedOf, filled, freshDraft, keyModes, valueOf, wantsPassword } from './draft';
import { byType, splitNames, typeOf } from './names';
import { elsewhere, problemsOf, under } from './problems';

const form: Form = {
  workflow: 'enroll', module: 'webra', profile: 'web',
  template: {
    subject: [
      { element: 'cn.1', editable: true, mandatory: true },
      { element: 'o.1', value: 'Example', editable: false },
    ],
    sans: [{ type: 'DNSNAME', editable: true, min: 1 }, { type: 'OTHERNAME_UPN', editable: true }],
    extensions: [],
    labels: [{ label: 'env', value: 'test', editable: true }, { label: 'site', value: 'x', editable: false }],
    metadata: [],
    owner: { value: 'ann', editable: true },
    team: { editable: false },
    contactEmail: { editable: false },
    keyType: 'ec-secp256r1',
    capabilities: { centralized: true, decentralized: true, escrow: false } as Form['template']['capabilities'],
    passwordMode: 'manual',
  },
};

describe('names', () => {
  test('a pasted list is taken apart, each name once', () => {
    expect(splitNames(' a.example.org, b.example.org;a.example.org\n\nc.example.org ')).toEqual(['a.example.org', 'b.example.org', 'c.example.org']);
  });

  test('types are seen by how a name is written', () => {
    expect(['www.example.org', '*.example.org', '192.0.2.1', '2001:db8::1', 'ann@example.org', 'https://example.org/x', 'host:8443'].map(typeOf)).toEqual(['DNSNAME', 'DNSNAME', 'IPADDRESS', 'IPADDRESS', 'RFC822NAME', 'URI', 'DNSNAME']);
  });

  test('declared types without names are sent empty, so that they are cleared', () => {
    expect(byType(['192.0.2.1'], form.template.sans)).toEqual({ DNSNAME: [], IPADDRESS: ['192.0.2.1'] });
  });
});

describe('draft', () => {
  test('the first name is the common name until another is written', () => {
    const draft = { ...freshDraft(form), names: 'www.example.org\nexample.org' };
    expect(valueOf(form, draft, 'subject.cn.1')).toBe('www.example.org');
    expect(valueOf(form, { ...draft, values: { 'subject.cn.1': 'other' } }, 'subject.cn.1')).toBe('other');
  });

  test('only what may be changed is sent', () => {
    const asked = askedOf(form, {}, { ...freshDraft(form), names: 'www.example.org' });
    expect(asked).toEqual({
      workflow: 'enroll', module: 'webra', profile: 'web',
      template: {
        subject: [{ element: 'cn.1', value: 'www.example.org' }],
        sans: [{ type: 'DNSNAME', value: ['www.example.org'] }, { type: 'OTHERNAME_UPN', value: [] }],
        extensions: [], labels: [{ label: 'env', value: 'test' }], metadata: [], owner: { value: 'ann' }, csr: null, keyType: 'ec-secp256r1',
      },
    });
  });

  test('a CSR goes in place of a kind of key, and a challenge needs neither', () => {
    const draft = { ...freshDraft(form), names: 'www.example.org', key: 'csr' as const, csr: 'PEM', password: 'secret' };
    expect(askedOf(form, {}, draft)).toMatchObject({ template: { csr: 'PEM' } });
    expect(askedOf(form, {}, draft)).not.toHaveProperty('password');
    expect(askedOf(form, { challenge: true }, draft).template).not.toHaveProperty('csr');
    expect(wantsPassword(form, {}, freshDraft(form))).toBe(true);
  });

  test('a form filled from a CSR fills the draft', () => {
    const found: Form = { ...form, template: { ...form.template, subject: [{ element: 'cn.1', editable: true, value: 'a.example.org' }], sans: [{ type: 'DNSNAME', editable: true, value: ['a.example.org', 'b.example.org'] }] } };
    expect(filled(found, freshDraft(form))).toMatchObject({ names: 'a.example.org\nb.example.org', values: { 'subject.cn.1': 'a.example.org' } });
  });

  test('the preferred way to a key comes first', () => {
    expect(keyModes(form.template.capabilities)).toEqual(['server', 'browser', 'csr']);
    expect(keyModes({ ...form.template.capabilities, preferredEnrollmentMode: 'decentralized' })).toEqual(['browser', 'csr', 'server']);
    expect(keyModes({ ...form.template.capabilities, centralized: false })).toEqual(['browser', 'csr']);
  });
});

describe('problems', () => {
  const said = problemsOf({
    code: 'REQ-002', message: 'Invalid request',
    problems: ["Subject element 'cn.1' is mandatory", "SAN 'DNSNAME': 'x' does not match ^y$", "Label element 'env' 'z' is not authorized", "Team 'core' is not authorized", 'something else'],
  });

  test('stand under the field they name', () => {
    expect(under(said, 'subject.cn.1', 'label.env')).toEqual(["Subject element 'cn.1' is mandatory", "Label element 'env' 'z' is not authorized"]);
    expect(under(said, 'team')).toEqual(["Team 'core' is not authorized"]);
  });

  test('are never lost: what no shown field takes stands elsewhere', () => {
    expect(elsewhere(said, new Set(['subject.cn.1', 'san.DNSNAME', 'label.env']))).toEqual(["Team 'core' is not authorized", 'something else']);
  });

  test('of a code that concerns one field stand there', () => {
    expect(problemsOf({ code: 'WEBRA-ENROLL-014', message: 'The password is not accepted', problems: ['too short'] })).toEqual({ password: ['too short'] });
  });
});
