// Walks through every list of a server with a million certificates and events, and tells what each step took at the browser:
// "MILLION=folder npm run million" after "make build", by hand. The folder is one that horizon-load filled; its administrator
// gets a new password. It fails when rows of a list take over 200 ms from the click to the frame they stand in, as the best
// of three rounds; counts and facets are told beside.
import { loadavg } from 'node:os';

import { launch, signIn, visit } from '../test/browser.mjs';
import { devtools, longTasks, tasksDuring, watchTasks } from '../test/devtools.mjs';
import { serve } from '../test/server.mjs';
import { follow, shown } from '../test/tour.mjs';

const folder = process.env.MILLION;
if (!folder) throw new Error('MILLION names no folder');
const rounds = Number(process.env.MILLION_ROUNDS ?? 3);
const budget = 200;

const server = await serve({ folder, quickstart: false, settings: { HORIZON_SESSION_IDLE: '3h' } });
const browser = await launch();
const { page, troubles } = await visit(browser, server.base);
await signIn(page, 'administrator', server.password);
await follow(page);

const steps = new Map();
async function step(name, act, want) {
  const took = await shown(page, act, want);
  if (process.env.MILLION_LOUD) console.log(name, Math.round(took.seen), Math.round(took.server));
  steps.set(name, [...(steps.get(name) ?? []), took]);
}

const line = (name) => page.getByRole('textbox', { name }).or(page.getByRole('combobox', { name })).first();
/** Writes a query in the line and runs it. */
async function run(text) {
  await line('Query').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
  await page.keyboard.press('Escape'); // the offers of the completion
  await page.keyboard.press('Enter');
}
const open = async (address) => {
  await page.goto(address);
  await page.waitForLoadState('networkidle');
};
const head = (name) => page.getByRole('columnheader').getByRole('button', { name, exact: true });

async function certificates() {
  await open('/ui/');
  await step('certificates: opened', () => page.getByRole('link', { name: 'Certificates', exact: true }).click());
  for (const view of ['Mine', 'Due', 'Expired', 'Unmanaged']) {
    await step(`certificates: view ${view}`, () => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: new RegExp(`^${view}`) }).click());
  }
  await open('/ui/certificates');
  await step('certificates: page 2', () => page.getByRole('button', { name: 'Next' }).click());
  await step('certificates: page 3', () => page.getByRole('button', { name: 'Next' }).click());
  const facets = page.getByRole('complementary', { name: 'Narrow down' });
  for (const summary of await facets.locator('summary').allTextContents()) {
    await open('/ui/certificates');
    const one = facets.locator('details').filter({ has: page.locator('summary', { hasText: summary }) });
    if ((await one.getAttribute('open')) === null) await one.locator('summary').click();
    const value = one.locator('button').first();
    await value.waitFor();
    await page.waitForLoadState('networkidle');
    await step(`certificates: facet ${summary}`, () => value.click());
    const second = facets.locator('details[open]').filter({ hasNot: page.locator('summary', { hasText: summary }) }).last().locator('button').first();
    await second.waitFor();
    await step(`certificates: facet ${summary}, and another`, () => second.click());
  }
  await open('/ui/certificates');
  for (const words of ['host0123456', 'host04', 'load.example', 'nothing-like-it', 'keytype equals "ec-secp256r1" and team equals "team-03"', 'valid.until after 30d and valid.until before 400d', 'dn contains "host05" and label.env equals "prod"', 'san contains "host09" and state is valid', 'serial equals "78d0eaedf8c3c803935c8c5db2dea925"', 'owner equals "load-0001"', 'label.env equals "prod"', 'state is valid and profile equals "quickstart" and team in ["team-01", "team-02"]']) {
    await step(`certificates: ${words}`, () => run(words));
  }
  // Without owner and dn, which sort as other columns do: what was answered a moment ago is not asked for again.
  const columns = 'state,name,ends,profile,answers,keyType,team,contactEmail,serial,issuer,thumbprint,signingAlgorithm,module,begins,renewal,revoked,escrowed';
  await open(`/ui/certificates?cols=${columns}`);
  for (const title of await page.getByRole('columnheader').getByRole('button').allTextContents()) {
    await step(`certificates: sorted by ${title.trim()}`, () => head(title.trim()).click());
    await step(`certificates: sorted by ${title.trim()}, the other way`, () => head(title.trim()).click());
  }
  await open('/ui/certificates?q=dn+contains+%22host04%22');
  await step('certificates: words, sorted by end', () => head('Ends').click());
  await step('certificates: words, sorted by name', () => head('Name').click());
}

async function groups() {
  const by = page.getByRole('combobox', { name: 'Group by' });
  await open('/ui/certificates');
  const [, ...names] = await by.getByRole('option').allTextContents();
  for (const label of names) {
    await open('/ui/certificates');
    await step(`certificates: grouped by ${label}`, () => by.selectOption({ label }), '/aggregate');
  }
}

async function requests() {
  await open('/ui/');
  await step('requests: opened', () => page.getByRole('link', { name: 'Requests', exact: true }).click());
  await step('requests: mine', () => page.getByRole('link', { name: 'Mine', exact: true }).first().click());
  await step('requests: all', () => page.getByRole('link', { name: 'All', exact: true }).first().click());
}

async function events() {
  await open('/ui/');
  await step('events: opened', () => page.getByRole('link', { name: 'Events', exact: true }).click());
  for (const range of ['24 hours', '30 days', 'A year']) await step(`events: ${range}`, () => page.getByText(range, { exact: true }).click());
  await step('events: page 2', () => page.getByRole('button', { name: 'Next' }).click());
  const { body } = await server.ask('POST', '/events/search', { query: 'code equals "LIFECYCLE-ENROLL"', pageSize: 1 });
  const id = body.results[0]?.details?.find((d) => d.key === 'certificateId')?.value ?? 'none';
  await open('/ui/events');
  for (const only of ['detail.actorId equals "administrator"', 'code equals "LIFECYCLE-ENROLL"', 'code equals "LIFECYCLE-ENROLL" and timestamp after 7d', 'detail.actorId equals "administrator" and timestamp after 30d', `detail.certificateId equals "${id}"`, 'status equals "failure"', 'status equals "failure" and timestamp after 30d', 'module equals "security"', 'detail.certificateProfile equals "quickstart"', 'host0123456', 'administrator']) {
    await step(`events: ${only.replace(id, '...')}`, () => run(only));
  }
}

async function others() {
  await open('/ui/certificates');
  await step('home', () => page.getByRole('link', { name: 'Home', exact: true }).click(), '/home');
  await step('insights', () => page.getByRole('link', { name: 'Insights', exact: true }).click(), '/dashboards');
  for (const name of ['Certificates', 'Requests', 'Events']) {
    await open('/ui/insights');
    await step(`insights: ${name}`, () => page.getByRole('main').getByRole('link', { name, exact: true }).click(), '/aggregate');
  }
}

/** Scrolls a list of all its rows from end to end; answers the longest task by the processor, and those over 50 ms by the clock. */
async function scrolling(address) {
  await open(address);
  await watchTasks(page);
  await devtools(page);
  await longTasks(page);
  await page.mouse.move(700, 500);
  const [longest = 0] = await tasksDuring(browser, page, async () => {
    for (let i = 0; i < 30; i++) {
      await page.mouse.wheel(0, i < 15 ? 240 : -240);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    }
  });
  return { longest, byClock: (await longTasks(page)).length };
}

const only = process.env.MILLION_ONLY ?? '';
for (let round = 0; round < rounds; round++) {
  for (const part of [certificates, groups, requests, events, others]) if (only === '' || only.includes(part.name)) await part();
  console.log(`round ${round + 1}, load ${loadavg()[0].toFixed(1)}`);
}

const of = (all, key) => Math.min(...all.map((x) => x[key]));
const slowest = (all, path) => Math.max(0, ...all.flatMap((x) => x.rest.filter((r) => r.path.endsWith(path)).map((r) => r.took)));
let over = 0;
console.log(`${''.padEnd(86)}    seen  server  median  slowest  aggregate  calls`);
for (const [name, all] of steps) {
  const seen = of(all, 'seen');
  const bad = seen > budget;
  if (bad) over++;
  const median = all.map((x) => x.seen).sort((a, b) => a - b)[Math.floor(all.length / 2)];
  const cells = [seen, of(all, 'server'), median, Math.max(...all.flatMap((x) => x.rest.map((r) => r.took))), slowest(all, '/aggregate'), all[0].rest.length];
  console.log(`${bad ? 'OVER ' : '     '}${name.padEnd(80)} ${cells.map((c) => Math.round(c).toString().padStart(7)).join(' ')}`);
}
for (const address of ['/ui/certificates', '/ui/events?q=timestamp+after+365d', '/ui/events/live']) {
  const { longest, byClock } = await scrolling(address);
  console.log(`scrolling ${address}: longest task ${longest.toFixed(1)} ms of processor, ${byClock} over 50 ms by the clock`);
}
for (const t of troubles) console.log(t);
await browser.close();
await server.stop();
process.exitCode = over > 0 || troubles.length > 0 ? 1 : 0;
