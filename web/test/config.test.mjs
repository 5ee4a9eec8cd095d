import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { reviewAndSave, signIn, visit } from './browser.mjs';
import { outcome } from './server.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();

/** Waits until the events of the changes of an object, oldest first, are those that are wanted; of some kinds reading is an event too. */
async function tells(kind, name, wanted) {
  const changes = (all) => all.filter((e) => !e.code.endsWith('-GET')).map(outcome);
  await server.events(`detail.kind equals "${kind}" and detail.name equals "${name}"`, (all) => wanted.test(changes(all).join()));
}

/** Fills a field by its place in the document, in a group that may have to be opened. */
async function fill(page, field, value) {
  const place = page.locator(`[id="field-${field}"]`);
  const closed = page.locator('main section > button[aria-expanded="false"]');
  await place.or(closed).first().waitFor();
  while ((await place.count()) === 0) await closed.first().click();
  await place.fill(value);
}

/** What is typed into the form of each kind: which variant, what the example lacks, and a field that is changed afterwards. */
const kinds = {
  ca: { change: ['crlUrl', 'http://pki.example.com/other.crl'] },
  credentials: { type: 'password', secrets: { password: 'correct horse 9' }, change: ['login', 'somebody-else'] },
  'http-proxy': { change: ['host', 'proxy2.example.com'] },
  'identity-provider': { type: 'Local', localized: ['Display name (English)', 'Accounts'] },
  label: { localized: ['Description (English)', 'Where it runs'] },
  'local-identity': { change: ['email', 'ann@example.com'] },
  'password-policy': { change: ['minChar', '14'] },
  'pki-connector': { change: ['crtLifetime', '90'] },
  'principal-info': { change: ['contact', 'ann@example.com'] },
  profile: { type: 'webra', change: ['renewalPeriod', '20'] },
  role: { change: ['description', 'Reads what happened.'] },
  'scim-profile': { change: ['description', 'The company directory.'] },
  'service-account': { change: ['identifierMapping', '{{sub}}'] },
  team: { change: ['contact', 'team@example.com'] },
  'terms-of-service': { change: ['description', 'For everybody.'] },
  trigger: { change: ['retries', '3'] },
};

async function alter(page, { change, localized }) {
  if (localized !== undefined) await page.getByLabel(localized[0]).fill(localized[1]);
  else await fill(page, ...change);
}

test('an object of every kind is made, changed, duplicated and deleted in its form', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password);
  const { body: all } = await server.ask('GET', '/system/kinds');
  const writable = all.filter((k) => !k.readOnly && !k.upsert);
  assert.deepEqual(writable.map((k) => k.kind).sort(), Object.keys(kinds).sort(), 'every kind has something to type');
  for (const kind of writable) {
    const given = kinds[kind.kind];
    const [name, copy] = [`made-${kind.kind}`, `copy-${kind.kind}`];
    const secrets = () => Promise.all(Object.entries(given.secrets ?? {}).map(([field, value]) => fill(page, field, value)));

    await page.goto(`/ui/config/${kind.kind}/new${given.type === undefined ? '' : `?type=${given.type}`}`);
    await page.getByRole('button', { name: 'Fill with an example' }).click();
    await fill(page, kind.key, name);
    await secrets();
    assert.match(await reviewAndSave(page), new RegExp(name));
    await page.waitForURL(`**/config/${kind.kind}/${name}`);

    await page.getByRole('heading', { level: 1, name }).waitFor();
    await alter(page, given);
    const said = await reviewAndSave(page);
    assert.equal(said.trim().split('\n').length > 1, true, said);

    await page.getByRole('link', { name: 'Duplicate' }).click();
    await fill(page, kind.key, copy);
    await secrets();
    await reviewAndSave(page);
    await page.waitForURL(`**/config/${kind.kind}/${copy}`);

    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const sure = page.getByRole('dialog', { name: `Delete ${copy}` });
    await sure.getByRole('button', { name: /^Delete / }).click();
    await page.waitForURL(`**/config/${kind.kind}`);

    await tells(kind.kind, name, /^[\w-]+-ADD success,[\w-]+-UPDATE success$/);
    await tells(kind.kind, copy, /^[\w-]+-ADD success,[\w-]+-DELETE success$/);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a setting of the system is set, and its schedule is shown in words', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/system-configuration');
  await page.getByRole('link', { name: 'Internal monitor' }).click();
  await page.getByLabel('Presets for').selectOption({ label: 'Sundays at 03:00 UTC' });
  await page.getByText(/Next: .*03:00:00 UTC/).waitFor();
  assert.match(await reviewAndSave(page), /0 0 3 \? \* SUN/);
  assert.equal((await server.ask('GET', '/system/configuration/internal_monitor')).body.cron, '0 0 3 ? * SUN');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('what somebody else saved meanwhile is shown, and nothing is lost', async () => {
  await server.ask('POST', '/proxy/httpproxies', { name: 'shared', host: 'one.example.com', port: 3128 });
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/http-proxy/shared');
  await fill(page, 'host', 'mine.example.com');
  assert.equal((await server.ask('PUT', '/proxy/httpproxies', { name: 'shared', host: 'one.example.com', port: 8080 })).status, 200);
  await page.getByRole('button', { name: /^Review/ }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else saved it meanwhile' });
  await conflict.getByText('8080').waitFor();
  await conflict.getByText('mine.example.com').waitFor();
  await conflict.getByRole('button', { name: 'Go on with these' }).click();
  const said = await reviewAndSave(page);
  assert.match(said, /mine\.example\.com/);
  assert.doesNotMatch(said, /8080/);
  const { body } = await server.ask('GET', '/proxy/httpproxies/shared');
  assert.deepEqual([body.host, body.port], ['mine.example.com', 8080]);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a secret left alone is kept, and one that is replaced is named without its value', async () => {
  const key = 'Correct-Horse-9-Battery';
  await server.ask('POST', '/security/identity/locals', { identifier: 'keeper', name: 'Keeper', password: { value: key } });
  await server.ask('POST', '/security/principalinfos', { identifier: 'keeper', permissions: [] });
  const self = (password) => server.ask('GET', '/security/principals/self', undefined, { id: 'keeper', key: password });
  assert.equal((await self(key)).status, 200);
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/local-identity/keeper');
  await fill(page, 'name', 'Keeper of keys');
  assert.doesNotMatch(await reviewAndSave(page), /Password/);
  assert.equal((await self(key)).status, 200);

  const next = 'Another-Horse-10-Staple';
  await page.getByRole('button', { name: 'Replace: Password' }).click();
  await fill(page, 'password', next);
  const said = await reviewAndSave(page);
  assert.match(said, /Password[\s\S]*replaced/);
  assert.doesNotMatch(said, new RegExp(next));
  assert.equal((await self(next)).status, 200);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a refused value is said at its field, and the draft survives a reload', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/http-proxy/new');
  await fill(page, 'name', 'edge');
  await fill(page, 'host', 'edge.example.com');
  await fill(page, 'port', '99999');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await page.getByRole('alert').getByRole('link', { name: 'port' }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-port');
  await page.waitForFunction(() => (localStorage.getItem('horizon.draft.http-proxy/+') ?? '').includes('99999'));
  await page.reload();
  await page.getByRole('button', { name: 'Continue' }).click();
  assert.equal(await page.locator('[id="field-host"]').inputValue(), 'edge.example.com');
  await fill(page, 'port', '3128');
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog', { name: 'What is added' }).waitFor();
  await page.keyboard.press('Control+s');
  await page.waitForURL('**/config/http-proxy/edge');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('form and JSON are one draft; what was can be put back from the history', async () => {
  await server.ask('POST', '/security/teams', { name: 'draft', contact: 'old@example.com' });
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/team/draft');
  await fill(page, 'contact', 'new@example.com');
  await page.getByRole('tab', { name: 'JSON' }).click();
  await page.getByText('"new@example.com"').waitFor();
  assert.match(await reviewAndSave(page), /old@example\.com[\s\S]*new@example\.com/);
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('button', { name: 'Put back' }).first().click();
  await page.locator('[id="field-contact"]').waitFor();
  assert.equal(await page.locator('[id="field-contact"]').inputValue(), 'old@example.com');
  await reviewAndSave(page);
  assert.equal((await server.ask('GET', '/security/teams/draft')).body.contact, 'old@example.com');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a profile is switched off and on again, and what is used is not deleted', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/profile');
  await page.getByRole('switch', { name: 'quickstart is enabled' }).press('Space');
  await page.getByText(/^Disabled quickstart/).waitFor();
  assert.equal((await server.ask('GET', '/certificate/profiles/quickstart')).body.enabled, false);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText(/^Enabled quickstart/).waitFor();
  assert.equal((await server.ask('GET', '/certificate/profiles/quickstart')).body.enabled, true);
  await page.goto('/ui/config/pki-connector');
  await page.getByRole('row', { name: /quickstart/ }).getByRole('link', { name: '1 object', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Actions on quickstart' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const sure = page.getByRole('dialog', { name: 'Delete quickstart' });
  await sure.getByRole('link', { name: 'quickstart' }).waitFor();
  assert.equal(await sure.getByRole('button', { name: /^Delete / }).isDisabled(), true);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a list says in words what its objects are, what uses them, how they do and who changed them', async () => {
  await server.must('POST', '/proxy/httpproxies', { name: 'dmz', host: '127.0.0.1', port: 1 });
  await server.must('POST', '/certificate/profiles', {
    module: 'webra', name: 'short', enabled: true, authorizationMode: 'authorized', pkiConnector: 'quickstart', renewalPeriod: '30 days', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {},
    certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }] }, cryptoPolicy: { centralized: true, p12passwordMode: 'random', defaultKeyType: 'ec-secp256r1' },
  });
  await server.must('POST', '/requests/submit', { workflow: 'enroll', module: 'webra', profile: 'short', template: { subject: [{ element: 'cn.1', value: 'lists.example.com' }] } });
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/http-proxy/dmz');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText(/^It does not work/).waitFor();
  await page.getByRole('navigation', { name: 'Configuration' }).getByRole('link', { name: 'HTTP proxies' }).click();
  const proxy = page.getByRole('row', { name: /dmz/ });
  await proxy.getByRole('cell', { name: 'dmz Host: 127.0.0.1 · Port: 1', exact: true }).waitFor();
  await proxy.getByRole('link', { name: 'Fails: Connection' }).waitFor();
  await proxy.getByText('Not used').waitFor();
  await proxy.getByRole('cell', { name: /^administrator/ }).getByRole('link').click();
  await page.waitForURL(/http-proxy\/dmz\?tab=history$/);
  await tells('http-proxy', 'dmz', /CONF-ADD success,CONF-TEST failure/);
  await page.goto('/ui/config/profile');
  const profile = page.getByRole('row', { name: /short/ });
  await profile.getByText('PKI connector: quickstart · Authorization mode: by right · Default key type: P-256 · Renewal period: 30 days').waitFor();
  await profile.getByText('No failures').waitFor();
  await profile.getByRole('link', { name: '1 certificate', exact: true }).click();
  await page.getByRole('link', { name: 'lists.example.com' }).first().waitFor();
  const column = page.getByRole('navigation', { name: 'Configuration' });
  await page.goto('/ui/config/ca');
  await page.getByRole('row', { name: /quickstart / }).getByText(/^CN=quickstart Issuing CA, until /).waitFor();
  const order = await column.getByRole('list').first().getByRole('link').allInnerTexts();
  assert.deepEqual(order.slice(0, 5), ['Certificate profiles', 'PKI connectors', 'Certification authorities', 'Known certification authorities', 'Labels']);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('why somebody may do something is asked in two steps from their page', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/principal-info/administrator?tab=explain');
  await page.getByRole('combobox', { name: 'May do what' }).fill('lifecycle:acme:quickstart:revoke');
  await page.keyboard.press('Enter');
  await page.getByRole('status').filter({ hasText: 'administrator may' }).getByText('lifecycle:*').waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test('an authority with its root is made in one step', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/authorities');
  await page.getByRole('button', { name: 'Create an authority' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create an authority' });
  await dialog.getByText('Root and issuing', { exact: true }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('lab');
  await dialog.getByRole('button', { name: 'As API call' }).click();
  const bodies = [...(await dialog.locator('pre').innerText()).matchAll(/-d '(.*)'/g)].map((m) => JSON.parse(m[1]));
  assert.deepEqual(bodies.map((b) => [b.name, b.parent]), [['lab-root', undefined], ['lab', 'lab-root']]);
  await dialog.getByRole('button', { name: 'Create an authority' }).click();
  await page.waitForURL('**/config/authorities/lab');
  await page.getByRole('link', { name: 'lab-root' }).waitFor();
  const { body } = await server.ask('GET', '/authorities/lab');
  assert.equal(body.parent, 'lab-root');
  await page.getByRole('button', { name: 'Renew' }).click();
  const renewal = page.getByRole('dialog');
  await renewal.getByRole('button', { name: 'As API call' }).click();
  const call = await renewal.locator('pre').innerText();
  assert.ok(call.startsWith(`curl -X POST '${server.base}/api/v1/authorities/lab/renew'`) && call.includes(`-d '{"sameKey":true}'`), call);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the form of a profile opens within its budget', async () => {
  const { page, context } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/profile');
  const times = [];
  for (let i = 0; i < 4; i++) {
    await page.getByRole('link', { name: 'quickstart', exact: true }).waitFor();
    times.push(
      await page.evaluate(async () => {
        const begun = performance.now();
        [...document.querySelectorAll('main a')].find((a) => a.textContent === 'quickstart').click();
        await new Promise((resolve) => {
          const look = () => (document.getElementById('field-name') === null ? requestAnimationFrame(look) : resolve());
          look();
        });
        return performance.now() - begun;
      }),
    );
    await page.getByRole('navigation', { name: 'Configuration' }).getByRole('link', { name: 'Certificate profiles' }).click();
  }
  assert.ok(Math.min(...times) < 300, `it took ${times.map(Math.round)} ms`);
  await context.close();
});

test('nobody is kept out by the looks', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password);
  const pages = [
    '/config', '/config/profile', '/config/profile/quickstart', '/config/profile/new?type=webra', '/config/profile/new', '/config/role/new', '/config/trigger/new', '/config/principal-info',
    '/config/principal-info/administrator?tab=sessions', '/config/profile/quickstart?tab=uses', '/config/profile/quickstart?tab=history', '/config/profile/quickstart?tab=json', '/config/authorities',
    '/config/authorities/quickstart', '/config/acme-accounts', '/config/acme-keys', '/config/acme-policies', '/config/mail', '/config/transfer', '/me',
  ];
  for (const address of pages) {
    await page.goto(`/ui${address}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(await barriersInBoth(page), [], address);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});
