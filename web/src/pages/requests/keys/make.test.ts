import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { makeCsr, makeKey } from './make';
import { makeP12 } from './p12';
import { toPem } from './pem';

const names = { DNSNAME: ['www.example.org', '*.example.org'], RFC822NAME: ['ann@example.org'], URI: ['https://example.org/x'], IPADDRESS: ['192.0.2.1'] };
const openssl = (input: string, ...args: string[]) => execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();

test.each(['ec-secp256r1', 'ec-secp384r1', 'ec-secp521r1', 'rsa-2048', 'ed-25519'])('a certification request of a key %s is one openssl takes', async (type) => {
  // Numbers of signatures begin with a zero now and then: several are made.
  const keys = await makeKey(type);
  for (let i = 0; i < (type.startsWith('ec') ? 12 : 1); i++) {
    const csr = await makeCsr(keys, type, 'Zoë Example', names);
    expect(() => openssl(csr, 'req', '-verify', '-noout')).not.toThrow();
    const text = openssl(csr, 'req', '-noout', '-text', '-nameopt', 'utf8');
    expect(text).toMatch(/CN ?= ?Zoë Example/);
    expect(text).toContain('DNS:www.example.org, DNS:*.example.org, email:ann@example.org, URI:https://example.org/x');
  }
});

test('a request without names has neither subject nor attributes', async () => {
  const keys = await makeKey('ec-secp256r1');
  const text = openssl(await makeCsr(keys, 'ec-secp256r1', '', {}), 'req', '-noout', '-text', '-verify');
  expect(text).toMatch(/Subject:\s*\n/);
  expect(text).not.toContain('Alternative');
});

test('a key of another type is refused', async () => {
  await expect(makeKey('dsa-1024')).rejects.toThrow('dsa-1024');
});

test('a PKCS#12 made here opens with its password alone', async () => {
  const keys = await makeKey('ec-secp256r1');
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  const folder = mkdtempSync(join(tmpdir(), 'horizon-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'key.pem'), toPem('PRIVATE KEY', pkcs8));
  const certificate = openssl('', 'req', '-x509', '-key', join(folder, 'key.pem'), '-subj', '/CN=p12.example.org', '-days', '1');
  const file = Buffer.from(await makeP12(pkcs8, certificate, [], 'pässword 1', 'p12.example.org'));
  const open = (password: string) => execFileSync('openssl', ['pkcs12', '-passin', `pass:${password}`, '-nodes'], { input: file, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
  expect(open('pässword 1')).toContain('friendlyName: p12.example.org');
  expect(open('pässword 1')).toContain(certificate.trim());
  expect(() => open('another')).toThrow();
});
