// All that was done since a path was opened, and the way to each state of it.

import { expect, IDS, test } from './support/fixtures.js';

const panel = (page) => page.getByRole('dialog', { name: 'History' });
const states = (page) => panel(page).getByRole('list', { name: 'History' }).getByRole('button');

/** Three changes, of which the first is saved. */
async function changed(app) {
  await app.open(IDS.payments);
  await app.setTime(/Page Ruth Adeyemi/, '20m');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await app.setTime(/Page Ruth Adeyemi/, '25m');
  await app.node(/Post to #payments-alerts/).click();
  await app.page.keyboard.press('Delete');
  await expect(app.node(/Post to #payments-alerts/)).toHaveCount(0);
}

test('each change is named, and any state is gone to by a click', async ({ app, page }) => {
  await changed(app);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'History' }).click();
  await expect(states(page)).toHaveText([
    /^Delete.*Post to #payments-alerts.*now$/i,
    // Two changes of one name are told apart by what became of it.
    /^Change timer.*Page Ruth Adeyemi\s*“then after 25m”, was “then after 20m”$/i,
    /^Change timer.*Page Ruth Adeyemi\s*“then after 20m”, was “then after 15m”\s*saved$/i,
    /^Opened\s*$/i]);
  await expect(states(page).first()).toBeFocused();
  await expect(states(page).first()).toHaveAttribute('aria-current', 'step');

  await states(page).nth(2).click();
  await expect(app.node(/Page Ruth Adeyemi\. then after 20m/)).toHaveClass(/selected/);
  await expect(app.node(/Post to #payments-alerts/)).toBeVisible();
  await expect(app.status).toHaveText('Saved');
  await expect(page.getByRole('status')).toHaveText('Restored to: change timer, Page Ruth Adeyemi. 2 of 4');
  await expect(states(page).nth(2)).toHaveAttribute('aria-current', 'step');
  await expect(states(page).nth(2)).toBeFocused();
  await expect(states(page).nth(1)).toHaveClass(/undone/);

  // What was undone is still there to go to, and undo and redo move the mark.
  await states(page).first().click();
  await expect(app.node(/Post to #payments-alerts/)).toHaveCount(0);
  await page.locator('.bar').getByRole('button', { name: 'Undo' }).click();
  await expect(states(page).nth(1)).toHaveAttribute('aria-current', 'step');
});

test('in a field Ctrl+Z takes back what is in the path, and what is typed before that is the field’s own', async ({ app, page }) => {
  await app.open(IDS.mobile);
  const time = app.inspector.getByLabel('How long');
  await app.setTime(/Page Primary on-call/, '7m');
  await expect(app.status).toHaveText('1 unsaved change');
  await expect(time).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(time).toHaveValue('5m');
  await expect(app.status).toHaveText('Saved');
  await page.keyboard.press('Control+Shift+z');
  await expect(time).toHaveValue('7m');
  // What is being typed is not in the path yet.
  await page.keyboard.type('x');
  await page.keyboard.press('Control+z');
  await expect(app.status).toHaveText('1 unsaved change');
  // Escape gives it up, and then the path is taken back again.
  await page.keyboard.press('Escape');
  await expect(time).toHaveValue('7m');
  await page.keyboard.press('Control+z');
  await expect(time).toHaveValue('5m');
  await page.keyboard.press('Control+Shift+z');
  await expect(time).toHaveValue('7m');
  const choice = app.inspector.getByLabel('If not acknowledged, escalate');
  await choice.selectOption('not set');
  await expect(app.status).toHaveText('2 unsaved changes');
  await choice.press('Control+z');
  await expect(app.status).toHaveText('1 unsaved change');
  // Whoever is added by type-ahead is taken back from there, too, and a question mark is typed.
  await app.add('Maya Chen');
  await expect(app.status).toHaveText('2 unsaved changes');
  await app.inspector.getByLabel('Add to this level').press('Control+z');
  await expect(app.status).toHaveText('1 unsaved change');
  await app.inspector.getByRole('combobox', { name: 'Add to this level' }).press('?');
  await expect(app.inspector.getByRole('combobox', { name: 'Add to this level' })).toHaveValue('?');
  await expect(page.getByRole('dialog', { name: 'All keys' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(choice).toHaveValue(await choice.locator('option', { hasText: /^after$/ }).getAttribute('value'));
});

test('and by keys alone; another change forgets what was taken back', async ({ app, page }) => {
  await changed(app);
  await expect(app.node(/Wait until UK hours begin/)).toBeFocused();
  await page.keyboard.press('h');
  await expect(states(page).first()).toBeFocused();
  await page.keyboard.press('End');
  await expect(states(page).last()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(app.node(/Page Ruth Adeyemi\. then after 15m/)).toBeVisible();
  await expect(page.getByRole('status')).toHaveText('Restored to: opened. 1 of 4');
  await expect(states(page).last()).toBeFocused();
  await page.keyboard.press('Control+Shift+z');
  await expect(states(page).nth(2)).toHaveAttribute('aria-current', 'step');
  await page.keyboard.press('Escape');
  await expect(panel(page)).toHaveCount(0);
  await expect(app.tree.getByRole('treeitem', { selected: true })).toBeFocused();

  await page.keyboard.press('a');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'All commands' })).toBeFocused();
  await page.keyboard.type('history');
  await page.keyboard.press('Enter');
  await expect(states(page)).toHaveText([/^Add level.*now$/i, /^Change timer.*saved$/i, /^Opened/i]);
});
