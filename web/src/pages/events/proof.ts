// Checks what the server says about its event log, in the browser and with the log's public key alone: docs/event-log.md,
// "Verifying without the product", says the same for other programs.

export interface LogEvent {
  _id: string;
  code?: string;
  module?: string;
  node?: string;
  timestamp?: number;
  status?: string;
  details?: { key: string; value: string }[];
  seal?: string;
  sequence?: number;
  version?: number;
  leaf?: string;
}

export interface InclusionProof {
  previousLeaf?: string;
  hashes: string[];
  checkpoint: { note: string };
}

/** A checkpoint whose signature holds. */
export interface Checkpoint {
  size: number;
  root: Uint8Array;
}

/** What does not hold; the text names it by its key in the texts "events". */
export class Broken extends Error {
  readonly reason: 'key' | 'note' | 'signature' | 'uncovered' | 'entry' | 'order';
  constructor(reason: Broken['reason']) {
    super(reason);
    this.name = 'Broken';
    this.reason = reason;
  }
}

type Bytes = Uint8Array<ArrayBuffer>;
const utf8 = new TextEncoder();

function unbase(text: string): Bytes {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    throw new Broken('note');
  }
}

function joined(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return all;
}

async function sha256(...parts: Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));
}

/** A netstring: the length in bytes as decimal number, ":", the bytes, ",". */
function net(value: string | number | Uint8Array): Bytes {
  const bytes = value instanceof Uint8Array ? value : utf8.encode(String(value));
  return joined(utf8.encode(`${bytes.length}:`), bytes, utf8.encode(','));
}

/** The hash of an entry: of its place, its seal, the entry before and its canonical bytes. */
export function leafOf(e: LogEvent, previousLeaf: string): Promise<Bytes> {
  const canonical = [e.version, e._id, e.code, e.module, e.node, e.timestamp, e.status].map((v) => net(v ?? ''));
  for (const d of e.details ?? []) canonical.push(net(d.key), net(d.value));
  return sha256(Uint8Array.of(0), net(e.sequence ?? -1), net(e.seal ?? ''), net(unbase(previousLeaf)), ...canonical);
}

const branch = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

const hex = (bytes: Uint8Array) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');

/** Whether an Ed25519 signature (RFC 8032) holds. Browsers without it use a library of the same curve. */
async function signed(key: Bytes, text: Bytes, signature: Bytes): Promise<boolean> {
  try {
    const known = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', known, signature, text);
  } catch {
    const { ed25519 } = await import('@noble/curves/ed25519.js');
    return ed25519.verify(signature, text, key);
  }
}

/** Reads a signed checkpoint and checks its signature; `publicKey` is "name+hash+base64". */
export async function openCheckpoint(note: string, publicKey: string): Promise<Checkpoint> {
  const [name = '', keyHash = '', ...rest] = publicKey.trim().split('+');
  const key = unbase(rest.join('+'));
  if (key[0] !== 1 || key.length !== 33 || hex((await sha256(utf8.encode(`${name}\n`), key)).slice(0, 4)) !== keyHash) throw new Broken('key');
  const [text = '', last = ''] = note.split('\n\n');
  const [log, size = '', root = '', more] = text.split('\n');
  const [dash, signer, mark = ''] = last.trimEnd().split(' ');
  const signature = unbase(mark);
  const fits = log === name && signer === name && dash === '\u2014' && more === undefined && /^\d+$/.test(size);
  if (!fits || hex(signature.slice(0, 4)) !== keyHash) throw new Broken('note');
  if (!(await signed(key.slice(1), utf8.encode(`${text}\n`), signature.slice(4)))) throw new Broken('signature');
  return { size: Number(size), root: unbase(root) };
}

/** Checks that an event stands unchanged in the log of a checkpoint (RFC 9162, 2.1.3.2). Throws what does not hold. */
export async function checkInclusion(e: LogEvent, proof: InclusionProof, publicKey: string): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(proof.checkpoint.note, publicKey);
  if (e.sequence === undefined || e.sequence < 0 || e.sequence >= checkpoint.size) throw new Broken('uncovered');
  let [index, last] = [e.sequence, checkpoint.size - 1];
  let root = await leafOf(e, proof.previousLeaf ?? '');
  for (const h of proof.hashes.map(unbase)) {
    if (last <= 0) throw new Broken('entry');
    if (index % 2 === 1 || index === last) {
      root = await branch(h, root);
      while (index !== 0 && index % 2 === 0) [index, last] = [half(index), half(last)];
    } else {
      root = await branch(root, h);
    }
    [index, last] = [half(index), half(last)];
  }
  if (last !== 0 || !same(root, checkpoint.root)) throw new Broken('entry');
  return checkpoint;
}

/** Sizes are larger than what shifts of 32 bits hold. */
const half = (n: number) => Math.floor(n / 2);

/** Checks that the log of the first checkpoint is the beginning of the log of the second (RFC 9162, 2.1.4.2). */
export async function checkConsistency(first: Checkpoint, second: Checkpoint, hashes: string[]): Promise<void> {
  if (first.size === second.size) {
    if (!same(first.root, second.root)) throw new Broken('order');
    return;
  }
  if (first.size > second.size || first.size < 1) throw new Broken('order');
  const path = hashes.map(unbase);
  if (Number.isInteger(Math.log2(first.size))) path.unshift(first.root as Bytes);
  let [fn, sn] = [first.size - 1, second.size - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  const [start, ...rest] = path;
  if (start === undefined) throw new Broken('order');
  let [older, newer] = [start, start];
  for (const c of rest) {
    if (sn === 0) throw new Broken('order');
    if (fn % 2 === 1 || fn === sn) {
      [older, newer] = [await branch(c, older), await branch(c, newer)];
      while (fn !== 0 && fn % 2 === 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newer = await branch(newer, c);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  if (sn !== 0 || !same(older, first.root) || !same(newer, second.root)) throw new Broken('order');
}
