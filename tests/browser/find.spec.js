// Finding one's way: search, the palette, the list of keys, and the address of a step.

import { expect, hold, IDS, test } from './support/fixtures.js';

test('search marks what fits and goes through it', async ({ app, page }) => {
  await app.open(IDS.major);
  await page.keyboard.press('Control+f');
  const field = page.getByRole('textbox', { name: 'Search this path' });
  await expect(field).toBeFocused();
  await field.fill('primary');
  const hits = app.tree.locator('.node.found');
  const count = await hits.count();
  expect(count).toBeGreaterThan(2);
  await expect(page.locator('.search .hits')).toHaveText(`${count} found`);
  await field.press('Enter');
  await expect(page.locator('.search .hits')).toHaveText(`1 of ${count}`);
  await expect(page.getByRole('status')).toHaveText(new RegExp(`^1 of ${count}: .*Primary`));
  await expect(app.tree.locator('.node.selected.found')).toBeInViewport();
  await field.press('Shift+Enter');
  await expect(page.locator('.search .hits')).toHaveText(`${count} of ${count}`);
  await expect(field).toBeFocused();

  // By the id of a person, and without accents or large letters.
  await field.fill('01j0user');
  await expect(hits.first()).toBeVisible();
  await field.fill('nothing like it');
  await expect(page.locator('.search .hits')).toHaveText('0 found');
  await field.press('Enter');
  await expect(page.getByRole('status')).toHaveText('No matches');

  await field.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(hits).toHaveCount(0);
  await expect(app.tree.getByRole('treeitem', { selected: true })).toBeFocused();

  // A single key opens it too, where it is not typed into a field.
  await page.keyboard.press('/');
  await expect(field).toBeFocused();
  await field.fill('');
  await page.keyboard.type('/?');
  await expect(field).toHaveValue('/?');
});

test('what is typed right after the key that opens the palette goes to it', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  // No frame comes from here on.
  await hold(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('del');
  await expect(page.getByRole('combobox', { name: 'All commands' })).toHaveValue('del');
});

test('the palette finds tabs, and what people call things', async ({ app, page }) => {
  await app.open(IDS.payments);
  const field = page.getByRole('combobox', { name: 'All commands' });
  for (const [typed, name, tab] of [['coverage', 'Coverage', 'Coverage'], ['who is on call', 'Coverage', 'Coverage'], ['prove', 'Expectations', 'Expectations']]) {
    await page.keyboard.press('Control+k');
    await field.fill(typed);
    await expect(page.locator('.palette [role=option]').first()).toHaveText(name);
    await field.press('Enter');
    await expect(page.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true');
  }
});

test('the palette does what is typed', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'All commands' });
  await expect(field).toBeFocused();
  // Only what can be done now.
  const lines = page.locator('.palette [role=option]');
  const option = (name) => lines.filter({ hasText: name });
  await expect(option('Delete')).toBeVisible();
  await expect(option('Undo')).toHaveCount(0);
  await field.fill('post #pay');
  await expect(lines).toHaveText([/Post to #payments-alerts\s*Channel/]);
  await field.press('Enter');
  await expect(field).toHaveCount(0);
  await expect(page.locator(':focus')).toHaveAccessibleName(/Channel: Post to #payments-alerts/);

  await page.keyboard.press('Control+k');
  await field.fill('delete');
  await expect(option('Delete')).toHaveAttribute('aria-selected', 'true');
  await field.press('Enter');
  await expect(page.getByRole('status')).toHaveText('Done: delete');
  await expect(app.node(/Post to #payments-alerts/)).toHaveCount(0);

  // Escape gives the focus back.
  const before = await page.locator(':focus').getAttribute('id');
  await page.keyboard.press('Control+k');
  await field.press('ArrowDown');
  await expect(lines.nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(page.locator(':focus')).toHaveAttribute('id', before);

  // To another path.
  await page.keyboard.press('Control+k');
  await field.fill('back off');
  await field.press('Enter');
  await expect(page.getByRole('heading', { name: 'Back office' })).toBeVisible();
});

test('steps of one name are told apart in the palette', async ({ app, page }) => {
  await app.open(IDS.payments);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'All commands' }).fill('page primary on-call, all');
  const lines = page.locator('.palette [role=option]').filter({ hasText: /^Page Primary on-call, all at once/ });
  await expect(lines).toHaveText([/Level, on “yes”$/, /Level, on “otherwise”$/]);
  await lines.last().click();
  await expect(app.node(/Page Primary on-call, all at once.*low urgency/)).toHaveClass(/selected/);
});

test('all keys, by a key', async ({ app, page }) => {
  await app.open(IDS.payments);
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'All keys' });
  await expect(keys).toContainText('F8Go to the next problem'.slice(2));
  await expect(keys.locator('dl > div').filter({ hasText: 'Undo' })).toContainText('Ctrl+Z');
  await expect(page.getByRole('button', { name: 'Close' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
});

test('a step has an address', async ({ app, server, page, context }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  const address = `${server.url}/#/paths/${IDS.payments}/nodes/crit-2`;
  await expect(page).toHaveURL(address);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'All commands' })).toBeFocused();
  await page.keyboard.type('copy the link');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status')).toHaveText('Link copied');
  await page.keyboard.press('/');
  await expect(page.getByRole('textbox', { name: 'Search this path' })).toBeFocused();
  await page.keyboard.press('Control+v');
  await expect(page.getByRole('textbox', { name: 'Search this path' })).toHaveValue(address);
  await page.keyboard.press('Escape');
  await expect(app.node(/Page Ruth Adeyemi/)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(`${server.url}/#/paths/${IDS.payments}`);

  // Opened by its address, it is chosen and seen; within a path that is open the screen stays.
  const other = await context.newPage();
  await other.goto(`${server.url}/#/paths/${IDS.major}/nodes/${encodeURIComponent('no such')}`);
  await expect(other.getByRole('status')).toHaveText('This path has no step no such');
  await other.goto(address);
  await expect(other.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/Page Ruth Adeyemi/);
  await expect(other.getByRole('treeitem', { selected: true })).toBeInViewport();
  await other.evaluate(() => { document.querySelector('.editor').dataset.same = 'yes'; });
  await other.goto(address.replace('crit-2', 'low-1'));
  await expect(other.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/Page Primary on-call/);
  await expect(other.locator('.editor')).toHaveAttribute('data-same', 'yes');
});
