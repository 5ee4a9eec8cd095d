import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { enroll, furnish } from './fleet.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();
await furnish(server, ['a.example.org', 'b.example.org']);
await enroll(server, 'c.example.org', { on: 'internal' });
const saved = await server.ask('POST', '/security/principals/queries', { name: 'Of the web', type: 'hcql', query: 'profile equals "web"' });
assert.equal(saved.status, 200);

async function enter(to) {
  const visitor = await visit(browser, server.base);
  await signIn(visitor.page, 'administrator', server.password, to);
  return visitor;
}

/** Waits until a chart is drawn. */
const drawn = (page, title) => page.getByRole('img', { name: new RegExp(`^${title}\\. `) }).waitFor();

test('the built-in dashboards are drawn, by links and tables too', async () => {
  const { page, context, troubles } = await enter('/ui/insights');
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('main').getByRole('link', { name: 'Certificates' }).click();
  await drawn(page, 'Valid by profile');
  assert.equal(await page.getByRole('region', { name: 'Valid certificates' }).getByRole('link', { name: '3', exact: true }).count(), 1);
  await page.getByRole('region', { name: 'Calendar of expiry, one year' }).scrollIntoViewIfNeeded();
  await drawn(page, 'Calendar of expiry, one year');
  await page.evaluate(() => window.scrollTo(0, 0)); // nothing lies half below the line at the top
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'More about Valid by profile' }).click();
  await page.getByRole('menuitem', { name: 'Show as table' }).click();
  const table = page.getByRole('table', { name: 'Valid by profile' });
  await table.waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  assert.deepEqual(await barriersInBoth(page), []);
  await table.getByRole('link', { name: 'web: 2' }).click();
  await page.waitForURL((url) => url.pathname === '/ui/certificates' && url.searchParams.get('q') === 'status is valid and profile equals "web"');
  await page.getByText('2 found').waitFor();

  for (const name of ['requests', 'events']) {
    await page.goto(`/ui/insights/built-in/${name}`);
    await page.getByRole('img').first().waitFor();
    assert.deepEqual(await barriersInBoth(page), []);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a bar opens the very list, and a chart leaves as a picture and as data', async () => {
  const { page, context, troubles } = await enter('/ui/insights/built-in/certificates');
  const chart = page.getByRole('img', { name: /^Valid by profile\. / });
  await chart.scrollIntoViewIfNeeded();
  await chart.locator('canvas').waitFor();
  const more = page.getByRole('button', { name: 'More about Valid by profile' });
  const saved = async (item) => {
    await more.click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
    return readFileSync(await file.path());
  };
  assert.deepEqual([...(await saved('Save as PNG')).subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  assert.deepEqual(JSON.parse(await saved('Save as JSON')).groups, [{ values: ['web'], count: 2 }, { values: ['internal'], count: 1 }]);
  await page.getByRole('menu').waitFor({ state: 'detached' });
  for (const name of ['Valid certificates', 'Valid by profile']) {
    await page.getByRole('button', { name: `More about ${name}` }).click();
    if (name === 'Valid by profile') {
      await page.getByRole('menuitem', { name: 'Show as table' }).click();
      await page.getByRole('table', { name }).waitFor();
      await page.getByRole('button', { name: `More about ${name}` }).click();
    }
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Save as PNG' }).click()]);
    const png = readFileSync(await file.path());
    assert.deepEqual([png.toString('latin1', 1, 4), png.readUInt32BE(16) > 200], ['PNG', true]);
    await page.getByRole('menu').waitFor({ state: 'detached' });
  }
  await more.click();
  await page.getByRole('menuitem', { name: 'Show as chart' }).click();
  await chart.locator('canvas').waitFor();
  const { width } = await chart.boundingBox();
  await chart.locator('canvas').click({ position: { x: width / 2, y: 18 } }); // the first bar, the longest
  await page.waitForURL((url) => url.pathname === '/ui/certificates' && url.searchParams.get('q') === 'status is valid and profile equals "web"');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a dashboard of one’s own is made, changed, and deleted with a way back', async () => {
  const { page, context, troubles } = await enter('/ui/insights');
  const kept = async () => (await server.ask('GET', '/security/principals/dashboards')).body;
  await page.getByRole('button', { name: 'New dashboard' }).click();
  await page.getByLabel('Name').fill('My fleet');
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL('**/ui/insights/own/My%20fleet?edit=yes');

  const add = async (title, fill) => {
    await page.getByRole('button', { name: 'Add chart' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill(title);
    await fill(dialog);
    await dialog.getByRole('button', { name: 'Save chart' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: title }).waitFor();
  };
  const choose = async (dialog, label, option) => {
    await dialog.getByRole('combobox', { name: label }).or(dialog.getByLabel(label)).first().click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  await add('By key', async (dialog) => {
    assert.deepEqual(await barriersInBoth(page), []);
    await choose(dialog, 'From a saved query', 'Of the web');
    await choose(dialog, 'Group by', 'Key type');
  });
  await drawn(page, 'By key');
  await add('All of them', (dialog) => choose(dialog, 'Form', 'Number'));
  await page.getByRole('region', { name: 'All of them' }).getByRole('link', { name: '3', exact: true }).waitFor();
  assert.deepEqual((await kept())[0].charts.map((c) => [c.title, c.type, c.fields, c.localQuery]), [['By key', 'bar-horizontal', ['keyType'], 'profile equals "web"'], ['All of them', 'metric', [], '']].map(([a, b, c, d]) => [a, b, c, d === '' ? undefined : d]));

  const settled = () => page.waitForResponse((r) => r.request().method() === 'PUT' && r.url().endsWith('/dashboards'));
  await Promise.all([settled(), page.getByRole('button', { name: 'Move later: By key' }).click()]);
  assert.deepEqual((await kept())[0].charts.map((c) => c.title), ['All of them', 'By key']);
  await Promise.all([settled(), page.getByLabel('Size: By key').selectOption('12')]);
  assert.equal((await kept())[0].charts[1].w, 12);
  assert.deepEqual(await barriersInBoth(page), []);
  await Promise.all([settled(), page.getByRole('button', { name: 'Remove: All of them' }).click()]);
  assert.deepEqual((await kept())[0].charts.map((c) => c.title), ['By key']);

  await page.getByRole('button', { name: 'Delete dashboard' }).click();
  await page.waitForURL('**/ui/insights');
  await page.locator('.mantine-Notification-root', { hasText: 'My fleet' }).getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('main').getByRole('link', { name: 'My fleet' }).click();
  await drawn(page, 'By key');
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Delete dashboard' }).click();
  await page.waitForURL('**/ui/insights');
  assert.deepEqual(await kept(), []);

  await page.goto('/ui/insights/built-in/requests');
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.waitForURL('**/ui/insights/own/Requests%20(copy)?edit=yes');
  assert.equal((await kept())[0].charts.length, 7);
  assert.deepEqual(troubles, []);
  await context.close();
});
