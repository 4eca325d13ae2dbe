// What is assumed: what people do, when the alert fires, what cannot be decided; and keeping all of it under a name.

import { expect, IDS, test } from './support/fixtures.js';

const MORNING = { priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' };

test('people are given behaviours by clicking their lanes', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume(MORNING);
  await page.getByRole('button', { name: 'Ruth Adeyemi', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'What Ruth Adeyemi does' });
  await form.getByRole('button', { name: 'Acknowledges' }).click();
  await form.getByLabel('After the page').fill('2m');
  await form.getByLabel('After the page').press('Enter');
  await expect(page.locator('[data-outcome]')).toHaveText('Acknowledged Wed 10:07');
  await page.keyboard.press('Escape');
  await expect(form).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Ruth Adeyemi acks after 2m' })).toBeFocused();

  // Several at once: somebody who declines, too.
  await page.getByRole('button', { name: 'Grace Kim', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Declines' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: 'Grace Kim declines after 4m' })).toBeVisible();
  await expect(app.steps).toContainText('Grace Kim declines');
  await expect(app.steps).toContainText('Ruth Adeyemi acknowledges');
});

test('a behaviour by keyboard, and what is typed wrongly', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume(MORNING);
  await page.getByRole('button', { name: 'Ruth Adeyemi', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Does nothing' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('soon');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'is not a duration' })).toBeVisible();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('3');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-outcome]')).toHaveText('Acknowledged Wed 10:08');
  await expect(page.getByRole('button', { name: 'Ruth Adeyemi acks after 3m' })).toBeFocused();
});
