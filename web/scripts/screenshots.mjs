// Makes the pictures of the documentation: the main pages in light, dark and on a phone, of a server with a few things in
// it. "npm run screenshots" after "make build"; the pictures stand in docs/images.
import { fileURLToPath } from 'node:url';

import { launch, signIn, visit } from '../test/browser.mjs';
import { serve } from '../test/server.mjs';

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const server = await serve();
const browser = await launch();

const enroll = (name, as) => server.must('POST', '/requests/submit', {
  workflow: 'enroll', module: 'webra', profile: 'web-servers', requesterComment: 'for the shop',
  template: { keyType: 'ec-secp256r1', subject: [{ element: 'cn.1', value: name }], sans: [{ type: 'DNSNAME', value: [name] }] },
}, as);

/** What a small team would have after a day. */
async function furnish() {
  await server.must('POST', '/certificate/profiles', {
    module: 'webra', name: 'web-servers', enabled: true, authorizationMode: 'authorized', pkiConnector: 'quickstart', authorizationLevels: {}, requestsPolicy: {},
    selfPermissions: { selfRenew: true, selfRevoke: true }, gradingPolicies: ['Horizon Grading Policy'],
    certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }], sans: [{ type: 'DNSNAME', editableByRequester: true, editableByApprover: true, min: 1 }] },
    cryptoPolicy: { centralized: true, decentralized: true, p12passwordMode: 'random', showP12OnEnroll: true, showP12PasswordOnEnroll: true },
  });
  for (const name of ['www', 'shop', 'api', 'login', 'mail', 'vpn', 'static', 'status']) await enroll(`${name}.example.com`);
  const made = await enroll('old.example.com');
  await server.must('POST', '/requests/submit', { workflow: 'revoke', module: 'webra', certificateId: made.certificate._id, template: { revocationReason: 'superseded' } });
  await server.must('POST', '/security/identity/locals', { identifier: 'ann', password: 'Correct-Horse-1', name: 'Ann Martin' });
  await server.must('POST', '/security/principalinfos', { identifier: 'ann', permissions: [{ value: 'lifecycle:webra:web-servers:request_enroll' }] });
  const ann = { id: 'ann', key: 'Correct-Horse-1' };
  await enroll('pay.example.com', ann);
  return { certificate: made.certificate._id, request: (await enroll('blog.example.com', ann))._id };
}

const made = await furnish();
const { results } = await server.must('POST', '/certificates/search', { query: 'san equals "www.example.com"' });
const events = await server.events('code equals "LIFECYCLE-REVOKE"', (all) => all.length > 0);

const pages = [
  ['home', '/ui/', 'Needs you'],
  ['certificates', '/ui/certificates', 'found'],
  ['certificate', `/ui/certificates/${results[0]._id}`, 'History'],
  ['request-new', '/ui/requests/new?profile=web-servers&cn=new.example.com', 'You will get'],
  ['request-decide', `/ui/requests/${made.request}`, 'Approve'],
  ['events', '/ui/events', 'found'],
  ['event', `/ui/events/${events[0]._id}`, 'Genuine: it'],
  ['configuration', '/ui/config/profile/web-servers', 'web-servers'],
];

async function shoot(page, name, address, wanted) {
  await page.goto(address);
  await page.getByText(wanted).first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root') === null);
  await page.screenshot({ path: `${folder}${name}.png` });
}

for (const [look, options] of [
  ['', { viewport: { width: 1280, height: 800 } }],
  ['-dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['-phone', { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1 }],
]) {
  const { page, context, troubles } = await visit(browser, server.base, options);
  await signIn(page, 'administrator', server.password);
  for (const [name, address, wanted] of pages) await shoot(page, `console-${name}${look}`, address, wanted);
  if (troubles.length > 0) throw new Error(troubles.join('\n'));
  await context.close();
}
await browser.close();
await server.stop();
