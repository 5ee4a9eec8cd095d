// Watches the live log for an hour while fifty events a second happen: "npm run livetail" after "make build", by hand.
// LIVETAIL_MINUTES and LIVETAIL_RATE say otherwise; PICTURE names a file for a picture of the end. It fails when the page's
// memory passes 150 MB, or a task takes over 50 ms of processor in the ten seconds of each minute that are traced. Tasks that
// last over 50 ms by the clock are told beside the machine's load: they may have waited for a processor.
import { loadavg } from 'node:os';
import { readFileSync } from 'node:fs';

import { launch, signIn, visit } from '../test/browser.mjs';
import { counters, devtools, held, longTasks, tasksDuring, watchTasks } from '../test/devtools.mjs';
import { serve } from '../test/server.mjs';

const minutes = Number(process.env.LIVETAIL_MINUTES ?? 60);
const rate = Number(process.env.LIVETAIL_RATE ?? 50);
const most = 150; // MB
const MB = 1024 * 1024;

const server = await serve({ settings: { HORIZON_SESSION_IDLE: '3h' } }); // following the log keeps no session alive
const browser = await launch();
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Changes a label's description `rate` times a second: each is an event. Answers how to stop, and how many there were. */
function write() {
  const label = (text) => ({ name: 'team', description: [{ lang: 'en', value: text }] });
  let [written, refused, begun, going] = [0, 0, Date.now(), true];
  const run = async () => {
    await server.ask('POST', '/certificate/labels', label('first'));
    while (going) {
      const due = Math.floor(((Date.now() - begun) / 1000) * rate) - written - refused;
      if (due <= 0) {
        await after(5);
        continue;
      }
      const answers = await Promise.all(Array.from({ length: Math.min(due, 8) }, (_, i) => server.ask('PUT', '/certificate/labels', label(`note ${written + i}`))));
      written += answers.filter((a) => a.status < 300).length;
      refused += answers.filter((a) => a.status >= 300).length;
    }
  };
  const done = run();
  return {
    count: () => ({ written, refused }),
    stop: () => {
      going = false;
      return done;
    },
  };
}

/** Memory of the page's process that is its own, in MB, as the system counts it. */
async function ownMemory() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const own = processInfo.filter((p) => p.type === 'renderer').map(({ id }) => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  await session.detach();
  return Math.max(...own);
}

const { page, troubles } = await visit(browser, server.base);
await watchTasks(page);
await signIn(page, 'administrator', server.password, '/ui/events/live');
await page.getByRole('link', { name: 'Start of the server' }).waitFor();
const session = await devtools(page);
const writer = write();
await after(5_000);
await longTasks(page); // those of the first visit are another matter

const heaps = [];
const taken = []; // by the processor, the longest of each minute
const lasted = []; // by the clock
const line = (...cells) => console.log(cells.map((c) => String(c).padStart(8)).join(' '));
line('minute', 'events', 'refused', 'rows', 'nodes', 'heap MB', 'own MB', 'busy %', 'cpu ms', 'long', 'longest', 'load');
let [busy, since] = [(await counters(session)).TaskDuration, performance.now()];
for (let minute = 1; minute <= minutes; minute++) {
  await after(48_000);
  const [longest = 0] = await tasksDuring(browser, page, () => after(10_000));
  const long = (await longTasks(page)).map((t) => t.length);
  const { TaskDuration } = await counters(session);
  const share = ((TaskDuration - busy) / (performance.now() - since)) * 100;
  const { heap, nodes } = await held(session);
  await after(500);
  await longTasks(page); // the collection's own
  [busy, since] = [(await counters(session)).TaskDuration, performance.now()];
  const rows = Number(await page.getByRole('table').getAttribute('aria-rowcount')) - 1;
  taken.push(longest);
  lasted.push(...long);
  heaps.push(heap / MB);
  const { written, refused } = writer.count();
  line(minute, written, refused, rows, nodes, (heap / MB).toFixed(1), (await ownMemory()).toFixed(0), share.toFixed(2), longest.toFixed(1), long.length, Math.max(0, ...long), loadavg()[0].toFixed(1));
}
await writer.stop();
if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE });

const half = heaps.slice(Math.floor(heaps.length / 2));
const growth = half.length < 2 ? 0 : ((half.at(-1) - half[0]) / (half.length - 1)) * 10;
console.log(`largest heap ${Math.max(...heaps).toFixed(1)} MB of ${most}; in the second half it grew by ${growth.toFixed(2)} MB in 10 minutes`);
console.log(`longest task ${Math.max(...taken).toFixed(1)} ms of processor of 50; by the clock ${lasted.length} over 50 ms, the longest ${Math.max(0, ...lasted)} ms`);
for (const t of troubles) console.log(t);
await browser.close();
await server.stop();
process.exitCode = Math.max(...heaps) > most || Math.max(...taken) > 50 || troubles.length > 0 ? 1 : 0;
