// What ends while somebody works loses nothing they entered: a session, a connection, a page they leave.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { outcome } from './server.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();
const host = (page) => page.locator('[id="field-host"]');

/** The form of a new proxy with something in it; the browser's clock can be moved. */
async function fill(name) {
  const visitor = await visit(browser, server.base);
  await visitor.page.clock.install();
  await signIn(visitor.page, 'administrator', server.password, '/ui/config/http-proxy/new');
  await visitor.page.locator('[id="field-name"]').fill(name);
  await host(visitor.page).fill('edge.example.com');
  await visitor.page.locator('[id="field-port"]').fill('3128');
  return visitor;
}

/** Saves the form and waits for the event of it. */
async function save(page, name) {
  await page.getByRole('button', { name: /^Review/ }).click();
  await page.getByRole('dialog', { name: 'What is added' }).getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(`**/config/http-proxy/${name}`);
  assert.deepEqual(await added(name, true), ['CONF-ADD success']);
}

/** The events of having made a proxy, at once or when they are `some`. */
async function added(name, some = false) {
  return (await server.events(`code equals "CONF-ADD" and detail.name equals "${name}"`, (all) => !some || all.length > 0)).map(outcome);
}

test('the end of a session is announced two minutes before, and put off without a loss', async () => {
  const { page, context, troubles } = await fill('announced');
  const ending = page.getByText('The session ends in less than two minutes');
  await page.clock.fastForward('12:30');
  assert.equal(await ending.count(), 0);
  await page.clock.fastForward('00:45');
  await ending.waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Stay signed in' }).click();
  await ending.waitFor({ state: 'detached' });
  assert.equal(await host(page).inputValue(), 'edge.example.com');
  await save(page, 'announced');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a session that ended asks to sign in again over the form, which goes on', async () => {
  const { page, context, troubles } = await fill('again');
  await server.must('DELETE', '/security/principalinfos/administrator/sessions');
  await page.getByRole('button', { name: /^Review/ }).click();
  const dialog = page.getByRole('dialog', { name: 'The session ended' });
  await dialog.waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.keyboard.press('Escape');
  await dialog.getByLabel('Password of administrator').fill('not the password');
  await page.keyboard.press('Enter');
  await dialog.getByText('SEC-AUTH-002').waitFor();
  await dialog.getByLabel('Password of administrator').fill(server.password);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await host(page).inputValue(), 'edge.example.com');
  await save(page, 'again');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('without a connection a bar says so, what was known stays, and nothing is sent later', async () => {
  const { page, context } = await fill('offline');
  const bar = page.getByText('No connection to the server.');
  await context.setOffline(true);
  await bar.waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: /^Review/ }).click();
  await page.getByRole('alert').getByText('The server did not answer.').waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await context.setOffline(false);
  await page.clock.fastForward('00:06');
  await bar.waitFor({ state: 'detached' });
  assert.equal(await host(page).inputValue(), 'edge.example.com');
  assert.deepEqual(await added('offline'), []);
  await save(page, 'offline');
  await context.close();
});

test('leaving asks only where a secret would be lost', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/credentials/new?type=password');
  await page.locator('[id="field-name"]').fill('kept');
  const events = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Events' });
  await page.locator('[id="field-password"]').fill('Correct-Horse-9');
  await events.click();
  const asked = page.getByRole('dialog', { name: 'A typed secret would be lost' });
  await asked.waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await asked.getByRole('button', { name: 'Stay' }).click();
  assert.equal(await page.locator('[id="field-password"]').inputValue(), 'Correct-Horse-9');
  await page.locator('[id="field-password"]').fill('');
  await events.click();
  await page.waitForURL('**/ui/events');
  assert.deepEqual(troubles, []);
  await context.close();
});
