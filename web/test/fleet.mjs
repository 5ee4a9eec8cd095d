// Certificates to look at: two profiles, a label, who may ask and who may do, and some certificates of each.
import { outcome } from './server.mjs';

const profile = (name, more = {}) => ({
  module: 'webra', name, enabled: true, authorizationMode: 'authorized', pkiConnector: 'quickstart', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {},
  certificateTemplate: {
    subject: [{ type: 'CN', mandatory: true, editableByRequester: true }],
    sans: [{ type: 'DNSNAME', editableByRequester: true }],
    labels: [{ label: 'env', editableByRequester: true }],
    ownerPolicy: { editableByRequester: true }, contactEmailPolicy: { editableByRequester: true },
  },
  cryptoPolicy: {
    centralized: true, decentralized: true, escrow: true, p12passwordMode: 'random', showP12OnEnroll: true, showP12PasswordOnEnroll: true, showP12OnRecover: true, showP12PasswordOnRecover: true,
    authorizedKeyTypes: ['ec-secp256r1', 'rsa-2048'], defaultKeyType: 'ec-secp256r1',
  },
  ...more,
});

/** Who may only ask. */
export const asker = { id: 'ann', key: 'Correct-Horse-1' };

/** Makes a certificate with a key made by the server; answers its id. */
export async function enroll(server, name, { on = 'web', labels = [], keyType = 'ec-secp256r1', as } = {}) {
  const request = await server.must('POST', '/requests/submit', {
    workflow: 'enroll', module: 'webra', profile: on,
    template: { keyType, subject: [{ element: 'cn.1', value: name }], sans: [{ type: 'DNSNAME', value: [name] }], labels },
  }, as);
  return request.certificateId;
}

/** Two profiles, somebody who may only ask, and `names` on the first of them. Answers the ids by name. */
export async function furnish(server, names) {
  await server.must('POST', '/certificate/labels', { name: 'env', displayName: [{ lang: 'en', value: 'Environment' }] });
  await server.must('POST', '/certificate/profiles', profile('web'));
  await server.must('POST', '/certificate/profiles', profile('internal'));
  await server.must('POST', '/security/identity/locals', { identifier: asker.id, password: asker.key });
  await server.must('POST', '/security/principalinfos', {
    identifier: asker.id,
    permissions: ['search', 'request_revoke', 'request_renew', 'request_update'].map((right) => ({ value: `lifecycle:webra:web:${right}` })),
  });
  const ids = {};
  for (const name of names) ids[name] = await enroll(server, name, { labels: [{ label: 'env', value: 'prod' }] });
  return ids;
}

/** Waits until an event, as "CODE status", is in the log about one of the certificates. */
export async function recorded(server, wanted, ...ids) {
  await server.events(`detail.certificateId in [${ids.map((id) => `"${id}"`).join(', ')}]`, (all) => all.some((e) => outcome(e) === wanted));
}
