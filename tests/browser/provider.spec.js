// Signing in at a real provider of OpenID Connect: oidc-provider, which the OpenID Foundation has certified.

import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Provider } from 'oidc-provider';
import { expect, IDS, test } from './support/fixtures.js';
import { Server } from './support/server.js';

const SECRET = 'a-secret-of-the-client-0123456789';
const PAYMENTS = '01J0TEAMPAYMENTS0000000000';

/** The people of the provider, by the name that they sign in with. */
const PEOPLE = {
  ada: { name: 'Ada Adams', email: 'ada@example.com', email_verified: true, groups: ['leads', 'everybody'] },
  paul: { name: 'Paul Peters', email: 'paul@example.com', email_verified: true, groups: ['payments', 'everybody'] },
  eve: { name: 'Eve', email: 'eve@example.org', email_verified: true, groups: ['leads'] },
  nora: { name: 'Nora', email: 'nora@example.com', email_verified: true, groups: ['others'] },
};

/** An address that is free. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A provider, and a server whose people sign in there. */
async function started() {
  const [port, own] = [await freePort(), await freePort()];
  const issuer = `http://127.0.0.1:${port}`;
  const url = `http://127.0.0.1:${own}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'paths',
      client_secret: SECRET,
      redirect_uris: [`${url}/sign-in/callback`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    }],
    claims: { profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    // What is asked for stands in the ID token.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['a-key-of-a-test'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
  });
  const listening = provider.listen(port, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  const options = ['--public-url', url, '--oidc-issuer', issuer, '--oidc-client-id', 'paths', '--oidc-client-secret', SECRET,
    '--oidc-scope', 'groups', '--oidc-group', 'leads=admin', '--oidc-group', 'everybody=viewer',
    '--oidc-group', `payments=editor@${PAYMENTS}`, '--oidc-domain', 'example.com', '--anonymous', 'none'];
  const server = new Server();
  Object.assign(server, { folder: await mkdtemp(join(tmpdir(), 'escalation-')), more: options, port: own });
  await server.up();
  return { server, stop: async () => {
    await server.remove();
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
  } };
}

/** Goes to the provider, says there who it is, and comes back. */
async function signIn(page, server, name) {
  // Its pages ask for a font from elsewhere.
  await page.route(/fonts\.googleapis\.com/, (route) => route.fulfill({ contentType: 'text/css', body: '' }));
  await page.goto(`${server.url}/sign-in`);
  await page.getByRole('link', { name: 'Continue to your identity provider' }).click();
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('people sign in at a certified provider, with the roles that their groups have', async ({ browser, app, page }) => {
  const { server, stop } = await started();
  try {
    for (const [name, said] of [['eve', 'Your e-mail address is not one of this organisation.'], ['nora', 'None of your groups has access.']]) {
      const context = await browser.newContext();
      const other = await context.newPage();
      await signIn(other, server, name);
      await expect(other.getByRole('heading', { name: 'You are not signed in' })).toBeVisible();
      await expect(other.getByText(said)).toBeVisible();
      await context.close();
    }
    const context = await browser.newContext();
    const theirs = await context.newPage();
    await signIn(theirs, server, 'paul');
    await expect(theirs.getByText('Paul Peters', { exact: true })).toBeVisible();
    await expect(theirs.getByRole('button', { name: 'Delete Payments' })).toBeEnabled();
    await expect(theirs.getByRole('button', { name: 'Delete Data platform' })).toBeDisabled();
    await expect(theirs.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
    const status = await theirs.evaluate(async (id) => {
      const path = (await (await fetch(`v2/escalation_paths/${id}`)).json()).escalation_path;
      const options = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(path) };
      return (await fetch(`v2/escalation_paths/${id}`, options)).status;
    }, IDS.data);
    expect(status).toBe(403);
    await context.close();

    await signIn(page, server, 'ada');
    await expect(page.getByText('Ada Adams', { exact: true })).toBeVisible();
    await page.getByRole('link', { name: 'Audit log' }).click();
    const lines = page.locator('.audit-line');
    await expect(lines.filter({ hasText: 'Signed in:' })).toHaveCount(2);
    await page.goto(`${server.url}/#/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    await app.complaints.expect(/status of 401/);
  } finally {
    await stop();
  }
});
