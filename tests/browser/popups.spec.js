// Whatever opens above the page is inside the window and under the pointer: in every state, in windows of many sizes.

import { expect, frames, IDS, test } from './support/fixtures.js';
import { STATES } from './support/states.js';

const SIZES = [[1920, 1080], [1440, 900], [1024, 768], [1440, 600], [390, 844]];

/** What may lie on an opener, with the reason. */
const COVERS = {
  '.side-panel': 'it is closed before what lies under it is used',
};

/** Opens all that can be opened now, one after the other, and returns what of it no pointer reaches. In the page. */
async function openAll(covers) {
  const { faults, frame, name, open, settled } = window.reach;
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const middle = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2];
  };
  /** What a pointer meets in the middle of an opener, if it is not the opener. */
  const onTop = (opener) => {
    const under = document.elementFromPoint(...middle(opener));
    return under && opener.contains(under) ? null : under ?? document.documentElement;
  };
  /** Brings an opener to where it can be pressed: the graph is moved by the wheel, all else scrolls with what it lies in. */
  const bring = async (opener) => {
    const canvas = opener.closest('.canvas');
    if (!onTop(opener)) return;
    if (!canvas) return opener.scrollIntoView({ block: 'center', inline: 'nearest' });
    const [[x, y], [toX, toY]] = [middle(opener), middle(canvas)];
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaX: x - toX, deltaY: y - toY, clientX: toX, clientY: toY, bubbles: true, cancelable: true }));
    for (let frames = 0; frames < 3; frames += 1) await frame();
  };
  const found = [];
  const opened = [];
  // A state may have something open already: what is behind it cannot be used, and a press there closes it.
  const first = await settled();
  found.push(...first);
  const before = open();
  const isBehind = [...document.querySelectorAll('.behind')].some(isShown);
  const root = before.filter((one) => one.matches('dialog:modal')).at(-1) ?? (isBehind ? before.find((one) => one.matches(':popover-open')) : document);
  const isOpen = (opener) => opener.getAttribute('aria-expanded') === 'true';
  const openers = [...root.querySelectorAll('[aria-haspopup], [role=combobox]')].filter((one) => isShown(one) && !one.disabled && !isOpen(one) && !before.some((popup) => popup.contains(one) && popup !== root));
  // Of those that are alike, the first and the last.
  const kinds = new Map();
  for (const one of openers) {
    const kind = `${one.localName}.${one.className}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  const chosen = [...kinds.values()].flatMap((all) => (all.length > 1 ? [all[0], all.at(-1)] : all));
  for (const opener of chosen) {
    if (!opener.isConnected || !isShown(opener)) continue;
    const was = new Set(open());
    await bring(opener);
    const cover = onTop(opener);
    if (cover) {
      if (!cover.closest(covers)) found.push(`${name(opener)} is covered by ${name(cover)} (${cover.className}), ${middle(opener).map(Math.round)}`);
      continue;
    }
    opener.focus({ preventScroll: true });
    opener.click();
    for (let frames = 0; frames < 20 && open().every((one) => was.has(one)); frames += 1) await frame();
    const now = open().filter((one) => !was.has(one));
    if (now.length > 0) opened.push(name(opener));
    // Or it is said why there is nothing.
    else if (!document.querySelector('.toast')) found.push(`${name(opener)} opens nothing`);
    found.push(...(await settled()).map((fault) => `${name(opener)} opens ${fault}`));
    // Each entry in the middle of a list that scrolls, once it is scrolled to.
    for (const popup of now) {
      for (const entry of popup.querySelectorAll('[role=menuitem], [role=option]')) entry.scrollIntoView({ block: 'nearest' });
    }
    found.push(...faults().map((fault) => `${name(opener)}, scrolled to its end: ${fault}`));
    for (const popup of now.reverse()) {
      if (popup.matches('dialog:modal')) popup.dispatchEvent(new Event('cancel', { cancelable: true }));
      else (document.activeElement ?? opener).dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
    }
    for (let frames = 0; frames < 20 && now.some((one) => one.isConnected && isShown(one)); frames += 1) await frame();
    if (now.some((one) => one.isConnected && isShown(one))) found.push(`${name(opener)}: it is not closed by Escape`);
  }
  return { found, opened };
}

for (const state of Object.keys(STATES)) {
  test(`all that opens is reached by a pointer: ${state}`, async ({ app, page, server }) => {
    test.slow();
    await STATES[state]({ app, page, server });
    const found = [];
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.evaluate(() => window.reach.frame());
      const seen = await page.evaluate(openAll, Object.keys(COVERS).join());
      found.push(...seen.found.map((fault) => `${width} x ${height}: ${fault}`));
    }
    expect(found).toEqual([]);
  });
}

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
  const { opened } = await page.evaluate(openAll, Object.keys(COVERS).join());
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
