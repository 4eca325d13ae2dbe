// What a path was before is looked at, and gone back to.

import { expect, IDS, test } from './support/fixtures.js';

const panel = (page) => page.getByRole('dialog', { name: 'Earlier revisions' });

async function openRevisions(page) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Earlier revisions' }).click();
  await expect(panel(page)).toBeVisible();
}

test('a path goes back to an earlier revision, which is undone and saved', async ({ app, page, server }) => {
  const before = (await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds;
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await openRevisions(page);
  const all = panel(page).getByRole('list', { name: 'Earlier revisions' }).getByRole('button');
  await expect(all).toHaveCount(2);
  await expect(all.first()).toContainText('current version');
  await all.nth(1).click();
  await expect(panel(page)).toContainText('Since then');
  await expect(panel(page)).toContainText('“then after 7m”, was');
  await expect(app.node(/Page Primary on-call/)).toHaveClass(/changed/);
  await panel(page).getByRole('button', { name: 'Restore' }).click();
  await expect(panel(page)).toHaveCount(0);
  await expect(app.node(/then after 7m/)).toHaveCount(0);
  await expect(app.status).toHaveText('1 unsaved change');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(app.node(/then after 7m/)).toBeVisible();
  await page.getByRole('button', { name: 'Redo' }).click();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(before);
});

test('older ones are read when they are asked for', async ({ app, page, server }) => {
  const { id, kind, ...path } = await server.path(IDS.mobile);
  for (let count = 0; count < 30; count += 1) {
    await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: `Mobile ${count}` });
  }
  await app.open(IDS.mobile);
  await openRevisions(page);
  const all = panel(page).getByRole('list', { name: 'Earlier revisions' }).getByRole('button');
  await expect(all).toHaveCount(25);
  await panel(page).getByRole('button', { name: 'Older' }).click();
  await expect(all).toHaveCount(31);
  await expect(panel(page).getByRole('button', { name: 'Older' })).toHaveCount(0);
});

test('where the server keeps none, there is no such entry', async ({ app, page }) => {
  await page.route('**/builder/v1/info', (route) => route.fulfill({ json: { mode: 'proxy', features: [] } }));
  await app.open(IDS.mobile);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'All commands' })).toBeFocused();
  await page.keyboard.type('revision');
  await expect(page.getByRole('option', { name: /Earlier revisions/ })).toHaveCount(0);
});

test('the menu works by keyboard', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'More', exact: true })).toBeFocused();
  await expect(page.getByRole('menu')).toHaveCount(0);
});
