import { startTransition, useEffect, useState } from 'react';

const patience = 2_000; // milliseconds after which it is done although the page is still busy

/** Whether the page has had nothing to do since the component is shown: what nobody waits for is made then. */
export function useIdle(): boolean {
  const [idle, rest] = useState(false);
  useEffect(() => {
    const done = () => startTransition(() => rest(true));
    if (typeof window.requestIdleCallback !== 'function') { // Safari
      const timer = window.setTimeout(done, 200);
      return () => window.clearTimeout(timer);
    }
    const waiting = window.requestIdleCallback(done, { timeout: patience });
    return () => window.cancelIdleCallback(waiting);
  }, []);
  return idle;
}
