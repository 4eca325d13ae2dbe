// Where nobody has given a list of priorities nothing is said as if those that paths name were all;
// and what pages nobody is said before it is saved.

import { expect, test } from './support/fixtures.js';

const P1 = '01J0PRIORITYP1000000000000';
const review = (page) => page.getByRole('dialog', { name: /^Save .*\?$/ });
const note = (page) => page.locator('[data-priorities]:visible');
const level = (id, user) => ({ id, type: 'level', level: { targets: [{ type: 'user', id: user, urgency: 'high' }], time_to_ack_seconds: 60, ack_mode: 'first' } });

/** A path that pages Maya for P1, and somebody or nobody for all others. */
async function made(server, otherwise) {
  const { status, body } = await server.api('POST', '/v2/escalation_paths', {
    name: 'Only P1',
    path: [{ id: 'b', type: 'if_else', if_else: {
      conditions: [{ subject: 'escalation.priority', operation: 'one_of', param_bindings: [{ array_value: [{ literal: P1 }] }] }],
      then_path: [level('l', '01J0USERMAYA00000000000000')],
      else_path: otherwise,
    } }],
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.escalation_path.id;
}

test.describe('without a list of priorities', () => {
  test.beforeEach(async ({ page }) => {
    await page.route('**/builder/v1/priorities', (route) => route.fulfill({ json: { priorities: [] } }));
  });

  test('any other priority is a row of coverage, and can be simulated', async ({ app, page, server }) => {
    await app.open(await made(server, []));
    await expect(note(page)).toHaveText(/No list of priorities is set up/);
    await app.assume({ priority: 'Any other priority' });
    await expect(page.locator('[data-outcome]')).toHaveText('Nobody is paged at all');
    await page.getByRole('tab', { name: 'Coverage' }).click();
    await expect(page.locator('[data-working]')).toHaveCount(0);
    await expect(page.locator('.cover-rows')).toContainText(/any other priority/i);
    // Whatever the width, the name of a row is there in full.
    for (const width of [1440, 1024, 900, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page.locator('.cover-rows span').evaluateAll((all) => all
        .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.textContent));
      expect(cut, `cut off at ${width}`).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await expect(page.locator('[data-summary]')).toContainText('nobody is paged');
    await expect(note(page)).toBeVisible();
  });

  test('what others are paged by is no constant condition, and a change of it is a change', async ({ app, page, server }) => {
    await app.open(await made(server, [level('m', '01J0USERELENA0000000000000')]));
    await expect(page.getByRole('button', { name: /problem/ })).toHaveCount(0);
    await app.node(/Elena/).click();
    await app.add('Maya Chen');
    await app.save.click();
    await expect(review(page)).toContainText(/any other priority/i);
  });
});

test('with a list nothing is noted', async ({ app, page, server }) => {
  await app.open(await made(server, []));
  await expect(page.getByRole('tab', { name: 'Coverage' })).toBeVisible();
  await expect(note(page)).toHaveCount(0);
});

test('the review of a new path says when nobody is paged', async ({ app, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await expect(app.tree).toBeVisible();
  await app.put(0, 'd');
  await expect(page.getByRole('button', { name: '1 problem' })).toBeVisible();
  await app.save.click();
  await expect(review(page)).toContainText('The path can end here without notifying anybody');
  await expect(review(page).locator('[data-gaps]')).toContainText('P1 to P5, at any time');
});

test('the review names the times at which nobody is paged', async ({ app, page, server }) => {
  await app.open(await made(server, [level('m', '01J0USERELENA0000000000000')]));
  await app.node(/Elena/).click();
  await page.keyboard.press('Delete');
  await app.put(-1, 'd');
  await app.save.click();
  await expect(review(page).locator('[data-gaps]')).toContainText('P2 to P5, at any time');
});
