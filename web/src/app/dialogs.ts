// Where the focus goes when a dialog closes. The library brings it back only from dialogs that stay in the page while they
// are closed, and ours are drawn when they open.

const dialogs = '[role="dialog"]';
const passing = '[role="menu"], [role="listbox"]'; // gone by the time somebody comes back

/** Brings the focus back to what opened a dialog when that closes, whoever closes it (WCAG 2.4.3). Called once. */
export function returnFocus(): void {
  const origins = new WeakMap<Element, HTMLElement>();
  let last: HTMLElement | null = null; // what had the focus and will still be there
  let inside: Element | null = null; // the dialog that has the focus
  const back = () => {
    if (inside === null || inside.isConnected) return;
    const origin = origins.get(inside);
    inside = origin?.closest(dialogs) ?? null;
    if (inside === null) watch.disconnect();
    if (document.activeElement === document.body && origin?.isConnected === true) origin.focus({ preventScroll: true });
  };
  const watch = new MutationObserver(back);
  document.addEventListener('focusin', (e) => {
    if (!(e.target instanceof HTMLElement)) return;
    const box = e.target.closest(dialogs);
    if (box !== null && box !== inside && !origins.has(box) && last !== null) origins.set(box, last);
    if (box !== null && inside === null) watch.observe(document.body, { childList: true, subtree: true });
    if (box !== null) inside = box;
    if (e.target.closest(passing) === null) last = e.target;
  });
}
