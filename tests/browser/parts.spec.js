// The program comes in parts: what shows a path, what changes it, what simulates it, and the rest. Until a part is there
// its place is kept and keys wait for it; where it does not come that is said, and nothing is lost.

import { App, drafts, expect, gated as test, IDS, whole } from './support/fixtures.js';

/** Whether an address is that of a part that comes later. */
const isLater = (url) => /\.wasm$/.test(url) && !/\/builder-[^/]*\.wasm$/.test(url);

/** Holds what comes later until it is let through; what happens to it then is up to `then`. */
async function heldBack(page, then = (route) => route.continue()) {
  const held = [];
  let isOpen = false;
  await page.route((url) => isLater(url.pathname), (route) => (isOpen ? then(route) : held.push(route)));
  return {
    held,
    release: async () => {
      isOpen = true;
      await Promise.all(held.splice(0).map(then));
    },
  };
}

const places = (page) => page.evaluate(() => ['.bar', '.canvas', '.inspector', '.panel', '[role=treeitem]'].map((name) => {
  const { x, y, width, height } = document.querySelector(name).getBoundingClientRect();
  return [name, x, y, width, height].map((value) => (typeof value === 'number' ? Math.round(value) : value)).join(' ');
}));

test('a path is shown before what changes it is there, and nothing moves when that comes', async ({ gate, page }) => {
  const later = await heldBack(page);
  const app = new App(page, gate, []);
  await page.goto(`${gate.url}/#/paths/${IDS.payments}`);
  await expect(app.tree.getByRole('treeitem').first()).toBeVisible();
  await expect(page.locator('.inspector')).toHaveAttribute('aria-busy', 'true');
  await expect(page.locator('.panel')).toHaveAttribute('aria-busy', 'true');
  const before = await places(page);
  await later.release();
  await expect(page.locator('.panel .tablist')).toBeVisible();
  await expect(page.locator('.inspector')).not.toHaveAttribute('aria-busy');
  expect(await places(page)).toEqual(before);
});

test('keys that are pressed before that count, in their order', async ({ gate, page, server }) => {
  const later = await heldBack(page);
  const { body } = await server.api('POST', '/v2/escalation_paths', { name: 'Early', path: [1, 2, 3].map((number) => ({
    id: `l${number}`, type: 'level', level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 300, ack_mode: 'first' } })) });
  const app = new App(page, gate, []);
  await page.goto(`${gate.url}/#/paths/${body.escalation_path.id}`);
  const items = app.tree.getByRole('treeitem');
  await expect(items).toHaveCount(3);
  await expect(items.first()).toBeFocused();
  // Down by one, which needs nothing; delete that; down, delete that.
  for (const key of ['ArrowDown', 'Delete', 'Control+d', 'Control+z']) await page.keyboard.press(key);
  await expect(items).toHaveCount(3);
  await later.release();
  await expect.poll(() => items.evaluateAll((all) => all.map((item) => item.id))).toEqual(['node:l1', 'node:l3']);
  await expect(app.status).toHaveText('1 unsaved change');
});

/** Begins to drag a step before what changes a path is there. */
async function dragEarly(gate, page) {
  const later = await heldBack(page);
  const app = new App(page, gate, []);
  await page.goto(`${gate.url}/#/paths/${IDS.payments}`);
  const card = app.tree.locator('.node.level').first();
  await expect(card).toBeVisible();
  const box = await card.boundingBox();
  await page.mouse.move(box.x + 40, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 140, box.y + 60, { steps: 3 });
  return { later, card, box };
}

test('a step that is dragged before that follows the pointer once it can, and nothing pans', async ({ gate, page }) => {
  const { later, card, box } = await dragEarly(gate, page);
  expect(await card.boundingBox()).toEqual(box);
  await expect(page.locator('.ghost')).toHaveCount(0);
  await later.release();
  await expect(page.locator('.ghost')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.ghost')).toHaveCount(0);
  await page.mouse.up();
});

test('a step that was let go of before that is not dragged', async ({ gate, page }) => {
  const { later, card, box } = await dragEarly(gate, page);
  await page.mouse.up();
  await later.release();
  await whole(page);
  await expect(page.locator('.ghost')).toHaveCount(0);
  await page.mouse.move(box.x + 200, box.y + 90, { steps: 3 });
  await expect(page.locator('.ghost')).toHaveCount(0);
  expect(await card.boundingBox()).toEqual(box);
});

test('what is asked for before it is there comes with it', async ({ gate, page }) => {
  const later = await heldBack(page);
  const app = new App(page, gate, []);
  await page.goto(`${gate.url}/#/paths/${IDS.payments}`);
  await app.tree.getByRole('treeitem').first().click({ button: 'right' });
  await later.release();
  await expect(page.getByRole('menu')).toBeVisible();
});

test('each file is asked for once, by the page and its workers together', async ({ gate, page }) => {
  await page.goto(`${gate.url}/#/paths/${IDS.payments}`);
  await page.getByRole('tab', { name: 'Expectations' }).click();
  await expect(page.locator('.expected')).toBeVisible();
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
  await page.waitForLoadState('networkidle');
  const files = gate.asked.filter((one) => /\.(wasm|css|svg)$|builder-[^/]*\.js$/.test(one));
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((one, at) => files.indexOf(one) !== at)).toEqual([]);
});

test('a part that cannot be had is told, and comes when it is tried again', async ({ gate, page }) => {
  const app = new App(page, gate, []);
  await page.route((url) => isLater(url.pathname), (route) => route.abort());
  await page.goto(`${gate.url}/#/paths/${IDS.payments}`);
  await expect(page.getByRole('alert')).toContainText('A part of the app could not be loaded');
  await expect(app.tree.getByRole('treeitem').first()).toBeVisible();
  const steps = await app.tree.getByRole('treeitem').count();
  await app.tree.getByRole('treeitem').last().focus();
  // Nobody knows any more what this was meant for when the part comes.
  await page.keyboard.press('Delete');
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.panel .tablist')).toBeVisible();
  await expect(page.locator('.part-gone')).toHaveCount(0);
  await whole(page);
  await expect(app.tree.getByRole('treeitem')).toHaveCount(steps);
  await expect(app.status).toHaveText('Saved');
});

test('after a deployment the page is loaded again once, and what was changed is kept', async ({ gate, page }) => {
  const app = new App(page, gate, []);
  const [isChanged, change] = (() => { let done; return [new Promise((resolve) => { done = resolve; }), done]; })();
  // The server has another version: it has this part no more, and its page begins another program.
  await page.route(/\/rest-[^/]*\.wasm$/, async (route) => {
    await isChanged;
    await route.fulfill({ status: 404, contentType: 'application/json', body: '{}' });
  });
  await page.route((url) => url.pathname === '/', (route) => (route.request().resourceType() === 'fetch'
    ? route.fulfill({ contentType: 'text/html', body: "<script type=\"module\">import './builder-0000000000000000.js'</script>" })
    : route.continue()));
  await page.goto(`${gate.url}/#/paths/${IDS.mobile}`);
  await app.setTime(/Page Primary on-call/, '7m');
  await expect(app.status).toHaveText('1 unsaved change');
  const loaded = page.waitForEvent('load');
  change();
  await expect(page.getByRole('alert').filter({ hasText: 'The app was updated' })).toBeVisible();
  await loaded;
  // It is asked about, as after any reload; and what does not come again is told, and nothing goes round in a circle.
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await expect(app.node(/then after 7m/)).toBeVisible();
  await expect(page.locator('.part-gone')).toContainText('A part of the app could not be loaded');
  await page.unrouteAll();
  await page.locator('.part-gone').getByRole('button', { name: 'Try again' }).click();
  await whole(page);
  await expect(page.locator('.part-gone')).toHaveCount(0);
});

test('what was asked for on a screen that was left does not come any more', async ({ app, gate, page }) => {
  app.server = gate;
  const later = await heldBack(page);
  await page.goto(`${gate.url}/#/paths/${IDS.payments}`);
  await app.tree.getByRole('treeitem').first().click({ button: 'right' });
  await page.keyboard.press('a');
  await page.evaluate(() => { location.hash = '#/'; });
  await expect(app.tree).toHaveCount(0);
  await later.release();
  await expect(page.locator('.path-row')).toHaveCount(7);
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(page.locator('.path-row').filter({ hasText: 'Draft' })).toHaveCount(0);
});

test('a draft that is resumed before the rest is there says that the path was saved elsewhere', async ({ gate, page, server }) => {
  const app = new App(page, gate, []);
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  const { id, kind, ...path } = await server.path(IDS.mobile);
  await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Mobile, renamed' });
  const held = [];
  await page.route(/\/rest-[^/]*\.wasm$/, (route) => held.push(route));
  await page.reload();
  await page.getByRole('dialog', { name: 'You have unsaved changes' }).getByRole('button', { name: 'Resume' }).click();
  await expect(app.status).toHaveText('1 unsaved change');
  await expect.poll(() => held.length).toBe(1);
  await held[0].continue();
  await expect(page.getByRole('list', { name: 'Notes' })).toContainText('was saved elsewhere');
  await app.save.click();
  await expect(page.getByRole('dialog', { name: 'This path was saved elsewhere' })).toBeVisible();
  expect((await server.path(IDS.mobile)).name).toBe('Mobile, renamed');
});
