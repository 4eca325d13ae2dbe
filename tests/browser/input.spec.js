// Keyboards with other letters, words that are composed, numbers as they are written elsewhere, and pointers that are lost.

import { expect, frames, IDS, test } from './support/fixtures.js';

/** A key as the browser tells of it, at what has the focus; whether the page took it. */
const press = (page, key, code, more = {}) => page.evaluate(([key, code, more]) => {
  const event = new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more });
  document.activeElement.dispatchEvent(event);
  return event.defaultPrevented;
}, [key, code, more]);

const ctrl = { ctrlKey: true };
const composing = { isComposing: true, keyCode: 229 };
const safari = { isComposing: false, keyCode: 229 };

test('letters of a Russian keyboard count by their place', async ({ app, page }) => {
  await app.open(IDS.urgent);
  await app.node(/Page/).first().focus();
  const items = app.tree.getByRole('treeitem');
  const count = await items.count();
  expect(await press(page, 'ф', 'KeyA')).toBe(true);
  await expect(items).toHaveCount(count + 1);
  await expect(page.locator('[role=treeitem]:focus')).toBeVisible();
  expect(await press(page, 'я', 'KeyZ', ctrl)).toBe(true);
  await expect(items).toHaveCount(count);
  expect(await press(page, 'Я', 'KeyZ', { ...ctrl, shiftKey: true })).toBe(true);
  await expect(items).toHaveCount(count + 1);
  await expect(page.locator('[role=treeitem]:focus')).toBeVisible();
  expect(await press(page, 'я', 'KeyZ', ctrl)).toBe(true);
  await expect(items).toHaveCount(count);
  await expect(page.locator('[role=treeitem]:focus')).toBeVisible();
  // Whatever has the focus after that, a level is what is duplicated: the path stays one that can be saved.
  await frames(page);
  await app.node(/Page/).first().click();
  expect(await press(page, 'в', 'KeyD', ctrl)).toBe(true);
  await expect(items).toHaveCount(count + 1);
  await expect(page.locator('[role=treeitem]:focus')).toBeVisible();
  // Ctrl+S opens the review, and not the browser's dialog.
  expect(await press(page, 'ы', 'KeyS', ctrl)).toBe(true);
  await expect(page.getByRole('button', { name: 'Save now' })).toBeVisible();
  await page.keyboard.press('Escape');
  await app.node(/Page/).first().focus();
  expect(await press(page, 'л', 'KeyK', ctrl)).toBe(true);
  await expect(page.getByRole('combobox', { name: 'All commands' })).toBeFocused();
  // In a field it is typed.
  expect(await press(page, 'ф', 'KeyA')).toBe(false);
  await page.keyboard.press('Escape');
  await app.node(/Page/).first().focus();
  expect(await press(page, 'а', 'KeyF', ctrl)).toBe(true);
  await expect(page.locator('#search')).toBeFocused();
  await page.keyboard.press('Escape');
  await app.node(/Page/).first().focus();
  expect(await press(page, 'т', 'KeyN')).toBe(true);
  // The letters in the menu, too: L for a level.
  await expect(page.getByRole('listbox', { name: 'Add a step here' })).toBeVisible();
  expect(await press(page, 'д', 'KeyL')).toBe(true);
  await expect(items).toHaveCount(count + 2);
  await expect(page.locator('[role=treeitem]:focus')).toBeVisible();
  expect(await press(page, 'р', 'KeyH')).toBe(true);
  await expect(page.getByRole('dialog', { name: 'History' })).toBeVisible();
});

test('Greek, German and typing ahead', async ({ app, page }) => {
  await app.open(IDS.urgent);
  const items = app.tree.getByRole('treeitem');
  const count = await items.count();
  await app.node(/Page/).first().focus();
  await page.keyboard.press('a');
  await expect(items).toHaveCount(count + 1);
  await expect(page.locator('[role=treeitem]:focus')).toBeVisible();
  expect(await press(page, 'y', 'KeyZ', ctrl)).toBe(true);
  await expect(items, 'Ctrl+Y of a German keyboard does again, and there is nothing').toHaveCount(count + 1);
  expect(await press(page, 'z', 'KeyY', ctrl)).toBe(true);
  await expect(items).toHaveCount(count);
  await page.keyboard.press('Control+Shift+z');
  await expect(items).toHaveCount(count + 1);
  await expect(page.locator('[role=treeitem]:focus')).toBeVisible();
  expect(await press(page, 'ζ', 'KeyZ', ctrl)).toBe(true);
  await expect(items).toHaveCount(count);
  await expect(page.locator('[role=treeitem]:focus')).toBeVisible();
  // The key of the apostrophe, then text that is sought.
  expect(await press(page, 'э', 'Quote')).toBe(true);
  expect(await press(page, 'п', 'KeyG')).toBe(true);
  await expect(page.locator('.pointing-hint strong')).toHaveText('п');
  await expect(items).toHaveCount(count);
});

test('play and steps on a Russian keyboard, and help says how', async ({ app, page }) => {
  await app.open(IDS.payments);
  await page.locator('.timeline').focus();
  const now = () => app.time.getAttribute('aria-valuenow');
  const end = await now();
  expect(await press(page, 'о', 'KeyJ')).toBe(true);
  await expect.poll(now).not.toBe(end);
  const before = await now();
  expect(await press(page, 'д', 'KeyL')).toBe(true);
  await expect.poll(now).not.toBe(before);
  await app.node(/./).first().focus();
  await press(page, '?', 'Digit7', { shiftKey: true });
  await expect(page.getByRole('dialog', { name: 'All keys' })).toContainText('where these letters are on a US keyboard');
});

test('while a word is composed, keys are those of the input method', async ({ app, page }) => {
  await app.open(IDS.urgent);
  await app.node(/Page/).first().click();
  const field = app.inspector.getByRole('combobox', { name: 'Add to this level' });
  const targets = app.inspector.locator('.target');
  const count = await targets.count();
  await field.fill('ma');
  const first = page.getByRole('listbox').getByRole('option').first();
  await expect(first).toBeVisible();
  for (const how of [composing, safari]) {
    for (const key of ['Enter', 'ArrowDown', 'ArrowUp', 'Escape', 'Tab', 'Process']) {
      expect(await press(page, key, key, how), `${key} ${JSON.stringify(how)}`).toBe(false);
    }
  }
  await expect(targets).toHaveCount(count);
  await expect(field).toHaveValue('ma');
  await expect(field).toBeFocused();
  await expect(first).toHaveAttribute('aria-selected', 'true');
  await press(page, 'Enter', 'Enter');
  await expect(targets).toHaveCount(count + 1);

  // The name of the path: half a word is neither taken nor thrown away.
  await app.node(/Page/).first().focus();
  await page.keyboard.press('Escape');
  const name = app.inspector.getByLabel('Name', { exact: true });
  const before = await name.inputValue();
  await name.fill('さとう');
  for (const how of [composing, safari]) {
    expect(await press(page, 'Escape', 'Escape', how)).toBe(false);
    expect(await press(page, 'Enter', 'Enter', how)).toBe(false);
  }
  await expect(name).toHaveValue('さとう');
  await press(page, 'Escape', 'Escape');
  await expect(name).toHaveValue(before);

  await page.keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: 'All commands' });
  await palette.fill('fit');
  for (const how of [composing, safari]) {
    for (const key of ['Enter', 'ArrowDown', 'Escape']) expect(await press(page, key, key, how)).toBe(false);
  }
  await expect(palette).toBeFocused();
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+f');
  await page.locator('#search').fill('page');
  for (const how of [composing, safari]) {
    for (const key of ['Enter', 'Escape']) expect(await press(page, key, key, how)).toBe(false);
  }
  await expect(page.locator('#search')).toBeFocused();
});

test('on the tree a key of an input method is no command', async ({ app, page }) => {
  await app.open(IDS.urgent);
  const items = app.tree.getByRole('treeitem');
  const count = await items.count();
  await app.node(/Page/).first().focus();
  for (const more of [{ keyCode: 229 }, composing]) {
    expect(await press(page, 'Process', 'KeyA', more)).toBe(false);
    expect(await press(page, 'a', 'KeyA', more)).toBe(false);
    expect(await press(page, 'Delete', 'Delete', more)).toBe(false);
  }
  await page.keyboard.press('n');
  await expect(page.getByRole('listbox', { name: 'Add a step here' })).toBeVisible();
  expect(await press(page, 'Process', 'KeyL', composing)).toBe(false);
  expect(await press(page, 'l', 'KeyL', composing)).toBe(false);
  await page.keyboard.press('Escape');
  await expect(items).toHaveCount(count);
});

test('durations are taken as they are meant, or asked about', async ({ app, page }) => {
  await app.open(IDS.urgent);
  await app.node(/Page/).first().click();
  const field = app.inspector.getByLabel('How long');
  for (const [text, told] of [['1,5h', '1h 30m'], ['0,5h', '30m'], ['2.5m', '2m 30s'], ['１０ｍ', '10m'], ['٥m', '5m'], ['7 min.', '7m'], ['1h, 30m', '1h 30m']]) {
    await field.fill(text);
    await field.press('Enter');
    await expect(field, text).toHaveValue(told);
    await expect(field).toHaveAttribute('aria-invalid', 'false');
  }
  for (const [text, why] of [['1,000s', 'may be a thousand or a fraction: type 1000'], ['1:30', 'may be hours or minutes'], ['2m 30', 'has no unit']]) {
    await field.fill(text);
    await field.press('Enter');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveValue(text);
    await expect(page.locator('#duration-fault')).toContainText(why);
    // What is typed anew is refused anew, also where the browser sees no change in it.
    for (const key of ['Enter', 'Tab']) {
      await field.press('End');
      await page.keyboard.type('x');
      await page.keyboard.press('Backspace');
      await expect(field).toHaveAttribute('aria-invalid', 'false');
      await page.keyboard.press(key);
      await expect(field).toHaveAttribute('aria-invalid', 'true');
      await expect(page.locator('#duration-fault')).toContainText(why);
    }
    await field.press('Escape');
    await expect(field).toHaveValue('1h 30m');
  }
});

test('what is held is let go when the page loses the pointer', async ({ app, page }) => {
  await app.open(IDS.payments);
  const lost = {
    blur: () => page.evaluate(() => window.dispatchEvent(new Event('blur'))),
    up: () => page.evaluate(() => document.querySelector('.canvas').dispatchEvent(
      new PointerEvent('pointermove', { bubbles: true, pointerId: 1, pointerType: 'mouse', buttons: 0, clientX: 700, clientY: 300 }))),
    cancel: () => page.evaluate(() => document.querySelector('.canvas').dispatchEvent(
      new PointerEvent('pointercancel', { bubbles: true, pointerId: 1, pointerType: 'mouse' }))),
  };
  const transform = () => page.locator('.world').evaluate((world) => world.style.transform);
  for (const [how, lose] of Object.entries(lost)) {
    const card = await app.node(/Page/).first().boundingBox();
    await page.mouse.move(card.x + 20, card.y + 20);
    await page.mouse.down();
    await page.mouse.move(card.x + 60, card.y + 40, { steps: 4 });
    await expect(page.locator('.ghost'), how).toBeVisible();
    await lose();
    await expect(page.locator('.ghost'), how).toHaveCount(0);
    await page.mouse.move(card.x + 90, card.y + 60);
    await expect(page.locator('.ghost'), how).toHaveCount(0);
    await page.mouse.up();
    await expect(app.status, 'nothing was moved').toHaveText('Saved');

    // Panning.
    const frame = await page.locator('.canvas').boundingBox();
    const still = await transform();
    await page.mouse.move(frame.x + 12, frame.y + frame.height - 120);
    await page.mouse.down();
    await page.mouse.move(frame.x + 42, frame.y + frame.height - 120);
    await expect.poll(transform, how).not.toBe(still);
    const panned = await transform();
    await lose();
    await page.mouse.move(frame.x + 142, frame.y + frame.height - 120);
    expect(await transform(), how).toBe(panned);
    await page.mouse.up();
    await page.getByRole('button', { name: 'Fit' }).click();

    // The upper edge of the panel.
    const handle = await page.locator('.handle').boundingBox();
    const height = () => page.locator('.handle').getAttribute('aria-valuenow');
    const low = await height();
    await page.mouse.move(handle.x + 200, handle.y + handle.height / 2);
    await page.mouse.down();
    await page.mouse.move(handle.x + 200, handle.y - 20);
    await expect.poll(height, how).not.toBe(low);
    const now = await height();
    await lose();
    await page.mouse.move(handle.x + 200, handle.y - 90);
    expect(await height(), how).toBe(now);
    await page.mouse.up();

    // The axis of time.
    const track = await page.locator('.scrubber').boundingBox();
    const end = await app.time.getAttribute('aria-valuenow');
    await page.mouse.move(track.x + 40, track.y + track.height / 2);
    await page.mouse.down();
    await expect.poll(() => app.time.getAttribute('aria-valuenow'), how).not.toBe(end);
    const at = await app.time.getAttribute('aria-valuenow');
    await lose();
    await page.mouse.move(track.x + track.width - 10, track.y + track.height / 2);
    expect(await app.time.getAttribute('aria-valuenow'), how).toBe(at);
    await page.mouse.up();
    await app.time.press('End');
  }
});

test('a week that is painted when the pointer is lost stays as it was', async ({ app, page }) => {
  await app.open(IDS.urgent);
  await app.node(/Page/).first().focus();
  await page.keyboard.press('Escape');
  const grid = app.inspector.locator('.week-grid').first();
  await app.inspector.locator('.hours-set > summary').first().click();
  await grid.scrollIntoViewIfNeeded();
  const box = await grid.boundingBox();
  const spans = grid.locator('.week-on');
  const count = await spans.count();
  expect(count).toBeGreaterThan(0);
  // On Sunday nothing is inside.
  const paint = async (share) => page.mouse.move(box.x + box.width * share, box.y + box.height * 0.9);
  await paint(0.1);
  await page.mouse.down();
  await paint(0.2);
  await expect(spans).toHaveCount(count + 1);
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await expect(spans).toHaveCount(count);
  await paint(0.3);
  await page.mouse.up();
  await expect(spans).toHaveCount(count);
  await expect(app.status).toHaveText('Saved');
  // What is painted to its end is taken.
  await paint(0.1);
  await page.mouse.down();
  await paint(0.2);
  await page.mouse.up();
  await expect(spans).toHaveCount(count + 1);
  await expect(app.status).toHaveText('1 unsaved change');
});

test('a problem that is chosen in the details gives the focus to its step', async ({ app, page }) => {
  await app.open(IDS.warehouse);
  await app.node(/./).first().focus();
  await page.keyboard.press('Escape');
  await app.inspector.locator('.problem button.link').first().focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('[role=treeitem]:focus')).toHaveAttribute('aria-selected', 'true');
});

test('the focus stays near a button that does away with itself', async ({ app, page }) => {
  await app.open(IDS.payments);
  // Where the focus is once it has come to rest: it is looked after some frames later.
  const focus = async () => {
    await frames(page);
    return page.locator(':focus');
  };
  await app.node(/Page Primary on-call and Secondary/).click();
  const targets = app.inspector.locator('.target');
  await expect(targets).toHaveCount(2);
  // Taken off the level, with its row.
  await targets.last().getByRole('button', { name: /^Remove/ }).focus();
  await page.keyboard.press('Enter');
  await expect(targets).toHaveCount(1);
  await expect(await focus()).toHaveAccessibleName('Remove Primary on-call');
  await page.keyboard.press('Control+z');
  await expect(targets).toHaveCount(2);
  await expect(await focus()).toHaveAccessibleName('Remove Primary on-call');
});
