// Signing in and out, roles, two roles at once, and the audit log.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, IDS, test, whole } from './support/fixtures.js';

/** The address at which somebody signs in once. */
function link(server, name, role, teamRoles = []) {
  const inTeams = teamRoles.flatMap((one) => ['--team-role', one]);
  const options = ['account', 'link', '--name', name, '--role', role, ...inTeams, '--data', server.folder];
  const said = execFileSync(process.env.SERVER, options, { encoding: 'utf8', env: { ...process.env, RUST_LOG: 'error' } });
  return `${server.url}${said.trim().slice(said.indexOf('/sign-in'))}`;
}

async function signIn(page, server, name, role, teamRoles) {
  await page.goto(link(server, name, role, teamRoles));
  await expect(page.getByText(`You sign in as ${name}`)).toBeVisible();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Paths', exact: true })).toBeVisible();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function findings(page) {
  await page.evaluate(AXE);
  const result = await page.evaluate(() => window.axe.run(document));
  return result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`));
}

test.describe('where strangers may do nothing', () => {
  test.use({ serverOptions: ['--anonymous', 'none'] });

  test('somebody is led to sign in, signs in by a link, by keyboard alone, and signs out', async ({ app, page, server, context }) => {
    await page.goto(`${server.url}/`);
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', /sign-in$/);
    await app.complaints.expect(/status of 401/);
    const [there] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: 'Sign in' }).click()]);
    await expect(there.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await expect(there.getByText('Use the link that an administrator of this server has given you.')).toBeVisible();
    await there.goto(link(server, 'Maya', 'editor'));
    await there.keyboard.press('Tab');
    await expect(there.getByRole('button', { name: 'Sign in' })).toBeFocused();
    await there.keyboard.press('Enter');
    await expect(there.getByRole('heading', { name: 'Paths', exact: true })).toBeVisible();
    // The other tab has the session, too.
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText('Maya', { exact: true })).toBeVisible();
    await expect(page.getByText('Editor', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Sign out' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    const cookies = await context.cookies();
    expect(cookies.filter((cookie) => cookie.name.includes('epb_session'))).toEqual([]);
  });

  test('axe has nothing to say about the pages on which one signs in, light or dark', async ({ page, server }) => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const address of [`${server.url}/sign-in`, link(server, 'Maya', 'editor'), `${server.url}/sign-in?t=none`]) {
        await page.goto(address);
        expect(await findings(page), `${colorScheme} ${address}`).toEqual([]);
      }
    }
  });

  test('a session that ends keeps the draft, which is saved once somebody has signed in again', async ({ app, page, server, context }) => {
    await signIn(page, server, 'Maya', 'editor');
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await context.clearCookies();
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText('You are signed out. This browser keeps your changes');
    await app.complaints.expect(/status of 401/);
    const there = await context.newPage();
    await there.goto(link(server, 'Maya', 'editor'));
    await there.getByRole('button', { name: 'Sign in' }).click();
    await expect(there.getByRole('heading', { name: 'Paths', exact: true })).toBeVisible();
    await there.close();
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
  });

  test('two roles at once: one reads and is told why, the other changes', async ({ app, page, server, browser }) => {
    await signIn(page, server, 'Vera', 'viewer');
    await expect(page.locator('.reading-note')).toContainText('Your role, Viewer, can’t change paths or page people');
    await expect(page.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
    await page.goto(`${server.url}/#/audit`);
    await expect(page.getByRole('heading', { name: 'Only administrators can read the audit log' })).toBeVisible();
    await app.open(IDS.mobile);
    await expect(page.locator('[data-reading]')).toBeVisible();
    const other = await browser.newContext();
    const theirs = await other.newPage();
    await signIn(theirs, server, 'Ed', 'editor');
    await expect(theirs.getByRole('link', { name: 'New path' })).toBeVisible();
    await expect(theirs.locator('.reading-note')).toHaveCount(0);
    await other.close();
  });

  test('an editor of a team changes its paths, and is told why not those of others', async ({ app, page, server }) => {
    await signIn(page, server, 'Vera', 'viewer', ['editor@01J0TEAMPAYMENTS0000000000']);
    await expect(page.getByRole('link', { name: 'New path' })).toBeVisible();
    await expect(page.getByText('Editor of Payments')).toBeVisible();
    // What may not be done says why.
    const deletes = (name) => page.getByRole('button', { name: `Delete ${name}` });
    await expect(deletes('Payments')).toBeEnabled();
    await expect(deletes('Data platform')).toBeDisabled();
    await expect(deletes('Data platform')).toHaveAttribute('title', 'None of your teams owns this path.');
    await app.open(IDS.urgent);
    await expect(page.locator('[data-reading]')).toBeVisible();
    const note = page.locator('.reading-note');
    await expect(note).toContainText('None of your teams owns this path. Ask one of its owners to change it');
    await whole(page);
    expect(await findings(page)).toEqual([]);
    // Theirs they change.
    await app.open(IDS.payments);
    await expect(note).toHaveCount(0);
    await app.rename('Payments and refunds');
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
    // A new one is their team's.
    await page.goto(`${server.url}/#/new`);
    await expect(page.locator('.owners')).toContainText('Payments');
    // Whoever manages no access sees no page for it.
    await page.goto(`${server.url}/#/`);
    await expect(page.getByRole('link', { name: 'Access' })).toHaveCount(0);
  });

  test('an administrator of a team manages its keys alone', async ({ page, server }) => {
    await signIn(page, server, 'Ada', 'viewer', ['admin@01J0TEAMPAYMENTS0000000000']);
    await expect(page.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
    await page.getByRole('link', { name: 'Access' }).click();
    await expect(page.getByRole('heading', { name: 'API keys' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Sessions' })).toHaveCount(0);
    await page.getByRole('button', { name: 'Create API key' }).click();
    await page.getByLabel('Name').fill('Terraform');
    await expect(page.getByLabel('Limit to a team').getByRole('option')).toHaveText(['Payments']);
    await page.getByRole('button', { name: 'Create key' }).click();
    const key = await page.getByRole('textbox', { name: 'API key' }).inputValue();
    expect(key).toMatch(/^epb_/);
    await page.getByRole('button', { name: 'Done' }).click();
    const row = page.getByRole('list', { name: 'API keys' }).getByRole('listitem');
    await expect(row).toContainText('Limited to what these teams own: Payments.');
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Revoke Terraform' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await expect(row).toContainText('Revoked');
  });

  test('an administrator reads the audit log, filters it and exports it, by keyboard alone', async ({ app, page, server }) => {
    await signIn(page, server, 'Ada', 'admin');
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
    await page.goto(`${server.url}/#/`);
    await page.getByRole('link', { name: 'Audit log' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Audit log' })).toBeVisible();
    const lines = page.locator('.audit-line');
    await expect(lines.first()).toContainText('Changed path Mobile apps');
    await expect(lines.first()).toContainText('Ada, from 127.0.0.1');
    // What was and what is.
    await lines.first().locator('summary').focus();
    await page.keyboard.press('Enter');
    await expect(lines.first().getByRole('group', { name: /^Before/ })).toContainText('"name": "Mobile apps"');
    await expect(lines.first().getByRole('group', { name: /^After/ })).toContainText('"time_to_ack_seconds": 420');
    const all = await lines.count();
    expect(all).toBeGreaterThan(2);
    await page.getByLabel('Action').selectOption({ label: 'Signed in:' });
    await page.getByLabel('Who').fill('Ada');
    await page.keyboard.press('Enter');
    await expect(lines).toHaveCount(1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export as JSON lines' }).click(),
    ]);
    const exported = (await readFile(await download.path(), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
    expect(exported).toHaveLength(1);
    expect(exported[0].action).toBe('sign_in');
    await page.getByLabel('Who').fill('nobody');
    await page.getByRole('button', { name: 'Apply filters' }).click();
    await expect(page.getByText('Nothing matches these filters.')).toBeVisible();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(lines).toHaveCount(all);
  });

  test('an administrator creates a key, ends a session and revokes the key, by keyboard alone', async ({ page, server, browser }) => {
    await signIn(page, server, 'Ada', 'admin');
    const other = await browser.newPage();
    await signIn(other, server, 'Vera', 'viewer');
    // Whoever may not manage access is told so.
    await expect(other.getByRole('link', { name: 'Access' })).toHaveCount(0);
    await other.goto(`${server.url}/#/access`);
    await expect(other.getByRole('heading', { name: 'Only administrators can manage access' })).toBeVisible();

    await page.getByRole('link', { name: 'Access' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Access' })).toBeVisible();
    await expect(page.getByText('There are no API keys yet.')).toBeVisible();
    await page.getByRole('button', { name: 'Create API key' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('Name')).toBeFocused();
    await expect(page.getByRole('button', { name: 'Create key' })).toBeDisabled();
    await page.keyboard.type('Terraform');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    const made = page.getByRole('textbox', { name: 'API key' });
    await expect(made).toBeFocused();
    const key = await made.inputValue();
    const asked = (path, method = 'GET') => fetch(`${server.url}${path}`, { method, headers: { authorization: `Bearer ${key}` } });
    expect((await asked('/v2/escalation_paths')).status).toBe(200);
    expect((await asked('/builder/v1/api_keys')).status).toBe(403);
    await page.getByRole('button', { name: 'Done' }).press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    const row = page.getByRole('list', { name: 'API keys' }).getByRole('listitem');
    await expect(row).toContainText('Terraform');
    await expect(row).toContainText('Read everything, change paths and schedules');
    await expect(row).toContainText('by Ada');
    expect(await page.content()).not.toContain(key);

    const sessions = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
    await expect(sessions).toHaveCount(2);
    await page.getByRole('button', { name: 'End session of Vera' }).press('Enter');
    await page.getByRole('dialog', { name: /End the session of/ }).getByRole('button', { name: 'End session' }).press('Enter');
    await expect(sessions).toHaveCount(1);
    await other.reload();
    await expect(other.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    await other.close();

    await page.getByRole('button', { name: 'Revoke Terraform' }).press('Enter');
    await page.keyboard.press('Escape');
    await expect(row).not.toContainText('Revoked');
    // Where the answer is lost it is not said that nothing was changed.
    await page.route('**/builder/v1/api_keys/*', (route) => route.abort(), { times: 1 });
    await page.getByRole('button', { name: 'Revoke Terraform' }).press('Enter');
    const revoke = page.getByRole('dialog', { name: /Revoke/ }).getByRole('button', { name: 'Revoke', exact: true });
    await revoke.press('Enter');
    await expect(page.getByRole('dialog').getByRole('alert')).toHaveText('The answer was lost. Try again to make sure.');
    await revoke.press('Enter');
    await expect(row).toContainText('Revoked');
    expect((await asked('/v2/escalation_paths')).status).toBe(401);
  });
});

test('on this machine nobody signs in, and there is nothing to sign out of', async ({ app, page }) => {
  await app.list();
  await expect(page.getByRole('button', { name: 'Sign out' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Audit log' })).toBeVisible();
});

test('where it cannot be read who asks, the server says whether they may', async ({ app, page, server }) => {
  await page.route('**/builder/v1/me', (route) => route.fulfill({ status: 500, body: '{}' }));
  await page.goto(`${server.url}/#/audit`);
  await expect(page.getByText('Nothing has been changed yet.')).toBeVisible();
  await page.getByLabel('Who').fill('nobody');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing matches these filters.')).toBeVisible();
  await app.complaints.expect(/status of 500/);
});

test('older lines are added once, and what is open stays open', async ({ app, page, server }) => {
  const line = (number) => ({ number, at: '2026-11-30T10:00:00Z', actor: { kind: 'command_line', id: null, name: null }, address: null,
    action: 'create', resource: { type: 'account', id: `a${number}` }, before: null, after: { name: `N${number}` } });
  const asked = [];
  await page.route('**/builder/v1/audit?*', (route) => {
    const after = new URL(route.request().url()).searchParams.get('after');
    asked.push(after);
    const lines = after === null ? [line(4), line(3)] : [line(2), line(1)];
    return route.fulfill({ json: { audit_log: lines, pagination_meta: { after: after === null ? '3' : null, page_size: 50 } } });
  });
  await page.goto(`${server.url}/#/audit`);
  const lines = page.locator('.audit-line');
  await expect(lines).toHaveCount(2);
  await lines.first().locator('summary').click();
  await expect(lines.first().getByRole('group', { name: /^After/ })).toContainText('"N4"');
  await page.getByRole('button', { name: 'Show older' }).evaluate((button) => { button.click(); button.click(); });
  await expect(lines).toHaveCount(4);
  await expect.poll(() => asked.length).toBe(3);
  await expect(lines).toHaveCount(4);
  await expect(lines.first().getByRole('group', { name: /^After/ })).toBeVisible();
  await app.list();
});
