import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { Provider } from 'oidc-provider';

import { visit } from './browser.mjs';
import { freePort } from './server.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();

/** The newest sign-in of somebody, as its outcome and method. */
async function lastSignIn(identifier) {
  for (;;) {
    const query = `code equals "SEC-AUTHENTICATION" and detail.identifier equals "${identifier}"`;
    const { results } = (await server.ask('POST', '/events/search', { query, pageSize: 1 })).body;
    if (results.length > 0) return `${results[0].status} ${results[0].details.find((d) => d.key === 'method')?.value}`;
  }
}

/** A provider of OpenID Connect with pages of its own to sign in, which lets everybody be whom they say. */
async function provider() {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const op = new Provider(issuer, {
    clients: [{ client_id: 'horizon', client_secret: 'a secret of the client', redirect_uris: [`${server.base}/api/v1/security/principals/authenticate/callback/company`] }],
    claims: { email: ['email'], profile: ['name'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com`, name: id }) }),
    conformIdTokenClaims: false,
    cookies: { keys: ['only for this test'] },
  });
  const http = createServer(op.callback());
  await new Promise((resolve) => http.listen(port, '127.0.0.1', resolve));
  return { issuer, stop: () => {
      http.closeAllConnections();
      http.close();
    } };
}

test('an identity provider lets somebody in, to the page they wanted', async (t) => {
  const op = await provider();
  t.after(op.stop);
  await server.must('POST', '/security/credentials', { type: 'password', name: 'company-login', login: 'horizon', password: 'a secret of the client' });
  await server.must('POST', '/security/identity/providers', {
    type: 'OpenId', name: 'company', enabled: true, enabledOnUI: true, providerMetadataUrl: `${op.issuer}/.well-known/openid-configuration`,
    clientCredentials: 'company-login', scope: 'openid email profile', identifierClaim: '{{email}}', emailClaim: '{{email}}', nameClaim: '{{name}}',
  });
  await server.must('POST', '/security/principalinfos', { identifier: 'ann@example.com', permissions: [{ value: 'configuration:event:read' }] });

  const { page, context, troubles } = await visit(browser, server.base);
  await page.goto('/ui/events/integrity');
  await page.getByRole('link', { name: 'Sign in with company' }).click();
  await page.waitForURL(`${op.issuer}/**`);
  await page.locator('input[name=login]').fill('ann');
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/interaction/);
  await page.locator('button[type=submit]').click(); // consent
  await page.waitForURL('**/ui/events/integrity');
  await page.getByRole('button', { name: 'ann', exact: true }).waitFor();
  assert.equal(await lastSignIn('ann@example.com'), 'success openid');
  assert.deepEqual(troubles.filter((text) => !text.includes('ERR_NAME_NOT_RESOLVED')), []); // fonts of the provider's own pages
  await context.close();
});

test('a client certificate lets its holder in', async () => {
  const { results } = (await server.ask('POST', '/certificates/search', {})).body;
  assert.deepEqual(results, []);
  await server.must('POST', '/certificate/profiles', {
    module: 'webra', name: 'people', enabled: true, authorizationMode: 'authorized', pkiConnector: 'quickstart', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {},
    certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }] },
    cryptoPolicy: { centralized: true, p12passwordMode: 'random', showP12OnEnroll: true, showP12PasswordOnEnroll: true },
  });
  const made = await server.must('POST', '/requests/submit', { workflow: 'enroll', module: 'webra', profile: 'people', template: { keyType: 'ec-secp256r1', subject: [{ element: 'cn.1', value: 'Ben' }] } });
  const ca = (await server.ask('GET', '/cas/quickstart')).body;
  await server.must('PUT', '/cas', { ...ca, certificate: ca.certificate.pem ?? ca.certificate, trustedForClientAuthentication: true, identifierMapping: '{{certificate.subject.cn.1}}' });
  await server.must('POST', '/security/principalinfos', { identifier: 'Ben', permissions: [{ value: 'configuration:event:read' }] });

  const clientCertificates = [{ origin: server.base, pfx: Buffer.from(made.pkcs12.value, 'base64'), passphrase: made.password.value }];
  const { page, context, troubles } = await visit(browser, server.base, { clientCertificates });
  await page.goto('/ui/events/integrity'); // it is shown with every call, so nobody is asked to sign in
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  assert.equal(await lastSignIn('Ben'), 'success client-certificate');
  assert.deepEqual(troubles, []);
  await context.close();

  const without = await visit(browser, server.base);
  await without.page.goto('/ui/');
  await without.page.getByRole('button', { name: 'Sign in with a certificate' }).click();
  await without.page.getByText('The browser showed no certificate that lets you in.').waitFor();
  assert.deepEqual(without.troubles, []);
  await without.context.close();
});
