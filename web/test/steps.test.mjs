// What common tasks cost, counted from Home: a step is one click, one key or chord, or one text.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signIn, visit } from './browser.mjs';
import { settled } from './drive.mjs';
import { stage } from './stage.mjs';
import { inhabit } from './world.mjs';

const { server, browser } = await stage();
const { certificate, pending } = await inhabit(server);

/** Somebody on Home, whose steps are counted. */
async function home(id = 'administrator', key = server.password) {
  const visitor = await visit(browser, server.base);
  const { page } = visitor;
  page.setDefaultTimeout(20_000);
  await signIn(page, id, key);
  await settled(page);
  let steps = 0;
  const step = (does) => {
    steps++;
    return does;
  };
  return {
    ...visitor,
    click: (locator) => step(locator.first().click()),
    key: (name) => step(page.keyboard.press(name)),
    text: (words) => step(page.keyboard.insertText(words)),
    ended: async (budget) => {
      assert.deepEqual(visitor.troubles, []);
      assert.ok(steps <= budget, `${steps} steps of ${budget}`);
      await visitor.context.close();
    },
  };
}

/** Waits until an event with the code answers the query: it is seen within a second. */
async function recorded(code, query) {
  for (const end = Date.now() + 10_000; ; ) {
    const { results } = await server.must('POST', '/events/search', { query: `code equals "${code}" and ${query}` });
    if (results.length > 0) return;
    assert.ok(Date.now() < end, `no ${code} with ${query}`);
  }
}

test('a requester sees where the request is without a step', async () => {
  const { page, ended } = await home('ann', 'Correct-Horse-1');
  await page.getByRole('link', { name: 'Your request waits' }).waitFor();
  await ended(0);
});

test('a certificate is found by its serial number in three steps', async () => {
  const { page, key, text, ended } = await home();
  await key('Control+k');
  await page.getByRole('combobox', { name: 'Search and commands' }).waitFor();
  await text(certificate.serial);
  await key('Enter');
  await page.waitForURL(`**/ui/certificates/${certificate._id}`);
  await ended(3);
});

test('what happened to a certificate stands on its page, and an event is checked as it is opened', async () => {
  const { page, click, ended } = await home();
  await page.goto(`/ui/certificates/${certificate._id}`);
  await click(page.getByRole('region', { name: 'History' }).getByRole('link', { name: 'Enrollment of a certificate' }));
  await page.getByText('Genuine: it stands in the log as it was recorded.').waitFor();
  await ended(1);
});

test('a request is decided in two steps', async () => {
  const { page, click, ended } = await home();
  await click(page.getByRole('link', { name: /^Decide / }));
  await click(page.getByRole('button', { name: /^Approve/ }));
  await recorded('REQUEST-APPROVE', `detail.requestId equals "${pending}"`);
  await ended(2);
});
