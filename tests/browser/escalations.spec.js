// Escalations that really run: people are paged, and what becomes of it is seen and decided beside the path.

import { expect, IDS, test } from './support/fixtures.js';

const panel = (page) => page.getByRole('tabpanel', { name: 'Escalations' });
const rows = (page) => panel(page).getByRole('list', { name: 'Escalations' }).getByRole('listitem').filter({ has: page.locator('[data-escalation-status]') });
const dialog = (page) => page.getByRole('dialog', { name: 'Page people now?' });

async function show(app, page, id) {
  await app.open(id);
  await page.getByRole('tab', { name: 'Escalations' }).click();
}

async function pageNow(page, title) {
  await panel(page).getByRole('button', { name: 'Page now…' }).click();
  await dialog(page).getByLabel('What is wrong').fill(title);
  await dialog(page).getByRole('button', { name: 'Page now' }).click();
  await expect(dialog(page)).toHaveCount(0);
}

test('people are paged after a question that says whom, and it is seen who was', async ({ app, page }) => {
  await show(app, page, IDS.payments);
  await expect(panel(page)).toContainText('This path has not paged anybody yet.');
  await panel(page).getByRole('button', { name: 'Page now…' }).click();
  await expect(dialog(page).locator('[data-who]')).toHaveText(/ at once, then .+\.$/);
  // Without a word on what is wrong nobody is paged.
  await expect(dialog(page).getByRole('button', { name: 'Page now' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(rows(page)).toHaveCount(0);
  await pageNow(page, 'Cards are declined');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toContainText('Cards are declined');
  await expect(rows(page).first().locator('[data-escalation-status]')).toHaveText('Paging');
  await expect(rows(page).first()).toContainText(/Paged .+/);
});

test('what happened is told step by step, with the rule', async ({ app, page }) => {
  await show(app, page, IDS.payments);
  await pageNow(page, 'Cards are declined');
  await rows(page).first().getByRole('button', { name: 'Steps of Cards are declined' }).click();
  const steps = panel(page).getByRole('list', { name: 'What happens' }).getByRole('listitem');
  await expect(steps.filter({ hasText: / is paged/ }).first()).toContainText(/R\d+/);
});

test('an acknowledgement and a cancellation are seen, and end what can be done', async ({ app, page }) => {
  await show(app, page, IDS.mobile);
  await pageNow(page, 'First');
  await panel(page).getByRole('button', { name: 'Acknowledge First' }).click();
  const first = rows(page).filter({ hasText: 'First' });
  await expect(first.locator('[data-escalation-status]')).toHaveText(/Acknowledged|Resolved/);
  await expect(panel(page).getByRole('button', { name: 'Acknowledge First' })).toHaveCount(0);
  await pageNow(page, 'Second');
  // The newest first.
  await expect(rows(page).first()).toContainText('Second');
  await panel(page).getByRole('button', { name: 'Cancel Second' }).click();
  await expect(rows(page).first().locator('[data-escalation-status]')).toHaveText('Cancelled');
  await expect(panel(page).getByRole('button', { name: 'Cancel Second' })).toHaveCount(0);
});

test('a lost answer pages nobody twice', async ({ app, page, server }) => {
  await show(app, page, IDS.mobile);
  let lost = 0;
  await page.route('**/builder/v1/escalations', async (route) => {
    if (lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await panel(page).getByRole('button', { name: 'Page now…' }).click();
  await dialog(page).getByLabel('What is wrong').fill('Once');
  await dialog(page).getByRole('button', { name: 'Page now' }).click();
  await expect(dialog(page)).toContainText('people may have been paged');
  // What was sent is not changed any more.
  await expect(dialog(page).getByLabel('What is wrong')).toHaveAttribute('readonly');
  await dialog(page).getByRole('button', { name: 'Page now' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(rows(page)).toHaveCount(1);
  const { body } = await server.api('GET', '/v2/escalations');
  expect(body.escalations).toHaveLength(1);
  await app.complaints.expect(/ERR_FAILED/);
});

test('what another has begun is seen without loading the page anew', async ({ app, page, server }) => {
  await show(app, page, IDS.mobile);
  await expect(panel(page)).toContainText('This path has not paged anybody yet.');
  const begun = await server.api('POST', '/v2/escalations', {
    idempotency_key: 'elsewhere', title: 'From elsewhere', escalation_path_id: IDS.mobile,
  });
  expect(begun.status).toBe(201);
  await expect(rows(page).first()).toContainText('From elsewhere');
});

test('escalations that cannot be read are said to be so, and are read once they can', async ({ app, page }) => {
  await page.route('**/v2/escalations?*', (route) => route.fulfill({ status: 500, json: { type: 'internal_error', status: 500, request_id: 'r', errors: [{ code: 'x', message: 'Disk is full.' }] } }));
  await show(app, page, IDS.mobile);
  await expect(panel(page)).toContainText('Escalations could not be read. Disk is full.');
  await expect(panel(page)).not.toContainText('This path has not paged anybody yet.');
  await page.unroute('**/v2/escalations?*');
  await expect(panel(page)).toContainText('This path has not paged anybody yet.');
  await app.complaints.expect(/500/);
});

test('a path that is not saved pages nobody', async ({ app, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await page.getByRole('tab', { name: 'Escalations' }).click();
  await expect(panel(page)).toContainText('Save the path to page people with it.');
  await expect(panel(page).getByRole('button', { name: 'Page now…' })).toHaveCount(0);
});

test.describe('where paths are for reading alone', () => {
  test.use({ serverOptions: ['--user-header', 'X-User', '--editor', 'maya'] });
  test('nobody is paged and nothing is decided', async ({ app, page }) => {
    await show(app, page, IDS.mobile);
    await expect(panel(page)).toContainText('This path has not paged anybody yet.');
    await expect(panel(page).getByRole('button', { name: 'Page now…' })).toHaveCount(0);
  });
});

test('an acknowledgement that is refused is said to be so, and stays said', async ({ app, page }) => {
  await show(app, page, IDS.mobile);
  await pageNow(page, 'Refused');
  await page.route('**/actions/respond', (route) => route.fulfill({
    status: 409, json: { type: 'conflict', status: 409, request_id: 'r', errors: [{ code: 'too_late', message: 'It is over.' }] },
  }));
  await panel(page).getByRole('button', { name: 'Acknowledge Refused' }).click();
  await expect(rows(page).first()).toContainText('It was not acknowledged. It is over.');
  // Also once the list was looked at again.
  await page.waitForResponse(/\/v2\/escalations\?/);
  await page.waitForResponse(/\/v2\/escalations\?/);
  await expect(rows(page).first()).toContainText('It was not acknowledged. It is over.');
  await app.complaints.expect(/409/);
});

test('however many come at once, all of them can be reached', async ({ app, page, server }) => {
  const begin = (title) => server.api('POST', '/v2/escalations', { idempotency_key: title, title, escalation_path_id: IDS.mobile });
  await begin('Old');
  await show(app, page, IDS.mobile);
  await expect(rows(page)).toHaveCount(1);
  await page.route('**/v2/escalations?*', (route) => route.abort());
  await page.waitForEvent('requestfailed');
  for (let number = 0; number < 60; number += 1) expect((await begin(`New ${number}`)).status).toBe(201);
  await page.unroute('**/v2/escalations?*');
  await expect(rows(page)).toHaveCount(25);
  const more = panel(page).getByRole('button', { name: 'Show more' });
  await more.click();
  await expect(rows(page)).toHaveCount(50);
  await more.click();
  await expect(rows(page)).toHaveCount(61);
  await expect(more).toHaveCount(0);
  await app.complaints.expect(/ERR_FAILED/);
});

test('whom a page would reach is said of the path as it is now', async ({ app, page, server }) => {
  const { body } = await server.api('GET', `/v2/escalation_paths/${IDS.mobile}`);
  await show(app, page, IDS.mobile);
  const level = { id: 'only', type: 'level', level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 60, ack_mode: 'first' } };
  const saved = await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...body.escalation_path, path: [level] });
  expect(saved.status).toBe(200);
  await panel(page).getByRole('button', { name: 'Page now…' }).click();
  await expect(dialog(page).locator('[data-who]')).toHaveText('Maya Chen at once, then nobody else.');
});

test('steps are told by the path as it was when people were paged', async ({ app, page, server }) => {
  const { body } = await server.api('GET', `/v2/escalation_paths/${IDS.payments}`);
  await show(app, page, IDS.payments);
  await pageNow(page, 'Before the change');
  const level = { id: 'only', type: 'level', level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 60, ack_mode: 'first' } };
  expect((await server.api('PUT', `/v2/escalation_paths/${IDS.payments}`, { ...body.escalation_path, path: [level] })).status).toBe(200);
  await page.reload();
  await page.getByRole('tab', { name: 'Escalations' }).click();
  await rows(page).first().getByRole('button', { name: /^Steps of/ }).click();
  await expect(panel(page).getByRole('list', { name: 'What happens' })).toContainText('Priority is P1 or P2?');
});
