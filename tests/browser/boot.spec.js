// Where the app cannot begin it is said within five seconds why, and what to do; nothing is loaded anew by itself.

import { App, expect, gated as test, hold, IDS } from './support/fixtures.js';

const boot = (page) => page.locator('#boot');

/** Opens the page with its clock held, until it waits for the app. */
async function begin(page, url) {
  await hold(page);
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.watchesStart && (document.getElementById('boot') || document.querySelector('.skeleton')));
}

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
    // Whatever leaves the page or loads it anew is noted as soon as it is asked for.
    await page.addInitScript(() => navigation.addEventListener('navigate', () => { sessionStorage.left = 'yes'; }));
    await begin(page, gate.url);
    await page.clock.runFor(5_000);
    await expect(boot(page)).toContainText(said);
    await expect(boot(page).getByRole('button', { name: act })).toBeVisible();
    await page.clock.runFor(600_000);
    expect(await page.evaluate(() => sessionStorage.left)).toBeUndefined();
  });
}

test('what did not come comes when it is tried again', async ({ app, gate, page }) => {
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto(gate.url);
  await expect(boot(page)).toContainText('could not be loaded');
  await page.unroute('**/*.wasm');
  await boot(page).getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.path-row')).toHaveCount(7);
  await app.complaints.expect(/Failed to fetch/);
});

test('a program of another build is told as that', async ({ gate, page }) => {
  // A module that wants what the scripts do not have.
  const other = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0]);
  await page.route('**/*.wasm', (route) => route.fulfill({ status: 200, contentType: 'application/wasm', body: other }));
  await page.goto(gate.url);
  await expect(boot(page)).toContainText('different versions');
});

for (const policy of ["script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "default-src 'self'"]) {
  test(`a stricter policy is told: ${policy}`, async ({ gate, page }) => {
    gate.meddle = ({ status, headers }) => status && /html/.test(headers['content-type']) ? {
      headers: { ...headers, 'content-security-policy': [headers['content-security-policy'], policy].join(', ') },
    } : null;
    await page.goto(gate.url);
    await expect(boot(page)).toContainText('policy forbids');
  });
}

test('a policy that forbids WebAssembly alone is told', async ({ gate, page }) => {
  gate.meddle = ({ status, headers }) => status && /html/.test(headers['content-type']) ? {
    headers: { ...headers, 'content-security-policy': headers['content-security-policy'].replace("'wasm-unsafe-eval'", '') },
  } : null;
  await page.goto(gate.url);
  await expect(boot(page)).toContainText('policy forbids');
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
  await page.goto(gate.portal('sandbox="allow-scripts" src="/" width="900" height="600"'));
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('#boot')).toContainText('frame keeps the page from running');
  await expect(frame.getByRole('link', { name: 'Open in a new tab' })).toHaveAttribute('target', '_blank');
});

test('a browser whose database never answers shows the paths, and says that it keeps no drafts', async ({ gate, page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => Object.assign(new EventTarget(), { onsuccess: null, onerror: null });
  });
  const app = new App(page, gate, []);
  await begin(page, `${gate.url}/#/paths/${IDS.mobile}`);
  await expect(page.locator('.skeleton')).toBeVisible();
  await page.clock.runFor(2_000);
  await expect(app.tree).toBeVisible();
  await expect(page.getByRole('list', { name: 'Notes' })).toContainText('This browser stores no drafts');
  await page.clock.resume();
  await app.setTime(/Page Primary on-call/, '7m');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
});

test('a server that never answers is told to take long', async ({ gate, page }) => {
  await page.route('**/v2/**', () => {});
  await begin(page, gate.url);
  await expect(page.locator('.skeleton')).toBeVisible();
  await page.clock.runFor(5_000);
  await expect(page.getByText('Loading takes longer than usual.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
});
