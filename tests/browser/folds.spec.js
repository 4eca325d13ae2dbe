// Sides of branches that are closed, a branch drawn alone, and the small map.

import { expect, IDS, test } from './support/fixtures.js';

test('a closed side is one chip that hides no problem', async ({ app, page }) => {
  await app.open(IDS.payments);
  await page.getByRole('button', { name: 'Collapse “P1, P2”' }).click();
  const chip = page.getByRole('button', { name: 'Expand “P1, P2”: 3 steps', exact: true });
  await expect(chip).toHaveText('3 steps');
  await expect(chip).toHaveClass(/walked/);
  await expect(app.node(/Page Ruth Adeyemi/)).toHaveCount(0);
  await expect(page.locator('.line.back'), 'the line back is closed with its repeat').toHaveCount(0);
  await expect(page.getByRole('status')).toHaveText('“P1, P2” is collapsed');
  await chip.click();
  await expect(app.node(/Page Ruth Adeyemi/)).toBeVisible();

  // A level that pages nobody is put into a side, which is closed then.
  await app.node(/Page Ruth Adeyemi/).click();
  await page.keyboard.press('a');
  await expect(app.node(/Page nobody yet/)).toBeFocused();
  await page.getByRole('button', { name: 'Collapse “P1, P2”' }).click();
  await expect(page.locator(':focus'), 'what is chosen is not hidden').toHaveAccessibleName(/Priority is P1 or P2/);
  await expect(page.getByRole('button', { name: 'Expand “P1, P2”: 4 steps, 1 problem' })).toBeVisible();
  // Going to the problem opens it.
  await page.keyboard.press('F8');
  await expect(app.node(/Page nobody yet/)).toBeFocused();
});

test('branches are closed and opened by keys', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/In UK hours/).click();
  const branch = app.node(/In UK hours/);
  await expect(branch).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowLeft');
  await expect(branch).toHaveAttribute('aria-expanded', 'false');
  await expect(page.locator('.closed-side')).toHaveCount(2);
  await expect(branch).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator(':focus')).toHaveAccessibleName(/Priority is P1 or P2/);
  await page.keyboard.press('End');
  await expect(branch).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(branch).toHaveAttribute('aria-expanded', 'true');
  await expect(branch).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator(':focus')).toHaveAccessibleName(/on the side “yes”/);

  // One closed side is opened before the branch is gone into.
  await page.getByRole('button', { name: 'Collapse “otherwise”' }).last().click();
  await branch.click();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.closed-side')).toHaveCount(0);
  await expect(branch).toBeFocused();

  const run = async (name) => {
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'All commands' })).toBeFocused();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
  };
  await run('collapse all');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(1);
  await expect(app.tree.getByRole('treeitem', { selected: true })).toHaveCount(1);
  // A search looks inside, and opens what is around what it finds.
  await page.keyboard.press('Control+f');
  await page.keyboard.type('delay');
  await page.keyboard.press('Enter');
  await expect(app.node(/Wait until UK hours begin/)).toBeVisible();
  await expect(page.locator('.closed-side')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await run('expand all');
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect(app.tree.getByRole('treeitem')).toHaveCount(9);
  // So does a step of the simulation.
  await run('collapse all');
  await app.steps.locator('.step').filter({ hasText: 'Ruth Adeyemi is paged' }).first().click();
  await expect(app.node(/Page Ruth Adeyemi/)).toHaveClass(/selected/);
});

test('a branch alone', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Post to #payments-alerts/).click();
  await page.keyboard.press('o');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(5);
  await expect(page.getByRole('status')).toHaveText('Only “In UK hours?” is shown');
  const crumbs = page.getByRole('navigation', { name: 'Where this branch is' });
  await expect(crumbs).toHaveText('Whole path/Priority is P1 or P2?/In UK hours?');
  // A step is added in it as anywhere.
  await app.node(/Post to #payments-alerts/).click();
  await page.keyboard.press('a');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(6);
  await page.keyboard.press('Control+z');
  // What is elsewhere shows everything.
  await app.steps.locator('.step').filter({ hasText: 'Ruth Adeyemi is paged' }).first().click();
  await expect(app.tree.getByRole('treeitem')).toHaveCount(9);
  await app.node(/In UK hours/).click();
  await page.keyboard.press('o');
  await crumbs.getByRole('button', { name: 'Whole path' }).click();
  await expect(app.tree.getByRole('treeitem')).toHaveCount(9);
  await expect(crumbs).toHaveCount(0);
  // The key leads there and back.
  await app.node(/In UK hours/).click();
  await page.keyboard.press('o');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(5);
  await page.keyboard.press('o');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(9);
});

test('the small map moves the view', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await expect(page.locator('.minimap'), 'not where all is seen').toHaveCount(0);
  await app.open(IDS.major);
  const map = page.locator('.minimap');
  await expect(map).toBeVisible();
  const box = await map.boundingBox();
  const last = app.tree.getByRole('treeitem').last();
  const place = async () => (await last.boundingBox()).y;
  const before = await place();
  const first = app.tree.getByRole('treeitem').first();
  await expect(first).toBeInViewport();
  await expect(last).not.toBeInViewport();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height - 4);
  await expect.poll(place, 'down to the end').toBeLessThan(before);
  await expect(first).not.toBeInViewport();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 4, { steps: 3 });
  await page.mouse.up();
  await expect(first).toBeInViewport();
  await page.setViewportSize({ width: 800, height: 900 });
  await expect(map).toBeHidden();
});
