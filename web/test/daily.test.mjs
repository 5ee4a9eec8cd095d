// The pages of daily work: trust and downloads of a certificate, lists that find nothing, requests that were not sent, the
// log narrowed by its values, teams one manages, dashboards as files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { asker, furnish, recorded } from './fleet.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();
const ids = await furnish(server, ['www.example.com', 'pay.example.com']);

/** The administrator's page at an address. */
async function enter(to, options) {
  const visitor = await visit(browser, server.base, options);
  await signIn(visitor.page, 'administrator', server.password, to);
  return visitor;
}

/** Nothing is in anybody's way, and nothing went wrong unseen. */
async function leave({ page, context, troubles }) {
  assert.deepEqual(await barriersInBoth(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
}

test('the ladder tells what is published of each certificate, and the chain leaves as PKCS#7', async () => {
  const visitor = await enter(`/ui/certificates/${ids['www.example.com']}`);
  const { page } = visitor;
  const rungs = page.locator('#chain li');
  await rungs.nth(2).waitFor();
  assert.match(await rungs.nth(0).innerText(), /known as quickstart-root/);
  assert.match(await rungs.nth(2).innerText(), /OCSP: good\s+CRL \d+, made/);
  await page.getByRole('button', { name: 'Other formats' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Download PKCS#7' }).click()]);
  assert.equal(file.suggestedFilename(), 'www.example.com.p7b');
  const said = execFileSync('openssl', ['pkcs7', '-inform', 'DER', '-in', await file.path(), '-print_certs', '-noout']).toString();
  assert.equal(said.match(/^subject=/gm).length, 3);
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Download PKCS#7' }).waitFor(); // kept for the next time
  await leave(visitor);
});

test('where nothing matches, each condition says what is found without it', async () => {
  const visitor = await enter(`/ui/certificates?q=${encodeURIComponent('profile equals "web" and keytype equals "rsa-2048"')}`);
  const { page } = visitor;
  await page.getByRole('button', { name: /^profile equals "web"\s*0$/ }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: /^keytype equals "rsa-2048"\s*2$/ }).click();
  await page.waitForURL((url) => url.searchParams.get('q') === 'profile equals "web"');
  await page.getByRole('link', { name: 'www.example.com' }).waitFor();
  await leave(visitor);
});

test('who answers is changed at once and taken back', async () => {
  const visitor = await enter(`/ui/certificates/${ids['pay.example.com']}`);
  const { page } = visitor;
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('combobox', { name: 'env' }).fill('test');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('env = test').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('env = prod').waitFor();
  await recorded(server, 'LIFECYCLE-UPDATE success', ids['pay.example.com']);
  await leave(visitor);
});

test('a request that was not sent is offered again, without its password', async () => {
  const visitor = await enter('/ui/requests/new?profile=web');
  const { page } = visitor;
  await page.getByLabel('Host names').fill('shop.example.com');
  await page.waitForFunction(() => Object.keys(window.localStorage).some((k) => k.startsWith('horizon.draft.request.') && window.localStorage.getItem(k).includes('shop.example.com')));
  await page.reload();
  await page.getByText('A request that was not sent is kept in this browser').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Continue it' }).click();
  assert.equal(await page.getByLabel('Host names').inputValue(), 'shop.example.com');
  await page.getByRole('button', { name: /Get certificate/ }).click();
  await page.waitForURL(/\/requests\/[0-9a-f]{24}$/);
  await page.goto('/ui/requests/new?profile=web');
  await page.getByLabel('Host names').waitFor();
  assert.equal(await page.getByText('A request that was not sent').count(), 0);
  await leave(visitor);
});

test('all acts of a person are two steps from any event, and what is alike is folded', async () => {
  const visitor = await enter('/ui/events');
  const { page } = visitor;
  await page.getByRole('button', { name: /^\d+ more alike$/ }).first().waitFor();
  const rows = () => page.locator('a[data-row]').count();
  const folded = await rows();
  await page.getByRole('button', { name: /^\d+ more alike$/ }).first().click();
  assert.ok((await rows()) > folded);
  await page.locator('tbody').getByRole('button', { name: 'administrator', exact: true }).first().click(); // 1
  await page.getByRole('menuitem', { name: 'Only this' }).click(); // 2
  await page.waitForURL((url) => (url.searchParams.get('q') ?? '').includes('equals "administrator"'));
  await leave(visitor);
});

test('who manages a team adds a member in four steps', async () => {
  await server.must('POST', '/security/teams', { name: 'core', managers: [asker.id] });
  await server.must('POST', '/security/principalinfos', { identifier: 'bob', permissions: [] });
  const visitor = await visit(browser, server.base);
  const { page } = visitor;
  await signIn(page, asker.id, asker.key);
  await page.getByRole('button', { name: asker.id }).click(); // 1
  await page.getByRole('menuitem', { name: 'core' }).click(); // 2
  await page.getByLabel('Who').fill('bob'); // 3
  await page.keyboard.press('Enter'); // 4
  await page.getByText('bob', { exact: true }).waitFor();
  let events = [];
  while (events.length === 0) events = (await server.must('POST', '/events/search', { query: 'code equals "SEC-TEAM-MEMBERS-ADD"' })).results;
  assert.ok(events[0].details.some((d) => d.key === 'member' && d.value === 'bob'));
  await leave(visitor);
});

test('a dashboard of events leaves as a file and is taken in again', async () => {
  const visitor = await enter('/ui/insights/built-in/events');
  const { page } = visitor;
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
  const board = JSON.parse(readFileSync(await file.path()));
  assert.equal(board.type, 'event');
  await page.goto('/ui/insights');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Import' }).click()]);
  await chooser.setFiles({ name: 'events.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(board)) });
  await page.waitForURL('**/ui/insights/own/Events');
  const [kept] = await server.must('GET', '/security/principals/dashboards');
  assert.equal(kept.type, 'event');
  assert.equal(kept.charts.length, board.charts.length);
  await leave(visitor);
});
