// Changes that are not saved are never lost, and never overwrite what somebody else has saved without a word.

import { expect, IDS, test } from './support/fixtures.js';

test('a path that is left keeps its changes', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await page.getByRole('link', { name: 'Paths' }).click();
  await expect(page.locator('.path-row').filter({ hasText: 'Mobile apps' })).toContainText('Unsaved changes');
  await page.getByRole('link', { name: /^Payments/ }).click();
  await expect(app.status).toHaveText('Saved');
  await page.goBack();
  await page.getByRole('link', { name: /^Mobile apps/ }).click();
  await expect(app.status).toHaveText('1 unsaved change');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await page.getByRole('link', { name: 'Paths' }).click();
  await expect(page.getByText('Unsaved changes')).toHaveCount(0);
});

test('a new path in which nothing was done is left without a question', async ({ app, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await expect(app.tree).toBeVisible();
  const asked = [];
  page.on('dialog', (dialog) => { asked.push(dialog.type()); dialog.accept(); });
  await page.reload();
  await expect(app.tree).toBeVisible();
  expect(asked).toEqual([]);
});

test('a path that was changed elsewhere is shown as it is', async ({ app, server, page }) => {
  await app.list();
  const { id, kind, ...path } = await server.path(IDS.mobile);
  await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Mobile, renamed' });
  await page.getByRole('link', { name: /^Mobile apps/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mobile, renamed');
  await page.keyboard.press('Control+s');
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).name).toBe('Mobile, renamed');
});

test('a new path whose answer was lost is not made twice', async ({ app, server, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.put(0);
  await app.add('Primary on-call');
  await app.lostSave();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  const { body } = await server.api('GET', '/v2/escalation_paths');
  expect(body.escalation_paths.filter((path) => path.name === 'Untitled path')).toHaveLength(1);
  await app.complaints.expect(/ERR_FAILED/, 1);
});

test('a new path that is left while it is saved keeps its address to itself', async ({ app, server, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.put(0);
  await app.add('Primary on-call');
  let answer;
  const held = new Promise((resolve) => { answer = resolve; });
  await page.route('**/v2/escalation_paths', async (route) => {
    if (route.request().method() === 'POST') await held;
    return route.continue();
  });
  await app.saveNow();
  await page.getByRole('link', { name: 'Paths' }).click();
  await page.getByRole('link', { name: /^Payments/ }).click();
  const saved = page.waitForResponse((response) => response.request().method() === 'POST');
  answer();
  await saved;
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Payments');
  expect(new URL(page.url()).hash).toBe(`#/paths/${IDS.payments}`);
  await page.getByRole('link', { name: 'Paths' }).click();
  await expect(page.locator('.path-row')).toHaveCount(8);
  await expect(page.getByText('Unsaved changes')).toHaveCount(0);
  const { body } = await server.api('GET', '/v2/escalation_paths');
  expect(body.escalation_paths).toHaveLength(8);
});

test('fields that do not take a value show what counts', async ({ app }) => {
  await app.open(IDS.mobile);
  await app.inspector.getByLabel('Name').fill('   ');
  await app.inspector.getByLabel('Name').press('Tab');
  await expect(app.inspector.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Mobile apps');
  await app.simulation.getByLabel('People').selectOption({ index: 1 });
  const outcome = await app.page.locator('[data-outcome]').textContent();
  const after = app.simulation.getByLabel('After the page');
  await after.fill('99999h');
  await after.press('Tab');
  await expect(after).toHaveAttribute('aria-invalid', 'true');
  await expect(app.page.locator('[data-outcome]')).toHaveText(outcome);
});

test('what cannot be read stops a save, and is not dropped without a word', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  const field = app.inspector.getByLabel('How long');
  const review = page.getByRole('dialog', { name: /^Save .*\?$/ });
  await field.fill('1:30');
  for (const press of [() => page.keyboard.press('Control+s'), () => page.keyboard.press('Control+s'), () => app.save.click()]) {
    await press();
    await expect(page.getByRole('status')).toContainText('“1:30” isn’t a valid value for “How long”');
    await expect(page.locator('.toast')).toContainText('isn’t a valid value');
    await expect(field).toBeFocused();
    await expect(review).toHaveCount(0);
  }
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).not.toBe(420);
  // Who chooses another step hears what was not taken.
  await app.tree.getByRole('treeitem').last().click();
  await expect(page.locator('.toast')).toContainText('Discarded “1:30” for “How long”');
  await app.node(/Page Primary on-call/).click();
  await expect(field).toHaveValue('7m');
  // What was there is had back with Escape, and is saved.
  await field.fill('1:30');
  await page.keyboard.press('Control+s');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('7m');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
});

test('a path without nodes can be filled again by keyboard', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.tree.getByRole('treeitem').first().click();
  await page.keyboard.press('Home');
  for (let left = await app.tree.getByRole('treeitem').count(); left > 0; left -= 1) {
    await expect(app.tree.getByRole('treeitem').first()).toBeFocused();
    await page.keyboard.press('Delete');
    await expect(app.tree.getByRole('treeitem')).toHaveCount(left - 1);
  }
  await expect(app.places).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('option', { name: /Level/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(1);
});

test('a path that repeats itself a thousand times does not stop the page', async ({ app, server }) => {
  const level = { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 0 };
  const made = await server.api('POST', '/v2/escalation_paths', {
    name: 'Round and round',
    path: [
      { id: 'a', type: 'level', level },
      { id: 'b', type: 'repeat', repeat: { to_node: 'a', repeat_times: 1000 } },
    ],
  });
  expect(made.status).toBe(201);
  await app.open(made.body.escalation_path.id);
  await expect(app.simulation.getByText(/and \d+ more steps/)).toBeVisible();
  const refused = await server.api('PUT', `/v2/escalation_paths/${made.body.escalation_path.id}`, {
    name: 'Round and round',
    path: [
      { id: 'a', type: 'level', level },
      { id: 'b', type: 'repeat', repeat: { to_node: 'a', repeat_times: 1001 } },
    ],
  });
  expect(refused.status).toBe(422);
});
