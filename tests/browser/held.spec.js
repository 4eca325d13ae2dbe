// The steps that keys and buttons act on: those that have the focus, and all that are chosen together.

import { expect, test } from './support/fixtures.js';

const level = (id, user = '01J0USERMAYA00000000000000') => ({ id, type: 'level', level: { targets: [{ type: 'user', id: user, urgency: 'high' }], time_to_ack_seconds: 300, ack_mode: 'first' } });
const levels = (count) => Array.from({ length: count }, (_, position) => level(`l${position + 1}`));
const node = (page, id) => page.locator(`[id="node:${id}"]`);
const order = (app) => app.tree.getByRole('treeitem').evaluateAll((all) => all.map((item) => item.id.slice('node:'.length)).join(' '));

async function open(app, server, count) {
  const { status, body } = await server.api('POST', '/v2/escalation_paths', { name: 'Held', path: levels(count) });
  expect(status, JSON.stringify(body)).toBe(201);
  await app.open(body.escalation_path.id);
}

test('of a hundred steps, the one that has the focus keeps it however the drawing is looked at', async ({ app, server, page }) => {
  await open(app, server, 100);
  await node(page, 'l1').focus();
  // Away from it by the wheel; it is still the way into the tree.
  const box = await page.locator('.canvas').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 200);
  await page.mouse.wheel(0, 6000);
  await expect(node(page, 'l1')).not.toBeInViewport();
  await expect(node(page, 'l1')).toBeFocused();
  await page.keyboard.press('End');
  await expect(node(page, 'l100')).toBeFocused();
  await page.keyboard.press('f');
  await expect(node(page, 'l1')).toBeInViewport();
  await expect(node(page, 'l100')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('0');
  await expect(node(page, 'l100'), 'also where it is not chosen').toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(node(page, 'l99')).toBeFocused();
});

test('with several chosen, the details and the menu say so and delete them all', async ({ app, server, page }) => {
  await open(app, server, 5);
  await node(page, 'l2').click();
  const button = app.inspector.getByRole('button', { name: /^Delete/ });
  await expect(button).toHaveText('Delete');
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(app.inspector).toContainText('3 steps selected. These details are for this step only.');
  await page.keyboard.press('Shift+F10');
  const menu = page.getByRole('menu', { name: 'Actions for 3 steps' });
  await expect(menu.getByRole('menuitem', { name: 'Delete 3 steps' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(button).toHaveText('Delete 3 steps');
  await button.click();
  await expect.poll(() => order(app)).toBe('l4 l5');
  await expect(node(page, 'l4')).toBeFocused();
  await expect(button).toHaveText('Delete');
  // Back with it, looked at and with the focus; and away again.
  await page.keyboard.press('Control+z');
  await expect.poll(() => order(app)).toBe('l1 l2 l3 l4 l5');
  await expect(node(page, 'l1')).toBeFocused();
  await expect(node(page, 'l1')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+Shift+z');
  await expect(node(page, 'l4')).toBeFocused();
});

test('every key acts on the step that has the focus, also if none is chosen', async ({ app, server, page }) => {
  await open(app, server, 4);
  const status = page.getByRole('status');
  const chosen = app.tree.getByRole('treeitem', { selected: true });
  const first = async () => {
    await node(page, 'l1').click();
    await page.keyboard.press('Escape');
    await expect(chosen).toHaveCount(0);
    await expect(app.tree.locator(':focus')).toHaveCount(1);
  };
  await first();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => order(app)).toBe('l2 l1 l3 l4');
  await expect(node(page, 'l1')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => order(app)).toBe('l1 l2 l3 l4');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+ArrowUp');
  await expect(status).toHaveText('It can’t move further this way');
  await first();
  await page.keyboard.press('ArrowDown');
  await expect(node(page, 'l2')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Delete');
  await expect.poll(() => order(app)).toBe('l1 l3 l4');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(chosen).toHaveCount(2);
  await first();
  await page.keyboard.press('a');
  await expect.poll(() => order(app)).toBe('l1 level-1 l3 l4');
  await expect(node(page, 'level-1')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+x');
  await expect.poll(() => order(app)).toBe('l1 l3 l4');
  await page.keyboard.press('Control+z');
  await expect(node(page, 'level-1')).toBeFocused();
  await expect(node(page, 'level-1')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+y');
  await expect(node(page, 'l3')).toBeFocused();
});

test('a first step is added by its key where there is none, and comes back with the focus', async ({ app, page }) => {
  await page.goto(`${app.server.url}/#/new`);
  await expect(app.tree).toBeVisible();
  await page.getByRole('button', { name: /^Empty/ }).click();
  // Where there is no step, the place for one has the focus.
  await expect(app.places.first()).toBeFocused();
  await page.keyboard.press('a');
  await expect(node(page, 'level-1')).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(app.places.first()).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(node(page, 'level-1')).toBeFocused();
  await expect(node(page, 'level-1')).toHaveClass(/selected/);
  await page.keyboard.press('Delete');
  await expect(app.places.first()).toBeFocused();
  await page.keyboard.press('n');
  await expect(page.getByRole('listbox', { name: 'Add a step here' })).toBeVisible();
  await page.keyboard.press('d');
  await expect(node(page, 'delay-1')).toBeFocused();
});

test('what a key opens has the focus before the next key', async ({ app, server, page }) => {
  await open(app, server, 4);
  await node(page, 'l2').click();
  await app.inspector.getByLabel('How long').fill('7 min');
  await app.inspector.getByLabel('How long').press('Enter');
  // Within the frame of the key: a person who types ahead, or a slow machine.
  const press = (key, more) => node(page, 'l2').evaluate((step, [key, more]) => new Promise((resolve) => {
    step.focus();
    requestAnimationFrame(() => {
      step.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const inside = document.activeElement.closest('dialog, [role=dialog], [role=listbox], [role=menu], [role=search]');
        (inside ?? step).dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
        resolve(inside !== null);
      };
      port2.postMessage(0);
    });
  }), [key, more]);
  for (const [key, more] of [['s', { ctrlKey: true }], ['h', {}], ['n', {}], ['k', { ctrlKey: true }], ['?', {}], ['f', { ctrlKey: true }], ['F10', { shiftKey: true }]]) {
    await node(page, 'l2').click();
    expect(await press(key, more), key).toBe(true);
    await page.keyboard.press('Escape');
    await expect(page.locator('dialog, .side-panel, [role=listbox], [role=menu], [role=search]'), key).toHaveCount(0);
  }
});

test('what is opened in the frame of a change keeps the focus', async ({ app, server, page }) => {
  await open(app, server, 4);
  await node(page, 'l4').click();
  await app.inspector.getByLabel('How long').fill('7 min');
  await app.inspector.getByLabel('How long').press('Enter');
  const panel = page.locator('.side-panel');
  for (const [key, more] of [['Delete', {}], ['z', { ctrlKey: true }], ['z', { ctrlKey: true, shiftKey: true }], ['Enter', {}]]) {
    await node(page, key === 'Delete' ? 'l2' : 'l3').click();
    await page.evaluate(([key, more]) => {
      const press = (key, more) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
      press(key, more);
      press('s', { ctrlKey: true });
    }, [key, more]);
    // Whatever comes with the next frames has come.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))));
    await expect(panel.locator(':focus'), key).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(panel, key).toHaveCount(0);
  }
});
