import { startTransition, useEffect, useState } from 'react';

const patience = 2_000; // milliseconds after which it is done although the page is still busy

/** Does something when the page has nothing else to do, and at the latest when somebody would notice. The answer takes it back. */
export function whenIdle(run: () => void): () => void {
  if (typeof window.requestIdleCallback !== 'function') { // Safari
    const timer = window.setTimeout(run, 200);
    return () => window.clearTimeout(timer);
  }
  const waiting = window.requestIdleCallback(run, { timeout: patience });
  return () => window.cancelIdleCallback(waiting);
}

/** Whether the page has had nothing to do since the component is shown: what nobody waits for is made then. */
export function useIdle(): boolean {
  const [idle, rest] = useState(false);
  useEffect(() => whenIdle(() => startTransition(() => rest(true))), []);
  return idle;
}
