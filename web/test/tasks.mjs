// The common tasks with the number of steps they may cost, done by a hand: by pointer and keys, or by keys alone. All are
// counted from Home, but for four that are about what somebody looks at: an event, a certificate, or a query of the log.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { test } from 'node:test';

import { judged } from './evidence.mjs';
import { enroll } from './fleet.mjs';
import { sitDown } from './hand.mjs';
import { freePort, outcome } from './server.mjs';
import { stage } from './stage.mjs';
import { inhabit } from './world.mjs';

const ann = { id: 'ann', key: 'Correct-Horse-1' };
const bea = { id: 'bea', key: 'Correct-Horse-1' };

/** A mail server that refuses everybody. */
function refusing(port) {
  return createServer((socket) => {
    socket.write('220 mail.example.com\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (line) => {
      const word = String(line).slice(0, 4).toUpperCase();
      socket.write({ EHLO: '250 mail.example.com\r\n', MAIL: '250 yes\r\n', RCPT: '550 5.1.1 no such user\r\n', QUIT: '221 bye\r\n' }[word] ?? '250 yes\r\n');
    });
  }).listen(port, '127.0.0.1').unref();
}

/** Takes a certificate out of every profile: as one is that was found somewhere, which nobody manages. */
function unmanage(server, id) {
  const program = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=20) as db:\n  db.execute("UPDATE certificate SET profile = \'\', module = \'\', auto_renew = FALSE WHERE id = ?", [sys.argv[2]])';
  execFileSync('python3', ['-c', program, `${server.data}/horizon.db`, id]);
}

/** Asks for a certificate whose CA may not sign for its name. */
async function fail(server) {
  await server.must('POST', '/authorities', { name: 'narrow', nameConstraints: { permittedDNS: ['example.net'] } });
  await server.must('POST', '/pki/connectors', { name: 'narrow', type: 'integrated', authority: 'narrow' });
  await server.must('POST', '/certificate/profiles', { ...(await server.must('GET', '/certificate/profiles/web')), name: 'narrow', pkiConnector: 'narrow' });
  await assert.rejects(enroll(server, 'lost.example.com', { on: 'narrow' }), /WEBRA-ENROLL-011/);
}

/** The world of the tasks: a certificate that is due, one nobody manages, one of a team with a grade, and an e-mail that was refused. */
async function furnishMore(server) {
  const profile = await server.must('GET', '/certificate/profiles/internal');
  await server.must('PUT', '/certificate/profiles', { ...profile, gradingPolicies: ['Horizon Grading Policy'], renewalPeriod: '370 days', certificateTemplate: { ...profile.certificateTemplate, teamPolicy: { editableByRequester: true, whitelist: ['sample'] } } });
  const update = (certificateId, template) => server.must('POST', '/requests/submit', { workflow: 'update', certificateId, template });
  const graded = await enroll(server, 'weak.example.com', { on: 'internal', keyType: 'rsa-2048' });
  await update(graded, { team: { value: 'sample' } });
  await server.must('POST', '/pki/connectors', { ...(await server.must('GET', '/pki/connectors/quickstart')), name: 'brief', crtLifetime: '60 days' });
  await server.must('POST', '/certificate/profiles', { ...profile, name: 'brief', pkiConnector: 'brief' });
  const loose = await enroll(server, 'loose.example.com', { on: 'brief' });
  unmanage(server, loose);
  await server.must('POST', '/security/teams', { name: 'core', managers: [ann.id] });
  await server.must('POST', '/security/principalinfos', { identifier: 'bob', permissions: [] });
  await server.must('POST', '/security/identity/locals', { identifier: bea.id, password: bea.key });
  await server.must('POST', '/security/principalinfos', { identifier: bea.id, permissions: ['web', 'internal'].map((one) => ({ value: `lifecycle:webra:${one}:request_enroll` })) });
  const trigger = { type: 'email', name: 'told', events: ['on_enroll'], emailTemplate: { to: [{ type: 'static', email: 'gone@example.com' }], title: 'It is there', body: 'Yes.', isHtml: false } };
  await server.must('PATCH', '/triggers', { trigger, recipients: ['gone@example.com'] });
  for (const end = Date.now() + 20_000; (await server.must('GET', '/system/mail/messages?state=failed')).length === 0; ) assert.ok(Date.now() < end, 'the message is not given up');
  return { graded, loose };
}

/** Runs all tasks; `keys` does them without a pointer. */
export async function tasks({ keys }) {
  const port = await freePort();
  const post = refusing(port);
  const { server, browser } = await stage({ settings: { HORIZON_MAIL_HOST: '127.0.0.1', HORIZON_MAIL_PORT: String(port), HORIZON_MAIL_TLS: 'none', HORIZON_MAIL_FROM: 'pki@example.com' } });
  const world = await inhabit(server);
  Object.assign(world, await furnishMore(server));
  const { certificate, pending, ids } = world;
  const home = (who) => sitDown({ server, browser, keys }, who);
  test.after(() => post.close());

  /** The first event with the code that answers the query, once there is one. */
  const recorded = async (code, query) => (await server.events(`code equals "${code}" and ${query}`, (all) => all.length > 0))[0];

  test('a requester sees where the request is without a step', async () => {
    const { page, ended } = await home(ann);
    await page.getByRole('link', { name: 'Your request waits' }).waitFor();
    await ended(0);
  });

  test('who may ask on several profiles asks for the certificate of a host in four steps', async () => {
    const { page, key, click, text, inHand, ended } = await home(bea);
    await key('n');
    await click(page.getByRole('radio', { name: /^internal/ }));
    await inHand(page.getByLabel('Host names'));
    await text('bea.example.com');
    await page.getByText('Somebody else has to approve').waitFor();
    await click(page.getByRole('button', { name: /^Request certificate/ }));
    await page.waitForURL(/\/requests\/[0-9a-f]{24}$/);
    await recorded('REQUEST-SUBMIT', 'detail.certificateDn contains "bea.example" and detail.certificateProfile equals "internal"');
    await ended(4);
  });

  test('why a request failed is read in one step, and its event in two', async () => {
    await fail(server);
    const { page, click, ended } = await home();
    await click(page.getByRole('region', { name: 'You did' }).getByRole('link', { name: 'CN=lost.example.com' }));
    await page.getByRole('heading', { name: 'Certificate for lost.example.com' }).waitFor();
    await page.getByText(/^Certificate cannot be issued as it is asked for: .* "lost\.example\.com" is not permitted/).waitFor();
    await click(page.getByRole('listitem').filter({ hasText: 'failure' }).getByRole('link', { name: 'Enrollment of a certificate' }));
    await page.getByText('Genuine: it stands in the log as it was recorded.').waitFor();
    const { _id } = await recorded('LIFECYCLE-ENROLL', 'status equals "failure" and detail.certificateDn contains "lost.example"');
    assert.ok(page.url().endsWith(`/ui/events/${_id}`));
    await ended(2);
  });

  test('a PKI is connected and tested in six steps beside its fields', async () => {
    const { page, palette, key, click, text, inHand, ended } = await home();
    await palette();
    await text('new pki connector');
    await page.getByRole('option', { name: /^New PKI connector/ }).waitFor();
    await key('Enter');
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await inHand(name);
    await page.keyboard.insertText('desk'); // its one field without which there is none
    await click(page.getByRole('button', { name: 'Test', exact: true }));
    await page.getByText(/^It works \(/).waitFor();
    await click(page.getByRole('button', { name: 'Review', exact: true }));
    await click(page.getByRole('button', { name: 'Save' }));
    await page.waitForURL('**/ui/config/pki-connector/desk');
    const told = await server.events('detail.name equals "desk" and code in ["CONF-TEST", "CONF-ADD"]', (all) => all.length > 1);
    assert.deepEqual(told.map(outcome), ['CONF-TEST success', 'CONF-ADD success']);
    await ended(6);
  });

  test('a certificate is found by its serial number in three steps', async () => {
    const { page, palette, key, text, ended } = await home();
    await palette();
    await text(certificate.serial);
    await key('Enter');
    await page.waitForURL(`**/ui/certificates/${certificate._id}`);
    await ended(3);
  });

  test('what happened to a certificate stands on its page, and an event is checked as it is opened', async () => {
    const { page, from, click, ended } = await home();
    await from(`/certificates/${certificate._id}`);
    await click(page.getByRole('region', { name: 'History' }).getByRole('link', { name: 'Enrollment of a certificate' }));
    await page.getByText('Genuine: it stands in the log as it was recorded.').waitFor();
    await ended(1);
  });

  test('a request is decided in two steps', async () => {
    const { page, click, ended } = await home();
    await click(page.getByRole('link', { name: /^Decide / }));
    await click(page.getByRole('button', { name: /^Approve/ }));
    await recorded('REQUEST-APPROVE', `detail.requestId equals "${pending}"`);
    await ended(2);
  });

  test('the certificates of a host are found in three steps, by keys alone', async () => {
    const { page, key, text, ended } = await home();
    await key('/');
    await page.getByRole('combobox', { name: 'Search and commands' }).waitFor();
    await text('www.example.com');
    await page.getByRole('option', { name: /^www\.example\.com/ }).waitFor();
    await key('Enter');
    await page.waitForURL(`**/ui/certificates/${certificate._id}`);
    await ended(3);
  });

  test('all that a query finds is renewed in six steps', async () => {
    const { page, click, key, text, ended } = await home();
    await key('/');
    await page.getByRole('combobox', { name: 'Search and commands' }).waitFor();
    await text('san contains "pay.example"');
    await page.getByRole('option', { name: /^Look for san contains/ }).waitFor();
    await key('Enter');
    await page.getByText('1 found').waitFor();
    await click(page.getByRole('button', { name: 'Choose all 1' }));
    await click(page.getByRole('region', { name: 'What is chosen' }).getByRole('button', { name: 'Renew' }));
    await click(page.getByRole('button', { name: 'Renew 1' }));
    await page.getByText('1 of 1 settled').waitFor();
    await recorded('LIFECYCLE-RENEW', `detail.certificateDn contains "pay.example"`);
    await ended(6);
  });

  test('why somebody may do something is told in four steps', async () => {
    const { page, palette, click, text, ended } = await home();
    await palette();
    await text('ann');
    await click(page.getByRole('option', { name: /^Explain the rights of ann/ }));
    await page.getByRole('combobox', { name: 'May do what' }).waitFor();
    await text('lifecycle:webra:web:request_enroll');
    await page.getByRole('status').filter({ hasText: 'ann may' }).waitFor();
    await ended(4);
  });

  test('a profile like another one is made in six steps', async () => {
    const { page, palette, click, text, inHand, ended } = await home();
    await palette();
    await text('internal');
    await click(page.getByRole('option', { name: /^Duplicate internal/ }));
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await inHand(name);
    await text('internal-2');
    await click(page.getByRole('button', { name: /^Review/ }));
    await click(page.getByRole('button', { name: 'Save' }));
    await page.waitForURL('**/ui/config/profile/internal-2');
    await recorded('CONF-ADD', 'detail.name equals "internal-2"');
    await ended(6);
  });

  test('what an actor did is all there is in two steps from an event', async () => {
    const { page, from, click, ended } = await home();
    await from('/events');
    await click(page.getByRole('button', { name: 'ann', exact: true }));
    await click(page.getByRole('menuitem', { name: 'Only this' }));
    await page.waitForURL((url) => url.searchParams.get('q')?.includes('actorId') === true);
    await ended(2);
  });

  test('whether the log holds is read in one step, and checked in two', async () => {
    const { page, click, ended } = await home();
    await click(page.getByRole('link', { name: 'Does the log hold?' }));
    await page.getByRole('heading', { name: 'Integrity', level: 1 }).waitFor();
    await click(page.getByRole('button', { name: 'Verify now' }));
    await page.getByText(/^It holds: /).first().waitFor();
    await ended(2);
  });

  test('the evidence of a query is taken away in two steps, and holds elsewhere', async () => {
    const { page, from, click, ended } = await home();
    const query = 'code equals "CONF-ADD" and status equals "success"';
    await from(`/events?q=${encodeURIComponent(query)}`);
    await click(page.getByRole('button', { name: 'Export' }));
    const [file] = await Promise.all([page.waitForEvent('download'), click(page.getByRole('menuitem', { name: 'With proofs' }))]);
    assert.match(file.suggestedFilename(), /^events-[0-9-]+\.evidence\.jsonl$/);
    await page.getByText(/^\d+ events with their proofs/).waitFor();
    const { holds, forged } = await judged(server, await file.path());
    const { count } = await server.must('POST', '/events/search', { query, withCount: true });
    assert.equal(holds.code, 0, holds.said);
    assert.match(holds.said, new RegExp(`^${count} events stand in the log of `));
    assert.equal(forged.code, 2, forged.said);
    await ended(2);
  });

  test('a certificate is downloaded in two steps', async () => {
    await enroll(server, 'mine.example.com');
    await recorded('LIFECYCLE-ENROLL', 'detail.certificateDn contains "mine.example"');
    const { page, click, ended } = await home();
    await click(page.getByRole('region', { name: 'You did' }).getByRole('link', { name: /^CN=mine\.example\.com/ }));
    const [file] = await Promise.all([page.waitForEvent('download'), click(page.getByRole('button', { name: /^Download/ }))]);
    assert.equal(file.suggestedFilename(), 'mine.example.com.pem');
    await ended(2);
  });

  test('what is due is renewed in two steps', async () => {
    const { page, click, ended } = await home();
    await click(page.getByRole('link', { name: 'Renew weak.example.com' }));
    await click(page.getByRole('dialog').getByRole('button', { name: 'Renew', exact: true }));
    await recorded('LIFECYCLE-RENEW', 'detail.certificateDn contains "weak.example"');
    await ended(2);
  });

  test('a certificate is revoked in three steps from its page', async () => {
    const { page, from, click, ended } = await home();
    await from(`/certificates/${ids['www.example.com']}`);
    await click(page.getByRole('button', { name: 'Revoke', exact: true }));
    await click(page.getByRole('radio', { name: 'No longer in use' }));
    await click(page.getByRole('dialog').getByRole('button', { name: 'Revoke certificate' }));
    await recorded('LIFECYCLE-REVOKE', `detail.certificateId equals "${ids['www.example.com']}"`);
    await ended(3);
  });

  test('a value of a profile is changed in six steps', async () => {
    const { page, palette, click, key, text, inHand, ended } = await home();
    await palette();
    await text('internal renewal period');
    await key('Enter');
    await page.waitForURL('**/ui/config/profile/internal?field=renewalPeriod');
    await inHand(page.locator('[id="field-renewalPeriod"]'));
    await text('21');
    await click(page.getByRole('button', { name: 'Review 1 change' }));
    await click(page.getByRole('button', { name: 'Save' }));
    const { details } = await recorded('CONF-UPDATE', 'detail.name equals "internal" and detail.changed equals "renewalPeriod" and detail.new.renewalPeriod equals "21 days"');
    assert.ok(details.some((d) => d.key === 'old.renewalPeriod' && d.value === '370 days'));
    await ended(6);
  });

  test('what is unhealthy is tried again in two steps', async () => {
    const { page, click, ended } = await home();
    await click(page.getByRole('link', { name: /^E-mail that could not be sent/ }));
    await click(page.getByRole('button', { name: /^Retry/ }));
    await recorded('CONF-UPDATE', 'detail.kind equals "mail-message"');
    await ended(2);
  });

  test('what expires and nobody renews is listed in one step', async () => {
    const { page, click, ended } = await home();
    await click(page.getByRole('link', { name: /^nobody renews: 1/ }));
    await page.getByRole('link', { name: 'loose.example.com' }).waitFor();
    await page.getByText('1 found').waitFor();
    await ended(1);
  });

  test('the weak certificates of a team are listed in three steps', async () => {
    const { page, click, ended } = await home();
    const { grades } = (await server.must('GET', `/certificates/${world.graded}`)).certificate;
    await click(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Certificates' }));
    const facets = page.getByRole('complementary', { name: 'Narrow down' });
    await click(facets.getByRole('button', { name: /^sample/ }));
    await page.waitForURL((url) => url.searchParams.get('q') === 'team equals "sample"');
    await click(facets.locator('details', { hasText: 'Horizon Grading Policy' }).getByRole('button', { name: new RegExp(`^${grades[0].grade} \\d`) }));
    await page.waitForURL((url) => /team equals "sample" and grade\."Horizon Grading Policy" equals/.test(url.searchParams.get('q')));
    await page.getByRole('link', { name: 'weak.example.com' }).first().waitFor();
    await ended(3);
  });

  test('what nobody manages is taken over in five steps', async () => {
    const { page, click, ended } = await home();
    await click(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Unmanaged' }));
    await click(page.getByRole('button', { name: 'Choose all 1' }));
    await click(page.getByRole('region', { name: 'What is chosen' }).getByRole('button', { name: 'Migrate' }));
    await click(page.getByRole('dialog').getByRole('button', { name: 'web', exact: true }));
    await click(page.getByRole('button', { name: 'Migrate 1' }));
    await page.getByText('1 of 1 settled').waitFor();
    await recorded('LIFECYCLE-MIGRATE', `detail.certificateId equals "${world.loose}"`);
    await ended(5);
  });

  test('who manages a team adds a member in five steps', async () => {
    const { page, click, text, key, ended } = await home(ann);
    await click(page.getByRole('button', { name: ann.id }));
    await click(page.getByRole('menuitem', { name: 'core' }));
    await click(page.getByLabel('Who'));
    await text('bob');
    await key('Enter');
    await recorded('SEC-TEAM-MEMBERS-ADD', 'detail.member equals "bob"');
    await ended(5);
  });
}
