// Where the app cannot begin it is said within five seconds why, and what to do; nothing is loaded anew by itself.

import { App, expect, IDS, test as base } from './support/fixtures.js';
import { Gate } from './support/gate.js';

const test = base.extend({
  gate: async ({ server }, use) => {
    const gate = await Gate.start(server);
    await use(gate);
    await gate.stop();
  },
  // What a browser says of answers that fail is meant here.
  app: async ({ page, gate }, use) => use(new App(page, gate, [])),
});

const boot = (page) => page.locator('#boot');
const told = { timeout: 5_000 };

for (const [name, prepare, said, act] of [
  ['without WebAssembly', (page) => page.addInitScript(() => { delete globalThis.WebAssembly; }), 'runs no WebAssembly', 'Try again'],
  ['without its program', (page) => page.route('**/*.wasm', (route) => route.abort()), 'could not be loaded', 'Try again'],
  ['without its scripts', (page) => page.route('**/*.js', (route) => route.abort()), 'could not be loaded', 'Try again'],
  ['with a page in place of its program', (page) => page.route('**/*.wasm', (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Blocked</h1>' })), 'came in place of', 'Try again'],
  ['with a page in place of its scripts', (page) => page.route(/builder-[^/]*\.js$/, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Blocked</h1>' })), 'could not be loaded', 'Try again'],
  ['with a program that never comes', (page) => page.route('**/*.wasm', () => {}), 'takes longer than usual', 'Try again'],
]) {
  test(`a page ${name} says so`, async ({ gate, page }) => {
    await prepare(page);
    let loads = 0;
    page.on('framenavigated', () => { loads += 1; });
    await page.goto(gate.url, { waitUntil: 'commit' });
    await expect(boot(page)).toContainText(said, told);
    await expect(boot(page).getByRole('button', { name: act })).toBeVisible();
    await page.waitForTimeout(200);
    expect(loads).toBe(1);
  });
}

test('what did not come comes when it is tried again', async ({ app, gate, page }) => {
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto(gate.url);
  await expect(boot(page)).toContainText('could not be loaded', told);
  await page.unroute('**/*.wasm');
  await boot(page).getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.path-row')).toHaveCount(7);
});

test('a program of another build is told as that', async ({ gate, page }) => {
  // A module that wants what the scripts do not have.
  const other = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0]);
  await page.route('**/*.wasm', (route) => route.fulfill({ status: 200, contentType: 'application/wasm', body: other }));
  await page.goto(gate.url);
  await expect(boot(page)).toContainText('different versions', told);
});

for (const policy of ["script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "default-src 'self'"]) {
  test(`a stricter policy is told: ${policy}`, async ({ gate, page }) => {
    gate.meddle = ({ status, headers }) => status && /html/.test(headers['content-type']) ? {
      headers: { ...headers, 'content-security-policy': [headers['content-security-policy'], policy].join(', ') },
    } : null;
    await page.goto(gate.url);
    await expect(boot(page)).toContainText('policy forbids', told);
  });
}

test('a policy that forbids WebAssembly alone is told', async ({ gate, page }) => {
  gate.meddle = ({ status, headers }) => status && /html/.test(headers['content-type']) ? {
    headers: { ...headers, 'content-security-policy': headers['content-security-policy'].replace("'wasm-unsafe-eval'", '') },
  } : null;
  await page.goto(gate.url);
  await expect(boot(page)).toContainText('policy forbids', told);
});

test('below a path the app works: list, path, save, pages about problems and proofs', async ({ gate, page, server }) => {
  gate.prefix = '/tools/paths';
  const app = new App(page, { url: `${gate.url}/tools/paths` }, []);
  await app.list();
  await expect(page.locator('.path-row')).toHaveCount(7);
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
  expect(gate.asked.filter((one) => one.includes('worker.js'))).not.toEqual([]);
});

test('in a frame without an origin of its own it says so', async ({ gate, page }) => {
  // The gate is the portal, too, and lets it show the app.
  gate.meddle = ({ status, headers, url }) => {
    if (!status && url === '/portal') {
      const body = '<!doctype html><title>Portal</title><iframe sandbox="allow-scripts" src="/" width="900" height="600"></iframe>';
      return { headers: { 'content-type': 'text/html' }, body };
    }
    return status && headers['content-security-policy'] ? {
      headers: { ...headers, 'content-security-policy': headers['content-security-policy'].replace(/frame-ancestors [^;]*/, 'frame-ancestors *') },
    } : null;
  };
  await page.goto(`${gate.url}/portal`);
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('#boot')).toContainText('frame keeps the page from running', told);
  await expect(frame.getByRole('link', { name: 'Open in a new tab' })).toHaveAttribute('target', '_blank');
});

test('a browser whose database never answers shows the paths, and says that it keeps no drafts', async ({ gate, page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => Object.assign(new EventTarget(), { onsuccess: null, onerror: null });
  });
  const app = new App(page, gate, []);
  await page.goto(`${gate.url}/#/paths/${IDS.mobile}`);
  await expect(app.tree).toBeVisible(told);
  await expect(page.getByRole('list', { name: 'Notes' })).toContainText('This browser keeps no drafts');
  await app.setTime(/Page Primary on-call/, '7m');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
});

test('a server that never answers is told to take long', async ({ gate, page }) => {
  await page.route('**/v2/**', () => {});
  await page.goto(gate.url);
  await expect(page.getByText('Loading takes longer than usual.')).toBeVisible(told);
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
});
