import { useSyncExternalStore } from 'react';

const tick = 30_000;
let now = Date.now();
const watchers = new Set<() => void>();
let timer = 0;

function watch(changed: () => void): () => void {
  if (watchers.size === 0) {
    now = Date.now();
    timer = window.setInterval(() => {
      now = Date.now();
      for (const w of watchers) w();
    }, tick);
  }
  watchers.add(changed);
  return () => {
    watchers.delete(changed);
    if (watchers.size === 0) window.clearInterval(timer);
  };
}

/** The time in milliseconds since 1970, renewed every half minute: distances on the page stay true. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => now);
}
