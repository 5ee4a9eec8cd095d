import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

import { program } from './server.mjs';

/** What "horizon events verify" says of a file, with the public key alone, and its exit code. */
function verified(file, key) {
  try {
    return { said: execFileSync(program, ['events', 'verify', file, '--key', key], { encoding: 'utf8' }), code: 0 };
  } catch (e) {
    return { said: `${e.stdout}${e.stderr}`, code: e.status };
  }
}

/** Verifies an evidence file as it is, and with another status in its first event. */
export async function judged(server, file) {
  const { publicKey } = await server.must('GET', '/events/key');
  const holds = verified(file, publicKey);
  const text = readFileSync(file, 'utf8');
  const forged = `${file}.forged`;
  writeFileSync(forged, text.replace(/"status":"\w+"/, '"status":"warning"'));
  return { text, holds, forged: verified(forged, publicKey) };
}
