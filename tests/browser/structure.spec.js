// Changing the structure in the drawing: adding, moving, copying, putting into branches, choosing where to go back.

import { expect, IDS, test } from './support/fixtures.js';

const level = (id, user = '01J0USERMAYA00000000000000') => ({ id, type: 'level', level: { targets: [{ type: 'user', id: user, urgency: 'high' }], time_to_ack_seconds: 300, ack_mode: 'first' } });

/** A path: a level, another one, then a branch on P1 with two levels and a repeat, and a delay on the other side. */
async function made(server) {
  const { status, body } = await server.api('POST', '/v2/escalation_paths', {
    name: 'Structure',
    path: [level('a'), level('b', '01J0USERMANAGER00000000000'), {
      id: 'x', type: 'if_else', if_else: {
        conditions: [{ subject: 'escalation.priority', operation: 'one_of', param_bindings: [{ array_value: [{ literal: '01J0PRIORITYP1000000000000' }] }] }],
        then_path: [level('c'), level('d', '01J0USERELENA0000000000000'), { id: 'r', type: 'repeat', repeat: { to_node: 'a', repeat_times: 1 } }],
        else_path: [{ id: 'e', type: 'delay', delay: { delay_seconds: 60 } }],
      },
    }],
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.escalation_path.id;
}

const node = (page, id) => page.locator(`[id="node:${id}"]`);
const order = (app) => app.tree.getByRole('treeitem').evaluateAll((all) => all.map((item) => item.id.slice('node:'.length)).join(' '));

async function open(app, server, page) {
  await app.open(await made(server));
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect(app.tree.getByRole('treeitem')).toHaveCount(7);
}

test('what can be put into a place, by letters', async ({ app, server, page }) => {
  await open(app, server, page);
  const menu = page.getByRole('listbox', { name: 'Add a step here' });
  await app.places.nth(1).click();
  await expect(menu.getByRole('option')).toHaveText([
    /^Level: page people\s*L$/, /^Channel.*C$/, /^Delay.*D$/, /^Branch on priority\s*B$/, /^Branch on working hours\s*W$/]);
  await expect(menu.getByRole('option').first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status')).toHaveText('Done: add channel');
  await expect(node(page, 'channel-1')).toBeFocused();
  await expect.poll(() => order(app)).toBe('a channel-1 b x c d r e');

  // At an end also what must be the last; after a repeat nothing but a hand-over.
  await app.places.last().click();
  await expect(menu.getByRole('option')).toHaveText([/Level/, /Channel/, /Delay/, /priority/, /hours/, /Repeat.*R$/, /Hand-over.*H$/]);
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(app.places.last()).toBeFocused();
  await app.places.nth(7).click();
  await expect(menu.getByRole('option')).toHaveText([/Hand-over/]);
  await page.keyboard.press('h');
  await expect.poll(() => order(app)).toBe('a channel-1 b x c d r hand-over-1 e');

  // A branch takes what follows into its first side.
  await node(page, 'd').click();
  await page.keyboard.press('n');
  await expect(menu).toBeVisible();
  await page.keyboard.press('Escape');
  await node(page, 'c').click();
  await page.keyboard.press('n');
  await page.keyboard.press('b');
  await expect(node(page, 'branch-1')).toBeFocused();
  await expect(node(page, 'd')).toHaveAttribute('aria-level', '3');
  await page.keyboard.press('Control+z');
  await expect(node(page, 'd')).toHaveAttribute('aria-level', '2');
});

test('by drag, to where it may go and nowhere else', async ({ app, server, page }) => {
  await open(app, server, page);
  const middle = async (locator) => {
    const box = await locator.boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  await page.mouse.move(...await middle(node(page, 'd')));
  await page.mouse.down();
  await page.mouse.move(...await middle(node(page, 'e')), { steps: 5 });
  await expect(page.locator('.ghost')).toHaveText('Page Elena Petrova');
  await expect(page.locator('.plus.away'), 'where it is, before the first and after the repeat').toHaveCount(4);
  await page.mouse.move(...await middle(app.places.last()), { steps: 5 });
  await expect(page.locator('.plus.over')).toHaveCount(1);
  await page.mouse.up();
  await expect.poll(() => order(app)).toBe('a b x c r e d');
  await expect(page.getByRole('status')).toHaveText('Done: move');
  await expect(node(page, 'd')).toBeFocused();

  // Escape leaves everything, and so does letting go far from any place.
  await page.mouse.move(...await middle(node(page, 'd')));
  await page.mouse.down();
  await page.mouse.move(...await middle(app.places.first()), { steps: 5 });
  await expect(page.locator('.plus.over')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.locator('.ghost')).toHaveCount(0);
  await page.mouse.up();
  await expect.poll(() => order(app)).toBe('a b x c r e d');
  await expect(page.getByRole('status')).toHaveText('Nothing was moved');

  // The first step must stay the first, as the repeat goes back to it: it has no place to go to.
  await page.mouse.move(...await middle(node(page, 'a')));
  await page.mouse.down();
  await page.mouse.move(...await middle(app.places.nth(2)), { steps: 5 });
  await expect(page.locator('.plus.drop')).toHaveCount(0);
  await page.mouse.up();
  await expect.poll(() => order(app)).toBe('a b x c r e d');

  // A click is still a click.
  await node(page, 'c').click();
  await expect(node(page, 'c')).toHaveClass(/selected/);
});

test('the drawing follows a drag to its edge', async ({ app, page }) => {
  await app.open(IDS.major);
  const card = app.tree.locator('.node.level').first();
  const box = await card.boundingBox();
  await page.mouse.move(box.x + 40, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(1080, 300, { steps: 5 });
  await expect.poll(async () => (await card.boundingBox()).x).toBeLessThan(box.x - 100);
  await page.keyboard.press('Escape');
  await page.mouse.up();
});

test('by a finger: a long press takes up, a swipe pans', async ({ app, server, page }) => {
  await open(app, server, page);
  const client = await page.context().newCDPSession(page);
  const touch = (type, ...points) => client.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
  const middle = async (locator) => {
    const box = await locator.boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const at = await middle(node(page, 'c'));
  await touch('touchStart', at);
  await touch('touchMove', [at[0] + 30, at[1] + 20]);
  await touch('touchMove', [at[0] + 60, at[1] + 40]);
  await touch('touchEnd');
  await expect.poll(async () => Math.round((await middle(node(page, 'c')))[0] - at[0])).toBe(60);
  await expect.poll(() => order(app)).toBe('a b x c d r e');

  // Two fingers zoom, also on steps.
  const before = await node(page, 'c').boundingBox();
  const [c, e] = [await middle(node(page, 'c')), await middle(node(page, 'e'))];
  await touch('touchStart', c);
  await touch('touchStart', c, e);
  await touch('touchMove', [c[0] - 20, c[1]], [e[0] + 20, e[1]]);
  await touch('touchMove', [c[0] - 60, c[1]], [e[0] + 60, e[1]]);
  await touch('touchEnd');
  await expect.poll(async () => (await node(page, 'c').boundingBox()).width).toBeGreaterThan(before.width * 1.1);
  await page.getByRole('button', { name: 'Fit' }).click();

  await touch('touchStart', await middle(node(page, 'd')));
  await expect(page.locator('.ghost')).toBeVisible();
  await touch('touchMove', await middle(app.places.last()));
  await touch('touchEnd');
  await expect.poll(() => order(app)).toBe('a b x c r e d');
});

test('by keys: out of a branch and into one', async ({ app, server, page }) => {
  await open(app, server, page);
  await node(page, 'd').click();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => order(app)).toBe('a b x d c r e');
  await expect(node(page, 'd')).toBeFocused();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.getByRole('status')).toHaveText('It can’t move further this way');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(() => order(app)).toBe('a b d x c r e');
  await page.keyboard.press('Alt+ArrowRight');
  await expect.poll(() => order(app)).toBe('a b x d c r e');
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => order(app)).toBe('a b x c d r e');

  // Several at once.
  await expect(node(page, 'd')).toBeFocused();
  await page.keyboard.press('Shift+ArrowUp');
  await expect(page.getByRole('status')).toHaveText('2 steps selected');
  await expect(app.tree.getByRole('treeitem', { selected: true })).toHaveCount(2);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(() => order(app)).toBe('a b c d x r e');
  await expect(node(page, 'c')).toBeFocused();
  await expect(app.tree.getByRole('treeitem', { selected: true })).toHaveCount(2);
  await page.keyboard.press('Control+d');
  await expect.poll(() => order(app)).toBe('a b c d level-1 level-2 x r e');
  await expect(page.getByRole('status')).toHaveText('Done: duplicate');
  await node(page, 'b').click();
  await node(page, 'level-2').click({ modifiers: ['Shift'] });
  await expect(app.tree.getByRole('treeitem', { selected: true })).toHaveCount(5);
  await page.keyboard.press('Delete');
  await expect.poll(() => order(app)).toBe('a x r e');
  await node(page, 'a').click();
  await node(page, 'r').click({ modifiers: ['Shift'] });
  await expect(page.getByRole('status')).toHaveText('You can only select consecutive steps');
});

test('cut, copy and paste, also into another window', async ({ app, server, page, context }) => {
  await open(app, server, page);
  await node(page, 'c').click();
  await node(page, 'd').click({ modifiers: ['Shift'] });
  await page.keyboard.press('Control+c');
  await expect(page.getByRole('status')).toHaveText('2 steps copied');
  await node(page, 'e').click();
  await page.keyboard.press('Control+v');
  await expect.poll(() => order(app)).toBe('a b x c d r e level-1 level-2');
  await page.keyboard.press('Control+z');

  await node(page, 'd').click();
  await page.keyboard.press('Control+x');
  await expect.poll(() => order(app)).toBe('a b x c r e');

  const other = await context.newPage();
  await other.goto(`${server.url}/#/paths/${IDS.mobile}`);
  await other.getByRole('treeitem').first().click();
  const before = await other.getByRole('treeitem').count();
  await other.keyboard.press('Control+v');
  await expect(other.getByRole('treeitem')).toHaveCount(before + 1);
  await expect(other.locator(':focus')).toHaveAccessibleName(/Page Elena Petrova/);

  // In a place, while its menu is open; or from the menu.
  await app.places.nth(1).click();
  await page.keyboard.press('Control+v');
  await expect.poll(() => order(app)).toBe('a d b x c r e');
  await expect(page.getByRole('listbox')).toHaveCount(0);

  // In a field the keys are the field's.
  await app.inspector.getByLabel('How long').first().click();
  const nodes = await app.tree.getByRole('treeitem').count();
  await page.keyboard.press('Control+v');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(nodes);
});

test('what can be done with a step, in a menu', async ({ app, server, page }) => {
  await open(app, server, page);
  await node(page, 'c').click({ button: 'right' });
  const menu = page.getByRole('menu', { name: 'Actions for this step' });
  await expect(menu.getByRole('menuitem', { name: 'Duplicate' })).toContainText('Ctrl+D');
  await expect(menu.getByRole('menuitem').first()).toBeFocused();
  await menu.getByRole('menuitem', { name: 'Put into a branch on priority' }).click();
  await expect(node(page, 'branch-1')).toBeFocused();
  await expect(node(page, 'r')).toHaveAttribute('aria-level', '3');

  await node(page, 'branch-1').getByRole('button', { name: 'Actions for this step' }).click();
  await menu.getByRole('menuitem', { name: 'Replace the branch by its first side' }).click();
  await expect.poll(() => order(app)).toBe('a b x c d r e');
  await page.keyboard.press('Shift+F10');
  await expect(menu).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(node(page, 'c')).toBeFocused();

  // Copied by the menu, pasted by the menu of a place.
  await page.keyboard.press('Shift+F10');
  await menu.getByRole('menuitem', { name: 'Copy', exact: false }).first().click();
  await expect(page.getByRole('status')).toHaveText('1 step copied');
  await app.places.last().click();
  await page.getByRole('option', { name: 'Paste' }).click();
  await expect.poll(() => order(app)).toBe('a b x c d r e level-1');
});

test('what is offered by name is called so when it is done and undone', async ({ app, server, page }) => {
  await open(app, server, page);
  const status = page.getByRole('status');
  for (const [id, name] of [
    ['c', 'Duplicate'], ['c', 'Put into a branch on priority'], ['c', 'Put into a branch on working hours'], ['d', 'Delete'], ['d', 'Cut'],
    ['x', 'Replace the branch by its first side'], ['x', 'Replace the branch by its second side'],
  ]) {
    await node(page, id).click({ button: 'right' });
    await page.getByRole('menuitem', { name: new RegExp(`^${name}\\b`) }).click();
    const small = name[0].toLowerCase() + name.slice(1);
    await expect(status).toHaveText(`Done: ${small}`);
    await page.keyboard.press('Control+z');
    await expect(status).toHaveText(`Undone: ${small}`);
  }
  // What is in the way is told by what is written on the steps.
  await node(page, 'a').click();
  await page.keyboard.press('Delete');
  await expect(status).toHaveText(/^“Back to the start, once more” goes back to “Page Maya Chen”, which must be the first step/);
  // In front of the first step repeats follow, which is said.
  await app.put(0);
  await expect(status).toHaveText('Done: add level. It is the first step now, and what went back to the start goes back to it');
});

test('what is added below a branch that is collapsed is seen', async ({ app, server, page }) => {
  await open(app, server, page);
  await node(page, 'x').click();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('.closed-side')).toHaveCount(2);
  await page.keyboard.press('n');
  const menu = page.getByRole('listbox', { name: 'Add a step here' });
  await expect(menu.getByRole('option').first()).toBeFocused();
  await expect(page.getByRole('status')).toHaveText('“P1” is expanded');
  await page.keyboard.press('l');
  await expect(node(page, 'level-1')).toBeFocused();
  await expect(page.locator('.closed-side')).toHaveCount(1);
});

test('where a repeat goes back to, chosen in the drawing', async ({ app, server, page }) => {
  await open(app, server, page);
  await node(page, 'r').click();
  await page.keyboard.press('t');
  await expect(page.getByRole('status')).toContainText('Choose where to go back: 2 steps');
  await expect(app.tree.locator('.target-here')).toHaveCount(2);
  await expect(node(page, 'a')).toBeFocused();
  await node(page, 'd').click();
  await expect(page.getByRole('status')).toHaveText('A repeat goes back to the first step or to a branch around it');
  await page.keyboard.press('Escape');
  await expect(app.tree.locator('.target-here')).toHaveCount(0);
  await expect(node(page, 'r')).toBeFocused();
  await page.keyboard.press('t');
  await expect(node(page, 'a')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(node(page, 'x')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(node(page, 'r')).toBeFocused();
  await expect(app.node(/Repeat: Back to “Priority is P1/)).toBeVisible();
  await page.keyboard.press('t');
  await node(page, 'a').click();
  await expect(app.node(/Repeat: Back to the start/)).toBeVisible();
});

test('a whole path by keyboard alone', async ({ app, page }) => {
  await page.goto(`${app.server.url}/#/new`);
  await expect(app.tree).toBeVisible();
  const menu = page.getByRole('listbox', { name: 'Add a step here' });
  const add = async (letter, id) => {
    await page.keyboard.press('n');
    await expect(menu).toBeVisible();
    await page.keyboard.press(letter);
    await expect(node(page, id)).toBeFocused();
  };
  // From the name to the shapes by Tab, and from them to the place of the first step.
  const empty = page.getByRole('button', { name: /^Empty/ });
  for (let count = 0; count < 40; count += 1) {
    if (await empty.evaluate((button) => button === document.activeElement)) break;
    await page.keyboard.press('Shift+Tab');
  }
  await page.keyboard.press('Enter');
  await expect(app.places).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(menu).toBeVisible();
  await page.keyboard.press('l');
  await expect(node(page, 'level-1')).toBeFocused();
  await add('c', 'channel-1');
  await add('b', 'branch-1');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => order(app)).toBe('level-1 channel-1 branch-1');
  // Into the first side of the branch: what is put behind the level before it can be moved there.
  await page.keyboard.press('ArrowUp');
  await expect(node(page, 'channel-1')).toBeFocused();
  await add('d', 'delay-1');
  await page.keyboard.press('Alt+ArrowRight');
  await expect(node(page, 'delay-1')).toHaveAttribute('aria-level', '2');
  await expect(node(page, 'delay-1')).toBeFocused();
  await add('r', 'repeat-1');
  await page.keyboard.press('t');
  await expect(node(page, 'level-1')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(app.node(/Repeat: Back to “Priority is P1\?”/)).toBeFocused();
  await add('h', 'hand-over-1');
  await expect.poll(() => order(app)).toBe('level-1 channel-1 branch-1 delay-1 repeat-1 hand-over-1');
  await page.keyboard.press('F8');
  await expect(page.getByRole('status')).toHaveText(/^Problem 1 of \d+: /);
});

test('below a branch is inside it, and what cannot be done is seen as well as heard', async ({ app, page }) => {
  await app.open(IDS.payments);
  await expect(page).toHaveTitle(/Escalation Path Builder$/);
  await expect(page).not.toHaveTitle('Escalation Path Builder');
  const toast = page.locator('.toast');
  await app.node(/In UK hours/).click();
  const before = await app.tree.getByRole('treeitem').count();
  await page.keyboard.press('a');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(before + 1);
  await expect(app.tree.getByRole('treeitem', { selected: true })).toHaveAttribute('aria-level', '3');
  await expect(page.getByRole('status')).toHaveText(/inside the branch/);

  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'no steps');
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(toast).toBeVisible();
  await expect(page.getByRole('status')).toHaveText(await toast.textContent());
  await page.keyboard.press('Escape');
  await expect(toast).toHaveCount(0);
});
