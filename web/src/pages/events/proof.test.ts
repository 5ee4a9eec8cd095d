import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { checkConsistency, checkInclusion, leafOf, openCheckpoint, type LogEvent } from './proof';

interface Vectors {
  publicKey: string;
  checkpoint: string;
  entries: { event: LogEvent; previousLeaf: string; root: string; inclusionProof: string[] }[];
}

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../internal/event/testdata/vectors.json'), 'utf8')) as Vectors;
const base = (b: Uint8Array) => Buffer.from(b).toString('base64');
const root = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const proofOf = (i: number) => {
  const one = vectors.entries[i];
  if (one === undefined) throw new Error('no such entry');
  return { event: one.event, proof: { previousLeaf: one.previousLeaf, hashes: one.inclusionProof, checkpoint: { note: vectors.checkpoint } } };
};

describe('the published vectors', () => {
  test('every leaf is computed', async () => {
    for (const { event, previousLeaf } of vectors.entries) expect(base(await leafOf(event, previousLeaf))).toBe(event.leaf);
  });

  test('every event is in the log of the checkpoint', async () => {
    for (const i of vectors.entries.keys()) {
      const { event, proof } = proofOf(i);
      expect((await checkInclusion(event, proof, vectors.publicKey)).size).toBe(vectors.entries.length);
    }
  });
});

describe('what was tampered with is refused', () => {
  test.each<[string, (e: LogEvent) => LogEvent]>([
    ['status', (e) => ({ ...e, status: 'warning' })],
    ['time', (e) => ({ ...e, timestamp: (e.timestamp ?? 0) + 1 })],
    ['a detail', (e) => ({ ...e, details: [...(e.details ?? []), { key: 'actorId', value: 'mallory' }] })],
    ['its place', (e) => ({ ...e, sequence: (e.sequence ?? 0) - 1 })],
    ['seal', (e) => ({ ...e, seal: 'HS512:00000000:AA==' })],
  ])('%s', async (_, change) => {
    const { event, proof } = proofOf(2);
    await expect(checkInclusion(change(event), proof, vectors.publicKey)).rejects.toMatchObject({ reason: 'entry' });
  });

  test('a place outside the log', async () => {
    const { event, proof } = proofOf(2);
    await expect(checkInclusion({ ...event, sequence: 5 }, proof, vectors.publicKey)).rejects.toMatchObject({ reason: 'uncovered' });
  });

  test('the checkpoint', async () => {
    await expect(openCheckpoint(vectors.checkpoint.replace('\n5\n', '\n6\n'), vectors.publicKey)).rejects.toMatchObject({ reason: 'signature' });
    await expect(openCheckpoint(vectors.checkpoint.replace('vectors', 'another'), vectors.publicKey)).rejects.toMatchObject({ reason: 'note' });
    await expect(openCheckpoint('', vectors.publicKey)).rejects.toMatchObject({ reason: 'note' });
    await expect(openCheckpoint(vectors.checkpoint, vectors.publicKey.replace('+6c', '+6d'))).rejects.toMatchObject({ reason: 'key' });
  });
});

describe('one log is the beginning of another', () => {
  // The leaves of the vectors make small trees, whose proofs of RFC 9162, 2.1.4 are written out by hand.
  const leaf = (i: number) => vectors.entries[i]?.event.leaf ?? '';
  const size = (n: number) => ({ size: n, root: root(vectors.entries[n - 1]?.root ?? '') });
  const pair = async (a: string, b: string) => base(new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.concat([Buffer.of(1), root(a), root(b)]))));

  test('with the proof', async () => {
    const right = await pair(leaf(2), leaf(3));
    await checkConsistency(size(1), size(2), [leaf(1)]);
    await checkConsistency(size(2), size(3), [leaf(2)]);
    await checkConsistency(size(2), size(5), [right, leaf(4)]);
    await checkConsistency(size(3), size(4), [leaf(2), leaf(3), await pair(leaf(0), leaf(1))]);
    await checkConsistency(size(4), size(5), [leaf(4)]);
    await checkConsistency(size(5), size(5), []);
  });

  test('and not without it', async () => {
    await expect(checkConsistency(size(2), size(5), [])).rejects.toMatchObject({ reason: 'order' });
    await expect(checkConsistency(size(5), size(4), [leaf(4)])).rejects.toMatchObject({ reason: 'order' });
    await expect(checkConsistency({ size: 4, root: size(3).root }, size(5), [leaf(4)])).rejects.toMatchObject({ reason: 'order' });
    await expect(checkConsistency({ size: 5, root: size(4).root }, size(5), [])).rejects.toMatchObject({ reason: 'order' });
  });
});
