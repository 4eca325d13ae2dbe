// Somebody else has saved the path meanwhile: both are shown, and nobody's work is replaced without a word.

import { expect, IDS, test } from './support/fixtures.js';

const both = (page) => page.getByRole('dialog', { name: 'This path was saved elsewhere' });
const row = (page, text) => both(page).getByRole('listitem').filter({ hasText: text });

/** Takes over what is chosen, and saves it once it is reviewed. */
async function takeOver(page, app) {
  await both(page).getByRole('button', { name: 'Apply and review' }).click();
  await expect(page.getByRole('dialog', { name: /^Save .*\?$/ })).toBeVisible();
  await app.saveNow();
}

/** Somebody else saves the path with these changes. */
async function theySave(server, change) {
  const { id, kind, ...path } = await server.path(IDS.mobile);
  change(path);
  const put = await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, path);
  expect(put.status, JSON.stringify(put.body)).toBe(200);
}

test('different things are both kept', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await theySave(server, (path) => { path.name = 'Mobile, renamed'; });
  await app.save.click();
  await expect(both(page)).toContainText('No conflicts: all changes are kept');
  await expect(row(page, 'The path’s name')).toContainText('They: changed: “Mobile, renamed”');
  await expect(row(page, 'Page Primary on-call')).toContainText('You: changed: “then after 7m”');
  await expect(both(page)).toContainText('The merge result has no problems');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).not.toBe(420);
  await takeOver(page, app);
  await expect(app.status).toHaveText('Saved');
  const saved = await server.path(IDS.mobile);
  expect(saved.name).toBe('Mobile, renamed');
  expect(saved.path[0].level.time_to_ack_seconds).toBe(420);
});

test('of what both changed either is taken', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await theySave(server, (path) => { path.path[0].level.time_to_ack_seconds = 900; });
  await app.save.click();
  await expect(both(page)).toContainText('1 conflict: choose yours or theirs');
  const conflict = row(page, 'Page Primary on-call');
  await expect(conflict).toContainText('conflict');
  await expect(conflict.getByRole('button', { name: 'Yours' })).toHaveAttribute('aria-pressed', 'false');
  await expect(conflict.getByRole('button', { name: 'Yours' })).toBeFocused();
  await expect(both(page).getByRole('button', { name: 'Apply and review' })).toBeDisabled();
  await expect(both(page).getByRole('button', { name: 'Apply and keep editing' })).toBeDisabled();
  await expect(both(page)).toContainText('Resolve 1 conflict before saving');
  await expect(both(page).locator('[data-preview]')).toHaveCount(0);
  await conflict.getByRole('button', { name: 'Theirs' }).click();
  await expect(both(page).locator('[data-preview]')).toContainText('no problems');
  // What is theirs is saved already.
  await both(page).getByRole('button', { name: 'Apply and review' }).click();
  await expect(app.status).toHaveText('Saved');
  await expect(app.node(/then after 15m/)).toBeVisible();
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(900);
});

test('it is taken over without being saved, and undone', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await theySave(server, (path) => { path.name = 'Mobile, renamed'; });
  await app.save.click();
  await both(page).getByRole('button', { name: 'Apply and keep editing' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mobile, renamed');
  await expect(app.status).toContainText('Unsaved changes');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mobile apps');
  await page.getByRole('button', { name: 'Redo' }).click();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
});

test('Escape leaves it, and nothing is lost', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await theySave(server, (path) => { path.name = 'Mobile, renamed'; });
  await app.save.click();
  await expect(both(page).getByRole('button', { name: 'Apply and review' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(both(page)).toHaveCount(0);
  await expect(app.status).toHaveText('1 unsaved change');
  expect((await server.path(IDS.mobile)).name).toBe('Mobile, renamed');
  await app.save.click();
  await expect(both(page)).toBeVisible();
});

test('a problem of what is chosen is said beforehand', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await theySave(server, (path) => {
    path.path[0].level.retry_config = { attempts: 10, interval_seconds: 600 };
  });
  await app.save.click();
  await row(page, 'Page Primary on-call').getByRole('button', { name: 'Theirs' }).click();
  await expect(both(page).locator('[data-preview]')).toContainText('problem');
});

test('their teams are not replaced without a word', async ({ app, page, server }) => {
  const [mine, other] = (await server.api('GET', '/builder/v1/teams')).body.teams.map((team) => team.id);
  await theySave(server, (path) => { path.team_ids = [mine]; path.loft = 'north'; });
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await theySave(server, (path) => { path.team_ids = [other]; path.loft = 'south'; });
  await app.save.click();
  await expect(both(page)).toContainText('all changes are kept');
  await takeOver(page, app);
  await expect(app.status).toHaveText('Saved');
  const saved = await server.path(IDS.mobile);
  expect(saved.team_ids).toEqual([other]);
  expect(saved.loft).toBe('south');
  expect(saved.path[0].level.time_to_ack_seconds).toBe(420);
});

test('who saves between the look and the write is not overwritten', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  let intruded = false;
  await page.route('**/v2/escalation_paths/*', async (route) => {
    if (route.request().method() === 'PUT' && !intruded) {
      intruded = true;
      await theySave(server, (path) => { path.name = 'Mobile, renamed'; });
    }
    await route.continue();
  });
  await app.saveNow();
  await expect(row(page, 'The path’s name')).toContainText('They: changed: “Mobile, renamed”');
  expect((await server.path(IDS.mobile)).name).toBe('Mobile, renamed');
  await takeOver(page, app);
  await expect(app.status).toHaveText('Saved');
  const saved = await server.path(IDS.mobile);
  expect(saved.name).toBe('Mobile, renamed');
  expect(saved.path[0].level.time_to_ack_seconds).toBe(420);
  await app.complaints.expect(/status of 412/, 1);
});

test('a path that was deleted elsewhere is saved as a new one', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  expect((await server.api('DELETE', `/v2/escalation_paths/${IDS.mobile}`)).status).toBeLessThan(300);
  await app.saveNow();
  const note = page.getByRole('list', { name: 'Notes' });
  await expect(note).toContainText('Somebody deleted this path. You can save your changes as a new path');
  await note.getByRole('button', { name: 'Save as a new path' }).click();
  await expect(app.status).toHaveText('Saved');
  const id = page.url().match(/paths\/([^/?]+)/)[1];
  expect(id).not.toBe(IDS.mobile);
  expect((await server.path(id)).path[0].level.time_to_ack_seconds).toBe(420);
  await app.complaints.expect(/status of 404/);
});

test('what is chosen is reviewed against theirs before it is saved', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '20m');
  await theySave(server, (path) => { path.name = 'Mobile, renamed'; });
  let puts = 0;
  page.on('request', (request) => { if (request.method() === 'PUT') puts += 1; });
  await app.save.click();
  await expect(both(page)).toContainText('Previewing the merge result');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mobile, renamed');
  // They changed no step: only what was changed here is marked.
  await expect(app.tree.locator('.changed, .added')).toHaveCount(1);
  // The keys for saving do not throw away what is being chosen.
  await page.keyboard.press('Control+s');
  await expect(both(page)).toBeVisible();
  await expect(page.getByRole('status')).toContainText('resolve conflicts and apply the result first');
  await both(page).getByRole('button', { name: 'Apply and review' }).click();
  const review = page.getByRole('dialog', { name: 'Save Mobile, renamed?' });
  await expect(review).toContainText('“then after 20m”, was “then after');
  await expect(review.locator('[data-lead]')).toBeVisible();
  await expect(review).toContainText('The server finds no errors.');
  expect(puts).toBe(0);
  await review.getByRole('button', { name: 'Save now' }).click();
  await expect(app.status).toHaveText('Saved');
  expect(puts).toBe(1);
  expect((await server.path(IDS.mobile)).name).toBe('Mobile, renamed');
});

test('what they removed is not marked as new here', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.inspector.getByLabel('Name').fill('Mine');
  await app.inspector.getByLabel('Name').press('Enter');
  await theySave(server, (path) => { path.path = path.path.slice(0, 1); });
  await app.save.click();
  await expect(row(page, 'They: removed').first()).toBeVisible();
  await expect(app.tree.locator('.changed, .added')).toHaveCount(0);
});

test('the graph and the simulation show what comes of each choice, and nothing is changed meanwhile', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await theySave(server, (path) => { path.path = path.path.slice(0, 1); path.path[0].level.time_to_ack_seconds = 900; });
  await app.save.click();
  const removed = row(page, 'They: removed').first();
  // Yours where nothing is chosen; what they removed is not there, and it is told where it was.
  await expect(app.node(/Page Primary on-call.*then after 7m/)).toBeVisible();
  await expect(app.tree.getByRole('treeitem')).toHaveCount(1);
  await expect(page.locator('.was-here')).toHaveCount(1);
  await row(page, 'Page Primary on-call').getByRole('button', { name: 'Theirs' }).click();
  await expect(app.node(/Page Primary on-call.*then after 15m/)).toBeVisible();
  await expect(page.locator('[data-outcome]')).toHaveText('Ends Sun 20:15: nobody acknowledged');
  await removed.getByRole('button', { name: 'Yours' }).click();
  await expect(app.tree.getByRole('treeitem')).not.toHaveCount(1);
  // The document itself waits: no key and no button changes it.
  const before = await app.tree.getByRole('treeitem').count();
  await app.node(/Page Primary on-call/).click();
  await app.node(/Page Primary on-call/).press('Delete');
  await expect(page.locator('.toast')).toContainText('resolve conflicts and apply the result first');
  await page.keyboard.press('Control+z');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(before);
  // Escape shows again what is here.
  await both(page).getByRole('button', { name: 'Theirs' }).first().press('Escape');
  await expect(both(page)).toHaveCount(0);
  await expect(app.node(/Page Primary on-call.*then after 7m/)).toBeVisible();
  await expect(page.locator('.was-here')).toHaveCount(0);
});
