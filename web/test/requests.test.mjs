import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { outcome } from './server.mjs';
import { stage } from './stage.mjs';

const password = 'Correct-Horse-1';
const { server, browser } = await stage();

/** A profile that hands out keys and takes CSRs, one with a password of one's own; who asks, decides, has it done, may nothing. */
async function furnish() {
  await server.must('POST', '/certificate/labels', { name: 'env' });
  const common = { enabled: true, module: 'webra', authorizationMode: 'authorized', pkiConnector: 'quickstart', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {} };
  const shown = { centralized: true, decentralized: true, showP12OnEnroll: true, showP12PasswordOnEnroll: true };
  await server.must('POST', '/certificate/profiles', {
    ...common, name: 'web', displayName: [{ lang: 'en', value: 'Web servers' }], description: [{ lang: 'en', value: 'For hosts inside.' }],
    maxCertificatePerHolderPolicy: { max: 2, behavior: 'revoke' },
    cryptoPolicy: { ...shown, escrow: true, defaultKeyType: 'ec-secp256r1', p12passwordMode: 'random', keyAvailability: '2 days' },
    certificateTemplate: {
      subject: [{ type: 'CN', mandatory: true, editableByRequester: true, editableByApprover: true }, { type: 'O', value: 'Example' }],
      sans: [{ type: 'DNSNAME', editableByRequester: true, editableByApprover: true, min: 1, max: 20, regex: '^[a-z0-9.*-]+\\.example\\.org$' }],
      labels: [{ label: 'env', editableByRequester: true, editableByApprover: true, value: 'test', enum: ['test', 'prod'] }],
      ownerPolicy: { editableByRequester: true }, teamPolicy: { editableByRequester: true },
    },
  });
  await server.must('POST', '/certificate/profiles', {
    ...common, name: 'own', cryptoPolicy: { ...shown, defaultKeyType: 'ec-secp256r1', p12passwordMode: 'manual' },
    certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }], sans: [{ type: 'DNSNAME', editableByRequester: true }] },
  });
  const rights = {
    ann: ['lifecycle:webra:web:request_enroll', 'lifecycle:webra:web:request_revoke'],
    ben: ['lifecycle:webra:web:approve_enroll', 'lifecycle:webra:web:request_enroll', 'lifecycle:webra:web:search'],
    rob: ['lifecycle:webra:own:enroll'],
    zoe: ['configuration:system:label:read'],
  };
  for (const [identifier, list] of Object.entries(rights)) {
    await server.must('POST', '/security/identity/locals', { identifier, password });
    await server.must('POST', '/security/principalinfos', { identifier, permissions: list.map((value) => ({ value })) });
  }
}
await furnish();

/** The events of a request by code and status, in that order, once they are so many. */
async function eventsOf(request, count) {
  return (await server.events(`detail.requestId equals "${request}"`, (all) => all.length >= count)).map(outcome).sort();
}

/** Asserts that exactly these events followed. */
async function followed(request, expected) {
  assert.deepEqual(await eventsOf(request, expected.length), expected);
}

/** Somebody's page, which notes the bodies of all calls. */
async function enter(who, to, options) {
  const visitor = await visit(browser, server.base, options);
  const sent = [];
  visitor.page.on('request', (r) => sent.push(r.postData() ?? ''));
  await signIn(visitor.page, who, password, to);
  return { ...visitor, sent };
}

const idOf = (page) => new URL(page.url()).pathname.split('/').pop();
const isRequest = /\/requests\/[0-9a-f]{24}$/;

async function downloaded(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return file.path();
}

test('a requester asks in four steps from Home, is told why not to decide, and another approves by key', async () => {
  const ann = await enter('ann');
  const page = ann.page;
  await page.getByRole('link', { name: 'New request' }).first().click(); // 1; the one profile is chosen
  await page.getByLabel('Host names').fill('www.example.org\nexample.example.org'); // 2
  await page.getByText('Somebody else has to approve').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: /Request certificate/ }).click(); // 3
  await page.waitForURL(isRequest);
  await page.getByText('You asked for this, so somebody else decides.').waitFor();
  assert.equal(await page.getByRole('button', { name: /Approve/ }).count(), 0);
  const id = idOf(page);
  await followed(id, ['REQUEST-SUBMIT success']);

  const ben = await enter('ben', '/ui/requests');
  await ben.page.getByRole('tab', { name: /To decide 1/ }).waitFor();
  await ben.page.getByRole('link', { name: 'www.example.org' }).click();
  await ben.page.getByText('New names for this owner').waitFor();
  assert.deepEqual(await barriersInBoth(ben.page), []);
  await ben.page.keyboard.press('a');
  await ben.page.keyboard.press('Enter');
  await ben.page.getByText('Nothing waits for your decision.').waitFor();
  await followed(id, ['LIFECYCLE-ENROLL success', 'LIFECYCLE-ESCROW success', 'REQUEST-APPROVE success', 'REQUEST-SUBMIT success']);

  await page.reload();
  await page.getByRole('heading', { name: 'Downloads' }).waitFor();
  await page.getByText('The key can be fetched until').waitFor();
  const file = await downloaded(page, 'Key and certificate (PKCS#12)');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  const secret = await page.locator('code').filter({ hasText: /^\S{8,}$/ }).first().textContent();
  const text = execFileSync('openssl', ['pkcs12', '-in', file, '-passin', `pass:${secret}`, '-nodes']).toString();
  assert.match(text, /PRIVATE KEY/);
  assert.match(text, /CN ?= ?www\.example\.org/);
  assert.ok(readFileSync(await downloaded(page, 'Java key store (JKS)')).length > 500);
  assert.match(readFileSync(await downloaded(page, 'With chain (PEM)'), 'utf8'), /(BEGIN CERTIFICATE[^]*){2}/);
  assert.deepEqual([...ann.troubles, ...ben.troubles], []);
  await ann.context.close();
  await ben.context.close();
});

test('what would be refused is said under its field, and nothing is recorded of it', async () => {
  const { page, context, troubles } = await enter('ann', '/ui/requests/new?san=www.example.com,api.example.org');
  await page.getByText('www.example.com is not allowed.').waitFor();
  await page.getByText('This would be refused').waitFor();
  const names = page.getByLabel('Host names');
  assert.equal(await names.getAttribute('aria-invalid'), 'true');
  const described = await names.getAttribute('aria-describedby');
  const told = await Promise.all(described.split(' ').filter((id) => id !== '').map((id) => page.locator(`[id="${id}"]`).textContent()));
  assert.ok(told.join(' ').includes('www.example.com is not allowed.'));
  await names.fill('');
  await page.getByLabel('Common name').fill('www.example.org');
  await page.getByText('At least 1 is needed.').waitFor();
  const { results } = await server.must('POST', '/events/search', { query: 'code equals "REQUEST-SUBMIT" and status equals "failure"', fields: [] });
  assert.deepEqual(results, []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('denying takes a note, which the requester reads', async () => {
  const ann = await enter('ann', '/ui/requests/new?cn=deny.example.org');
  await ann.page.getByText('Somebody else has to approve').waitFor();
  await ann.page.keyboard.press('Control+Enter');
  await ann.page.waitForURL(isRequest);
  const id = idOf(ann.page);
  const ben = await enter('ben', `/ui/requests/${id}`);
  await ben.page.getByRole('button', { name: /Deny/ }).waitFor();
  await ben.page.keyboard.press('d');
  await ben.page.keyboard.type('The host moves in May.');
  await ben.page.getByRole('button', { name: 'As API call' }).click();
  await ben.page.locator('pre').filter({ hasText: `"_id":"${id}","workflow":"enroll","module":"webra","approverComment":"The host moves in May."` }).waitFor();
  await ben.page.getByRole('button', { name: /Deny/ }).click();
  await ben.page.getByText('Denied').first().waitFor();
  await ann.page.reload();
  await ann.page.getByText('The host moves in May.').waitFor();
  await followed(id, ['REQUEST-DENY success', 'REQUEST-SUBMIT success']);
  assert.deepEqual([...ann.troubles, ...ben.troubles], []);
  await ann.context.close();
  await ben.context.close();
});

test('how long an answer takes stands beside the button, and the history says sentences', async () => {
  const ann = { id: 'ann', key: password };
  const asked = [];
  for (const n of [1, 2, 3, 4, 5]) {
    const { _id } = await server.must('POST', '/requests/submit', { workflow: 'enroll', module: 'webra', profile: 'web', template: { keyType: 'ec-secp256r1', subject: [{ element: 'cn.1', value: `usual-${n}.example.org` }], sans: [{ type: 'DNSNAME', value: [`usual-${n}.example.org`] }] } }, ann);
    await server.must('POST', '/requests/deny', { _id, workflow: 'enroll', module: 'webra' }, { id: 'ben', key: password });
    asked.push(_id);
  }
  const asker = await enter('ann', '/ui/requests/new?san=usual.example.org');
  await asker.page.getByText('Usually answered within 1 minute').waitFor();
  await asker.context.close();
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, `/ui/requests/${asked[0]}`);
  await page.getByRole('link', { name: 'Denial of a request', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Submission of a request', exact: true }).click();
  await page.waitForURL(/\/events\//);
  await followed(asked[0], ['REQUEST-DENY success', 'REQUEST-SUBMIT success']);
  assert.deepEqual([...asker.troubles, ...troubles], []);
  await context.close();
});

test('a password of one’s own opens the PKCS#12', async () => {
  const { page, context, troubles, sent } = await enter('rob', '/ui/requests/new?cn=own.example.org');
  await page.getByText('It is carried out at once').waitFor();
  await page.getByLabel('Password of the PKCS#12').fill('Battery-Staple-9');
  await page.getByRole('button', { name: /Get certificate/ }).click();
  await page.waitForURL(isRequest);
  await page.getByRole('heading', { name: 'Downloads' }).waitFor();
  const text = execFileSync('openssl', ['pkcs12', '-in', await downloaded(page, 'Key and certificate (PKCS#12)'), '-passin', 'pass:Battery-Staple-9', '-nodes']).toString();
  assert.match(text, /PRIVATE KEY/);
  assert.equal(sent.filter((b) => b.includes('Battery-Staple-9') && !b.includes('"dryRun":true')).length, 1);
  await followed(idOf(page), ['LIFECYCLE-ENROLL success', 'REQUEST-SUBMIT success']);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a CSR fills the form, shown decoded', async () => {
  const key = join(server.data, 'csr.key');
  const csr = execFileSync('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-subj', '/CN=csr.example.org', '-addext', 'subjectAltName=DNS:csr.example.org,DNS:alt.example.org'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  const { page, context, troubles } = await enter('rob', '/ui/requests/new');
  await page.getByLabel('mine, I have a CSR').click();
  await page.getByLabel('Certification request (CSR)').fill(csr);
  await page.getByText('RSA 2048').first().waitFor();
  await page.getByText('It is carried out at once').waitFor();
  assert.equal(await page.getByLabel(/Host names/).inputValue(), 'csr.example.org\nalt.example.org');
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: /Get certificate/ }).click();
  await page.waitForURL(isRequest);
  const pem = await downloaded(page, 'Certificate (PEM)');
  const modulus = (args) => execFileSync('openssl', args).toString();
  assert.equal(modulus(['x509', '-in', pem, '-noout', '-modulus']), modulus(['rsa', '-in', key, '-noout', '-modulus']));
  assert.deepEqual(troubles, []);
  await context.close();
});

for (const [name, type] of [['P-256', 'id-ecPublicKey'], ['RSA 3072', 'rsaEncryption'], ['Ed25519', 'ED25519']]) {
  test(`a key made in the browser never leaves it: ${name}`, async () => {
    const { page, context, troubles, sent } = await enter('rob', '/ui/requests/new?cn=browser.example.org');
    await page.getByLabel('made in this browser').click();
    await page.getByText('it cannot be recovered by anybody').waitFor();
    await page.getByRole('combobox', { name: 'Key' }).click();
    await page.getByRole('option', { name, exact: true }).click();
    await page.getByText('It is carried out at once').waitFor();
    await page.getByRole('button', { name: /Get certificate/ }).click();
    await page.waitForURL(isRequest);
    await page.getByText('The private key is in this window only').waitFor();
    const pem = await downloaded(page, 'Download the key (PEM, PKCS#8)');
    await page.getByText('The private key was downloaded').waitFor();
    const certificate = await downloaded(page, 'Certificate (PEM)');
    await page.getByLabel('Password for the PKCS#12').fill('Made-Here-1');
    const store = await downloaded(page, 'Download as PKCS#12');
    const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    const key = readFileSync(pem, 'utf8');
    const publicKey = openssl('x509', '-in', certificate, '-noout', '-pubkey');
    assert.equal(openssl('pkey', '-in', pem, '-pubout'), publicKey);
    const opened = openssl('pkcs12', '-in', store, '-passin', 'pass:Made-Here-1', '-nodes');
    const kept = join(server.data, 'opened.pem');
    writeFileSync(kept, opened);
    assert.equal(openssl('pkey', '-in', kept, '-pubout'), publicKey);
    assert.equal(opened.match(/BEGIN CERTIFICATE/g).length >= 2, true);
    assert.match(openssl('x509', '-in', certificate, '-noout', '-text'), new RegExp(`Public Key Algorithm: ${type}`));
    // Neither the key as text, nor any part of its bytes, was sent.
    const bytes = key.replace(/-----[^-]+-----|\s/g, '');
    const secret = bytes.slice(-60, -4);
    for (const body of sent) {
      assert.ok(!body.includes('PRIVATE KEY'));
      assert.ok(type === 'id-ecPublicKey' || !body.includes(secret));
    }
    assert.deepEqual(troubles, []);
    await context.close();
  });
}

test('who may ask for nothing learns whom to ask', async () => {
  const { page, context, troubles } = await enter('zoe', '/ui/requests/new');
  await page.getByText('There is no profile you may ask of').waitFor();
  await page.getByText('zoe (signed in by').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('lists are queries: saved, exported, decided from a row', async () => {
  const ann = await enter('ann', '/ui/requests/new?cn=list.example.org');
  await ann.page.getByText('Somebody else has to approve').waitFor();
  await ann.page.getByRole('button', { name: /Request certificate/ }).click();
  await ann.page.waitForURL(isRequest);
  const id = idOf(ann.page);
  const { page, context, troubles } = await enter('ben', '/ui/requests?view=decide&q=dn+contains+%22list%22');
  await page.getByRole('link', { name: 'list.example.org' }).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const keep = page.getByRole('dialog', { name: 'Save this query' });
  await keep.getByRole('textbox', { name: 'Name' }).fill('mine to decide');
  await keep.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved “mine to decide”.').waitFor();
  await page.getByRole('link', { name: 'mine to decide', exact: true }).click();
  await page.waitForURL((url) => url.searchParams.get('saved') === 'mine to decide' && url.searchParams.get('view') === 'decide');
  await page.getByRole('columnheader', { name: 'Profile' }).getByRole('button').click(); // another order: it is not as it was saved
  await page.getByRole('link', { name: 'mine to decide ● changed' }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Undo changes' }).click();
  await page.getByRole('link', { name: 'mine to decide', exact: true }).waitFor();
  await page.waitForURL((url) => !url.searchParams.has('sort'));
  const csv = await downloaded(page, 'CSV');
  assert.match(readFileSync(csv, 'utf8'), /CN=list\.example\.org/);
  await page.getByRole('button', { name: 'Approve list.example.org' }).click();
  await page.getByText('Approved list.example.org.').waitFor();
  await followed(id, ['LIFECYCLE-ENROLL success', 'LIFECYCLE-ESCROW success', 'REQUEST-APPROVE success', 'REQUEST-SUBMIT success']);
  assert.deepEqual([...ann.troubles, ...troubles], []);
  await ann.context.close();
  await context.close();
});

test('a certificate from elsewhere is imported with its key', async () => {
  const path = (name) => join(server.data, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', path('im.key'), '-out', path('im.crt'), '-days', '30', '-subj', '/CN=import.example.org'], { stdio: 'ignore' });
  execFileSync('openssl', ['pkcs12', '-export', '-inkey', path('im.key'), '-in', path('im.crt'), '-out', path('im.p12'), '-passout', 'pass:Elsewhere-1']);
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/requests/import');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose a file' }).click()]);
  await chooser.setFiles(path('im.p12'));
  await page.getByLabel('Password of the PKCS#12').fill('Elsewhere-1');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText('CN=import.example.org').first().waitFor();
  await page.getByRole('combobox', { name: 'Profile' }).click();
  await page.getByRole('option', { name: 'Web servers' }).click();
  await page.getByText('kept in escrow by the profile').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Import certificate' }).click();
  await page.waitForURL(isRequest);
  await page.getByText('Import of import.example.org').first().waitFor();
  assert.ok((await eventsOf(idOf(page), 2)).includes('REQUEST-SUBMIT success'));
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a one-time challenge is asked for, told, and used once with a CSR', async () => {
  await server.must('POST', '/certificate/profiles', {
    enabled: true, module: 'webra', name: 'devices', authorizationMode: 'challenge', pkiConnector: 'quickstart', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {},
    cryptoPolicy: { decentralized: true }, certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }] },
  });
  const csr = execFileSync('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', join(server.data, 'device.key'), '-subj', '/CN=printer-1'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/requests/new');
  await page.getByRole('radio', { name: /devices/ }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.goto('/ui/requests/challenges');
  await page.getByRole('link', { name: 'New challenge: devices' }).click();
  await page.getByRole('button', { name: /Get challenge/ }).click();
  await page.waitForURL(isRequest);
  const id = idOf(page);
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  const challenge = await page.locator('code').filter({ hasText: /^\S{12,}$/ }).first().textContent();
  await page.goto('/ui/requests/challenges');
  await page.getByRole('table', { name: 'My challenges' }).getByRole('link').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  const use = async () => {
    await page.getByRole('textbox', { name: 'One-time challenge' }).fill(challenge);
    await page.getByLabel('Certification request (CSR)').fill(csr);
    await page.getByRole('button', { name: 'Get certificate' }).click();
  };
  await use();
  const pem = await downloaded(page, 'Certificate (PEM)');
  assert.match(execFileSync('openssl', ['x509', '-in', pem, '-noout', '-subject']).toString(), /CN ?= ?printer-1/);
  await followed(id, ['LIFECYCLE-ENROLL success', 'REQUEST-SUBMIT success', 'WEBRA-CHALLENGE-SUBMIT success']);
  await use();
  await page.getByRole('alert').getByText('WEBRA-ENROLL-015').waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});
