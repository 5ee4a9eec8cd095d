// Times the console as somebody far away with a slow computer has it: "npm run pace" after "make build", by hand on a quiet
// machine. The processor is four times slower, the network has 10 Mbit/s and 40 ms. Each line is the median of some tries
// beside its budget.
//
// A budget of 50 ms for fifty rows means a machine that shows fifty ready-made rows of text, without any script, in 40. How
// long this one takes for them is measured beside every line: virtual machines change their speed within minutes. A line
// fails when it is above its budget on a machine of that speed; what it took here is told as it was.
import { loadavg } from 'node:os';

import { launch, signIn, visit } from '../test/browser.mjs';
import { devtools, slow } from '../test/devtools.mjs';
import { enroll, furnish } from '../test/fleet.mjs';
import { serve } from '../test/server.mjs';
import { follow, shown } from '../test/tour.mjs';

const tries = Number(process.env.PACE_TRIES ?? 5);
const slower = 4;

const server = await serve();
await furnish(server, Array.from({ length: 6 }, (_, i) => `host${i}.example.com`));
for (let i = 0; i < 48; i++) await enroll(server, `row${i}.example.com`);
const browser = await launch();
const troubles = [];
const lines = [];

const at = (all, percent) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor((all.length * percent) / 100))];
async function tell(name, all, budget, percent = 50) {
  const bare = await yardstick();
  lines.push({ name, took: at(all, percent), most: Math.max(...all), bare, there: (at(all, percent) * ready) / Math.max(ready, bare), budget });
  console.log(lines.at(-1));
}

const ready = 40; // milliseconds for fifty ready-made rows

/** What fifty ready-made rows of text take from where they are put to the frame they stand in: the median of some, in milliseconds. */
async function yardstick() {
  const { page, context } = await visit(browser, server.base);
  await page.goto('/api/v1/ui');
  await slow(await devtools(page), slower);
  const took = await page.evaluate(async () => {
    const made = (name, ...children) => {
      const e = document.createElement(name);
      e.append(...children);
      return e;
    };
    const row = (i) => made('tr', ...Array.from({ length: 8 }, (_, k) => made('td', k === 1 ? made('a', `host${i}.example.com`) : `text ${k} of ${i}`)));
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const table = made('table');
    document.body.append(table);
    const all = [];
    for (let i = 0; i < 9; i++) {
      table.replaceChildren();
      await frame();
      await frame();
      const rows = Array.from({ length: 50 }, (_, k) => row(k));
      const begun = performance.now();
      table.append(...rows);
      await frame();
      all.push(performance.now() - begun);
    }
    return all;
  });
  await context.close();
  return at(took, 50);
}

/** A page of a browser that keeps nothing, signed in, slowed down. */
async function visitor(cookies) {
  const seen = await visit(browser, server.base);
  if (cookies) await seen.context.addCookies(cookies);
  else await signIn(seen.page, 'administrator', server.password);
  await slow(await devtools(seen.page), slower);
  return { ...seen, end: async () => (troubles.push(...seen.troubles), seen.context.close()) };
}

/** From the beginning of the navigation to the frame in which the page says a text. */
async function until(page, address, text) {
  await page.goto(address, { waitUntil: 'commit' });
  return page.evaluate((wanted) => new Promise((resolve) => {
    const look = () => requestAnimationFrame((now) => ([...document.querySelectorAll('main h1, main h2, main h3')].some((h) => h.textContent.includes(wanted)) ? resolve(now) : look()));
    look();
  }), text);
}

async function firstVisits(cookies) {
  const [first, again] = [[], []];
  for (let i = 0; i < tries; i++) {
    const { page, end } = await visitor(cookies);
    first.push(await until(page, '/ui/', 'Needs you'));
    await page.waitForLoadState('networkidle');
    again.push(await until(page, '/ui/', 'Needs you'));
    await end();
  }
  await tell('first visit to Home', first, 2000);
  await tell('Home again', again, 800);
}

/** Notes what the browser says of every click and key: until the next frame, and until what it caused has run. */
const watchInput = (page) => page.evaluate(() => {
  window.inputs = [];
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (e.interactionId > 0) window.inputs.push({ name: e.name, whole: e.duration, work: e.processingEnd - e.startTime });
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
});
const inputs = (page) => page.evaluate(() => window.inputs.splice(0));

/** From a click to the frame in which another page stands with something within it, as far as it is in sight. What a pointer above a link fetches comes before. */
async function opened(page, link, within) {
  const seen = page.evaluate((selector) => new Promise((resolve) => {
    const before = document.querySelector('main h1')?.textContent;
    addEventListener('click', (e) => {
      const covered = () => document.querySelector('main [role="region"][aria-label="Save"]')?.getBoundingClientRect().top ?? innerHeight; // by the bar of a form
      const drawn = () => [...document.querySelectorAll('main [aria-busy="true"]')].every((e) => e.getBoundingClientRect().top >= covered());
      const there = () => ![undefined, before].includes(document.querySelector('main h1')?.textContent) && document.querySelector(selector) !== null && drawn();
      const look = () => requestAnimationFrame((now) => (there() ? resolve(now - e.timeStamp) : look()));
      look();
    }, { capture: true, once: true });
  }), within);
  await link.click();
  const took = await Promise.race([seen, new Promise((_, reject) => setTimeout(reject, 20_000, new Error(`nothing was shown within 20 s of ${page.url()}`)))]);
  await page.waitForLoadState('networkidle');
  return took;
}

async function routes(page) {
  await page.goto('/ui/');
  await page.waitForLoadState('networkidle');
  await watchInput(page);
  const [content, painted] = [[], []];
  for (let i = 0; i <= tries; i++) {
    for (const name of ['Certificates', 'Events', 'Requests']) {
      const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });
      const took = await opened(page, link, name === 'Requests' ? 'main' : 'main tbody a');
      if (i > 0) content.push(took); // the first time its script is fetched
    }
    const clicks = (await inputs(page)).filter((e) => e.name === 'click');
    if (i > 0) painted.push(...clicks.map((e) => e.whole));
  }
  await tell('a route: from the click to the next picture', painted.length > 0 ? painted : [0], 100, 75);
  await tell('a route: from the click to its data, p95', content, 300, 95);
}

async function rows(page) {
  await follow(page);
  const drawn = [];
  for (let i = 0; i < tries; i++) {
    await page.goto('/ui/certificates'); // anew: a page keeps for seconds what it was answered
    await page.waitForLoadState('networkidle');
    const { seen, sent, answered } = await shown(page, () => page.getByRole('columnheader').getByRole('button', { name: 'Name' }).click());
    drawn.push(seen - sent - answered);
  }
  await tell('50 rows: from the answer to the picture', drawn, 50);
}

/** Types into a field and tells what the keys took until their letter stood there, and until the offers followed. */
async function keys(page, name, text, echo, offers) {
  await watchInput(page);
  const waits = [];
  for (const letter of text) {
    const offered = offers && page.evaluate(() => new Promise((resolve) => {
      let begun = 0;
      addEventListener('keydown', (e) => { begun = e.timeStamp; }, { capture: true, once: true });
      const seen = new MutationObserver((all) => {
        if (begun === 0 || !all.some((m) => [...m.addedNodes, m.target].some((n) => n.nodeType === 1 && n.closest('[role="listbox"], .cm-tooltip')))) return;
        seen.disconnect();
        requestAnimationFrame((now) => resolve(now - begun));
      });
      seen.observe(document.body, { childList: true, subtree: true, characterData: true });
      setTimeout(() => resolve(-1), 3000);
    }));
    await page.keyboard.press(letter);
    if (offers) waits.push(await offered);
    await page.waitForLoadState('networkidle');
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  }
  const keyed = (await inputs(page)).filter((e) => e.name === 'keydown');
  await tell(`${name}: from the key to its letter`, keyed.length > 0 ? keyed.map((e) => e.work) : [0], echo);
  if (offers) await tell(`${name}: from the key to the offers`, waits.filter((w) => w >= 0), offers);
}

async function forms(page) {
  const { body: kinds } = await server.ask('GET', '/system/kinds');
  for (const { kind } of kinds) {
    await page.goto(`/ui/config/${kind}`);
    await page.waitForLoadState('networkidle');
    const link = page.locator('main tbody a').first();
    if ((await link.count()) === 0) continue;
    const took = [];
    for (let i = 0; i <= tries; i++) {
      const one = await opened(page, link, 'main :is(form, section, [role="tabpanel"]) :is(input, textarea)');
      if (i > 0) took.push(one);
      await page.goBack();
      await link.waitFor();
      await page.waitForLoadState('networkidle');
    }
    await tell(`the form of ${kind} opens`, took, 300);
  }
}

const first = await visit(browser, server.base);
await signIn(first.page, 'administrator', server.password);
const cookies = await first.context.cookies();
await firstVisits(cookies);
const { page, end } = await visitor(cookies);
await routes(page);
await rows(page);
await page.keyboard.press('/');
await page.getByRole('textbox', { name: 'Query' }).or(page.getByRole('combobox', { name: 'Query' })).first().focus();
await keys(page, 'the query line', 'profile', 16, 50);
await page.goto('/ui/config/profile/web');
await page.getByRole('main').getByRole('textbox').first().focus();
await page.locator('main [aria-busy="true"]').waitFor({ state: 'detached' });
await page.waitForLoadState('networkidle');
await keys(page, 'the largest form', 'abcdefghij', 16);
await forms(page);
await end();

console.log(`load ${loadavg()[0].toFixed(1)}, processor ${slower} times slower; milliseconds\n${''.padEnd(52)}   took   most   bare  there budget`);
for (const { name, took, most, bare, there, budget } of lines) console.log(`${there > budget ? 'OVER ' : '     '}${name.padEnd(48)} ${[took, most, bare, there, budget].map((n) => Math.round(n).toString().padStart(6)).join(' ')}`);
for (const t of troubles) console.log(t);
await browser.close();
await server.stop();
process.exitCode = troubles.length > 0 || lines.some((l) => l.there > l.budget) ? 1 : 0;
