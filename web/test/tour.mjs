// Measures a list as its reader meets it: from the click, the key or the choice to the rows that stand there, and what the server took.

/** Follows clicks, Enter, choices and the calls of the page: window.tour, in every document of the page from now on. */
export async function follow(page) {
  const watch = () => {
    performance.setResourceTimingBufferSize(4_000);
    const tour = { input: 0, done: null, want: '' };
    window.tour = tour;
    const note = (e) => {
      tour.input = e.timeStamp;
    };
    document.addEventListener('click', note, true);
    document.addEventListener('change', note, true);
    document.addEventListener('keydown', (e) => e.key === 'Enter' && note(e), true);
    const calls = () => performance.getEntriesByType('resource').filter((e) => e.startTime >= tour.input && e.name.includes('/api/'));
    const look = () => {
      const answer = calls().findLast((e) => e.name.endsWith(tour.want) && e.responseEnd > 0);
      const waits = [...document.querySelectorAll('main [aria-busy="true"], main [role="status"][aria-label]')];
      const waiting = waits.some((e) => e.closest('details') === null && e.getBoundingClientRect().top < window.innerHeight); // facets may come later, and what is further down
      if (answer === undefined || waiting || document.querySelector('main h1') === null) requestAnimationFrame(look);
      else requestAnimationFrame((now) => tour.done({ seen: now - tour.input, server: answer.responseStart - answer.requestStart, sent: answer.startTime - tour.input, answered: answer.responseEnd - answer.startTime }));
    };
    tour.until = (want) => {
      performance.clearResourceTimings();
      tour.want = want;
      tour.input = Infinity;
      tour.seen = new Promise((resolve) => {
        tour.done = resolve;
      });
      requestAnimationFrame(look);
    };
    tour.rest = () => calls().map((e) => ({ path: new URL(e.name).pathname.replace('/api/v1', ''), took: e.responseEnd - e.startTime, sent: e.startTime - tour.input }));
  };
  await page.addInitScript(watch);
  await page.evaluate(watch);
}

/**
 * Does something that shows a list anew, and tells in milliseconds: `seen`, from the last click or Enter to the frame with the
 * rows; `sent` and `answered`, until the call that ends with `want` left, and until its answer was there; `server`, what it took there; `rest`, all calls it caused, when the page is quiet.
 */
export async function shown(page, act, want = '/search') {
  await page.evaluate((w) => window.tour.until(w), want);
  await act();
  const found = await page.evaluate(() => Promise.race([window.tour.seen, new Promise((resolve) => setTimeout(() => resolve(null), 20_000))]));
  if (found === null) throw new Error(`nothing was shown within 20 s of ${page.url()}`);
  await page.waitForLoadState('networkidle');
  return { ...found, rest: await page.evaluate(() => window.tour.rest()) };
}
