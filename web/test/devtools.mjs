// Measures a page from outside, through Chromium's own protocol: memory after a collection, time of the page's main thread,
// tasks that held it, a slower processor and network.

/** A session of the protocol with the page. `cpu` counts the time the thread really had, whatever else the machine does. */
export async function devtools(page, { cpu = true } = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: cpu ? 'threadTicks' : 'timeTicks' });
  return session;
}

/** The counters of the page by name: TaskDuration, ScriptDuration and such in milliseconds, Nodes and JSEventListeners as numbers. */
export async function counters(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, /Duration$/.test(name) ? value * 1000 : value]));
}

/** What the page's scripts and document hold when all garbage is gone: bytes and nodes. */
export async function held(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  return { heap: usedSize, nodes };
}

/** The processor so many times slower, and the network of a browser far away: 10 Mbit/s, 40 ms. */
export async function slow(session, times) {
  await session.send('Emulation.setCPUThrottlingRate', { rate: times });
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 });
}

/** Keeps the tasks of the page over 50 ms from now on, also after it was loaded anew: window.longTasks, as {start, length}. */
export async function watchTasks(page) {
  const watch = () => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ start: Math.round(startTime), length: Math.round(duration) });
    }).observe({ type: 'longtask', buffered: true });
  };
  await page.addInitScript(watch);
  await page.evaluate(watch);
}

/** The long tasks since the last call, without those within the times that are left out, as [from, to] of performance.now(). */
export async function longTasks(page, without = []) {
  const tasks = await page.evaluate(() => window.longTasks.splice(0));
  return tasks.filter(({ start, length }) => !without.some(([from, to]) => start < to && start + length > from));
}

/**
 * The tasks of the page's main thread while `act` runs, the longest first, in milliseconds of processor they had themselves:
 * what they waited for a processor that others use is not in it.
 */
export async function tasksDuring(browser, page, act) {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const threads = new Set(traceEvents.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid}.${e.tid}`));
  return traceEvents.filter((e) => e.tdur > 1000 && threads.has(`${e.pid}.${e.tid}`)).map((e) => e.tdur / 1000).sort((a, b) => b - a);
}
