// A server with something on every page, for tests that go through all of them.
import { generateKeyPairSync, sign } from 'node:crypto';
import https from 'node:https';

import { asker, furnish } from './fleet.mjs';

const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Sends a signed message of ACME (RFC 8555, 6.2) and answers { headers, body }. */
function post(url, protectedPart, payload, key) {
  const head = base64url(protectedPart);
  const said = payload === '' ? '' : base64url(payload);
  const signature = sign('sha256', Buffer.from(`${head}.${said}`), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return fetched(url, { method: 'POST', headers: { 'Content-Type': 'application/jose+json' } }, JSON.stringify({ protected: head, payload: said, signature }));
}

function fetched(url, options, text) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { ...options, rejectUnauthorized: false }, (answer) => {
      const parts = [];
      answer.on('data', (p) => parts.push(p));
      answer.on('end', () => resolve({ headers: answer.headers, body: JSON.parse(Buffer.concat(parts).toString() || 'null') }));
    });
    request.on('error', reject);
    request.end(text);
  });
}

/** An account of ACME with an order. */
async function order(server) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { body: directory } = await fetched(`${server.base}/acme/quickstart/directory`, { method: 'GET' });
  const nonce = async () => (await fetched(directory.newNonce, { method: 'HEAD' })).headers['replay-nonce'];
  const { headers } = await post(directory.newAccount, { alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }), nonce: await nonce(), url: directory.newAccount }, { termsOfServiceAgreed: true, contact: ['mailto:ops@example.com'] }, privateKey);
  await post(directory.newOrder, { alg: 'ES256', kid: headers.location, nonce: await nonce(), url: directory.newOrder }, { identifiers: [{ type: 'dns', value: 'acme.example.com' }] }, privateKey);
}

/** What an example of a kind lacks, because nobody is told it. */
const secrets = { credentials: { password: { value: 'Correct horse 9' } } };

/** An object of every kind that people make, called "sample"; answers all kinds. */
async function sampleKinds(server) {
  const kinds = await server.must('GET', '/system/kinds');
  for (const kind of kinds.filter((k) => !k.readOnly && !k.upsert)) {
    const variant = kind.variants.find((v) => v.name === { credentials: 'password', profile: 'webra' }[kind.kind]) ?? kind.variants[0];
    await server.must('POST', kind.path.replace('/api/v1', ''), { ...variant.example, ...secrets[kind.kind], [kind.key]: 'sample' });
  }
  return kinds;
}

/** Certificates, requests, a batch, a dashboard, a saved query, ACME, an object of every kind. Answers ids by what they are. */
export async function inhabit(server) {
  const ids = await furnish(server, ['www.example.com', 'pay.example.com', 'old.example.com', 'held.example.com']);
  const kinds = await sampleKinds(server);
  await server.must('PUT', '/security/principalinfos', { identifier: asker.id, permissions: ['search', 'request_enroll', 'request_revoke'].map((right) => ({ value: `lifecycle:webra:web:${right}` })) });
  const pending = await server.must('POST', '/requests/submit', {
    workflow: 'enroll', module: 'webra', profile: 'web', template: { keyType: 'ec-secp256r1', subject: [{ element: 'cn.1', value: 'new.example.com' }], sans: [{ type: 'DNSNAME', value: ['new.example.com'] }] },
  }, { id: asker.id, key: asker.key });
  await server.must('POST', '/requests/submit', { workflow: 'revoke', certificateId: ids['held.example.com'], template: { revocationReason: 'certificatehold' } });
  const batch = await server.must('POST', '/batches', { workflow: 'revoke', query: 'san contains "old.example"', template: { revocationReason: 'superseded' } });
  await server.must('POST', `/batches/${batch._id}/run`);
  await server.must('POST', '/security/principals/queries', { name: 'The web', type: 'hcql', query: 'profile equals "web"' });
  await server.must('POST', '/security/principals/queries', { name: 'Waiting', type: 'hrql', query: 'status equals "pending"' });
  await server.must('POST', '/security/principals/dashboards', { name: 'Mine', type: 'certificate', charts: [{ title: 'By key', type: 'bar-horizontal', fields: ['keyType'], w: 6 }] });
  await server.must('POST', '/acme/eab-policies', { name: 'partners', macKeyAlgorithms: ['HS256'] });
  await server.must('POST', '/acme/eab', { name: 'first', eabPolicy: 'partners', macKeyAlgorithm: 'HS256' });
  await order(server);
  const { results } = await server.must('POST', '/events/search', { query: 'code equals "SERVICE-START"', pageSize: 1 });
  const { certificate } = await server.must('GET', `/certificates/${ids['www.example.com']}`);
  return { kinds, ids, certificate, pending: pending._id, batch: batch._id, event: results[0]._id };
}
