import { useSyncExternalStore } from 'react';

/** A private key made in this browser. It is nowhere else, and gone when the window is. */
export interface HeldKey {
  keys: CryptoKeyPair;
  type: string;
  /** Whether it was downloaded, so that leaving loses nothing. */
  saved: boolean;
}

let held: ReadonlyMap<string, HeldKey> = new Map();
const watchers = new Set<() => void>();

function warn(e: BeforeUnloadEvent): void {
  e.preventDefault();
}

function set(next: ReadonlyMap<string, HeldKey>): void {
  held = next;
  if ([...next.values()].some((k) => !k.saved)) window.addEventListener('beforeunload', warn);
  else window.removeEventListener('beforeunload', warn);
  for (const w of watchers) w();
}

/** Keeps the key of a request as long as this window is open; closing it asks first while the key is not downloaded. */
export function hold(request: string, key: HeldKey): void {
  set(new Map(held).set(request, key));
}

/** Notes that the key of a request was downloaded. */
export function saved(request: string): void {
  const key = held.get(request);
  if (key !== undefined) set(new Map(held).set(request, { ...key, saved: true }));
}

function watch(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

/** The key this window holds for a request. */
export function useHeld(request: string): HeldKey | undefined {
  return useSyncExternalStore(watch, () => held.get(request));
}
