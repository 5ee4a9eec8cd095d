import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barriersInBoth } from './axe.mjs';
import { signIn, visit } from './browser.mjs';
import { stage } from './stage.mjs';

const { server, browser } = await stage();

test('a password opens a session that leads to the wanted page, and signing out ends it', async () => {
  const { page, context, troubles } = await visit(browser, server.base);
  await page.goto('/ui/?from=a-link');
  await page.waitForURL('**/ui/sign-in?to=*');
  await page.getByLabel('Identifier').waitFor();
  assert.deepEqual(await barriersInBoth(page), []);
  await page.getByLabel('Identifier').fill('administrator');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').getByText('SEC-AUTH-002').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(server.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/ui/?from=a-link');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await page.getByRole('button', { name: 'Horizon Administrator' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/ui/sign-in');
  await page.goto('/ui/');
  await page.waitForURL('**/ui/sign-in?to=*');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('appearance and language follow the reader to another browser', async () => {
  const first = await visit(browser, server.base);
  await signIn(first.page, 'administrator', server.password);
  const you = first.page.getByRole('button', { name: 'Horizon Administrator' });
  await you.click();
  const kept = first.page.waitForResponse((r) => r.url().endsWith('/preferences') && r.ok());
  await first.page.getByRole('menuitem', { name: 'Dark' }).click();
  await kept;
  await you.click();
  const said = first.page.waitForResponse((r) => r.url().endsWith('/preferences') && r.ok());
  await first.page.getByRole('menuitem', { name: 'Français' }).click();
  await said;
  await first.page.getByRole('heading', { name: 'Accueil' }).waitFor();

  const second = await visit(browser, server.base);
  await signIn(second.page, 'administrator', server.password);
  await second.page.getByRole('navigation', { name: 'Principal' }).waitFor();
  assert.equal(await second.page.locator('html').getAttribute('data-mantine-color-scheme'), 'dark');
  assert.equal(await second.page.locator('html').getAttribute('lang'), 'fr');
  assert.deepEqual([...first.troubles, ...second.troubles], []);
  await first.context.close();
  await second.context.close();
});

test('no text of the page becomes markup or a program', async () => {
  const { page, context } = await visit(browser, server.base); // a refusal is a complaint of the browser, too
  await page.goto('/ui/sign-in');
  await page.getByLabel('Identifier').waitFor();
  const refused = await page.evaluate(() => {
    const tries = {
      markup: () => { document.createElement('div').innerHTML = '<img src=x>'; },
      program: () => { document.createElement('script').text = '1'; },
      address: () => { document.createElement('script').src = '/ui/x.js'; },
      worker: () => new Worker('/ui/x.js'),
      style: () => { document.createElement('style').innerHTML = 'p { color: red }'; },
    };
    return Object.entries(tries).filter(([, attempt]) => { try { attempt(); return false; } catch { return true; } }).map(([name]) => name);
  });
  assert.deepEqual(refused, ['markup', 'program', 'address', 'worker']);
  await context.close();
});
