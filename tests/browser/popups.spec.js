// What opens above the page hangs where it belongs and stays there. That all of it is reached is in states.spec.js.

import { expect, frames, IDS, test, whole } from './support/fixtures.js';
import { openAll, SIZES } from './support/opening.js';
import { STATES } from './support/states.js';

// Neither buttons of the panel below nor, where it fills the window, anything of the page.
test('what lies under the panel at the side cannot have the focus', async ({ app, page, server }) => {
  await STATES['a review']({ app, page, server });
  const found = [];
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await frames(page);
    const covered = await page.locator('button:visible, a:visible, input:visible, select:visible, [tabindex="0"]:visible').evaluateAll((all) => all
      .filter((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const under = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        // The graph moves what has the focus to where it is seen.
        return !one.closest('.side-panel, .canvas') && !one.disabled && under?.closest('.side-panel');
      })
      .map((one) => window.reach.name(one)));
    found.push(...covered.map((one) => `${width} x ${height}: ${one}`));
  }
  expect(found).toEqual([]);
});

test('what can be opened on the screen of a path is opened by that test', async ({ app, page }) => {
  await app.open(IDS.warehouse);
  await app.node(/Page Primary on-call/).first().click();
  await whole(page);
  const { opened } = await openAll(page);
  for (const one of ['2 problems', 'More', 'Add a step here', 'Add to this level', 'Next…', 'More assumptions', 'Scenarios']) {
    expect(opened.join('\n')).toContain(`“${one}`);
  }
});

test('the menu of a path hangs below its button, and each entry is clicked as it lies', async ({ app, page }) => {
  await app.open(IDS.payments);
  const more = page.getByRole('button', { name: 'More', exact: true });
  const button = await more.boundingBox();
  await more.click();
  const menu = await page.getByRole('menu', { name: 'More' }).boundingBox();
  expect(menu.y).toBeGreaterThanOrEqual(button.y + button.height);
  const last = await page.getByRole('menuitem').last().boundingBox();
  expect(last.y + last.height).toBeLessThanOrEqual(menu.y + menu.height);
  const history = await page.getByRole('menuitem', { name: 'History' }).boundingBox();
  await page.mouse.click(history.x + history.width / 2, history.y + history.height / 2);
  await expect(page.getByRole('dialog', { name: 'History' })).toBeVisible();
});

test('an option that is gone to by arrows is seen, in a list that is longer than its frame', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.node(/Page Primary on-call/).click();
  await app.inspector.getByLabel('Add to this level').click();
  const list = page.getByRole('listbox', { name: 'Add to this level' });
  const inside = async () => {
    const [option, frame] = [await list.locator('[aria-selected=true]').boundingBox(), await list.boundingBox()];
    return option.y >= frame.y && option.y + option.height <= frame.y + frame.height;
  };
  const count = await list.getByRole('option').count();
  expect(count).toBeGreaterThan(9);
  for (const [key, times] of [['ArrowDown', 9], ['ArrowDown', count - 10], ['ArrowDown', 1], ['ArrowUp', 1]]) {
    for (let press = 0; press < times; press += 1) await page.keyboard.press(key);
    await expect.poll(inside, `${key}, ${times} times`).toBe(true);
  }
  await expect(list.locator('[aria-selected=true]')).toHaveText(await list.getByRole('option').last().textContent());
});

test('a popup stays inside a window that becomes smaller, and grows with what is in it', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await page.getByRole('button', { name: 'Ruth Adeyemi', exact: true }).click();
  const popup = page.getByRole('dialog', { name: /Ruth Adeyemi/ });
  for (const does of ['Acknowledges', 'Snoozes']) {
    await popup.getByRole('button', { name: does }).click();
    for (const [width, height] of [[1440, 900], [900, 420], [700, 500], [1440, 900]]) {
      await page.setViewportSize({ width, height });
      await expect.poll(async () => {
        const box = await popup.boundingBox();
        return box && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
      }, `${does} at ${width} x ${height}`).toBe(true);
      expect(await page.evaluate(() => window.reach.settled())).toEqual([]);
    }
  }
});
