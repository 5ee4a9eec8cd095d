import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What is asked: WCAG 2.2 A and AA, and best practices. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds in the page as it is now, or inside a part of it, in words; empty when nothing. */
export async function barriers(page, { inside, runOnly = tags, rules = {} } = {}) {
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(axe);
  return page.evaluate(
    async ([selector, only, but]) => {
      const { violations } = await window.axe.run(selector ?? document, { runOnly: only, rules: but, resultTypes: ['violations'], preload: false });
      return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} ${n.failureSummary?.split('\n')[1] ?? ''}`));
    },
    [inside, runOnly, rules],
  );
}

/** Shows the page in both appearances, one after the other, and returns all barriers. */
export async function barriersInBoth(page) {
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await barriers(page)).map((b) => `${colorScheme}: ${b}`));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}
