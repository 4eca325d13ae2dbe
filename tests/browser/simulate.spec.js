// Who is paged, when and why, at every edit.

import { expect, IDS, test } from './support/fixtures.js';

test('another priority goes another way', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await expect(app.node(/Page Ruth Adeyemi/)).toHaveClass(/walked/);
  await expect(app.node(/In UK hours/)).not.toHaveClass(/walked/);
  await app.assume({ priority: 'P5' });
  await expect(app.node(/Page Ruth Adeyemi/)).not.toHaveClass(/walked/);
  await expect(app.node(/In UK hours/)).toHaveClass(/walked/);
  await expect(app.steps).toContainText('priority P5 is not one of P1 or P2');
});

test('four past five in London is outside hours until five, whatever the viewer\'s clock says', async ({ app }) => {
  await app.open(IDS.urgent);
  await app.assume({ priority: 'P1', at: '2026-03-30T17:04', zone: 'Europe/London' });
  await expect(app.steps).toContainText('Mon 17:04 Europe/London is outside UK hours (Mon-Fri 09:00-17:00)');
});

test('the same instant in another zone', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.assume({ at: '2026-11-25T10:00', zone: 'Europe/London' });
  const fires = app.simulation.getByLabel('Fires at');
  await app.assume({ zone: 'America/New_York' });
  await expect(fires).toHaveValue('2026-11-25T05:00');
  await expect(app.simulation).toContainText('Wed 25 Nov 05:00, which is 10:00 UTC');
  await app.assume({ zone: 'Asia/Singapore' });
  await expect(fires).toHaveValue('2026-11-25T18:00');
});

test('nobody on call: said in the loudest way', async ({ app, page }) => {
  await app.open(IDS.warehouse);
  // A Sunday in Singapore, where the support desk has its gap.
  await app.assume({ at: '2026-11-29T12:00', zone: 'Asia/Singapore' });
  await expect(app.steps).toContainText('nobody is on call in Support desk at Sun 29 Nov 12:00 Asia/Singapore');
  await expect(app.steps).toContainText('The level is skipped');
  await expect(app.steps).toContainText('Oscar Vidal is skipped');
  await expect(app.node(/Page Support desk/)).toHaveClass(/walked/);
});

test('outside what is known nothing is guessed', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.assume({ at: '2031-01-01T00:00' });
  await expect(page.locator('[data-outcome]')).toHaveText('On-call data ends before then');
  await expect(app.node(/Page Primary on-call/)).toHaveClass(/stopped/);
});

test('a hand-over goes on in the other path', async ({ app }) => {
  await app.open(IDS.mobile);
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await expect(app.steps).toContainText('Hands over to another path');
  await expect(app.steps).toContainText('the path hands over to `Major incidents`');
  const pages = await app.pages();
  expect(pages[0]).toBe('10:00 T+0 Priya Nair is paged, high urgency');
  expect(pages.some((page) => page.includes('T+5m') && page.includes('Jamal Brooks'))).toBe(true);
});

test('a lane for everybody who is told', async ({ app, page }) => {
  await app.open(IDS.data);
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  const first = page.locator('.lane').first();
  await expect(first).toContainText('Priya Nair');
  await expect(first.getByRole('img')).toHaveAccessibleName(/^Priya Nair: paged at T\+0, paged again at T\+1m, paged again at T\+2m/);
  await expect(page.locator('.lane').last()).toContainText('Operations');
});

test('the panel can be put away', async ({ app, page }) => {
  await app.open(IDS.payments);
  await page.getByRole('button', { name: 'Collapse', exact: true }).click();
  await expect(app.steps).toHaveCount(0);
  await expect(app.tree).not.toHaveClass(/simulated/);
  await page.getByRole('button', { name: 'Expand', exact: true }).click();
  await expect(app.steps).toBeVisible();
});
