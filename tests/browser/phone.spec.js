// On a telephone a path is read and simulated.

import { expect, hold, IDS, test } from './support/fixtures.js';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

const step = (page, name) => page.getByRole('main').getByRole('button', { name });

async function open(page, server, id) {
  await page.goto(`${server.url}/#/paths/${id}`);
  await expect(page.locator('.outline')).toBeVisible();
}

const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('a path is an outline with when each step comes and who is told', async ({ app, page, server }) => {
  await open(page, server, IDS.payments);
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await expect(page.getByText('Read only, because the screen is small.')).toBeVisible();
  const level = step(page, /Page Primary on-call and Secondary/);
  await expect(level).toContainText('T+0 · 10:00 ×3');
  await expect(level).toContainText('Priya Nair, Grace Kim, Jamal Brooks notified');
  await expect(step(page, /Page Ruth Adeyemi/)).toContainText('T+5m · 10:05');
  // The side that is taken, and the one that is not.
  await expect(page.locator('.outline-side.walked > .outline-label')).toHaveText(['P1, P2']);
  await expect(page.locator('.outline-end.reached')).toHaveText(['then expires: nobody acknowledged']);
  // It follows the time that is looked at.
  await app.time.press('Home');
  await expect(page.locator('.outline-step.stands')).toHaveText(/Page Primary on-call and Secondary.*T\+0 · 10:00$/);
  await expect(step(page, /Page Ruth Adeyemi/)).not.toContainText('T+5m');
  await expect(page.locator('.outline-end.reached')).toHaveCount(0);
  await app.time.press('ArrowRight');
  await expect(page.locator('.outline-step.stands')).toHaveText(/Page Ruth Adeyemi.*T\+5m · 10:05$/);
  await app.assume({ priority: 'P3' });
  await expect(page.locator('.outline-step.stands')).toHaveCount(0);
  await expect(page.locator('.outline-side.walked > .outline-label')).toHaveText(['otherwise', 'yes']);
  await expect(level).not.toContainText('T+0');
  for (const name of [/^Save$/, /^Undo/, /^Add a step/]) await expect(page.getByRole('button', { name })).toHaveCount(0);
  await expect.poll(() => sideways(page), 'the page scrolls sideways').toBeLessThanOrEqual(0);
});

test('a step is tapped for its details', async ({ page, server }) => {
  await open(page, server, IDS.payments);
  const level = step(page, /Page Primary on-call and Secondary/);
  await level.tap();
  await expect(level).toHaveAttribute('aria-expanded', 'true');
  await expect(page.locator('.outline-details [data-field=ack_mode]')).toContainText('Everyone must');
  // What leads to another step opens that one.
  await step(page, /Back to the start/).tap();
  await expect(level).toHaveAttribute('aria-expanded', 'false');
  await page.getByRole('button', { name: 'The start', exact: true }).tap();
  await expect(step(page, /Priority is P1 or P2/)).toHaveAttribute('aria-expanded', 'true');
  await step(page, /Priority is P1 or P2/).tap();
  await expect(page.locator('.outline-details')).toHaveCount(0);
  await page.getByText('About this path').tap();
  await expect(page.locator('.about-path')).toContainText('Mon-Fri 09:00-17:00, Europe/London');
});

for (const id of ['major', 'warehouse', 'urgent']) {
  test(`nothing is cut off, and all can be touched: ${id}`, async ({ page, server }) => {
    await open(page, server, IDS[id]);
    for (const view of ['Outline', 'Graph']) {
      await page.getByRole('button', { name: view }).tap();
      await expect.poll(() => sideways(page), `${view} scrolls sideways`).toBeLessThanOrEqual(0);
      const small = await page.locator('button:visible, a:visible, input:visible, select:visible, summary:visible').evaluateAll((all) => all
        // What is drawn is as large as the drawing is shown; links in a text and boxes with a label are as they are.
        .filter((one) => !one.closest('.world, p, label'))
        .map((one) => [one.className || one.textContent, one.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
        .map(([name, box]) => `${name}: ${box.width} x ${box.height}`));
      expect(small, view).toEqual([]);
    }
  });
}

test('two fingers zoom the graph, one moves it', async ({ page, server }) => {
  await open(page, server, IDS.payments);
  await page.getByRole('button', { name: 'Graph' }).tap();
  const canvas = page.locator('.canvas');
  await canvas.scrollIntoViewIfNeeded();
  const percent = page.locator('.zoom .percent');
  const scale = async () => Number.parseInt(await percent.textContent(), 10);
  // All of it is shown at first.
  await expect.poll(scale).toBeLessThan(60);
  const first = await scale();
  const box = await canvas.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  const touch = (type, points) => session.send('Input.dispatchTouchEvent', {
    type, touchPoints: points.map(([px, py], id) => ({ x: px, y: py, id })),
  });
  await touch('touchStart', [[x - 30, y], [x + 30, y]]);
  for (const apart of [40, 50, 60, 75, 90]) await touch('touchMove', [[x - apart, y], [x + apart, y]]);
  await touch('touchEnd', []);
  await expect.poll(scale).toBeGreaterThan(first * 2);
  const at = async () => (await page.locator('.start').boundingBox()).y;
  const before = await at();
  await touch('touchStart', [[x, y - 40]]);
  for (const down of [0, 20, 40]) await touch('touchMove', [[x, y - 40 + down]]);
  await touch('touchEnd', []);
  await expect.poll(at).toBeGreaterThan(before + 20);
  // A finger that stays takes nothing up.
  const node = page.getByRole('treeitem', { name: /Page Ruth Adeyemi/ });
  const card = await node.boundingBox();
  await hold(page);
  await touch('touchStart', [[card.x + card.width / 2, card.y + card.height / 2]]);
  await page.clock.runFor(5_000);
  await expect(page.locator('.ghost')).toHaveCount(0);
  await touch('touchEnd', []);
});

test('it can be changed here all the same', async ({ app, page, server }) => {
  await open(page, server, IDS.mobile);
  await page.getByRole('button', { name: 'Edit here' }).tap();
  await expect(app.tree).toBeVisible();
  await expect(app.save).toBeVisible();
  await app.setTime(/Page Primary on-call/, '7m');
  await expect(app.status).toHaveText('1 unsaved change');
  await expect.poll(() => sideways(page)).toBeLessThanOrEqual(0);
});

test('what was changed is kept when the screen becomes small', async ({ app, page, server }) => {
  await page.setViewportSize({ width: 1000, height: 844 });
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(step(page, /Page Primary on-call/)).toContainText('then after 7m');
  await expect(app.status).toHaveText('1 unsaved change');
  await page.setViewportSize({ width: 1000, height: 844 });
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
});

test('the list', async ({ app, page }) => {
  await app.list();
  await expect(page.locator('.path-row')).toHaveCount(7);
  await expect(page.getByRole('link', { name: 'New path' })).toHaveCount(0);
  await expect.poll(() => sideways(page)).toBeLessThanOrEqual(0);
});
