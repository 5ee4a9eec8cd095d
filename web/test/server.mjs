// Starts a server of its own for a test, in a folder that is thrown away. HORIZON names the program.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import https from 'node:https';

/** The program that is tested. */
export const program = process.env.HORIZON ?? fileURLToPath(new URL('../../bin/horizon', import.meta.url));

/** An event by its code and how it ended. */
export const outcome = (event) => `${event.code} ${event.status}`;

/** A port nobody listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().unref();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Starts "horizon serve". `quickstart` makes a CA and an ACME profile, as `make run` does; without it the server is empty.
 * With `folder` it serves what is there, gives the administrator a new password, and leaves it there.
 * The answer has the address, the administrator's first password, and `ask`, which calls the API as the administrator, and
 * `must`, which answers the body and throws where the API refuses; `events` answers the events a query finds, the oldest
 * first, once they are `enough`: an event is found within a second.
 */
export async function serve({ quickstart = true, settings = {}, folder } = {}) {
  const data = folder ?? mkdtempSync(join(tmpdir(), 'horizon-browser-'));
  const known = folder === undefined ? undefined : execFileSync(program, ['admin', 'reset-password', '--data', folder], { encoding: 'utf8' }).trim();
  const [port, plain, management] = await Promise.all([freePort(), freePort(), freePort()]);
  const base = `https://localhost:${port}`;
  const args = ['serve', ...(quickstart ? ['--quickstart'] : []), '--data', data];
  const child = spawn(program, args, {
    env: { ...process.env, HORIZON_LISTEN: `127.0.0.1:${port}`, HORIZON_HTTP: `127.0.0.1:${plain}`, HORIZON_MANAGEMENT: `127.0.0.1:${management}`, HORIZON_PUBLIC_URL: base, ...settings },
  });
  let said = '';
  const password = await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      const found = known === undefined ? /administrator (\S+)\n/.exec(said)?.[1] : /serves https/.test(said) ? known : undefined;
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      child.on('exit', () => {
        if (folder === undefined) rmSync(data, { recursive: true, force: true });
        resolve();
      });
      child.kill('SIGTERM');
    });
  const ask = (method, path, body, as = { id: 'administrator', key: password }) => call(base, method, path, body, as);
  const must = async (method, path, body, as) => {
    const answer = await ask(method, path, body, as);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const events = async (query, enough) => {
    for (const end = Date.now() + 5000; ; ) {
      const { results } = await must('POST', '/events/search', { query, pageSize: 100 });
      const all = results.reverse();
      if (enough(all)) return all;
      if (Date.now() > end) throw new Error(`the events of ${query} are ${all.map(outcome).join(', ')}`);
    }
  };
  return { base, data, port, plain, password, ask, must, events, stop, said: () => said };
}

/** Calls the API and returns { status, body, headers }. */
function call(base, method, path, body, as) {
  return new Promise((resolve, reject) => {
    const headers = { 'X-API-ID': as.id, 'X-API-KEY': as.key, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
    const request = https.request(`${base}/api/v1${path}`, { method, headers, rejectUnauthorized: false }, (answer) => {
      const parts = [];
      answer.on('data', (p) => parts.push(p));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        const json = /json/.test(answer.headers['content-type'] ?? '') && text !== '';
        resolve({ status: answer.statusCode, headers: answer.headers, body: json ? JSON.parse(text) : text });
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
