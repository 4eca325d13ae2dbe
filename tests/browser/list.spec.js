// The list of all paths: what is said of each, and what is done with them there.

import { expect, IDS, test } from './support/fixtures.js';

const item = (page, name) => page.locator('.path-item').filter({ has: page.getByText(name, { exact: true }).and(page.locator('strong')) });

test('each path says its teams, its problems and who is paged now', async ({ app, page, server }) => {
  const teams = (await server.api('GET', '/builder/v1/teams')).body.teams;
  const { team_ids } = await server.path(IDS.payments);
  await app.list();
  const of = teams.filter((team) => team_ids.includes(team.id));
  expect(of.length).toBeGreaterThan(0);
  for (const team of of) await expect(item(page, 'Payments')).toContainText(team.name);
  await expect(item(page, 'Payments')).toContainText('first now: ');
  await expect(page.locator('.path-item').filter({ hasText: 'Warehouse' })).toContainText('problems');
});

test('a path is found by its name, its team, what is wrong and who is paged', async ({ app, page, server }) => {
  await app.list();
  const names = page.locator('.path-item strong');
  const all = await names.allTextContents();
  const search = page.getByRole('searchbox', { name: 'Search paths' });
  await search.fill('major');
  await expect(names).toHaveText(['Major incidents']);
  await expect(page.getByRole('status').filter({ hasText: `1 of ${all.length} paths.` })).toBeVisible();
  await search.fill('no such path');
  await expect(names).toHaveCount(0);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(names).toHaveText(all);
  await expect(search).toHaveValue('');

  const teams = (await server.api('GET', '/builder/v1/teams')).body.teams;
  const { team_ids } = await server.path(IDS.payments);
  await page.getByLabel('Team', { exact: true }).selectOption(teams.find((team) => team.id === team_ids[0]).name);
  await expect(names.filter({ hasText: 'Payments' })).toHaveCount(1);
  expect(await names.count()).toBeLessThan(all.length);
  await page.getByRole('button', { name: 'Show all' }).click();

  await page.getByLabel('Show', { exact: true }).selectOption('With problems');
  await expect(names.filter({ hasText: 'Warehouse' })).toHaveCount(1);
  await expect(names.filter({ hasText: 'Payments' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByLabel('Sort').selectOption('Most problems first');
  await expect(names.first()).toContainText('Warehouse');

  // It is as it was when one comes back.
  await search.fill('o');
  const found = await names.allTextContents();
  await names.first().click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.goBack();
  await expect(names).toHaveText(found);
});

test('a path is duplicated, as a draft', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('button', { name: 'Duplicate Payments' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Payments, copy');
  await expect(app.node(/Page Ruth Adeyemi/)).toBeVisible();
  expect((await server.api('GET', '/v2/escalation_paths')).body.escalation_paths).toHaveLength(7);
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect((await server.api('GET', '/v2/escalation_paths')).body.escalation_paths).toHaveLength(8);
});

test('a path is deleted with its name typed', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('button', { name: 'Delete Major incidents' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete Major incidents' });
  await expect(dialog).toContainText('Other paths hand over to it: ');
  await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await dialog.getByRole('textbox').fill('Major');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('textbox').fill('Major incidents');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(item(page, 'Major incidents')).toHaveCount(0);
  await expect(page.getByRole('status')).toHaveText('Major incidents was deleted.');
  expect((await server.api('GET', `/v2/escalation_paths/${IDS.major}`)).status).toBe(404);
});

test('a path that cannot be deleted stays, and it is said why', async ({ app, page }) => {
  await app.list();
  await page.route('**/v2/escalation_paths/*', (route) => route.fulfill({ status: 403, body: '' }));
  await page.getByRole('button', { name: 'Delete Payments' }).click();
  await page.getByRole('textbox').fill('Payments');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('alert')).toContainText('You have read-only access: nothing was deleted');
  await page.keyboard.press('Escape');
  await expect(item(page, 'Payments')).toBeVisible();
  await app.complaints.expect(/status of 403/, 1);
});

test('who may not see the paths is told so', async ({ page, server, complaints }) => {
  await page.route('**/v2/**', (route) => route.fulfill({ status: 403, body: '' }));
  await page.goto(`${server.url}/`);
  await expect(page.getByRole('heading', { name: 'You don’t have access to these paths' })).toBeVisible();
  await page.unroute('**/v2/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.path-row')).toHaveCount(7);
  await complaints.expect(/status of 403/);
});

test('a path is made from a template, with people in the place of its parameters', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('button', { name: 'From a template' }).click();
  const dialog = page.getByRole('dialog', { name: 'From a template' });
  const make = dialog.getByRole('button', { name: 'Create path' });
  await expect(make).toBeDisabled();
  await dialog.getByLabel('Primary schedule').selectOption({ label: 'Primary on-call' });
  await dialog.getByLabel('Backup responder').selectOption({ label: 'Maya Chen' });
  await make.click();
  await expect(app.node(/Page Primary on-call/)).toBeVisible();
  await expect(app.node(/Page Maya Chen/)).toBeVisible();
  await expect(app.tree.getByRole('treeitem')).toHaveCount(2);
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  const saved = await server.path(page.url().match(/paths\/([^/]+)/)[1]);
  expect(saved.path.map((node) => node.level.targets.length)).toEqual([1, 1]);
});

test('nothing is cut where it is narrow', async ({ app, page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await app.list();
  await expect(page.locator('.path-item').first()).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
