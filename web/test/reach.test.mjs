// Everybody reaches everything: all places, in both languages and appearances, full and empty, wide and narrow, by keys, by
// links, and heard. places.mjs says what there is.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { signIn, visit } from './browser.mjs';
import { barriersOf, go, lacks, overflows, routesOf, screenOf, settled, take, unfold } from './drive.mjs';
import { elsewhere, placesOf } from './places.mjs';
import { serve } from './server.mjs';
import { stage } from './stage.mjs';
import { wordsIn } from './words.mjs';
import { inhabit } from './world.mjs';

const { server, browser } = await stage();
const places = placesOf(await inhabit(server));
const overlay = '[role=dialog], [role=menu]';

/** A page of the administrator that is ready. */
async function enter(on = server, options = {}) {
  const visitor = await visit(browser, on.base, options);
  visitor.page.setDefaultTimeout(30_000);
  if (options.locale === undefined) await signIn(visitor.page, 'administrator', on.password);
  else {
    await visitor.page.goto('/ui/');
    await visitor.page.locator('input[autocomplete=username]').fill('administrator');
    await visitor.page.locator('input[type=password]').fill(on.password);
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByRole('main').waitFor();
  }
  await settled(visitor.page);
  return visitor;
}

/** Goes through places; `look` answers what is wrong with one, or with what `inside` finds opened over it. */
async function through(page, language, list, look) {
  const t = wordsIn(language);
  const found = [];
  const tell = (at, wrong) => found.push(...new Set(wrong.map((text) => `${at}: ${text}`)));
  for (const { at, opens = [], groups } of list) {
    await go(page, at).catch((e) => assert.fail(`${at}: ${e.message}`));
    if (groups) await unfold(page);
    tell(at, await look());
    for (const [, ...steps] of opens) {
      const here = `${at} ${steps.join(' > ')}`;
      await take(page, steps, t).catch((e) => assert.fail(`${here}: ${e.message}`));
      await page.locator(overlay).first().waitFor();
      await settled(page);
      tell(here, await look(overlay));
      tell(here, await closed(page, steps));
    }
  }
  return found;
}

/** Closes what is open by Esc, and answers what is wrong with where the focus went. */
async function closed(page, steps) {
  await page.keyboard.press('Escape');
  await page.locator(overlay).first().waitFor({ state: 'detached' });
  const byKey = steps.at(-1).startsWith('key ');
  const back = page.waitForFunction(() => document.activeElement !== document.body, undefined, { timeout: byKey ? 1 : 2000 });
  const wrong = await back.then(() => [], () => (byKey ? [] : ['the focus is lost when it closes']));
  await page.keyboard.press('Escape'); // what was chosen before
  return wrong;
}

test('every route, and every dialog, drawer and menu of the source, stands in the table of places', async () => {
  const { page, context } = await enter();
  const known = new Set(places.map((p) => p.route));
  assert.deepEqual((await routesOf(page)).filter((route) => !known.has(route)), []);
  await context.close();

  const source = fileURLToPath(new URL('../src/', import.meta.url));
  const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.tsx'));
  const opening = files.filter((name) => name !== 'parts/MenuButton.tsx' && /<(Modal|Modal\.Root|Drawer|Menu|MenuButton)[ >\n]/.test(readFileSync(source + name, 'utf8'))).map((name) => name.replaceAll('\\', '/'));
  const opened = new Set([...places.flatMap((p) => (p.opens ?? []).map(([file]) => file)), ...Object.keys(elsewhere)]);
  assert.deepEqual(opening.filter((name) => !opened.has(name)), []);
});

const framed = places.filter((p) => !p.alone);

describe('all places', { concurrency: 2 }, () => {
  test('in English: axe in both appearances, one heading, a title, a ring on the focus, nothing that moves', async () => {
    const { page, context, troubles } = await enter();
    const look = async (inside) => [...(await barriersOf(page, { inside, colours: true })), ...(inside === undefined ? await lacks(page) : [])];
    assert.deepEqual(await through(page, 'en', framed, look), []);
    assert.deepEqual(troubles, []);
    await context.close();
  });

  test('in French: axe, and 320 px without scrolling sideways, also with spaced text', async () => {
    const { page, context, troubles } = await enter(server, { locale: 'fr-FR' });
    assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
    const look = async (inside) => [...(await barriersOf(page, { inside, colours: false })), ...(await overflows(page))];
    assert.deepEqual(await through(page, 'fr', framed, look), []);
    assert.deepEqual(troubles, []);
    await context.close();
  });
});

test('on an empty server', async (t) => {
  const empty = await serve({ quickstart: false });
  t.after(empty.stop);
  const { page, context, troubles } = await enter(empty);
  const list = framed.filter((p) => !/\/(sample|new)\b|\$(id|what)/.test(p.at + p.route) && !/quickstart|Mine|=sample/.test(p.at)).map(({ at }) => ({ at }));
  const look = async () => [...(await barriersOf(page, { colours: true })), ...(await overflows(page))];
  assert.deepEqual(await through(page, 'en', list, look), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('before signing in', async () => {
  for (const locale of ['en-GB', 'fr-FR']) {
    const { page, context, troubles } = await visit(browser, server.base, { locale });
    for (const { at } of places.filter((p) => p.alone)) {
      await page.goto(`/ui${at}`);
      await settled(page);
      assert.deepEqual([...(await barriersOf(page, { colours: true })), ...(await lacks(page)), ...(await overflows(page))], [], at);
    }
    assert.deepEqual(troubles, []);
    await context.close();
  }
});

test('an address restores the screen, from outside as from within', async () => {
  const { page, context, troubles } = await enter();
  const seen = new Set();
  const list = framed.filter((p) => !seen.has(p.route) || /\?(?!type=)/.test(p.at) ? seen.add(p.route) : false);
  for (const { at, leads } of list) {
    await go(page, at);
    assert.equal(new URL(page.url()).pathname, `/ui${(leads ?? at).split('?')[0]}`.replace(/\/$/, at === '/' ? '/' : ''));
    const within = await screenOf(page);
    await page.reload();
    await settled(page);
    assert.equal(await screenOf(page), within, at);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a link before everything leads to the content, and a new page has the focus on its heading', async () => {
  const { page, context } = await enter();
  const first = page.locator('a, button, input').first();
  await first.focus();
  assert.equal(await first.getAttribute('href'), '#content');
  assert.ok((await first.boundingBox()).y >= 0);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  await go(page, '/tools/decoder');
  for (const { at } of framed.filter((p) => /^\/(certificates|events|config|requests|insights)?$/.test(p.at))) {
    await go(page, at);
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', at);
  }
  await context.close();
});
