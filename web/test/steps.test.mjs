// What common tasks cost, counted from Home: a step is one click, one key or chord, or one text.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signIn, visit } from './browser.mjs';
import { settled } from './drive.mjs';
import { stage } from './stage.mjs';
import { inhabit } from './world.mjs';

const { server, browser } = await stage();
const { certificate, pending, ids } = await inhabit(server);

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
    /** Opens the palette by a key and writes words: two steps. */
    palette: async (name, words) => {
      await step(page.keyboard.press(name));
      await page.getByRole('combobox', { name: 'Search and commands' }).waitFor();
      await step(page.keyboard.insertText(words));
    },
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

/** Waits until an event with the code answers the query. */
const recorded = (code, query) => server.events(`code equals "${code}" and ${query}`, (all) => all.length > 0);

test('a requester sees where the request is without a step', async () => {
  const { page, ended } = await home('ann', 'Correct-Horse-1');
  await page.getByRole('link', { name: 'Your request waits' }).waitFor();
  await ended(0);
});

test('a certificate is found by its serial number in three steps', async () => {
  const { page, key, palette, ended } = await home();
  await palette('Control+k', certificate.serial);
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

test('the certificates of a host are found in three steps, by keys alone', async () => {
  const { page, key, palette, ended } = await home();
  await palette('/', 'www.example.com');
  await page.getByRole('option', { name: /^www\.example\.com/ }).waitFor();
  await key('Enter');
  await page.waitForURL(`**/ui/certificates/${certificate._id}`);
  await ended(3);
});

test('all that a query finds is renewed in six steps', async () => {
  const { page, click, key, palette, ended } = await home();
  await palette('/', 'san contains "pay.example"');
  await page.getByRole('option', { name: /^Look for san contains/ }).waitFor();
  await key('Enter');
  await page.getByText('1 found').waitFor();
  await click(page.getByRole('button', { name: 'Choose all 1' }));
  await click(page.getByRole('region', { name: 'What is chosen' }).getByRole('button', { name: 'Renew' }));
  await click(page.getByRole('button', { name: 'Renew 1' }));
  await page.getByText('1 of 1 settled').waitFor();
  await recorded('LIFECYCLE-RENEW', `detail.certificateDn contains "pay.example"`);
  await ended(6);
});

test('why somebody may do something is told in four steps', async () => {
  const { page, click, text, palette, ended } = await home();
  await palette('Control+k', 'ann');
  await click(page.getByRole('option', { name: /^Explain the rights of ann/ }));
  await page.getByRole('combobox', { name: 'May do what' }).waitFor();
  await text('lifecycle:webra:web:request_enroll');
  await page.getByRole('status').filter({ hasText: 'ann may' }).waitFor();
  await ended(4);
});

test('a profile like another one is made in six steps', async () => {
  const { page, click, text, palette, ended } = await home();
  await palette('Control+k', 'internal');
  await click(page.getByRole('option', { name: /^Duplicate internal/ }));
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.waitFor();
  await name.focus(); // it has the focus when the form opens
  await text('internal-2');
  await click(page.getByRole('button', { name: /^Review/ }));
  await click(page.getByRole('button', { name: 'Save' }));
  await page.waitForURL('**/ui/config/profile/internal-2');
  await recorded('CONF-ADD', 'detail.name equals "internal-2"');
  await ended(6);
});

test('what an actor did is all there is in two steps from an event', async () => {
  const { page, click, ended } = await home();
  await page.goto('/ui/events');
  await click(page.getByRole('button', { name: 'ann', exact: true }));
  await click(page.getByRole('menuitem', { name: 'Only this' }));
  await page.waitForURL((url) => url.searchParams.get('q')?.includes('actorId') === true);
  await ended(2);
});

test('whether the log holds is read in one step, and checked in two', async () => {
  const { page, click, ended } = await home();
  await page.goto('/ui/events');
  await click(page.getByRole('link', { name: 'Integrity' }));
  await page.getByRole('heading', { name: 'Integrity', level: 1 }).waitFor();
  await click(page.getByRole('button', { name: 'Verify now' }));
  await page.getByText(/^It holds: /).first().waitFor();
  await ended(2);
});

test('a certificate is downloaded in two steps', async () => {
  const { page, click, ended } = await home();
  await page.goto(`/ui/certificates/${ids['www.example.com']}`);
  const [file] = await Promise.all([page.waitForEvent('download'), click(page.getByRole('button', { name: /^Download/ }))]);
  assert.equal(file.suggestedFilename(), 'www.example.com.pem');
  await ended(2);
});
