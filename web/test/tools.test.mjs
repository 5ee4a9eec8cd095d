import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();
await server.must('POST', '/certificate/profiles', {
  module: 'webra', name: 'web', enabled: true, authorizationMode: 'authorized', pkiConnector: 'quickstart', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {}, gradingPolicies: ['Horizon Grading Policy'],
  certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }], sans: [{ type: 'DNSNAME', editableByRequester: true }] },
  cryptoPolicy: { centralized: true, decentralized: true, p12passwordMode: 'random', showP12OnEnroll: true, showP12PasswordOnEnroll: true, defaultKeyType: 'ec-secp256r1' },
});
const template = { keyType: 'ec-secp256r1', subject: [{ element: 'cn.1', value: 'www.example.org' }], sans: [{ type: 'DNSNAME', value: ['www.example.org'] }] };
const request = await server.must('POST', '/requests/submit', { workflow: 'enroll', module: 'webra', profile: 'web', template });
const certificate = (await server.must('GET', `/certificates/${request.certificateId}`)).certificate;

/** Runs OpenSSL in the folder of the server, which is thrown away. */
const openssl = (...args) => execFileSync('openssl', args, { cwd: server.data, stdio: ['ignore', 'pipe', 'ignore'] }).toString();

async function enter(to) {
  const visitor = await visit(browser, server.base);
  await signIn(visitor.page, 'administrator', server.password, to);
  return visitor;
}

test('the decoder says of every kind of document what it is', async () => {
  const { page, context, troubles } = await enter('/ui/tools/decoder');
  const field = page.getByLabel('Document', { exact: true });
  const decode = async (text, says) => {
    await field.fill(text);
    await page.getByRole('button', { name: 'Decode' }).click();
    await page.getByText(says).waitFor();
  };
  await decode(certificate.certificate, 'This is a certificate.');
  assert.equal(await page.getByRole('link', { name: 'Open its page' }).getAttribute('href'), `/ui/certificates/${certificate._id}`);
  assert.deepEqual(await barriersInBoth(page), []);

  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'own.key', '-out', 'own.pem', '-subj', '/CN=elsewhere.example.org', '-days', '30');
  openssl('req', '-new', '-key', 'own.key', '-out', 'own.csr', '-subj', '/CN=asked.example.org');
  openssl('pkcs12', '-export', '-inkey', 'own.key', '-in', 'own.pem', '-out', 'own.p12', '-passout', 'pass:open sesame');
  const read = (name) => readFileSync(join(server.data, name), 'utf8');
  await decode(`${certificate.certificate}\n${read('own.pem')}`, 'These are 2 certificates.');
  await page.getByText('It is not among the certificates you may see.').waitFor();
  await decode(read('own.csr'), 'This is a certificate request.');
  await page.getByRole('heading', { name: 'CN=asked.example.org' }).waitFor();
  await decode(read('own.key'), 'This is a private key (rsa-2048).');
  assert.equal(await page.getByText('BEGIN PRIVATE KEY', { exact: false }).and(page.locator('pre, code')).count(), 0);

  await page.locator('input[type=file]').setInputFiles(join(server.data, 'own.p12'));
  await page.getByText('This is a PKCS#12.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('alert').getByText('RFC5280', { exact: false }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill('open sesame');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText('It holds a private key, which is not shown, and 1 certificate.').waitFor();
  await page.getByRole('heading', { name: 'CN=elsewhere.example.org' }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);

  await decode('this is nothing', 'Could not parse provided PEM');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a revocation list is taken apart', async () => {
  const { page, context, troubles } = await enter('/ui/tools/decoder');
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Some CA', '-days', '30');
  execFileSync('sh', ['-c', "printf 'R\\t351122000000Z\\t251122000000Z,keyCompromise\\t0A1B2C3D\\tunknown\\t/CN=gone\\n' > index.txt; printf '01' > crlnumber; printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\ncrlnumber=crlnumber\\ndefault_md=sha256\\ndefault_crl_days=7\\n' > ca.cnf"], { cwd: server.data });
  openssl('ca', '-gencrl', '-config', 'ca.cnf', '-keyfile', 'ca.key', '-cert', 'ca.pem', '-out', 'ca.crl');
  await page.locator('input[type=file]').setInputFiles(join(server.data, 'ca.crl'));
  await page.getByText('This is a revocation list with 1 entry.').waitFor();
  await page.getByRole('link', { name: /^0?a1b2c3d$/i }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('rules are tried with the values of a certificate', async () => {
  const { page, context, troubles } = await enter('/ui/tools/rule');
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some((t) => t.value.includes('certificate.subject.cn.1 = www.example.org')));
  const editor = page.getByRole('textbox', { name: 'Computation rule' });
  await editor.fill('');
  await page.keyboard.type('Uppe');
  await page.getByRole('option', { name: /^Upper\(e\)/ }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('subject.cn');
  await page.getByRole('option', { name: /^{{certificate\.subject\.cn\.1}}/ }).waitFor(); // a key of the values beside
  assert.deepEqual(await barriersInBoth(page), []);
  await page.keyboard.press('Tab');
  await page.keyboard.type(')');
  assert.equal(await editor.innerText(), 'Upper({{certificate.subject.cn.1}})');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('region', { name: 'Result' }).getByText('WWW.EXAMPLE.ORG').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);

  await editor.fill('Lowr({{certificate.subject.cn.1}})');
  await page.getByText('At “Lowr”: there is no function "Lowr". Write Lower').waitFor();
  await page.locator('.cm-lintRange-error').getByText('Lowr').waitFor();
  await editor.fill('Lower({{certificate.subject.xn.1}})');
  await page.locator('.cm-lintRange-warning').waitFor(); // no such key among the values
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('The result is nothing.').waitFor();

  await page.getByText('Template string', { exact: true }).first().click();
  const template = page.getByRole('textbox', { name: 'Template string' });
  await template.fill('To ');
  await template.press('End');
  await page.keyboard.press('Control+Space');
  await page.getByRole('option', { name: /^{{\s*A key, or an expression\.$/ }).waitFor();
  await page.getByRole('option', { name: /^{{certificate\.dn}}/ }).click();
  assert.equal(await template.innerText(), 'To {{certificate.dn}}');
  await template.fill('');
  await page.getByRole('button', { name: 'Of the newest request' }).focus();
  await template.focus(); // an empty template offers its keys at once
  await page.getByRole('option', { name: /^{{certificate\.dn}}/ }).waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a query is measured, and a grade explained rule by rule', async () => {
  const { page, context, troubles } = await enter(`/ui/tools/query?q=${encodeURIComponent('issuer contains "quickstart"')}`);
  await page.getByText(/^\d+ found in \d+ ms$/).waitFor();
  await page.getByText('No index helps with issuer').first().waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('link', { name: 'Open the list' }).click();
  await page.waitForURL((url) => url.pathname === '/ui/certificates' && url.searchParams.get('q') === 'issuer contains "quickstart"');

  await page.goto('/ui/tools/grade');
  await page.getByLabel('Certificate', { exact: true }).fill(certificate.certificate);
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByText(/of 100 points$/).waitFor();
  await page.getByRole('columnheader', { name: 'Points' }).first().waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});
