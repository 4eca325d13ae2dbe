// A path with ten levels of branches, one in the other.

import { expect, test } from './support/fixtures.js';

const DEPTH = 10;
const page = (id, user) => ({ id, type: 'level', level: { targets: [{ type: 'user', id: user, urgency: 'high' }], time_to_ack_seconds: 300, ack_mode: 'first' } });
const LEVELS = Array.from({ length: DEPTH }, (_, position) => position + 1);

/** Each branch asks for working hours of its own: an hour of a Monday. */
const HOURS = LEVELS.map((depth) => ({
  id: `h${depth}`, name: `Shift ${depth}`, timezone: 'Europe/London',
  weekday_intervals: [{ weekday: 'monday', start_time: `${9 + depth}:00`, end_time: `${10 + depth}:00` }],
}));

/** The branch at a depth: a level on its first side, all deeper branches on its second. */
function branch(depth) {
  const inside = depth < DEPTH ? branch(depth + 1) : page('last', '01J0USERMANAGER00000000000');
  return {
    id: `b${depth}`, type: 'if_else',
    if_else: { conditions: [{ subject: `escalation.working_hours["h${depth}"]`, operation: 'is_active', param_bindings: [] }], then_path: [page(`l${depth}`, '01J0USERMAYA00000000000000')], else_path: [inside] },
  };
}

test('from far away cards are bare, and are told as before', async ({ app, server, page: tab }) => {
  const wide = (depth) => (depth === 0 ? [page('x', '01J0USERMAYA00000000000000')] : [{ id: `w${depth}`, type: 'if_else',
    if_else: { conditions: [{ subject: 'escalation.priority', operation: 'one_of', param_bindings: [{ array_value: [{ literal: '01J0PRIORITYP1000000000000' }] }] }],
      then_path: wide(depth - 1), else_path: wide(depth - 1) } }]);
  let made = 0;
  const named = JSON.parse(JSON.stringify(wide(6)), (key, value) => (key === 'id' && typeof value === 'string' && !value.startsWith('01J0') ? `n${(made += 1)}` : value));
  const { status, body } = await server.api('POST', '/v2/escalation_paths', { name: 'Wide', path: named });
  expect(status, JSON.stringify(body)).toBe(201);
  await app.open(body.escalation_path.id);
  await expect(tab.locator('.world')).not.toHaveClass(/far/);
  await expect(tab.locator('.node .title').first()).toBeVisible();
  await tab.keyboard.press('f');
  await expect(tab.locator('.world')).toHaveClass(/far/);
  await expect(app.tree.getByRole('treeitem')).toHaveCount(127);
  await expect(tab.locator('.node .title, .node .question, .plus')).toHaveCount(0);
  await expect(app.tree.getByRole('treeitem', { name: /^Level: Page Maya Chen/ })).toHaveCount(64);
  // The keys go on as they did, and what is gone to by them is marked.
  await tab.keyboard.press('ArrowDown');
  await expect(tab.locator('.node.selected')).toBeFocused();
  await tab.keyboard.press('0');
  await expect(tab.locator('.node').locator('.title, .question').first()).toBeVisible();
});

test('ten levels of branches are seen, walked, folded, searched, added to and saved', async ({ app, server, page: tab }) => {
  const node = (id) => tab.locator(`[id="node:${id}"]`);
  const items = app.tree.getByRole('treeitem');
  const press = async (...keys) => {
    for (const key of keys) await tab.keyboard.press(key);
  };
  const { status, body } = await server.api('POST', '/v2/escalation_paths', { name: 'Deep', path: [branch(1)], working_hours: HOURS });
  expect(status, JSON.stringify(body)).toBe(201);
  const { id } = body.escalation_path;
  await app.open(id);
  await expect(tab.getByRole('button', { name: /^\d+ problem/ })).toHaveCount(0);

  // By keys to the deepest step, which is brought into view; each step says how deep it lies.
  await node('b1').click();
  for (const depth of LEVELS) {
    await press('ArrowRight');
    await expect(node(`l${depth}`)).toBeFocused();
    await press('ArrowDown');
    await expect(node(depth < DEPTH ? `b${depth + 1}` : 'last')).toBeFocused();
  }
  await expect(node('last')).toBeInViewport();
  await expect(node('last')).toHaveAttribute('aria-level', String(DEPTH + 1));

  // All of it at once; the first and the last are in view.
  await press('f');
  await expect(items).toHaveCount(2 * DEPTH + 1);
  await expect(node('b1')).toBeInViewport();
  await expect(node('last')).toBeInViewport();
  await expect(node('last'), 'what has the focus keeps it').toBeFocused();

  // Out of the innermost branches, and the fifth folded with all that is in it.
  for (let depth = DEPTH; depth >= 5; depth -= 1) {
    if (depth < DEPTH) {
      await press('ArrowLeft');
      await expect(node(`b${depth + 1}`)).toHaveAttribute('aria-expanded', 'false');
    }
    await press('ArrowLeft');
    await expect(node(`b${depth}`)).toBeFocused();
  }
  await press('ArrowLeft');
  await expect(node('b5')).toHaveAttribute('aria-expanded', 'false');
  await expect(items).toHaveCount(9);
  await expect(tab.getByRole('button', { name: /^Expand “otherwise”: \d+ steps$/ })).toHaveAccessibleName('Expand “otherwise”: 11 steps');

  // A search looks inside, and opens all that lies around what it finds.
  await press('Control+f');
  await tab.keyboard.type('ruth');
  await expect(tab.locator('.search .hits')).toHaveText('1 found');
  await press('Enter', 'Escape');
  await expect(node('last')).toBeFocused();
  await expect(node('last')).toBeInViewport();

  // Alone, with the way to it.
  await press('o');
  const crumbs = tab.getByRole('navigation', { name: 'Where this branch is' });
  await expect(crumbs.getByRole('button')).toHaveCount(DEPTH);
  await expect(crumbs).toContainText(/^Whole path.*In Shift 10 hours\?$/);
  await expect(items, 'its other side is still folded').toHaveCount(2);
  await crumbs.getByRole('button', { name: 'Whole path' }).click();

  // Below the deepest step a level and, one deeper still, a branch.
  await node('last').click();
  await press('a');
  await expect(node('level-1')).toBeFocused();
  await press('n');
  await expect(tab.getByRole('listbox', { name: 'Add a step here' })).toBeVisible();
  await press('w');
  await expect(node('branch-1')).toBeFocused();
  await press('a');
  await expect(node('level-2')).toBeFocused();
  await expect(node('level-2')).toHaveAttribute('aria-level', String(DEPTH + 2));
  await app.add('Elena Petrova');
  await node('level-1').click();
  await app.add('Elena Petrova');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');

  let list = (await server.path(id)).path;
  for (const depth of LEVELS) {
    expect(list.map((step) => step.id)).toEqual([`b${depth}`]);
    list = list[0].if_else.else_path;
  }
  expect(list.map((step) => step.id)).toEqual(['last', 'level-1', 'branch-1']);
  expect(list[2].if_else.then_path.map((step) => step.id)).toEqual(['level-2']);
});

test('a path of ninety steps is seen whole, and what is chosen is not under the small map', async ({ app, server, page: tab }) => {
  const path = Array.from({ length: 90 }, (_, position) => page(`s${position}`, '01J0USERMAYA00000000000000'));
  const { body } = await server.api('POST', '/v2/escalation_paths', { name: 'Long', path });
  await app.open(body.escalation_path.id);
  await tab.getByRole('button', { name: 'Fit' }).click();
  const frame = await tab.locator('.canvas').boundingBox();
  const box = async (id) => tab.locator(`[id="node:${id}"]`).boundingBox();
  const [first, last] = [await box('s0'), await box('s89')];
  expect(first.y).toBeGreaterThanOrEqual(frame.y);
  expect(last.y + last.height).toBeLessThanOrEqual(frame.y + frame.height);

  // At its own size, moved so that the next step would lie under the map.
  await tab.getByRole('button', { name: 'Fit' }).click();
  await tab.locator('[id="node:s0"]').focus();
  await tab.keyboard.press('Enter');
  await tab.keyboard.press('Escape');
  const zoom = tab.getByTitle(/Zoom to 100%/i);
  await zoom.click();
  const map = await tab.locator('.minimap').boundingBox();
  await tab.locator('[id="node:s0"]').focus();
  await tab.keyboard.press('ArrowDown');
  const at = await box('s1');
  await tab.mouse.move(frame.x + 30, frame.y + 30);
  await tab.mouse.wheel(at.x - map.x + 100, at.y - map.y - 20);
  await expect.poll(async () => Math.abs((await box('s1')).y - map.y - 20)).toBeLessThan(3);
  await tab.keyboard.press('ArrowUp');
  await tab.keyboard.press('ArrowDown');
  await expect.poll(async () => { const now = await box('s1'); return now.y + now.height <= map.y || now.x + now.width <= map.x; }).toBe(true);
});
