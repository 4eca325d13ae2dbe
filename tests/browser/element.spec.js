// The app as elements in a page of somebody else, at another origin: they show, edit and save, and keep to themselves.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, IDS, test as base } from './support/fixtures.js';
import { Host } from './support/host.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const page = (body, script = '') => (server) => `<!doctype html><html lang="en"><head><title>Portal</title>
  <link rel="stylesheet" href="/portal.css"><script type="module" src="${server}/element.js"></script>
  ${script && '<script type="module" src="/portal.js"></script>'}</head><body><header><h1>Portal</h1></header>${body(server)}</body></html>`;

const path = (id, more = '') => (server) => `<escalation-path path-id="${id}" api-base="${server}/" ${more}></escalation-path>`;

/** A portal with this in its page, a script and styles. */
const test = base.extend({
  open: async ({ page: browser }, use) => {
    const hosts = [];
    await use(async (body, { script = '', style = '', args = [] } = {}) => {
      const host = await Host.start({
        '/': page(body, script),
        '/portal.js': () => script,
        '/portal.css': () => `escalation-path, escalation-path-viewer { height: 700px; margin-bottom: 20px; } ${style}`,
      }, args);
      hosts.push(host);
      await browser.goto(host.url);
      return host;
    });
    await Promise.all(hosts.map((host) => host.stop()));
  },
});

const first = (browser) => browser.locator('escalation-path, escalation-path-viewer').first();
const status = (element) => element.locator('[data-status]');

/** Notes what an element tells. */
const heard = (element, names) => element.evaluate((it, names) => {
  it.heard = [];
  for (const name of names) it.addEventListener(name, ({ detail }) => it.heard.push([name, detail]));
}, names);

async function setTime(element, step, time) {
  await element.getByRole('treeitem', { name: step }).click();
  const field = element.getByLabel('How long');
  await field.fill(time);
  await field.press('Enter');
}

test('a path is shown, edited and saved by one element of another origin', async ({ page: browser, open }) => {
  const { server, url } = await open(path(IDS.mobile));
  const element = first(browser);
  await expect(element.getByRole('treeitem', { name: /Page Primary on-call/ })).toBeVisible();
  await expect(element.locator('.panel .tablist')).toBeVisible();
  await heard(element, ['dirtychange', 'saved', 'change']);
  await setTime(element, /Page Primary on-call/, '7m');
  await expect(status(element)).toHaveText('1 unsaved change');
  expect(await element.evaluate((it) => it.dirty && it.matches(':state(dirty)'))).toBe(true);
  await element.getByRole('button', { name: 'Save', exact: true }).click();
  await element.getByRole('button', { name: 'Save now' }).click();
  await expect(status(element)).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
  const names = await element.evaluate((it) => it.heard.map(([name]) => name));
  expect(names).toEqual(expect.arrayContaining(['dirtychange', 'change', 'saved']));
  // Neither the address nor the title is the element's.
  expect(browser.url()).toBe(`${url}/`);
  expect(await browser.title()).toBe('Portal');
  expect(await browser.locator('html').getAttribute('data-theme')).toBeNull();
});

const three = (server) => [IDS.mobile, IDS.payments, IDS.data].map((id, at) => path(id, `id="e${at}"${at === 2 ? ' theme="dark"' : ''}`)(server)).join('');

test('three elements share neither keys, history, focus nor theme', async ({ page: browser, open }) => {
  await open((server) => `<input aria-label="Own field"><p>Text</p>${three(server)}`);
  const [one, two, dark] = [0, 1, 2].map((at) => browser.locator(`#e${at}`));
  for (const element of [one, two, dark]) await expect(element.locator('.panel .tablist')).toBeVisible();
  // The page keeps the focus that it has.
  expect(await browser.evaluate(() => document.activeElement.tagName)).toBe('BODY');
  await setTime(one, /Page Primary on-call/, '7m');
  await expect(status(one)).toHaveText('1 unsaved change');
  await expect(status(two)).toHaveText('Saved');
  // The history of one is not that of the other.
  await two.getByRole('treeitem').first().click();
  await browser.keyboard.press('Control+z');
  await expect(status(one)).toHaveText('1 unsaved change');
  await one.getByRole('treeitem').first().click();
  await browser.keyboard.press('Control+z');
  await expect(status(one)).toHaveText('Saved');
  // Nor are keys that are typed into the page.
  await two.getByRole('treeitem').first().click();
  const steps = await two.getByRole('treeitem').count();
  await browser.getByLabel('Own field').click();
  await browser.keyboard.type('abc?');
  await browser.keyboard.press('Delete');
  expect(await browser.getByLabel('Own field').inputValue()).toBe('abc?');
  await expect(two.getByRole('treeitem')).toHaveCount(steps);
  await expect(browser.locator('dialog[open]')).toHaveCount(0);
  const scheme = (element) => element.locator('.app').evaluate((it) => getComputedStyle(it).colorScheme);
  expect(await scheme(dark)).toBe('dark');
  expect(await scheme(one)).not.toBe('dark');
  const background = (element) => element.locator('.app').evaluate((it) => getComputedStyle(it).backgroundColor);
  expect(await background(dark)).not.toBe(await background(one));
});

test('a page sets colours, and a dark page has dark elements', async ({ page: browser, open }) => {
  await open(path(IDS.mobile), { style: ':root { color-scheme: dark; } escalation-path { --ep-accent: rgb(1, 200, 3); }' });
  const element = first(browser);
  await expect(element.locator('.panel .tablist')).toBeVisible();
  await setTime(element, /Page Primary on-call/, '7m');
  const save = element.getByRole('button', { name: 'Save', exact: true });
  await expect(save).toBeEnabled();
  expect(await save.evaluate((it) => getComputedStyle(it).backgroundColor)).toBe('rgb(1, 200, 3)');
  expect(await element.locator('.app').evaluate((it) => getComputedStyle(it).backgroundColor)).toBe('rgb(18, 19, 22)');
});


test('a page that holds the path saves it itself', async ({ page: browser, open }) => {
  const { server } = await open(() => '<escalation-path></escalation-path>', { script: `
    const element = document.querySelector('escalation-path');
    window.saved = [];
    element.path = {
      name: 'Held', path: [{ id: 'l1', type: 'level', level: { ack_mode: 'first', time_to_ack_seconds: 300,
        targets: [{ type: 'user', id: 'U1', urgency: 'high' }] } }],
    };
    element.world = { users: [{ id: 'U1', name: 'Ada Host', can_be_paged: true }], schedules: [], priorities: [{ id: 'P1', name: 'P1' }] };
    element.addEventListener('save-request', (event) => {
      event.preventDefault();
      window.saved.push(element.value);
      element.markSaved();
    });` });
  const element = first(browser);
  await expect(element.getByRole('treeitem', { name: /Ada Host/ })).toBeVisible();
  await expect(element.locator('.panel .tablist')).toBeVisible();
  await setTime(element, /Ada Host/, '7m');
  await expect(status(element)).toHaveText('1 unsaved change');
  await element.getByRole('button', { name: 'Save', exact: true }).click();
  await element.getByRole('button', { name: 'Save now' }).click();
  await expect(status(element)).toHaveText('Saved');
  const [text] = await browser.evaluate(() => window.saved);
  expect(JSON.parse(text).path[0].level.time_to_ack_seconds).toBe(420);
  // The server was asked for nothing but the files of the program.
  const asked = await browser.evaluate(() => performance.getEntriesByType('resource').map((one) => one.name));
  expect(asked.filter((one) => /\/(v2|builder\/v1)\//.test(one))).toEqual([]);
  // What cannot be read is told, and what was there stays.
  await heard(element, ['error']);
  await element.evaluate((it) => { it.path = '{"name": 3}'; });
  expect(await element.evaluate((it) => it.heard.length)).toBe(1);
  await expect(element.getByRole('treeitem', { name: /Ada Host/ })).toBeVisible();
  const run = await element.evaluate((it) => it.simulate().steps.length);
  expect(run).toBeGreaterThan(0);
  expect(await element.evaluate((it) => it.export('svg').startsWith('<svg'))).toBe(true);
  expect(await element.evaluate((it) => Array.isArray(it.check()))).toBe(true);
  expect(server.url).toBeTruthy();
});

test('it is a control of a form', async ({ page: browser, open }) => {
  await open((server) => `<form><fieldset>${path(IDS.mobile, 'name="path"')(server)}</fieldset><button type="reset">Reset</button></form>`);
  const element = first(browser);
  await expect(element.locator('.panel .tablist')).toBeVisible();
  const value = () => browser.evaluate(() => JSON.parse(new FormData(document.querySelector('form')).get('path') ?? 'null'));
  await expect.poll(async () => (await value())?.name).toBeTruthy();
  await setTime(element, /Page Primary on-call/, '7m');
  await expect.poll(async () => (await value()).path[0].level.time_to_ack_seconds).toBe(420);
  expect(await element.evaluate((it) => it.checkValidity() && it.form === document.querySelector('form'))).toBe(true);
  // A level that pages nobody is an error.
  await element.evaluate((it) => it.focusNode(JSON.parse(it.value).path[0].id));
  await browser.evaluate(() => { document.querySelector('fieldset').disabled = true; });
  await expect(element.locator('[data-reading]')).toBeVisible();
  expect(await element.evaluate((it) => it.matches(':state(readonly)'))).toBe(true);
  await browser.evaluate(() => { document.querySelector('fieldset').disabled = false; });
  await expect(element.locator('[data-reading]')).toHaveCount(0);
});

test('a viewer changes nothing', async ({ page: browser, open }) => {
  await open((server) => `<escalation-path-viewer path-id="${IDS.mobile}" api-base="${server}/"></escalation-path-viewer>`);
  const element = first(browser);
  await expect(element.locator('.panel .tablist')).toBeVisible();
  await expect(element.locator('[data-reading]')).toBeVisible();
  await expect(element.getByRole('button', { name: 'Save', exact: true })).toHaveCount(0);
  const steps = await element.getByRole('treeitem').count();
  await element.getByRole('treeitem').first().click();
  await browser.keyboard.press('Delete');
  await expect(element.getByRole('treeitem')).toHaveCount(steps);
});

test('a server that is away is told, and asked again', async ({ page: browser, open, complaints }) => {
  const away = { is: true };
  await browser.route(/\/builder-[^/]*\.wasm$/, (route) => (away.is ? route.abort() : route.continue()));
  await open((server) => `${path(IDS.mobile)(server)}`, { script: `
    window.heard = [];
    document.querySelector('escalation-path').addEventListener('loaderror', ({ detail }) => window.heard.push(detail.message));` });
  const element = first(browser);
  await expect(element.getByRole('alert')).toContainText('could not be loaded');
  await expect.poll(() => browser.evaluate(() => window.heard.length)).toBeGreaterThan(0);
  away.is = false;
  await element.getByRole('button', { name: 'Try again' }).click();
  await expect(element.getByRole('treeitem', { name: /Page Primary on-call/ })).toBeVisible();
  await complaints.expect(/Failed to load|ERR_FAILED/);
});

test('the API that is away is told by an event and in words', async ({ page: browser, open, complaints }) => {
  await browser.route(/\/v2\//, (route) => route.abort());
  await open(path(IDS.mobile), { script: `
    window.heard = [];
    document.querySelector('escalation-path').addEventListener('loaderror', ({ detail }) => window.heard.push(detail.message));` });
  await expect(first(browser).getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect.poll(() => browser.evaluate(() => window.heard.length)).toBeGreaterThan(0);
  await complaints.expect(/Failed to load|ERR_FAILED/);
});

test('an element that is moved keeps what was changed, and one that goes leaves nothing', async ({ page: browser, open }) => {
  await open((server) => `<div id="a">${path(IDS.mobile)(server)}</div><div id="b"></div>`);
  const element = first(browser);
  await expect(element.locator('.panel .tablist')).toBeVisible();
  await setTime(element, /Page Primary on-call/, '7m');
  await browser.evaluate(() => document.querySelector('#b').append(document.querySelector('escalation-path')));
  await expect(status(element)).toHaveText('1 unsaved change');
  await browser.evaluate(() => document.querySelector('escalation-path').remove());
  await expect(browser.locator('escalation-path')).toHaveCount(0);
});

test('fifty elements that come and go leave no listeners', async ({ page: browser, open }) => {
  test.setTimeout(180_000);
  await open((server) => path(IDS.mobile)(server));
  const element = first(browser);
  await expect(element.locator('.panel .tablist')).toBeVisible();
  const session = await browser.context().newCDPSession(browser);
  await session.send('Performance.enable');
  const figures = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name) => metrics.find((one) => one.name === name).value;
    return { listeners: of('JSEventListeners'), nodes: of('Nodes'), heap: Math.round(of('JSHeapUsedSize') / 1_000) };
  };
  const cycle = () => browser.evaluate(async () => {
    const old = document.querySelector('escalation-path');
    const made = document.createElement('escalation-path');
    for (const { name, value } of old.attributes) made.setAttribute(name, value);
    const ready = new Promise((done) => made.addEventListener('ready', done, { once: true }));
    old.replaceWith(made);
    await ready;
  });
  for (let at = 0; at < 5; at += 1) await cycle();
  const before = await figures();
  for (let at = 0; at < 50; at += 1) await cycle();
  await browser.waitForTimeout(500);
  const after = await figures();
  console.log(`50 elements: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
  expect(after.listeners - before.listeners).toBeLessThan(50);
  expect(after.nodes - before.nodes).toBeLessThan(before.nodes / 2);
  // Nor do those that go before they have come.
  for (const wait of [0, 0, 5, 20, 60, 120, 200]) {
    await browser.evaluate(async (wait) => {
      const made = document.querySelector('escalation-path').cloneNode();
      document.body.append(made);
      await new Promise((done) => setTimeout(done, wait));
      made.remove();
    }, wait);
  }
  await browser.waitForTimeout(500);
});

test('a second script leaves the elements as they are', async ({ page: browser, open, complaints }) => {
  await open((server) => `${path(IDS.mobile)(server)}<script type="module" src="${server}/element.js?two"></script>`);
  await expect(first(browser).getByRole('treeitem').first()).toBeVisible();
  await complaints.expect(/is defined already/);
});

test('all can use it, by keys alone', async ({ page: browser, open }) => {
  await open((server) => `<main>${path(IDS.mobile)(server)}</main>`);
  const element = first(browser);
  await expect(element.locator('.panel .tablist')).toBeVisible();
  await browser.evaluate(AXE);
  const found = await browser.evaluate(() => window.axe.run(document));
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  for (let at = 0; at < 40; at += 1) {
    await browser.keyboard.press('Tab');
    if (await element.evaluate((it) => it.shadowRoot.activeElement?.getAttribute('role') === 'treeitem')) break;
  }
  expect(await element.evaluate((it) => it.shadowRoot.activeElement?.getAttribute('role'))).toBe('treeitem');
  const steps = await element.getByRole('treeitem').count();
  await browser.keyboard.press('Delete');
  await expect(element.getByRole('treeitem')).toHaveCount(steps - 1);
  await browser.keyboard.press('Control+z');
  await expect(element.getByRole('treeitem')).toHaveCount(steps);
});
