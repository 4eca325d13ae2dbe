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
  await expect(notes(page)).toContainText('Another tab saved this path');
  await expect(app.status).toHaveText('1 unsaved change');
});

test('a draft that another tab is at work on is not asked about', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  const other = await another(page, server, IDS.mobile);
  await expect(notes(other.page)).toContainText('also open in another tab, with unsaved changes');
  await expect(other.page.getByRole('dialog', { name: 'You have unsaved changes' })).toHaveCount(0);
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

/** What drafts are called, in the order of the alphabet. */
const names = async (page) => (await drafts(page)).map((draft) => draft.path.name).sort();

for (const [begun, how] of [[false, 'in which nothing was done yet'], [true, 'that was begun']]) {
  test(`a new path ${how} is a draft of its own in each of two tabs`, async ({ app, page, server }) => {
    await app.list();
    await page.getByRole('link', { name: 'New path' }).click();
    await expect(page).toHaveURL(/#\/new\/\w+$/);
    if (begun) {
      await app.rename('Begun');
      await expect.poll(() => names(page)).toEqual(['Begun']);
    }
    // The tab is duplicated: the second has the same address.
    const address = page.url();
    const tab = await page.context().newPage();
    const other = new App(tab, server, app.complaints);
    await tab.goto(address);
    await expect(tab.getByRole('heading', { level: 1 })).toHaveText(begun ? 'Begun' : 'Untitled path');
    await expect(tab).not.toHaveURL(address);
    await expect(tab).toHaveURL(/#\/new\/\w+$/);
    await expect(page).toHaveURL(address);
    await app.rename('First');
    await other.rename('Second');
    await expect.poll(() => names(page)).toEqual(['First', 'Second']);
    // Each finds its own by its address.
    for (const [one, name] of [[page, 'First'], [tab, 'Second']]) {
      await one.reload();
      await expect(one.getByRole('heading', { level: 1 })).toHaveText(name);
    }
    await tab.close();
    await app.list();
    await expect(page.getByRole('link', { name: /Never saved/ })).toHaveCount(2);
    for (const name of ['First', 'Second']) await expect(page.getByRole('link', { name: `${name} Never saved` })).toBeVisible();
  });
}

test('a tab that was loaded before a draft was changed in another asks about the newest text', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  const tab = await page.context().newPage();
  const other = new App(tab, server, app.complaints);
  await other.list();
  const row = tab.locator('.path-row').filter({ hasText: 'Mobile apps' });
  await expect(row).toContainText('Unsaved changes');
  // The other tab has seen it with 7 minutes.
  await app.setTime(/Page Primary on-call/, '9m');
  await page.getByRole('link', { name: 'Paths', exact: true }).click();
  await expect(page.locator('.path-row').filter({ hasText: 'Mobile apps' })).toContainText('Unsaved changes');
  await row.click();
  const question = tab.getByRole('dialog', { name: 'You have unsaved changes' });
  await expect(question).toContainText('You have an unsaved draft');
  await question.getByRole('button', { name: 'What changed' }).click();
  await expect(question).toContainText('“then after 9m”');
  await question.getByRole('button', { name: 'Resume' }).click();
  await expect(other.node(/then after 9m/)).toBeVisible();
});

test('a draft that is changed in another tab for the first time is asked about, too', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  const tab = await page.context().newPage();
  const other = new App(tab, server, app.complaints);
  await other.list();
  await app.setTime(/Page Primary on-call/, '9m');
  await page.getByRole('link', { name: 'Paths', exact: true }).click();
  const row = tab.locator('.path-row').filter({ hasText: 'Mobile apps' });
  await expect(row).toContainText('Unsaved changes');
  await row.click();
  await tab.getByRole('dialog', { name: 'You have unsaved changes' }).getByRole('button', { name: 'Resume' }).click();
  await expect(other.node(/then after 9m/)).toBeVisible();
});

test('a draft that is discarded in another tab is no longer in the list', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.rename('Night shift');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await expect.poll(() => drafts(page)).toHaveLength(2);
  const tab = await page.context().newPage();
  await new App(tab, server, app.complaints).list();
  const row = tab.locator('.path-row').filter({ hasText: 'Mobile apps' });
  await expect(row).toContainText('Unsaved changes');
  await expect(tab.getByRole('link', { name: /Night shift/ })).toBeVisible();

  await page.reload();
  await page.getByRole('dialog', { name: 'You have unsaved changes' }).getByRole('button', { name: 'Discard' }).click();
  await expect(row).not.toContainText('Unsaved changes');
  await page.getByRole('link', { name: 'Paths', exact: true }).click();
  await page.getByRole('button', { name: 'Discard the draft of Night shift' }).click();
  await expect(tab.getByRole('link', { name: /Night shift/ })).toHaveCount(0);
  // What is had back is there again.
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(tab.getByRole('link', { name: /Night shift/ })).toBeVisible();
});
