import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { reviewAndSave, signIn, visit } from './browser.mjs';
import { outcome } from './server.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();

/** Waits until the events of an object, oldest first, are those that are wanted. */
async function tells(kind, name, wanted) {
  const told = (e) => `${outcome(e)}${e.details.filter((d) => ['replaced', 'removed'].includes(d.key)).map((d) => ` ${d.key} ${d.value}`)}`;
  await server.events(`detail.kind equals "${kind}" and detail.name equals "${name}"`, (all) => all.map(told).join() === wanted.join());
}

async function open(address) {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, `/ui/config/${address}`);
  return { page, end: async () => (assert.deepEqual(troubles, []), context.close()) };
}

/** What keeps somebody out, seen from the top of the page: what is scrolled under its sticky head is no target now. */
async function barriersOf(page) {
  await page.evaluate(() => window.scrollTo(0, 0));
  return barriersInBoth(page);
}

test('a secret says since when it is set, is drawn by its policy, and is removed', async () => {
  await server.ask('POST', '/security/identity/locals', { identifier: 'ann', name: 'Ann', password: { value: 'Correct-Horse-9' } });
  const { page, end } = await open('local-identity/ann');
  await page.getByText(/^Set on .* by administrator$/).waitFor();
  await page.getByRole('button', { name: 'Replace: Password' }).click();
  await page.getByRole('button', { name: 'Generate: Password' }).click();
  await page.getByText('It is shown now and never again.').waitFor();
  const drawn = await page.locator('[id="field-password"]').inputValue();
  assert.match(drawn, /^.{12,}$/);
  assert.doesNotMatch(await reviewAndSave(page), new RegExp(drawn.replace(/\W/g, '.')));
  assert.equal((await server.ask('GET', '/security/principals/self', undefined, { id: 'ann', key: drawn })).status, 401, 'ann has no rights yet');
  await page.getByRole('button', { name: 'Remove: Password' }).click();
  await page.getByText('It is removed when you save.').waitFor();
  assert.deepEqual(await barriersOf(page), []);
  assert.match(await reviewAndSave(page), /Password[\s\S]*removed/);
  await page.getByText('No value is set.').waitFor();
  assert.equal((await server.ask('GET', '/security/identity/locals/ann')).body._secrets, undefined);
  await tells('local-identity', 'ann', ['SEC-LOCAL-IDENTITY-ADD success', 'SEC-LOCAL-IDENTITY-UPDATE success replaced password', 'SEC-LOCAL-IDENTITY-UPDATE success removed password']);
  await end();
});

test('a draft is tested before it is saved: what failed, and what to do', async () => {
  const { page, end } = await open('http-proxy/new');
  await page.locator('[id="field-name"]').fill('tried');
  await page.locator('[id="field-host"]').fill('127.0.0.1');
  await page.locator('[id="field-port"]').fill('1');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const said = page.getByRole('status').filter({ hasText: 'It does not work' });
  await said.getByText('127.0.0.1:1', { exact: true }).waitFor();
  await said.getByText(/Check host and port/).waitFor();
  assert.deepEqual(await barriersOf(page), []);
  await page.locator('[id="field-port"]').fill('99999');
  await said.getByText('The draft has changed since this test.').waitFor();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByRole('alert').getByRole('link', { name: 'port' }).waitFor();
  assert.equal((await server.ask('GET', '/proxy/httpproxies/tried')).status, 404, 'nothing is stored');
  await tells('http-proxy', 'tried', ['CONF-TEST failure', 'CONF-TEST failure']);

  await page.goto('/ui/config/pki-connector/quickstart');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const works = page.getByRole('status').filter({ hasText: 'It works' });
  await works.getByText('Its key signs').waitFor();
  await works.getByText(/^\d+ days, the CA has \d+ left$/).waitFor();
  await tells('pki-connector', 'quickstart', ['CONF-ADD success', 'CONF-TEST success']);
  await end();
});

test('a duration is compared with its neighbour, and what a test found is said in the reader’s language', async () => {
  const authority = (await server.must('GET', '/pki/connectors/quickstart')).authority;
  await server.must('POST', '/pki/connectors', { name: 'brief', type: 'integrated', authority, crtLifetime: '14 days' });
  await server.must('POST', '/certificate/profiles', {
    module: 'webra', name: 'late', enabled: true, authorizationMode: 'authorized', pkiConnector: 'brief', renewalPeriod: '10 days', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {},
    certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }] }, cryptoPolicy: { centralized: true, p12passwordMode: 'random' },
  });
  const { page, end } = await open('profile/late');
  await page.locator('[id="field-renewalPeriod"]').fill('30');
  await page.getByText('30 days is longer than Lifetime of certificates (brief): 14 days').waitFor();
  assert.deepEqual(await barriersOf(page), []);
  await page.locator('[id="field-renewalPeriod"]').fill('5');
  await page.getByText(/is longer than/).waitFor({ state: 'hidden' });
  await end();
  const french = await visit(browser, server.base, { locale: 'fr-FR' });
  await french.page.goto('/ui/config/pki-connector/brief');
  await french.page.getByLabel('Identifiant').fill('administrator');
  await french.page.getByLabel('Mot de passe', { exact: true }).fill(server.password);
  await french.page.keyboard.press('Enter');
  await french.page.getByRole('button', { name: 'Tester', exact: true }).click();
  await french.page.getByText(/^14 jours.*il en reste \d+ à l’AC$/).waitFor();
  assert.deepEqual(french.troubles, []);
  await french.context.close();
  await tells('pki-connector', 'brief', ['CONF-ADD success', 'CONF-TEST success']);
});

test('what is used is replaced everywhere, and then deleted', async () => {
  for (const name of ['old', 'new']) await server.ask('POST', '/security/credentials', { name, type: 'password', login: 'horizon', password: { value: 'a secret word' } });
  await server.ask('POST', '/proxy/httpproxies', { name: 'edge', host: 'proxy.example.com', port: 3128, credentials: 'old' });
  const { page, end } = await open('credentials/old');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  const sure = page.getByRole('dialog', { name: 'Delete old' });
  const remove = sure.getByRole('button', { name: /^Delete / });
  assert.equal(await remove.isDisabled(), true);
  await sure.getByRole('combobox', { name: 'Replace it everywhere with' }).click();
  await page.getByRole('option', { name: 'new', exact: true }).click();
  await sure.getByRole('button', { name: 'See what changes' }).click();
  await sure.getByText('Credentials: old → new').waitFor();
  await sure.getByRole('button', { name: 'As API call' }).click();
  const call = await sure.locator('pre').innerText();
  assert.ok(call.startsWith(`curl -X POST '${server.base}/api/v1/security/credentials/old/replace'`) && call.includes(`-d '{"with":"new"}'`), call);
  assert.deepEqual(await barriersOf(page), []);
  await sure.getByRole('button', { name: 'Replace in 1 object' }).click();
  await sure.getByText('Nothing uses it.').waitFor();
  await remove.click();
  await page.waitForURL('**/config/credentials');
  assert.equal((await server.ask('GET', '/proxy/httpproxies/edge')).body.credentials, 'new');
  await tells('http-proxy', 'edge', ['CONF-ADD success', 'CONF-UPDATE success']);
  await tells('credentials', 'old', ['SEC-CREDENTIALS-ADD success', 'SEC-CREDENTIALS-DELETE success']);
  await end();
});

test('two states of the history are compared, whatever lies between them', async () => {
  await server.ask('POST', '/security/teams', { name: 'two', contact: 'one@example.com' });
  for (const contact of ['two@example.com', 'three@example.com']) await server.ask('PUT', '/security/teams', { name: 'two', contact });
  await tells('team', 'two', ['SEC-TEAM-ADD success', 'SEC-TEAM-UPDATE success', 'SEC-TEAM-UPDATE success']);
  const { page, end } = await open('team/two?tab=history');
  await page.getByRole('button', { name: 'Compare two states' }).click();
  const both = page.getByRole('region', { name: 'Two states' });
  assert.match(await both.getByRole('table').innerText(), /Contact\s+one@example\.com\s+three@example\.com/);
  await both.getByLabel('To', { exact: true }).selectOption({ index: 1 });
  assert.match(await both.getByRole('table').innerText(), /one@example\.com\s+two@example\.com/);
  await both.getByLabel('From', { exact: true }).selectOption({ index: 1 });
  await both.getByText('They are the same.').waitFor();
  assert.deepEqual(await barriersOf(page), []);
  await end();
});

test('the filter of a right is completed, and what is wrong with it is said at the word', async () => {
  await server.ask('POST', '/security/roles', { name: 'filtered', permissions: [{ value: 'lifecycle:acme:quickstart:search', filter: 'team equals "core"' }] });
  const { page, end } = await open('role/filtered');
  const line = page.getByRole('combobox', { name: 'Filter of right 1' });
  await line.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('tean equals "core"');
  await page.getByText(/^At “tean”:/).waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('tea');
  await page.getByRole('option', { name: /^team/ }).first().waitFor();
  await end();
});

test('JSON is completed from the schema, with the objects there are', async () => {
  await server.ask('POST', '/proxy/httpproxies', { name: 'plain', host: 'proxy.example.com', port: 3128 });
  await server.ask('POST', '/security/credentials', { name: 'for-json', type: 'password', login: 'horizon', password: { value: 'a secret word' } });
  const { page, end } = await open('http-proxy/plain?tab=json');
  await page.getByRole('textbox', { name: 'JSON' }).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await page.keyboard.type(', "c');
  await page.getByRole('option', { name: /^credentials/ }).waitFor();
  await page.keyboard.type('r'); // what is seen can be chosen, also while one types
  await page.getByRole('option', { name: /^credentials/ }).click();
  await page.keyboard.press('Backspace');
  await page.keyboard.type('"for');
  await page.getByRole('option', { name: 'for-json' }).click();
  assert.match(await reviewAndSave(page), /Credentials\s+–\s+for-json/);
  assert.equal((await server.ask('GET', '/proxy/httpproxies/plain')).body.credentials, 'for-json');
  await end();
});

test('a document and lines are pasted; what is selected in a list is exported', async () => {
  const { page, end } = await open('http-proxy/new');
  await page.getByRole('button', { name: 'Paste a document' }).click();
  const fill = page.getByRole('dialog', { name: 'Fill from a document' });
  await fill.getByLabel('Document', { exact: true }).fill('{"name": "pasted", "host": ');
  await fill.getByRole('button', { name: 'Fill the form' }).click();
  await fill.getByRole('alert').waitFor();
  await fill.getByLabel('Document', { exact: true }).fill('{"_id": "1", "name": "pasted", "host": "pasted.example.com", "port": 8080}');
  await fill.getByRole('button', { name: 'Fill the form' }).click();
  assert.match(await reviewAndSave(page), /pasted\.example\.com/);
  await page.waitForURL('**/config/http-proxy/pasted');

  await page.goto('/ui/config/profile/quickstart');
  const limits = page.locator('main section > button[aria-expanded="false"]');
  await page.locator('[id="field-name"]').waitFor();
  await page.locator('main [aria-busy="true"]').waitFor({ state: 'detached' });
  while ((await limits.count()) > 0) await limits.first().click();
  await page.getByRole('button', { name: 'Paste lines into Preferred CAs' }).click();
  await page.getByLabel('One value a line').fill('Root R1\nRoot R2\n');
  await page.getByRole('button', { name: 'Add', exact: true }).last().click();
  assert.match(await reviewAndSave(page), /Root R1, Root R2/);

  await page.goto('/ui/config/http-proxy');
  await page.getByRole('checkbox', { name: 'Select pasted' }).check();
  assert.deepEqual(await barriersOf(page), []);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export', exact: true }).click()]);
  const { objects } = JSON.parse(readFileSync(await file.path(), 'utf8'));
  assert.deepEqual(objects.map((o) => [o.kind, o.key, o.object.host]), [['http-proxy', 'pasted', 'pasted.example.com']]);
  await end();
});
