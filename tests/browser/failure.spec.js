// What goes wrong, and that nothing is lost by it.

import { expect, IDS, test, whole } from './support/fixtures.js';

test('the server is away while saving: the edit stays, and saving again works', async ({ app, server, page }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await whole(page);
  await server.down();
  await app.saveNow();
  await expect(page.getByRole('alert')).toContainText('Can’t reach the server. Your changes are kept');
  await expect(app.status).toHaveText('1 unsaved change');
  await expect(app.node(/Page Primary on-call.*then after 7m/)).toBeVisible();
  await expect(page.getByRole('status')).toContainText('Can’t reach the server');

  await server.up();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
  await app.complaints.expect(/ERR_CONNECTION_REFUSED/);
});

test('the server is away at the start, then there', async ({ app, server, page }) => {
  await app.list();
  await page.route('**/v2/**', (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Can’t reach the server' })).toBeVisible();
  await page.unroute('**/v2/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.path-row')).toHaveCount(7);
  await app.complaints.expect(/ERR_FAILED/);
});

test('a path that is not there', async ({ app, server, page }) => {
  await page.goto(`${server.url}/#/paths/nowhere`);
  await expect(page.getByRole('heading', { name: 'There is no such path' })).toBeVisible();
  await page.getByRole('link', { name: 'Back to all paths' }).click();
  await expect(page.locator('.path-row')).toHaveCount(7);
  // The browser tells of the answer 404.
  await app.complaints.expect(/status of 404/);
});

test('a path that was made after the page was loaded', async ({ app, page, server }) => {
  await app.list();
  const { id, kind, ...path } = await server.path(IDS.mobile);
  const made = await server.api('POST', '/v2/escalation_paths', { ...path, name: 'Made since' });
  await page.evaluate((id) => { location.hash = `#/paths/${id}`; }, made.body.escalation_path.id);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Made since');
  await expect(app.node(/Page Primary on-call/)).toBeVisible();
  await expect(app.status).toHaveText('Saved');
});

test('a wrong duration is explained beside the field and changes nothing', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.node(/Page Primary on-call/).click();
  const field = app.inspector.getByLabel('How long');
  await field.fill('soon');
  await field.press('Enter');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(app.inspector.getByRole('alert')).toHaveText('`soon` is not a duration such as 5m or 1h 30m');
  await expect(app.status).toHaveText('Saved');
});

test.describe('without anything', () => {
  test.use({ serverOptions: ['--empty'] });

  test('an empty organisation', async ({ app, page }) => {
    await app.list();
    await expect(page.getByRole('heading', { name: 'No paths yet' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'New path' }).first()).toBeVisible();
  });
});
