// Goes to states of pages and looks at them as a reader with other senses, other sizes and other means would.
import { barriers } from './axe.mjs';

/** Waits until the router, its loads and the cache are still. The library puts the router into the window. */
export async function settled(page) {
  await page.waitForFunction(() => {
    const router = window.__TSR_ROUTER__;
    if (router === undefined || router.state.status !== 'idle' || document.querySelector('h1') === null) return false;
    if (document.querySelector('main textarea[class*=_plain_]') !== null) return false; // the editor of queries is on its way
    if (document.querySelector('main [aria-busy="true"], main .mantine-Skeleton-root') !== null) return false; // what is drawn behind the page
    return router.options.context.queries.isFetching() === 0 && document.querySelector('.mantine-Loader-root') === null;
  });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Goes to an address as a link of the console would, without loading it anew. */
export async function go(page, at) {
  await page.evaluate((href) => window.__TSR_ROUTER__.navigate({ href }), at);
  await settled(page);
}

/** Names of all routes that draw a page: those of the frame, and those with pages below that they only hold. */
export function routesOf(page) {
  return page.evaluate(() => {
    const all = Object.values(window.__TSR_ROUTER__.routesById).filter((r) => r.options.path !== undefined);
    return all.filter((r) => (r.children ?? []).length === 0).map((r) => r.fullPath);
  });
}

/** Takes steps as places.mjs writes them. */
export async function take(page, steps, t) {
  for (const step of steps) {
    const [how, what] = [step.slice(0, step.indexOf(' ')), step.slice(step.indexOf(' ') + 1)];
    if (how === 'key') await page.keyboard.press(what);
    else if (how === 'css') await page.locator(what).first().click();
    else await page.getByRole(how, { name: t(what) }).first().click();
  }
}

/** Opens all closed parts of a form. */
export async function unfold(page) {
  await page.evaluate(() => document.querySelectorAll('main section > button[aria-expanded="false"]').forEach((b) => b.click()));
  await settled(page);
}

const ofColour = ['color-contrast', 'link-in-text-block']; // rules that depend on the appearance

async function appear(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.waitForFunction((s) => document.documentElement.dataset.mantineColorScheme === s, scheme);
}

/**
 * What axe finds in the page, or in what is opened over it, as it stands: all rules in the light appearance, and those about
 * colours in the dark one. Without `colours` those are left out: they say the same in every language.
 */
export async function barriersOf(page, { inside, colours }) {
  if (!colours) return barriers(page, { inside, rules: Object.fromEntries(ofColour.map((rule) => [rule, { enabled: false }])) });
  const found = (await barriers(page, { inside })).map((b) => `light: ${b}`);
  await appear(page, 'dark');
  found.push(...(await barriers(page, { inside, runOnly: ofColour })).map((b) => `dark: ${b}`));
  await appear(page, 'light');
  return found;
}

/** What a page lacks for who hears it or uses keys: one heading, a title that begins with it, no motion, a ring on the focus. */
export async function lacks(page) {
  await page.keyboard.press('Shift'); // from now on the browser shows where the focus is
  return page.evaluate(() => {
    const found = [];
    const headings = [...document.querySelectorAll('h1')].map((h) => h.textContent.trim());
    if (headings.length !== 1) found.push(`${headings.length} headings of the first level`);
    if (!/ - Horizon$/.test(document.title)) found.push(`the title of the window is "${document.title}"`);
    if (document.getAnimations().some((a) => a.playState === 'running')) found.push('something moves');
    const before = document.activeElement;
    const tabbable = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"], [contenteditable="true"]')];
    for (const el of tabbable) {
      if (el.disabled || el.tabIndex < 0 || !el.checkVisibility({ visibilityProperty: true })) continue;
      const look = (e) => {
        const s = getComputedStyle(e);
        const after = getComputedStyle(e, '::after');
        return [s, after].map((of) => (of.outlineStyle === 'none' ? '' : `${of.outlineWidth} ${of.outlineColor}`)).join() + s.boxShadow + s.borderTopColor;
      };
      const near = [el, el.nextElementSibling, el.parentElement, el.parentElement?.parentElement, el.closest('label')].filter((e) => e instanceof HTMLElement);
      el.blur();
      const still = near.map(look);
      el.focus();
      if (document.activeElement !== el) continue;
      const name = `${el.tagName.toLowerCase()} "${(el.getAttribute('aria-label') ?? el.textContent).trim().slice(0, 30)}"`;
      if (near.every((e, i) => look(e) === still[i])) found.push(`nothing shows the focus on ${name}`);
      const r = el.getBoundingClientRect();
      const [x, y] = [r.left + r.width / 2, r.top + Math.min(r.height / 2, 20)];
      const top = document.elementFromPoint(x, y);
      const hit = top !== null && (el.contains(top) || top.contains(el) || el.closest('label')?.contains(top));
      if (r.width > 4 && !hit) found.push(`${name} is under ${top?.tagName} ${String(top?.className).slice(0, 40)}`);
    }
    if (before instanceof HTMLElement) before.focus();
    return found;
  });
}

/** What does not fit a window 320 px wide, as it is and with the text spacing of WCAG 1.4.12. */
export async function overflows(page) {
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const found = await page.evaluate(async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }');
    const wide = (when) => {
      const over = document.scrollingElement.scrollWidth - window.innerWidth;
      if (over <= 0) return [];
      const who = [...document.querySelectorAll('main *, header *')].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1).map((e) => `${e.tagName.toLowerCase()}.${String(e.className).split(' ')[0]} ${e.textContent.trim().slice(0, 24)}`);
      return [`${when} it is ${over} px too wide: ${who.slice(-3).join(' | ')}`];
    };
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await drawn();
    const plain = wide('at 320 px');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    await drawn();
    const spaced = wide('with spaced text');
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet);
    return [...plain, ...spaced];
  });
  await page.setViewportSize({ width, height });
  return found;
}

/** What a screen shows that its address has to restore: heading, tabs, order and columns, what is written in fields. */
export function screenOf(page) {
  return page.evaluate(() => {
    const texts = (selector) => [...document.querySelectorAll(`main ${selector}`)].map((e) => e.textContent.trim());
    const fields = [...document.querySelectorAll('main input:not([type=file]), main textarea, main select')].map((e) => (/^(checkbox|radio)$/.test(e.type) ? e.checked : e.value));
    const order = [...document.querySelectorAll('main [aria-sort]')].map((e) => e.getAttribute('aria-sort'));
    return JSON.stringify([texts('h1'), texts('[aria-selected=true]'), texts('[aria-current]'), texts('thead th'), order, texts('.cm-content'), texts('aside h2'), fields]);
  });
}
