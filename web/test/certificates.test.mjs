import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { asker, enroll, furnish, recorded } from './fleet.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();
const ids = await furnish(server, ['www.example.com', 'pay.example.com', 'vpn.example.com', 'api.example.com']);

const line = (page) => page.getByRole('combobox', { name: 'Query' });

test('a certificate is found by words in three steps, and by a query with completion and an error under the word', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/certificates');
  await line(page).waitFor();
  await page.keyboard.press('/'); // 1
  await page.keyboard.type('pay.ex'); // 2
  await page.keyboard.press('Enter'); // 3
  await page.getByText('1 found').waitFor();
  assert.match(page.url(), /q=dn\+contains\+%22pay\.ex%22\+or\+san\+contains\+%22pay\.ex%22/);
  await page.getByRole('link', { name: 'pay.example.com' }).waitFor();

  await page.getByRole('button', { name: 'Clear the query' }).click();
  await line(page).click();
  await page.keyboard.type('profi');
  await page.getByRole('option', { name: /^profile/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('equals "web" and ownr exists');
  await page.getByText('there is no field "ownr"').waitFor();
  assert.equal(await page.locator('.q-wrong').innerText(), 'ownr');
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Write owner' }).click();
  await page.keyboard.press('Enter');
  await page.getByText('4 found').waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the address restores query, order and columns; facets and views are queries; a query is kept under a name', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/certificates?q=profile+equals+%22web%22&sort=dn&cols=name,ends,serial');
  const heads = page.getByRole('columnheader');
  await page.getByRole('link', { name: 'www.example.com' }).waitFor();
  assert.deepEqual((await heads.allInnerTexts()).map((t) => t.trim()).filter((t) => t !== '' && t !== 'Look at'), ['Name', 'Ends', 'Serial number']);
  assert.equal(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort'), 'ascending');
  const names = await page.locator('a[data-row]').allInnerTexts();
  assert.deepEqual(names, [...names].sort());
  await page.getByRole('button', { name: /^valid/ }).click();
  await page.waitForURL(/state\+is\+valid/);
  await page.reload();
  await page.getByRole('button', { name: /^valid/, pressed: true }).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Web, valid');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Web, valid' }).waitFor();
  assert.deepEqual((await server.must('GET', '/security/principals/queries?type=hcql')).map((q) => [q.name, q.sort, q.columns]), [['Web, valid', 'dn', ['name', 'ends', 'serial']]]);
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('link', { name: 'Web, valid' }).click();
  await page.waitForURL(/saved=Web%2C\+valid/);
  await page.getByRole('button', { name: /^valid/, pressed: true }).click(); // the facet goes, the query is another one
  await page.getByRole('link', { name: 'Web, valid ● changed' }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Undo changes' }).click();
  await page.getByRole('link', { name: 'Web, valid', exact: true }).waitFor();
  await page.getByRole('button', { name: /^valid/, pressed: true }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved “Web, valid”.').first().waitFor();
  await page.getByRole('link', { name: 'Web, valid', exact: true }).waitFor();
  assert.deepEqual((await server.must('GET', '/security/principals/queries?type=hcql')).map((q) => q.query), ['profile equals "web"']);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('labels are edited in place, by one request with its receipt', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, `/ui/certificates/${ids['www.example.com']}`);
  await page.getByRole('heading', { name: 'www.example.com', level: 1 }).waitFor();
  await page.getByText('quickstart Root CA').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.keyboard.press('e');
  await page.getByRole('combobox', { name: 'env' }).fill('test');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Updated www.example.com.').waitFor();
  await page.getByText('env = test').waitFor();
  await recorded(server, 'LIFECYCLE-UPDATE success', ids['www.example.com']);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a certificate is revoked in three steps from its page, and the receipt leads to the event', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  const id = ids['vpn.example.com'];
  await signIn(page, 'administrator', server.password, `/ui/certificates/${id}`);
  await page.getByRole('button', { name: 'Revoke', exact: true }).click(); // 1
  await page.getByRole('dialog').getByLabel('Superseded').click(); // 2
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Revoke certificate' }).click(); // 3
  const receipt = page.getByRole('alert').filter({ hasText: 'Revoked vpn.example.com.' });
  await receipt.getByRole('link', { name: /[Ee]vent/ }).first().waitFor();
  await page.getByText(/Superseded/).first().waitFor();
  await recorded(server, 'LIFECYCLE-REVOKE success', id);
  assert.equal(await page.getByRole('button', { name: 'Revoke', exact: true }).count(), 0);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('who may only ask sees the verb of asking, and the request waits', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, asker.id, asker.key, `/ui/certificates/${ids['pay.example.com']}`);
  await page.getByRole('button', { name: 'Request revocation' }).click();
  await page.getByRole('dialog').getByLabel('No longer in use').click();
  await page.getByRole('dialog').getByRole('button', { name: 'As API call' }).click();
  const call = await page.getByRole('dialog').locator('pre').innerText();
  assert.ok(call.startsWith(`curl -X POST '${server.base}/api/v1/requests/submit'`) && call.includes(`{"certificateId":"${ids['pay.example.com']}","workflow":"revoke","template":{"revocationReason":"cessationofoperation"}}`), call);
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('dialog').getByRole('button', { name: 'Request revocation' }).click();
  await page.getByText('Revocation of pay.example.com is requested.').waitFor();
  const { results } = await server.must('POST', '/requests/search', { query: 'workflow equals "revoke" and status equals "pending"' });
  assert.deepEqual(results.map((r) => r.requester), [asker.id]);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('renewing takes two steps, gives the key, and the lineage shows what came after', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, `/ui/certificates/${ids['api.example.com']}`);
  await page.getByRole('heading', { name: 'api.example.com', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Renew', exact: true }).click(); // 1
  await page.getByRole('dialog').getByRole('radio').first().waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Renew', exact: true }).click(); // 2
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download PKCS#12' }).click()]);
  assert.equal(file.suggestedFilename(), 'api.example.com.p12');
  await page.getByRole('link', { name: 'Open the new certificate' }).click();
  await page.getByRole('img', { name: 'renewed by' }).waitFor();
  const renewed = page.url().split('/').at(-1);
  assert.notEqual(renewed, ids['api.example.com']);
  const [pem] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download PEM' }).click()]);
  assert.equal(pem.suggestedFilename(), 'api.example.com.pem');
  await recorded(server, 'LIFECYCLE-RENEW success', ids['api.example.com'], renewed);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('many are revoked by one query: counted before, refusals named, progress after', async () => {
  for (const n of [1, 2, 3]) ids[`old-${n}`] = await enroll(server, `old-${n}.example.net`, { on: 'internal' });
  await server.must('POST', '/requests/submit', { workflow: 'revoke', certificateId: ids['old-3'], template: { revocationReason: 'superseded' } });
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/certificates');
  await line(page).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('san contains "example.net"');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.getByText('3 found').waitFor();
  await page.getByRole('button', { name: 'Choose all 3' }).click();
  await page.getByRole('region', { name: 'What is chosen' }).getByRole('button', { name: 'Revoke' }).click();
  await page.getByLabel('No longer in use').click();
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('2 can, 1 cannot').waitFor();
  await page.getByText('WEBRA-REVOKE-005').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Revoke 2' }).click();
  await page.waitForURL('**/ui/batches/*');
  await page.getByText('3 of 3 settled').waitFor();
  const rail = page.getByRole('navigation', { name: 'Main' });
  assert.equal(await rail.getByRole('link', { name: 'Certificates', exact: true }).getAttribute('data-status'), 'active');
  assert.equal(await rail.getByRole('link', { name: 'Batches' }).getAttribute('data-status'), 'active');
  assert.deepEqual(await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link').allInnerTexts(), ['Certificates', 'Batches']);
  await page.getByRole('button', { name: 'As API call' }).click();
  await page.getByText(new RegExp(`batches/${page.url().split('/').at(-1)}/retry`)).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  for (const n of [1, 2]) await recorded(server, 'LIFECYCLE-REVOKE success', ids[`old-${n}`]);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a serial number in an address leads to its certificate', async () => {
  const { certificate } = await server.must('GET', `/certificates/${ids['www.example.com']}`);
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, `/ui/find/${certificate.serial}`);
  await page.waitForURL(`**/ui/certificates/${ids['www.example.com']}`);
  assert.deepEqual(troubles, []);
  await context.close();
});
