import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { judged } from './evidence.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();

/** The newest event with the code. */
async function newest(code) {
  const { body } = await server.ask('POST', '/events/search', { query: `code equals "${code}"`, pageSize: 1 });
  return body.results[0];
}

test('an event is checked in the browser as it is opened, and one that was tampered with is refused', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password);
  const event = await newest('SERVICE-START');
  await page.goto(`/ui/events/${event._id}`);
  await page.getByText('Genuine: it stands in the log as it was recorded.').waitFor();
  await page.getByText(`Entry ${event.sequence} hashes into the root`).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);

  // The server, or somebody in between, tells another story of the same entry.
  await page.route(`**/api/v1/events/${event._id}`, async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    await route.fulfill({ response: answer, json: { ...body, details: [...body.details, { key: 'actorId', value: 'mallory' }] } });
  });
  await page.reload();
  await page.getByText('Not proven: a check does not hold.').waitFor();
  await page.getByText('The event was changed, or is not in the log.').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a log that was put back, or has another key, is noticed by a browser that saw it before', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/events/integrity');
  await page.getByText('The signature of the checkpoint holds').waitFor();
  await page.waitForFunction(() => window.localStorage.getItem('horizon.log') !== null);
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText(/It holds: \d+ entries/).waitFor();
  const past = page.getByRole('table', { name: 'Checkpoints over time' });
  const { results } = await server.must('GET', '/events/checkpoints');
  await past.getByRole('row', { name: new RegExp(`^${results.at(-1).size} `) }).waitFor();
  await past.getByRole('row').filter({ hasText: /\d{2}:\d{2}.*….*\d{2}:\d{2}/ }).first().waitFor(); // signed then, and seen here then
  assert.deepEqual(await barriersInBoth(page), []);

  const older = await page.evaluate(() => window.localStorage.getItem('horizon.log'));
  await server.ask('GET', '/security/permissions', undefined, { id: 'administrator', key: 'wrong' }); // which is an event
  const sealed = async () => (await server.ask('GET', '/events/checkpoint')).body.size;
  while ((await sealed()) <= Number(JSON.parse(older).note.split('\n')[1]));
  await page.reload();
  await page.getByText('The log continues the one this browser saw').waitFor();
  await page.waitForFunction((before) => window.localStorage.getItem('horizon.log') !== before, older);

  // What is served is the beginning of a log of which this browser has seen more.
  await page.route('**/api/v1/events/checkpoint', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { note: JSON.parse(older).note } });
  });
  await page.reload();
  await page.getByText('it was put back or written anew').waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the live log shows what happens, and counts it while it is held still', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/events/live');
  await page.getByRole('link', { name: 'Start of the server' }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  const rows = async () => Number(await page.getByRole('table').getAttribute('aria-rowcount'));
  const some = await rows();
  await server.ask('GET', '/security/permissions', undefined, { id: 'administrator', key: 'wrong' });
  await page.waitForFunction((n) => Number(document.querySelector('table').getAttribute('aria-rowcount')) > n, some);
  await page.getByText('refused or failed').first().waitFor();
  await page.getByRole('button', { name: 'Hold still' }).click();
  const still = await rows();
  await server.ask('GET', '/security/permissions', undefined, { id: 'administrator', key: 'wrong again' });
  await page.getByText(/Held still; [1-9]\d* new event/).waitFor();
  assert.equal(await rows(), still);
  await page.getByRole('button', { name: /Go on/ }).click();
  await page.waitForFunction((n) => Number(document.querySelector('table').getAttribute('aria-rowcount')) > n, still);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the log is a search whose range is written in the query and whose state is in the address', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/events');
  await page.getByRole('link', { name: 'Start of the server' }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByText('24 hours').click();
  await page.waitForURL('**/ui/events?q=timestamp+after+24h');
  await page.goto(`/ui/events?q=${encodeURIComponent('code equals "CONF-ADD" and timestamp after 30d')}&cols=what,code`);
  await page.getByText(/^\d+ found/).waitFor();
  await page.getByText('CONF-ADD').first().waitFor();
  assert.equal(await page.getByText('SERVICE-START').count(), 0);
  assert.ok(await page.getByRole('radio', { name: '30 days' }).isChecked());

  await page.locator('tbody a').first().click();
  await page.getByText('Genuine: it stands in the log').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download evidence' }).click();
  const { text, holds, forged } = await judged(server, await (await download).path());
  assert.equal(text.trim().split('\n').length, 3); // a file of one event: its head, the event with its proof, its end
  assert.equal(holds.code, 0, holds.said);
  assert.match(holds.said, /^1 event stands in the log of /);
  assert.equal(forged.code, 2, forged.said);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('every code has words', async () => {
  const { body } = await server.ask('GET', '/events/search/dictionary');
  const { readFileSync } = await import('node:fs');
  for (const language of ['en', 'fr']) {
    const words = JSON.parse(readFileSync(new URL(`../src/texts/${language}/codes.json`, import.meta.url)));
    assert.deepEqual(body.codes.map((c) => c.code).filter((c) => !(c in words)), [], language);
  }
});

test('a query of the log is kept, changed, taken back and deleted', async () => {
  const kept = async () => (await server.must('GET', '/security/principals/queries?type=heql')).map((q) => [q.name, q.query]);
  const first = 'code equals "SERVICE-START" and timestamp after -7d';
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, `/ui/events?q=${encodeURIComponent(first)}`);
  const [own, dialog] = [page.getByRole('navigation', { name: 'Saved queries' }), page.getByRole('dialog')];
  await page.locator('a[data-row]').first().waitFor();
  assert.equal(await own.count(), 0);
  await page.keyboard.press('Control+s');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Starts');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved “Starts”.').first().waitFor();
  await own.getByRole('link', { name: 'Starts', exact: true }).waitFor();
  assert.deepEqual(await kept(), [['Starts', first]]);
  assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).count(), 0);
  assert.deepEqual(await barriersInBoth(page), []);

  // From another query its tab leads back; changed there, it can be taken back or kept.
  await page.goto('/ui/events');
  await own.getByRole('link', { name: 'Starts', exact: true }).click();
  await page.waitForURL(/saved=Starts/);
  const change = async () => {
    await page.getByRole('radiogroup').getByText('24 hours', { exact: true }).click();
    await own.getByRole('link', { name: 'Starts ● changed' }).waitFor();
  };
  await change();
  await page.getByRole('button', { name: 'Undo changes' }).click();
  await own.getByRole('link', { name: 'Starts', exact: true }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('q'), first);
  await change();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await own.getByRole('link', { name: 'Starts', exact: true }).waitFor();
  const [[, second]] = await kept();
  assert.notEqual(second, first);
  assert.equal(new URL(page.url()).searchParams.get('q'), second);
  await page.reload();
  await own.getByRole('link', { name: 'Starts', exact: true, current: 'page' }).waitFor();

  await page.getByRole('button', { name: 'More about Starts' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText('Deleted “Starts”.').first().waitFor();
  await own.waitFor({ state: 'detached' });
  assert.deepEqual(await kept(), []);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await own.getByRole('link', { name: 'Starts', exact: true }).waitFor();
  assert.deepEqual(await kept(), [['Starts', second]]);
  await page.getByRole('button', { name: 'More about Starts' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await own.waitFor({ state: 'detached' });
  assert.deepEqual(await kept(), []);
  assert.deepEqual(troubles, []);
  await context.close();
});
