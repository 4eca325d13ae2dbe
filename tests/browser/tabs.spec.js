// Two tabs of one browser on one path notice each other.

import { App, drafts, expect, IDS, NOW, test } from './support/fixtures.js';

const notes = (page) => page.getByRole('list', { name: 'Notes' });

/** Another tab of the same browser on a path. */
async function another(page, server, id) {
  const tab = await page.context().newPage();
  await tab.clock.setFixedTime(NOW);
  const app = new App(tab, server, []);
  await app.open(id);
  return app;
}

test('each says that the other is there, and no longer', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  const other = await another(page, server, IDS.mobile);
  await expect(notes(page)).toContainText('This path is also open in another tab.');
  await expect(notes(other.page)).toContainText('This path is also open in another tab.');
  await other.page.getByRole('link', { name: 'Paths' }).click();
  await expect(notes(page)).toHaveCount(0);
  await other.page.getByRole('link', { name: /^Payments/ }).click();
  await expect(other.tree).toBeVisible();
  await expect(notes(page)).toHaveCount(0);
});

test('a tab without changes follows what the other saves', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  const other = await another(page, server, IDS.mobile);
  await other.setTime(/Page Primary on-call/, '7m');
  await other.saveNow();
  await expect(other.status).toHaveText('Saved');
  await expect(app.node(/Page Primary on-call.*then after 7m/)).toBeVisible();
  await expect(app.status).toHaveText('Saved');
});

test('a tab with changes keeps them, and says that the other has saved', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  const other = await another(page, server, IDS.mobile);
  await app.inspector.getByLabel('Name').fill('Mine');
  await app.inspector.getByLabel('Name').press('Enter');
  await other.setTime(/Page Primary on-call/, '7m');
  await other.saveNow();
  await expect(other.status).toHaveText('Saved');
  await expect(notes(page)).toContainText('Another tab has saved this path');
  await expect(app.status).toHaveText('1 change not saved');
});

test('a draft that another tab is at work on is not asked about', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  const other = await another(page, server, IDS.mobile);
  await expect(notes(other.page)).toContainText('also open in another tab, with changes that are not saved');
  await expect(other.page.getByRole('dialog', { name: 'Your changes were not saved' })).toHaveCount(0);
  await expect(other.status).toHaveText('Saved');
});

test('the list follows what another tab saves, makes and deletes', async ({ app, page, server }) => {
  await app.list();
  const other = await another(page, server, IDS.mobile);
  await other.inspector.getByLabel('Name').fill('Mobile, renamed');
  await other.inspector.getByLabel('Name').press('Enter');
  await other.saveNow();
  await expect(other.status).toHaveText('Saved');
  await expect(page.locator('.path-row').filter({ hasText: 'Mobile, renamed' })).toBeVisible();
  await other.list();
  await other.page.getByRole('button', { name: 'Delete Payments' }).click();
  await other.page.getByRole('textbox').fill('Payments');
  await other.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.locator('.path-row')).toHaveCount(6);
  await expect(page.getByRole('link', { name: /^Payments/ })).toHaveCount(0);
});
