// In a frame of a portal, which is another origin: as the README says how.

import { createServer } from 'node:http';
import { App, drafts, expect, IDS, NOW, test } from './support/fixtures.js';
import { Server } from './support/server.js';

/** A portal with a path in a frame, by this name. */
async function portal(address, name) {
  const page = `<!doctype html><html lang="en"><title>Portal</title><h1>Portal</h1>
    <iframe src="${address}" title="Escalation path of Payments" width="1100" height="760"></iframe>`;
  const listener = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end(page));
  await new Promise((done) => listener.listen(0, name, done));
  return { listener, url: `http://${name}:${listener.address().port}` };
}

/** A portal and a server that lets it, or another, show the app. */
async function framed(use, { allowed = true, query = '', name = '127.0.0.1' } = {}) {
  // The server must know the portal, and the portal the server: the portal asks for its address when it is opened.
  const where = {};
  const listener = createServer((_, answer) => answer.writeHead(302, { location: where.frame }).end());
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  const host = await portal(`http://127.0.0.1:${listener.address().port}/`, name);
  const server = await Server.start(['--allow-frame', allowed ? host.url : 'https://portal.example.com']);
  where.frame = `${server.url}/${query}#/paths/${IDS.payments}`;
  try {
    await use(host.url, server);
  } finally {
    await server.remove();
    for (const one of [listener, host.listener]) {
      one.closeAllConnections();
      await new Promise((done) => one.close(done));
    }
  }
}

test('a path is read, changed and saved in a frame', async ({ page, complaints }) => {
  await framed(async (url, server) => {
    await page.goto(url);
    const frame = page.frameLocator('iframe');
    await expect(frame.getByRole('tree')).toBeVisible();
    await frame.getByRole('treeitem', { name: /Page Ruth Adeyemi/ }).click();
    const details = frame.getByRole('complementary', { name: 'Details' });
    await details.getByLabel('How long').fill('7m');
    await details.getByLabel('How long').press('Enter');
    // What is not saved is kept there, too.
    const inFrame = page.frames().find((one) => one.url().startsWith(server.url));
    await expect.poll(() => drafts(inFrame)).toHaveLength(1);
    await page.reload();
    await frame.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await frame.getByRole('button', { name: 'Save', exact: true }).click();
    await frame.getByRole('button', { name: 'Save now' }).click();
    await expect(frame.locator('[data-status]')).toHaveText('Saved');
    const { path } = await server.path(IDS.payments);
    expect(JSON.stringify(path)).toContain('"time_to_ack_seconds":420');
    // In a frame the browser leaves the focus where it is, and says so.
    await complaints.expect(/autofocus/);
  });
});

test('a portal of another site, where the browser keeps nothing in frames: it is said, and saving works', async ({ page, complaints }) => {
  await framed(async (url, server) => {
    await page.goto(url);
    const frame = page.frameLocator('iframe');
    await expect(frame.getByRole('list', { name: 'Notes' })).toContainText('This browser stores no drafts');
    await frame.getByRole('treeitem', { name: /Page Ruth Adeyemi/ }).click();
    const details = frame.getByRole('complementary', { name: 'Details' });
    await details.getByLabel('How long').fill('7m');
    await details.getByLabel('How long').press('Enter');
    await frame.getByRole('button', { name: 'Save', exact: true }).click();
    await frame.getByRole('button', { name: 'Save now' }).click();
    await expect(frame.locator('[data-status]')).toHaveText('Saved');
    expect(JSON.stringify(await server.path(IDS.payments))).toContain('"time_to_ack_seconds":420');
  }, { name: 'localhost' });
});

test('a path is shown for reading in a frame, and leads to where it is changed', async ({ page, complaints }) => {
  await framed(async (url, server) => {
    await page.goto(url);
    const frame = page.frameLocator('iframe');
    await expect(frame.locator('[data-reading]')).toHaveText('Read only');
    await expect(frame.getByRole('button', { name: 'Save', exact: true })).toHaveCount(0);
    const opened = page.context().waitForEvent('page');
    await frame.getByRole('link', { name: 'Open for editing' }).click();
    const own = await opened;
    await own.clock.setFixedTime(NOW);
    await expect(new App(own, server, []).save).toBeVisible();
    expect(own.url()).toBe(`${server.url}/#/paths/${IDS.payments}`);
  }, { query: '?readonly' });
});

test('a page that is not named shows nothing', async ({ page }) => {
  await framed(async (url) => {
    const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
    await page.goto(url);
    await refused;
    await expect(page.frameLocator('iframe').getByRole('tree')).toHaveCount(0);
  }, { allowed: false });
});
