import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { reviewAndSave, signIn, visit } from './browser.mjs';
import { outcome } from './server.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();
const french = JSON.parse(readFileSync(new URL('../src/texts/fields/fr.json', import.meta.url), 'utf8')).docs;

const profile = (name, element) => ({
  module: 'webra', name, enabled: true, authorizationMode: 'authorized', pkiConnector: 'quickstart', authorizationLevels: {}, requestsPolicy: {}, selfPermissions: {},
  certificateTemplate: { subject: [{ type: 'CN', mandatory: true, editableByRequester: true }, element] },
  cryptoPolicy: { centralized: true, p12passwordMode: 'random', defaultKeyType: 'ec-secp256r1' },
});

/** Opens the workbench of the computation rule of the second element of a profile's subject. */
async function workbench(page, { more, tried }) {
  await page.getByRole('button', { name: more }).click();
  await page.getByRole('button', { name: tried }).click();
  return page.locator('.cm-content');
}

const english = { more: /^More of element 2/, tried: 'Try: Computation rule' };

test('a rule is completed by keys alone, its fault stands at the word, and saved it works', async () => {
  await server.must('POST', '/certificate/profiles', profile('ruled', { type: 'O' }));
  const { page, context, troubles } = await visit(browser, server.base);
  await signIn(page, 'administrator', server.password, '/ui/config/profile/ruled');
  const editor = await workbench(page, english);
  await editor.focus();
  await page.keyboard.type('Lowr("é")');
  await page.getByText('At “Lowr”: there is no function "Lowr". Write Lower').waitFor();
  await page.locator('.cm-lintRange-error').getByText('Lowr').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);

  await page.keyboard.press('Control+a');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('Uppe');
  const choice = (name) => page.getByRole('listbox', { name: 'What can stand here' }).getByRole('option', { name });
  await choice(/^Upper\(e\)\s*In capitals\.$/).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.keyboard.press('Tab');
  await choice(/^{{csr\.subject\.cn\.1}}/).waitFor();
  await page.keyboard.type('principal.id');
  await choice(/^{{principal\.identifier}}\s*Identifier of who asks\.$/).waitFor();
  await choice(/csr/).first().waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.keyboard.type(')');
  assert.equal(await editor.innerText(), 'Upper({{principal.identifier}})');
  await page.getByText('Without a value in the sample: principal.identifier').waitFor();
  await page.getByText('nothing', { exact: true }).waitFor();
  await page.locator('.cm-lintRange').first().waitFor({ state: 'detached' });

  await page.getByRole('combobox', { name: 'Keys' }).fill('identif');
  await page.getByRole('option', { name: /^principal\.identifier/ }).click();
  await page.getByRole('textbox', { name: 'Sample' }).press('End');
  await page.keyboard.type('ann');
  await page.getByRole('status').getByText('ANN', { exact: true }).waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.keyboard.press('Escape');
  assert.match(await reviewAndSave(page), /Upper\({{principal\.identifier}}\)/);
  const { certificateId } = await server.must('POST', '/requests/submit', { workflow: 'enroll', module: 'webra', profile: 'ruled', template: { subject: [{ element: 'cn.1', value: 'ruled.example.com' }] } });
  const { certificate } = await server.must('GET', `/certificates/${certificateId}`);
  assert.match(certificate.dn, /O=ADMINISTRATOR/);
  await server.events('detail.kind equals "profile" and detail.name equals "ruled"', (all) => all.map(outcome).join() === 'CONF-ADD success,CONF-UPDATE success');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a key there is none of is told, and Escape closes the list before the workbench', async () => {
  await server.must('POST', '/certificate/profiles', profile('keyed', { type: 'O', computationRule: 'Concat("éé", {{csr.subject.xn.1}})' }));
  const { page, context, troubles } = await visit(browser, server.base, { locale: 'fr-FR' });
  await page.goto('/ui/config/profile/keyed');
  await page.getByLabel('Identifiant').fill('administrator');
  await page.getByLabel('Mot de passe', { exact: true }).fill(server.password);
  await page.keyboard.press('Enter');
  const editor = await workbench(page, { more: /élément 2/, tried: /^Essayer.*Règle de calcul$/ });
  await page.locator('.cm-lintRange-warning').getByText('csr.subject.xn.1').waitFor();
  await page.getByText('there is no key "csr.subject.xn.1" here.').waitFor();
  await editor.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('Fi');
  await page.getByRole('option', { name: /^Filter\(list, regex\)\s*Les membres qui correspondent en entier\.$/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('listbox').waitFor({ state: 'detached' });
  assert.equal(await editor.isVisible(), true);
  await page.keyboard.press('Escape');
  await editor.waitFor({ state: 'detached' });
  assert.deepEqual(troubles, []);
  await context.close();
});

test('everything that is offered is explained in French', async () => {
  const lacking = new Set();
  for (const context of ['profile', 'notification', 'password-reset', 'certificate', 'claims', 'token']) {
    for (const begun of ['', '{{', '[[', '{{certificate.', '{{request.', '{{request.certificate.', '{{profile.', '{{previous.', '{{webra.', '{{principal.', '{{http.', '{{acme.', 'DateTimeFormat(NOW, ', 'Extract("a", "b", ', 'Get([[a]], ']) {
      const { choices } = await server.must('POST', '/templatestring/complete', { computationRule: begun, position: begun.length, context });
      for (const { doc } of choices) if (doc !== undefined && french[doc] === undefined) lacking.add(doc);
    }
  }
  assert.deepEqual([...lacking], []);
});
