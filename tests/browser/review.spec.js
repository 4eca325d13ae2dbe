// Before it is saved, it is said what is different, what that means for people, and what speaks against it.

import { expect, IDS, test } from './support/fixtures.js';

const review = (page) => page.getByRole('dialog', { name: /^Save .*\?$/ });
const open = (page) => review(page).getByText(/^Show all \d+ changes/).click();

test('two presses save, and in between it is said what is saved', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await page.keyboard.press('Control+s');
  await expect(review(page)).toContainText('Page Primary on-call');
  await expect(review(page)).toContainText('“then after 7m”, was “then after');
  await expect(review(page).getByRole('button', { name: 'Save now' })).toBeFocused();
  await expect(page.getByRole('status')).toContainText('1 change. Save again to confirm');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).not.toBe(420);
  await page.keyboard.press('Control+s');
  await expect(app.status).toHaveText('Saved');
  await expect(review(page)).toHaveCount(0);
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
});

test('Enter confirms, Escape goes on editing', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await app.save.click();
  await expect(review(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(review(page)).toHaveCount(0);
  await expect(app.status).toHaveText('1 unsaved change');
  await expect(app.inspector).toBeVisible();
  await app.save.click();
  await expect(review(page).getByRole('button', { name: 'Save now' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(app.status).toHaveText('Saved');
});

test('what changes for people is said, and can be simulated', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/on the side “yes”/).click();
  await app.add('Maya Chen');
  await app.save.click();
  await expect(review(page)).toContainText('with Maya Chen, high urgency');
  const people = review(page).locator('.difference').filter({ hasText: 'Maya Chen is now paged' }).first();
  await expect(people).toContainText('P3, P4, P5');
  await people.getByRole('button', { name: 'Simulate it' }).click();
  await expect(review(page).locator('[data-people]')).toContainText('All other alerts page as before until');
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await app.pages()).join()).toContain('Maya Chen is paged');
});

test('before and after, person by person, at each time that a change is about', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '20m');
  await app.save.click();
  // The gist first, and each time of it where it is opened.
  await expect(review(page).locator('[data-lead] li').first()).toContainText(/ are paged 15m later, for /);
  await open(page);
  const change = review(page).locator('.for-people').first();
  const show = change.getByRole('button', { name: /^(Show|Hide) before and after: / });
  await expect(show).toHaveAttribute('aria-expanded', 'false');
  await show.focus();
  await page.keyboard.press('Enter');
  await expect(show).toHaveAttribute('aria-expanded', 'true');
  const table = change.getByRole('table');
  // Currently on call is told at once, as before; whoever is told next is told later.
  await expect(table.getByRole('row', { name: / T\+0 T\+0/ })).toBeVisible();
  const later = table.locator('tbody tr.differs').first();
  await expect(later.getByRole('cell').first()).toContainText('T+5m');
  await expect(later.getByRole('cell').last()).toContainText('T+20m');
  const name = (await later.getByRole('rowheader').locator('.who').evaluate((who) => [...who.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join('').trim()));
  await expect(change.getByText(/an alert that fires .* \(Europe\/Paris\)\. Alike until/)).toBeVisible();

  // From one time to the next, and back.
  const first = await change.locator('[data-instance]').textContent();
  await expect(change.getByText(/^1 of \d+$/)).toBeVisible();
  await expect(change.getByRole('button', { name: 'Earlier time' })).toHaveAttribute('aria-disabled', 'true');
  await change.getByRole('button', { name: 'Later time' }).click();
  await expect(change.getByText(/^2 of \d+$/)).toBeVisible();
  await expect(change.locator('[data-instance]')).not.toHaveText(first);
  await change.getByRole('button', { name: 'Earlier time' }).click();
  await expect(change.locator('[data-instance]')).toHaveText(first);
  await change.getByRole('button', { name: 'Simulate it' }).last().click();
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await app.pages()).join()).toMatch(new RegExp(`T\\+20m ${name} is (paged|notified)`));
});

const [MAYA, RUTH] = ['MAYA', 'MANAGER'].map((name) => `01J0USER${name}`.padEnd(26, '0'));
const step = (id, users, more) => ({ id, type: 'level', level: {
  targets: users.map((user) => ({ type: 'user', id: user, urgency: 'high' })), time_to_ack_seconds: 600, ...more } });
async function swap(app, page, server, path, name, without, added) {
  const { body } = await server.api('POST', '/v2/escalation_paths', { name: 'Swapped', path });
  await app.open(body.escalation_path.id);
  await app.node(name).click();
  await app.add(added);
  await app.inspector.getByRole('button', { name: `Remove ${without}` }).click();
  await app.save.click();
}

test('what changes on one side of a condition that nobody can decide says so, and is played on that side', async ({ app, page, server }) => {
  const condition = { subject: 'alert.attributes.service', operation: 'one_of', param_bindings: [{ array_value: [{ literal: 'db' }] }] };
  const path = [{ id: 'a', type: 'if_else', if_else: { conditions: [condition], then_path: [step('l1', [MAYA])], else_path: [step('l2', [RUTH])] } }];
  await swap(app, page, server, path, /Page Maya Chen/, 'Maya Chen', 'Tom Okafor');
  const change = review(page).locator('.for-people');
  await expect(change).toHaveCount(1);
  await expect(change).toContainText(/where “.*service.*” goes “.*”: Tom Okafor is now paged at once; Maya Chen is no longer paged/);
  await change.getByRole('button', { name: /^Show/ }).click();
  await expect(change.getByRole('row', { name: /Tom Okafor/ })).toBeVisible();
  await expect(change.getByRole('row', { name: /Ruth Adeyemi/ })).toHaveCount(0);
  await change.getByRole('button', { name: 'Simulate it' }).first().click();
  await expect(page.locator('.lane').first()).toContainText('Tom Okafor');
});

test('what changes at one turn of a round robin says so, and is played at that turn', async ({ app, page, server }) => {
  const path = [step('l1', [MAYA, RUTH], { round_robin_config: { enabled: true } }), step('l2', [MAYA])];
  await swap(app, page, server, path, /Maya Chen and Ruth Adeyemi/, 'Ruth Adeyemi', 'Tom Okafor');
  const change = review(page).locator('.for-people');
  await expect(change).toHaveCount(1);
  await expect(change).toContainText(/at turn 2 of the round robin: Tom Okafor is now paged at once; Ruth Adeyemi is no longer paged/);
  await change.getByRole('button', { name: /^Show/ }).click();
  await expect(change.getByRole('row', { name: /Tom Okafor/ })).toBeVisible();
  await change.getByRole('button', { name: 'Simulate it' }).first().click();
  await expect(page.locator('.lane').first()).toContainText('Tom Okafor');
});

test('a change that nobody notices is said to be one', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.inspector.getByLabel('Name').fill('Mobile');
  await app.inspector.getByLabel('Name').press('Enter');
  await app.save.click();
  await expect(review(page)).toContainText('name: “Mobile”, was “Mobile apps”');
  await expect(review(page).locator('[data-people]')).toContainText(/No change in who is paged.*for any priority/);
  await expect(review(page)).toContainText('The server finds no errors.');
});

test('where what follows an acknowledgement is different, it is said that this is not compared', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  await app.inspector.getByRole('button', { name: 'Everyone must' }).click();
  await app.save.click();
  await expect(review(page).locator('[data-people]')).toContainText('No change in who is paged until');
  await expect(review(page).locator('[data-follows]')).toContainText('What follows an acknowledgement changes too');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await app.setTime(/Page Ruth Adeyemi/, '7m');
  await app.save.click();
  await expect(review(page).locator('[data-people]')).toBeVisible();
  await expect(review(page).locator('[data-follows]')).toHaveCount(0);
});

test('what is different is marked in the graph, and a click goes there', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/on the side “yes”/).click();
  await app.add('Maya Chen');
  await app.node(/Page Ruth Adeyemi/).click();
  await app.inspector.getByRole('button', { name: 'Delete' }).click();
  await app.save.click();
  await expect(review(page).locator('.difference.removed')).toContainText('Page Ruth Adeyemi');
  // What is gone is told where it was, behind the level before it.
  await expect(page.locator('.was-here')).toHaveText(['Page Ruth Adeyemi']);
  const [mark, before] = [await page.locator('.was-here').boundingBox(), await app.node(/Maya Chen/).boundingBox()];
  expect(mark.y).toBeGreaterThan(before.y);
  await expect(app.node(/Maya Chen/)).toHaveClass(/changed/);
  await review(page).getByRole('button', { name: /Maya Chen/ }).first().click();
  await expect(app.node(/Maya Chen/)).toHaveClass(/selected/);
  await page.keyboard.press('Escape');
  await expect(app.node(/Maya Chen/)).not.toHaveClass(/changed/);
});

test('what is gone from a side that is closed is told beside it, and a click shows the place', async ({ app, page }) => {
  await page.setViewportSize({ width: 900, height: 800 });
  await app.open(IDS.payments);
  for (const name of [/Page Ruth Adeyemi/, /Post to #payments-alerts/]) {
    await app.node(name).click();
    await app.inspector.getByRole('button', { name: 'Delete' }).click();
  }
  const mark = page.locator('.was-here');
  await page.getByRole('button', { name: 'Collapse “P1, P2”' }).click();
  await page.getByRole('button', { name: 'Collapse “otherwise”' }).last().click();
  await app.save.click();
  await expect(mark).toHaveText(['Page Ruth Adeyemi', /Post to #payments-alerts/]);
  const chip = await page.getByRole('button', { name: /Expand “P1, P2”/ }).boundingBox();
  const box = await mark.first().boundingBox();
  expect(box.x).toBeGreaterThanOrEqual(chip.x + chip.width);
  const middle = box.y + box.height / 2;
  expect(middle > chip.y && middle < chip.y + chip.height, 'it is beside it').toBe(true);
  // The list leads to the place, whatever hides it: here a closed side, and the review itself.
  for (const name of [/Post to #payments-alerts/, /Page Ruth Adeyemi/]) {
    await review(page).getByRole('button', { name }).click();
    const [shown, panel] = [await mark.filter({ hasText: name }).boundingBox(), await review(page).boundingBox()];
    expect(shown.x + shown.width).toBeLessThanOrEqual(panel.x);
    expect(shown.x).toBeGreaterThanOrEqual(0);
  }
  await expect(page.getByRole('button', { name: /Expand “/ })).toHaveCount(0);
});

test('what is chosen in the review is not under it', async ({ app, page }) => {
  await page.setViewportSize({ width: 900, height: 800 });
  await app.open(IDS.payments);
  await app.node(/Post to #payments-alerts/).click();
  await app.inspector.getByLabel('How long').fill('2h');
  await app.inspector.getByLabel('How long').press('Enter');
  await app.save.click();
  await review(page).getByRole('button', { name: /Post to #payments-alerts/ }).first().click();
  const [card, panel] = [await app.node(/Post to #payments-alerts/).boundingBox(), await review(page).boundingBox()];
  expect(card.x + card.width).toBeLessThanOrEqual(panel.x);
});

test('what is marked as different stays on the route and chosen', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '20m');
  await app.save.click();
  const changed = app.node(/Page Primary on-call/);
  for (const name of [/changed/, /walked/, /selected/]) await expect(changed).toHaveClass(name);
  await expect(changed).not.toHaveCSS('box-shadow', 'none');
  await page.keyboard.press('Escape');
  await expect(changed).not.toHaveClass(/changed/);
  for (const name of [/walked/, /selected/]) await expect(changed).toHaveClass(name);
});

test('errors forbid it, and lead to their nodes', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.node(/Page Primary on-call/).click();
  await app.inspector.getByRole('button', { name: 'Remove' }).first().click();
  await app.node(/Page nobody yet/).press('Escape');
  await page.keyboard.press('Control+s');
  await expect(review(page).getByRole('button', { name: 'Save now' })).toBeDisabled();
  await expect(review(page).getByRole('button', { name: 'Keep editing' })).toBeFocused();
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('status')).toContainText('Fix the errors to save');
  await review(page).getByRole('list', { name: 'Problems' }).getByRole('button').first().click();
  await expect(app.node(/Page nobody yet/)).toHaveClass(/selected/);
  expect((await server.path(IDS.mobile)).path[0].level.targets).toHaveLength(1);
  await app.complaints.expect(/status of 422/);
});

test('what only the server finds is said at its node', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await page.route('**/actions/validate', (route) => route.fulfill({
    json: { warnings: [{ path: 'path.0.level.targets', summary: 'The loft is closed', detail: 'Open it.' }] },
  }));
  await app.setTime(/Page Primary on-call/, '7m');
  await app.node(/Page Primary on-call/).press('Escape');
  await app.save.click();
  await review(page).getByRole('button', { name: 'The loft is closed' }).click();
  await expect(app.node(/Page Primary on-call/)).toHaveClass(/selected/);
  await expect(review(page)).toContainText('Open it.');
});

test('a server that has no check is no obstacle', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await page.route('**/actions/validate', (route) => route.fulfill({ status: 404, body: '' }));
  await app.setTime(/Page Primary on-call/, '7m');
  await app.save.click();
  await expect(review(page)).toContainText('Couldn’t check on the server.');
  await page.keyboard.press('Enter');
  await expect(app.status).toHaveText('Saved');
  await app.complaints.expect(/status of 404/, 1);
});

test('a new path is reviewed in short', async ({ app, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.put(0);
  await app.add('Primary on-call');
  await app.save.click();
  await expect(review(page)).toContainText('A new path with 1 step.');
  await page.keyboard.press('Enter');
  await expect(app.status).toHaveText('Saved');
});
