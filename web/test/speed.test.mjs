// What a page costs, counted rather than timed: calls until it is drawn, work of the main thread by the processor it had, in
// relation to a piece of work done in the same browser, and how far what stands on the page moves. Clock times are measured
// by hand, with "npm run million" and "npm run livetail".
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { signIn, visit } from './browser.mjs';
import { counters, devtools } from './devtools.mjs';
import { enroll, furnish } from './fleet.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();
const names = Array.from({ length: 6 }, (_, i) => `host${i}.example.com`);
before(async () => {
  await furnish(server, names);
  for (let i = 0; i < 48; i++) await enroll(server, `row${i}.example.com`);
});

/** Signed in on a page that notes how far its parts move without anybody having done something. */
async function arrive(to) {
  const seen = await visit(browser, server.base);
  await seen.page.addInitScript(() => {
    window.moved = 0;
    new PerformanceObserver((list) => {
      for (const e of list.getEntries()) if (!e.hadRecentInput) window.moved += e.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await signIn(seen.page, 'administrator', server.password, to);
  return seen;
}

/** Processor of the page's main thread, in milliseconds, that `act` took: the least of some tries. */
async function work(session, act, tries = 3) {
  let least = Infinity;
  for (let i = 0; i < tries; i++) {
    const begun = (await counters(session)).TaskDuration;
    await act(i);
    least = Math.min(least, (await counters(session)).TaskDuration - begun);
  }
  return least;
}

/** What a fixed piece of work costs this browser on this machine now: some 20 ms where a budget of 50 ms is met on a slow processor. */
const measure = (session, page) =>
  work(session, () => page.evaluate(() => {
    let sum = 0;
    for (let i = 0; i < 4_000_000; i++) sum = (sum + Math.imul(i ^ sum, 2_654_435_761)) | 0;
    return sum;
  }), 5);

// What is asked until the page is drawn; who is signed in is known by then. Home has one call of its own, and the steps of
// setting up for who does that.
const pages = [
  ['/ui/', 'Needs you', /\/home$|\/setup$/, 2],
  ['/ui/certificates', '', /\/certificates\/search$/, 4],
  ['/ui/requests?view=all', '', /\/requests\/search$/, 4],
  ['/ui/events', '', /\/events\/search$/, 4],
  ['/ui/events/live', '', /\/events\/search$/, 4],
];

test('at most four calls draw a page, and rows wait for no count and no facet', async () => {
  const { page, context, troubles } = await arrive('/ui/tools/decoder');
  await page.waitForLoadState('networkidle');
  for (const [address, text, main, most] of pages) {
    const sent = [];
    let answered = -1;
    const note = (r) => /\/api\//.test(r.url()) && !/\/self$|\/ui$|announcements/.test(r.url()) && sent.push(new URL(r.url()).pathname);
    const hear = (r) => {
      if (main.test(new URL(r.url()).pathname) && answered < 0) answered = sent.length;
    };
    page.on('request', note);
    page.on('response', hear);
    await page.goto(address);
    await (text === '' ? page.locator('main tbody a') : page.getByText(text)).first().waitFor();
    await page.waitForLoadState('networkidle');
    page.off('request', note);
    page.off('response', hear);
    assert.ok(answered >= 1 && answered <= most, `${address}: ${answered} calls until it is drawn, of ${sent.join(' ')}`);
    assert.ok(!sent.slice(0, answered).some((p) => /aggregate$|\/count$|dictionary$/.test(p)), `${address}: ${sent.slice(0, answered).join(' ')}`);
    const moved = await page.evaluate(() => window.moved);
    assert.ok(moved <= 0.02, `${address}: its parts moved by ${moved}`);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a page of rows, a key in the query line, a form and its keys take no more work than their share', async () => {
  const { page, context, troubles } = await arrive('/ui/certificates');
  await page.getByText('row47.example.com').first().waitFor();
  await page.waitForLoadState('networkidle');
  const session = await devtools(page);
  const unit = await measure(session, page);
  const costs = {};

  // 50 rows, drawn anew in another order; the calls, the count and the facets are in it.
  const head = page.getByRole('columnheader').getByRole('button', { name: 'Name' });
  costs.rows = await work(session, async (i) => {
    await head.click();
    await page.waitForFunction((order) => document.querySelector('th[aria-sort] , th')?.closest('tr')?.querySelector(`[aria-sort="${order}"]`) && document.querySelector('table[aria-busy="false"]'), i % 2 === 0 ? 'ascending' : 'descending');
    await page.waitForLoadState('networkidle');
  });

  await page.keyboard.press('/');
  await page.keyboard.type('dn contain', { delay: 5 });
  costs.queryKeys = await work(session, async () => page.keyboard.type('sssssssssss', { delay: 10 }));

  await page.goto('/ui/config/label/env');
  await page.getByRole('heading', { level: 1, name: 'env' }).waitFor();
  await page.goto('/ui/config/profile/web');
  await page.getByRole('heading', { level: 1, name: 'web' }).waitFor();
  await page.waitForLoadState('networkidle');
  const field = page.getByRole('main').getByRole('textbox').first();
  await field.waitFor();
  await field.focus();
  costs.formKeys = await work(session, async () => page.keyboard.type('abcdefghij', { delay: 10 }));

  // In units of the measure, ten keys at a time. Seen: 6 to 12, 5 and 4.
  const budgets = { rows: 25, queryKeys: 12, formKeys: 10 };
  const shares = Object.fromEntries(Object.entries(costs).map(([name, ms]) => [name, Math.round((ms / unit) * 10) / 10]));
  for (const [name, most] of Object.entries(budgets)) assert.ok(shares[name] <= most, `${name}: ${shares[name]} times the measure, of ${most}`);
  assert.deepEqual(troubles, []);
  await context.close();
});
