// What all browser tests stand on: one Chromium, pages that fail on a console error or a violation of the content
// security policy, signing in.
import { chromium } from 'playwright-core';

/** Starts the browser. CHROMIUM names another program than Debian's. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/**
 * A page of a browser of its own. `troubles` gathers what must not happen: errors on the console, thrown errors, violations
 * of the content security policy. Refusals of the server are told by the browser as errors too: `refusals` counts those.
 */
export async function visit(browser, base, options = {}) {
  const context = await browser.newContext({ baseURL: base, ignoreHTTPSErrors: true, locale: 'en-GB', viewport: { width: 1366, height: 900 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const troubles = [];
  page.on('console', (m) => {
    if (m.type() === 'error' && !/^Failed to load resource: the server responded with a status of 4\d\d/.test(m.text())) troubles.push(`console: ${m.text()}`);
  });
  page.on('pageerror', (e) => troubles.push(`thrown: ${e.message}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  return { context, page, troubles };
}

/** Signs in by password and waits for the page that was wanted. */
export async function signIn(page, identifier, password, to = '/ui/') {
  await page.goto(to);
  await page.getByLabel('Identifier').fill(identifier);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: /^(Main|Principal)$/ }).waitFor();
}

/** Looks at what changes and saves it; the answer is what the review said. */
export async function reviewAndSave(page) {
  await page.getByRole('button', { name: /^Review/ }).click();
  const review = page.getByRole('dialog', { name: /^What (changes|is added)$/ });
  await review.waitFor();
  const said = await review.getByRole('table').innerText();
  await review.getByRole('button', { name: 'Save', exact: true }).click();
  await review.waitFor({ state: 'hidden' });
  return said;
}
