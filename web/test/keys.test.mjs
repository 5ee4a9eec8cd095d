// Every key of the console, on a page where it does something, and none of them in a field.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signIn, visit } from './browser.mjs';
import { go, settled } from './drive.mjs';
import { stage } from './stage.mjs';
import { inhabit } from './world.mjs';

const { server, browser } = await stage();
const { ids, pending } = await inhabit(server);

async function enter() {
  const visitor = await visit(browser, server.base, { permissions: ['clipboard-read', 'clipboard-write'] });
  visitor.page.setDefaultTimeout(20_000);
  await signIn(visitor.page, 'administrator', server.password);
  await settled(visitor.page);
  const press = async (...keys) => {
    for (const key of keys) await visitor.page.keyboard.press(key);
  };
  return { ...visitor, press };
}

const rows = (page) => page.locator('a[data-row]');
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim());

test('g and a letter go to every place, n begins a request, ? lists the keys, y copies the link', async () => {
  const { page, context, press, troubles } = await enter();
  for (const [letter, path] of [['c', 'certificates'], ['r', 'requests'], ['e', 'events'], ['i', 'insights'], ['o', 'config'], ['h', '']]) {
    await press('g', letter);
    await page.waitForURL((url) => url.pathname === `/ui/${path}`);
    await settled(page);
  }
  await press('?');
  const list = page.getByRole('dialog', { name: 'Keys' });
  await list.getByRole('row', { name: /Certificates/ }).waitFor();
  await press('n'); // nothing below the list is reached
  await press('Escape');
  await list.waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).pathname, '/ui/');
  await go(page, '/certificates?q=status+is+valid');
  await press('y');
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).endsWith('/ui/certificates?q=status+is+valid'));
  await press('n');
  await page.waitForURL('**/ui/requests/new');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a list is walked, looked into, chosen from and opened by keys', async () => {
  const { page, context, press, troubles } = await enter();
  await go(page, '/certificates');
  const names = await rows(page).allInnerTexts();
  await press('j', 'j');
  assert.equal(await focused(page), names[1].trim());
  await press('k');
  assert.equal(await focused(page), names[0].trim());
  await press('Space');
  await page.waitForURL(/peek=/);
  await press('Escape');
  await page.waitForURL((url) => !url.search.includes('peek='));
  await press('x');
  await page.getByRole('status').getByText('1 chosen').waitFor();
  await press('j', 'j', 'Shift+X');
  await page.getByRole('status').getByText('3 chosen').waitFor();
  await press('*');
  await page.getByRole('status').getByText(`${names.length} chosen`).waitFor();
  await press('Escape');
  await page.getByRole('region', { name: 'What is chosen' }).waitFor({ state: 'detached' });
  await press('/');
  await page.keyboard.type('jjx'); // letters in a field
  assert.equal(await page.getByRole('region', { name: 'What is chosen' }).count(), 0);
  await rows(page).first().focus();
  await press('Enter');
  await page.waitForURL(/\/certificates\/[0-9a-f]{24}$/);
  await settled(page);
  await press('j');
  await page.getByRole('heading', { level: 1, name: names[1].trim() }).waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a certificate is renewed and edited, a request decided, by keys', async () => {
  const { page, context, press, troubles } = await enter();
  await go(page, `/certificates/${ids['pay.example.com']}`);
  await press('e');
  await page.getByRole('combobox', { name: 'env' }).waitFor();
  await go(page, `/certificates/${ids['www.example.com']}`);
  await press('r');
  await page.getByRole('dialog').waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await go(page, `/requests/${pending}`);
  await press('a', 'Enter');
  await page.getByText('Nothing waits for your decision.').waitFor();
  for (const end = Date.now() + 10_000; ; ) {
    const { results } = await server.must('POST', '/events/search', { query: `detail.requestId equals "${pending}" and code equals "REQUEST-APPROVE"` });
    if (results.length > 0) break;
    assert.ok(Date.now() < end, 'the approval is in no event');
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a point shows what can be done here: what has a key and what has none', async () => {
  const { page, context, press, troubles } = await enter();
  await go(page, `/certificates/${ids['pay.example.com']}`);
  await press('.');
  const first = page.getByRole('option');
  await page.getByRole('option', { name: /^Revoke/ }).waitFor();
  const offered = await first.allInnerTexts();
  for (const [i, name] of ['Renew', 'Revoke', 'Recover key'].entries()) assert.ok(offered.slice(0, 8).some((text) => text.startsWith(name)), `${i}: ${name} in ${offered.join()}`);
  await page.keyboard.insertText('revoke');
  await press('Enter');
  const dialog = page.getByRole('dialog', { name: /^Revoke/ });
  await dialog.getByRole('radio').first().waitFor();
  await page.waitForFunction(() => document.activeElement.closest('[role=dialog]') !== null);
  await press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await press('?');
  const list = page.getByRole('dialog', { name: 'Keys' });
  await list.getByRole('row', { name: 'All actions here .' }).waitFor();
  assert.equal(await list.getByRole('row', { name: /^Revoke/ }).count(), 0);
  await press('Escape');
  await go(page, '/certificates');
  await press('?');
  await list.getByRole('row', { name: 'Choose the rows up to here Shift x' }).waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test('single letters can be switched off; chords with Ctrl stay', async () => {
  await server.must('POST', '/security/principals/preferences', { plainKeys: true });
  const { page, context, press, troubles } = await enter();
  await press('n', 'g', 'c', '?');
  await press('Control+k');
  await page.getByRole('combobox', { name: 'Search and commands' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/ui/');
  assert.equal(await page.getByRole('dialog', { name: 'Keys' }).count(), 0);
  assert.deepEqual(troubles, []);
  await context.close();
});
