import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { outcome } from './server.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage({ quickstart: false });

/** Codes and outcomes of the events behind a place in the log up to the last of a code, the oldest first, without sign-ins. */
async function eventsUntil(code, sequence) {
  const query = `sequence after ${sequence} and code not equals "SEC-AUTHENTICATION"`;
  return (await server.events(query, (all) => all.some((e) => e.code === code))).map(outcome);
}

async function lastSequence() {
  return (await server.ask('POST', '/events/search', { pageSize: 1 })).body.results[0].sequence;
}

test('the first hour: from an empty server to the first certificate', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password);
  await page.getByRole('heading', { name: 'Set up' }).waitFor();
  await page.getByText('The keys were never backed up').waitFor();
  await page.getByText('Nothing needs you.').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  const begin = await lastSequence();

  let steps = 0; // clicks and entered texts; the budget of choosing a CA, a profile and the first certificate is 12
  const click = async (role, name) => {
    await page.getByRole(role, { name }).click();
    steps++;
  };
  const enter = async (label, text) => {
    await page.getByLabel(label).fill(text);
    steps++;
  };
  await enter('Name of the CA', 'internal');
  await click('button', 'Create a CA here');
  await page.getByText('Created the CA internal.').waitFor();
  await enter('Name of the profile', 'web-servers');
  await click('button', 'Create profile');
  await click('link', 'Request a certificate');
  await enter('Host names', 'first.example.com');
  await page.getByRole('button', { name: /^Get certificate/ }).and(page.locator(':enabled')).click();
  steps++;
  await page.waitForURL(/requests\/[0-9a-f]{24}/);
  assert.ok(steps <= 12, `${steps} steps`);

  assert.deepEqual(await eventsUntil('LIFECYCLE-ENROLL', begin), [
    'CONF-ADD success', 'CONF-ADD success', 'CONF-ADD success', 'CONF-ADD success', 'CONF-ADD success', // two CAs, both known, a connector
    'CONF-ADD success', // the profile
    'REQUEST-TEMPLATE success', 'REQUEST-SUBMIT success', 'LIFECYCLE-ENROLL success',
  ]);

  await page.goto('/ui/');
  await page.getByRole('link', { name: 'The first certificate' }).waitFor();
  await page.getByRole('heading', { name: 'You did' }).waitFor();
  await page.getByRole('link', { name: 'Enrollment of a certificate' }).waitFor();
  await page.getByRole('button', { name: 'Put away' }).click();
  await page.getByRole('heading', { name: 'Set up' }).waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('heading', { name: 'You did' }).waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Set up' }).count(), 0);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('what waits for a decision stands on Home, with the way to it', async () => {
  await server.ask('POST', '/security/identity/locals', { identifier: 'ann', password: 'Correct-Horse-1' });
  await server.ask('POST', '/security/principalinfos', { identifier: 'ann', permissions: [{ value: 'lifecycle:webra:web-servers:request_enroll' }] });
  const body = { workflow: 'enroll', module: 'webra', profile: 'web-servers', template: { keyType: 'ec-secp256r1', subject: [{ element: 'cn.1', value: 'pay.example.com' }], sans: [{ type: 'DNSNAME', value: ['pay.example.com'] }] } };
  const { status } = await server.ask('POST', '/requests/submit', body, { id: 'ann', key: 'Correct-Horse-1' });
  assert.equal(status, 201);

  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password);
  await page.getByRole('link', { name: 'Request to decide' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Request to decide' }).getByText('ann', { exact: true }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('link', { name: 'Decide web-servers' }).click();
  await page.getByText('pay.example.com').first().waitFor();
  assert.deepEqual(troubles, []);
  await context.close();

  const asker = await visit(browser, server.base);
  await signIn(asker.page, 'ann', 'Correct-Horse-1');
  await asker.page.getByRole('link', { name: 'Your request waits' }).waitFor();
  assert.equal(await asker.page.getByRole('heading', { name: 'Set up' }).count(), 0);
  assert.deepEqual(asker.troubles, []);
  await asker.context.close();
});

test('a request that failed after somebody approved it stands on the Home of who asked, until it is put away', async () => {
  const begin = await lastSequence();
  const made = [
    ['/authorities', { name: 'narrow', nameConstraints: { permittedDNS: ['intern'] } }],
    ['/pki/connectors', { name: 'narrow', type: 'integrated', authority: 'narrow' }],
    ['/certificate/profiles', { module: 'webra', name: 'narrow', enabled: true, authorizationMode: 'authorized', pkiConnector: 'narrow', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {},
      cryptoPolicy: { centralized: true, p12passwordMode: 'random', defaultKeyType: 'ec-secp256r1' }, certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }], sans: [{ type: 'DNSNAME', editableByRequester: true }] } }],
    ['/security/identity/locals', { identifier: 'eve', password: 'Correct-Horse-1' }],
    ['/security/principalinfos', { identifier: 'eve', permissions: [{ value: 'lifecycle:webra:narrow:request_enroll' }] }],
  ];
  for (const [path, body] of made) assert.equal((await server.ask('POST', path, body)).status, 201, path);
  const wish = { workflow: 'enroll', module: 'webra', profile: 'narrow', template: { subject: [{ element: 'cn.1', value: 'far.example.com' }], sans: [{ type: 'DNSNAME', value: ['far.example.com'] }] } };
  const asked = await server.ask('POST', '/requests/submit', wish, { id: 'eve', key: 'Correct-Horse-1' });
  assert.equal(asked.status, 201);
  const approved = await server.ask('POST', '/requests/approve', { _id: asked.body._id, workflow: 'enroll', module: 'webra', template: {} });
  assert.equal(approved.status, 502, JSON.stringify(approved.body));
  const events = await eventsUntil('LIFECYCLE-ENROLL', begin);
  assert.deepEqual(events.slice(events.indexOf('REQUEST-SUBMIT success')), ['REQUEST-SUBMIT success', 'REQUEST-APPROVE success', 'LIFECYCLE-ENROLL failure']);

  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'eve', 'Correct-Horse-1');
  const row = page.getByRole('listitem').filter({ hasText: 'Your request failed' });
  await row.getByText('far.example.com').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await row.getByRole('link', { name: 'Your request failed' }).click();
  await page.waitForURL(`**/requests/${asked.body._id}*`);
  await page.getByText(/nameConstraints|permitted|allowed/).first().waitFor();
  await page.goBack();
  await row.getByRole('button', { name: /^Put away/ }).click();
  await page.getByText('Nothing needs you.').waitFor();
  await page.reload();
  await page.getByText('Nothing needs you.').waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});
