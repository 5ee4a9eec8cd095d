// Somebody on Home whose steps are counted: a step is one click, one key or chord, or one text. With `keys` nothing is
// clicked: what would be is gone to by Tab and the arrows, which do not count, and pressed by Enter or Space.
import assert from 'node:assert/strict';

import { signIn, visit } from './browser.mjs';
import { settled } from './drive.mjs';

const far = 150; // keys until a control counts as out of reach

/** How an element looks, with what stands closest around it, as it is and as it was without the focus. */
function shows(el) {
  const near = [el, el.nextElementSibling, el.parentElement, el.parentElement?.parentElement, el.closest('label')].filter((e) => e instanceof HTMLElement);
  const look = (e) => [getComputedStyle(e), getComputedStyle(e, '::after')].map((s) => (s.outlineStyle === 'none' ? '' : s.outlineWidth + s.outlineColor)).join() + getComputedStyle(e).boxShadow + getComputedStyle(e).borderTopColor;
  const now = near.map(look);
  el.blur();
  const still = near.map(look);
  el.focus({ preventScroll: true });
  return near.some((e, i) => now[i] !== still[i]);
}

/** The key that leads nearer: arrows within a list, a menu or a group of radio buttons, else Tab, backwards to what stands before. */
function nearer(el) {
  const at = document.activeElement;
  if (/^(option|menuitem)$/.test(el.getAttribute('role') ?? '') || (el.type === 'radio' && at.type === 'radio' && at.name === el.name)) return 'ArrowDown';
  const before = (at.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_PRECEDING) !== 0 && !at.contains(el);
  return before && el.closest('[role=dialog]') === null ? 'Shift+Tab' : 'Tab';
}

/** Goes to a control by keys alone. */
async function reach(page, control) {
  await control.waitFor();
  const here = (el) => el === document.activeElement || (el.getAttribute('role') === 'option' && el.getAttribute('aria-selected') === 'true');
  for (let i = 0; !(await control.evaluate(here)); i++) {
    assert.ok(i < far, `${control} is not reached by keys`);
    await page.keyboard.press(await control.evaluate(nearer));
  }
  if ((await control.getAttribute('role')) !== 'option') assert.ok(await control.evaluate(shows), `nothing shows the focus on ${control}`);
}

/** Presses a control as who has no pointer does. */
async function press(page, control) {
  await reach(page, control);
  if (await control.evaluate((el) => el.matches('input:not([type=checkbox], [type=radio]), textarea'))) return;
  if (await control.evaluate((el) => el.type === 'radio' && el.checked)) return; // by the arrow that led to it
  await page.keyboard.press((await control.evaluate((el) => /^(checkbox|radio)$/.test(el.type ?? ''))) ? 'Space' : 'Enter');
}

/** Signs in, on Home. `ended` holds the number of steps, and that nothing went wrong. */
export async function sitDown({ server, browser, keys }, { id = 'administrator', key = server.password } = {}) {
  const visitor = await visit(browser, server.base);
  const { page } = visitor;
  page.setDefaultTimeout(20_000);
  await signIn(page, id, key);
  await settled(page);
  let steps = 0;
  return {
    ...visitor,
    click: async (locator) => {
      steps++;
      await (keys ? press(page, locator.first()) : locator.first().click());
    },
    key: async (name) => {
      steps++;
      await page.keyboard.press(name);
    },
    text: async (words) => {
      steps++;
      await page.keyboard.insertText(words);
    },
    /** Goes where a task is counted from, when its cell of the table says so: "from its page", "from any event". */
    from: async (address) => {
      assert.equal(steps, 0, 'a task begins but once');
      await page.goto(`/ui${address}`);
      await settled(page);
    },
    /** Waits until a field has the focus by itself. */
    inHand: (locator) => locator.and(page.locator(':focus')).waitFor(),
    /** Opens the palette, which is a step. */
    palette: async () => {
      steps++;
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search and commands' }).waitFor();
    },
    ended: async (budget) => {
      assert.deepEqual(visitor.troubles, []);
      assert.ok(steps <= budget, `${steps} steps of ${budget}`);
      await visitor.context.close();
    },
  };
}
