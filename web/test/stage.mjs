import { after } from 'node:test';

import { launch } from './browser.mjs';
import { serve } from './server.mjs';

/** A server and a browser for the tests of a file; both end with it. */
export async function stage(options) {
  const [server, browser] = await Promise.all([serve(options), launch()]);
  after(async () => {
    await browser.close();
    await server.stop();
  });
  return { server, browser };
}
