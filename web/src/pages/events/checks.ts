import { api, bodyOf } from '@/api/client';

import { remember, remembered } from './memory';
import { Broken, checkConsistency, checkInclusion, openCheckpoint, type InclusionProof, type LogEvent } from './proof';

/** One check and how it ended; `reason` names what does not hold, in the texts "events". */
export interface Check {
  name: 'key' | 'signature' | 'entry' | 'memory';
  holds: boolean;
  reason?: string;
  values?: Record<string, string | number>;
}

/** Checks one event against the log, in this browser: the server only delivers what is checked. */
export async function checkEvent(event: LogEvent): Promise<Check[]> {
  const { publicKey = '' } = await bodyOf(api.GET('/api/v1/events/key'));
  const proof = (await bodyOf(api.GET('/api/v1/events/{id}/proof', { params: { path: { id: event._id } } }))) as unknown as InclusionProof;
  const known = remembered();
  const checks: Check[] = [];
  if (known !== undefined) checks.push({ name: 'key', holds: known.key === publicKey, ...(known.key === publicKey ? {} : { reason: 'keyChanged' }) });
  checks.push(await attempt('signature', async () => ({ count: (await openCheckpoint(proof.checkpoint.note, publicKey)).size })));
  checks.push(await attempt('entry', async () => ({ count: (await checkInclusion(event, proof, publicKey)).size, number: event.sequence ?? 0 })));
  const before = await checkMemory(proof.checkpoint.note, publicKey);
  if (before !== undefined) checks.push(before);
  if (checks.every((c) => c.holds)) await remember(publicKey, proof.checkpoint.note);
  return checks;
}

/** Checks that the log continues the one this browser saw before; undefined when it saw none. */
export async function checkMemory(note: string, key: string): Promise<Check | undefined> {
  const known = remembered();
  if (known === undefined) return undefined;
  return attempt('memory', async () => {
    const [before, now] = [await openCheckpoint(known.note, known.key), await openCheckpoint(note, key)];
    if (before.size > now.size) throw new Broken('order');
    if (before.size < now.size) {
      const query = { from: before.size, to: now.size };
      const { hashes } = await bodyOf(api.GET('/api/v1/events/consistency', { params: { query } }));
      await checkConsistency(before, now, hashes ?? []);
    } else {
      await checkConsistency(before, now, []);
    }
    return { count: before.size, at: known.at };
  });
}

async function attempt(name: Check['name'], check: () => Promise<Record<string, number>>): Promise<Check> {
  try {
    return { name, holds: true, values: await check() };
  } catch (thrown) {
    if (thrown instanceof Broken) return { name, holds: false, reason: thrown.reason };
    throw thrown;
  }
}
