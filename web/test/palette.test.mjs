import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { stage } from './stage.mjs';

const zoe = { id: 'zoe', key: 'Correct-Horse-1' };
const { server, browser } = await stage();
await server.must('POST', '/certificate/profiles', {
  module: 'webra', name: 'pay-servers', enabled: true, authorizationMode: 'authorized', pkiConnector: 'quickstart', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {},
  certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }] }, cryptoPolicy: { centralized: true, decentralized: true, p12passwordMode: 'random', showP12OnEnroll: true, showP12PasswordOnEnroll: true, defaultKeyType: 'ec-secp256r1' },
});
const request = await server.must('POST', '/requests/submit', { workflow: 'enroll', module: 'webra', profile: 'pay-servers', template: { keyType: 'ec-secp256r1', subject: [{ element: 'cn.1', value: 'pay.example.org' }] } });
const certificate = (await server.must('GET', `/certificates/${request.certificateId}`)).certificate;
await server.must('POST', '/security/identity/locals', { identifier: zoe.id, password: zoe.key });
await server.must('POST', '/security/principalinfos', { identifier: zoe.id, permissions: [{ value: 'configuration:system:label:read' }] });
await server.must('POST', '/security/principals/queries', { name: 'Ends this week', type: 'hcql', query: 'valid.until before 7d' });

async function enter(who = { id: 'administrator', key: server.password }) {
  const visitor = await visit(browser, server.base);
  await signIn(visitor.page, who.id, who.key);
  const field = visitor.page.getByRole('combobox', { name: 'Search and commands' });
  const open = async () => {
    await visitor.page.keyboard.press('Control+k');
    await field.waitFor();
  };
  return { ...visitor, field, open, results: visitor.page.getByRole('option') };
}

/** Puts a text into the field as the clipboard does, and presses Enter at once. */
async function paste(page, text) {
  await page.evaluate((t) => {
    const at = document.activeElement;
    const data = new DataTransfer();
    data.setData('text/plain', t);
    if (at.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))) document.execCommand('insertText', false, t);
  }, text);
  await page.keyboard.press('Enter');
}

test('a serial number, thumbprint, host or PEM that is pasted opens its certificate in three steps', async () => {
  const { page, context, troubles, open } = await enter();
  const serial = certificate.serial.toUpperCase().match(/../g).join(':');
  for (const text of [serial, certificate.thumbprint, 'pay.example.org', certificate.certificate, certificate._id]) {
    await page.goto('/ui/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await open(); // 1
    await paste(page, text); // 2 and 3
    await page.waitForURL(`**/ui/certificates/${certificate._id}`);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the palette is a combobox: arrows choose, Esc closes and the focus returns', async () => {
  const { page, context, troubles, field, open, results } = await enter();
  const button = page.getByRole('button', { name: 'Search' });
  await button.click();
  await field.waitFor();
  await results.first().waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  const chosen = () => page.locator('[role=option][aria-selected=true]').textContent();
  const first = await chosen();
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await chosen(), first);
  assert.equal(await field.getAttribute('aria-activedescendant'), await page.locator('[role=option][aria-selected=true]').getAttribute('id'));
  await page.keyboard.press('ArrowUp');
  assert.equal(await chosen(), first);
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.textContent === 'SearchCtrl K');
  await open();
  await field.fill('nothing is called so');
  await page.getByText('Nothing you may see has this name.').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.keyboard.press('Control+k');
  await field.waitFor({ state: 'detached' });
  assert.deepEqual(troubles, []);
  await context.close();
});

test('pages, objects, events, saved queries and commands are found by name, and what is used comes first', async () => {
  const { page, context, troubles, field, open, results } = await enter();
  await open();
  await field.fill('integrity');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/ui/events/integrity');
  await open();
  assert.match(await results.first().textContent(), /Integrity/); // it was used
  await field.fill('pay-ser');
  await page.getByRole('option', { name: 'Duplicate pay-servers' }).waitFor();
  assert.deepEqual((await results.allTextContents()).map((x) => x.replace(/Certificate profile.*|Command/, '')), ['pay-servers', 'Duplicate pay-servers']);
  await field.fill('3');
  await page.getByRole('option', { name: /entry 3/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/ui\/events\/[0-9a-f]{24}$/);
  await open();
  await field.fill('>');
  assert.ok((await results.allTextContents()).every((x) => x.endsWith('Command')));
  await field.fill('> dark');
  await page.keyboard.press('Enter');
  await page.locator(':root[data-mantine-color-scheme=dark]').waitFor();
  await open();
  await field.fill('> sign out');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/ui/sign-in');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a page that comes late leaves the focus to who writes in the palette meanwhile', async () => {
  const { page, context, troubles, field, open } = await enter();
  let come = () => undefined;
  const late = new Promise((resolve) => {
    come = resolve;
  });
  await page.route('**/assets/Integrity-*.js', async (route) => {
    await late;
    await route.continue();
  });
  await open();
  await field.fill('integrity');
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'detached' });
  await open();
  await field.fill('3');
  await page.getByRole('option', { name: /entry 3/ }).waitFor();
  come();
  await page.locator('h1', { hasText: 'Integrity' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/ui\/events\/[0-9a-f]{24}$/);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a field of an object is found behind its name, and its form opens with it', async () => {
  const { page, context, troubles, field, open } = await enter();
  await open();
  await field.fill('pay-servers default key');
  await page.getByRole('option', { name: /^pay-servers: .*key/i }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/ui/config/profile/pay-servers?field=cryptoPolicy.defaultKeyType');
  await page.locator('[id="field-cryptoPolicy.defaultKeyType"]').and(page.locator(':focus')).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('what somebody has no right to is not offered', async () => {
  const { page, context, troubles, field, open } = await enter(zoe);
  await open();
  await field.fill('pay');
  await page.getByText('Nothing you may see has this name.').waitFor();
  await field.fill('integrity');
  await page.getByText('Nothing you may see has this name.').waitFor();
  await field.fill('> new');
  assert.equal(await page.getByRole('option', { name: /^New (?!dashboard|request)/ }).count(), 0);
  assert.deepEqual(troubles, []);
  await context.close();
});
