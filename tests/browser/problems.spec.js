// The list of problems, and the walk through them.

import { expect, IDS, test } from './support/fixtures.js';

test('all problems in one list, the worst first, each with its node', async ({ app, page }) => {
  await app.open(IDS.warehouse);
  const pill = page.getByRole('button', { name: '2 problems' });
  await pill.click();
  const list = page.getByRole('dialog', { name: 'Problems' });
  await expect(list.getByRole('heading')).toHaveText(['Warnings']);
  await expect(list.getByRole('listitem')).toHaveText([
    /Page next on Primary on-call and Oscar Vidal.*Oscar Vidal is deactivated.*Choose somebody with an on-call seat\..*EP106/,
    /Page Oscar Vidal.*EP106/,
  ]);

  // A level that pages nobody is an error, and comes first.
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await expect(pill).toBeFocused();
  await app.put(0);
  await page.getByRole('button', { name: '3 problems' }).click();
  await expect(list.getByRole('heading')).toHaveText(['Errors (fix before saving)', 'Warnings']);
  await expect(list.getByRole('listitem').first()).toContainText('EP005');

  // By keys to the last, which goes to its node.
  await expect(list.getByRole('button').first()).toBeFocused();
  // Past the button that mends the first of them, and those that lead to the pages about them.
  for (let count = 0; count < 5; count += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(list).toHaveCount(0);
  await expect(page.locator(':focus')).toHaveAccessibleName(/Page Oscar Vidal/);
  await expect(app.node(/Level: Page Oscar Vidal/)).toHaveClass(/selected/);

  // One of them is mended in one go, and gone from the list.
  await page.getByRole('button', { name: '3 problems' }).click();
  await list.getByRole('button', { name: /^Remove/ }).first().click();
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(list.getByRole('button').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');

  // Whoever clicks elsewhere is done with it.
  await page.getByRole('button', { name: '3 problems' }).click();
  await page.mouse.click(400, 500);
  await expect(list).toHaveCount(0);
});

test('F8 walks through the problems and around', async ({ app, page }) => {
  await app.open(IDS.warehouse);
  const status = page.getByRole('status');
  await page.keyboard.press('F8');
  await expect(status).toHaveText(/^Problem 1 of 2: Page next on Primary on-call and Oscar Vidal: Oscar Vidal is deactivated.*on-call seat\.$/);
  await expect(page.locator(':focus')).toHaveAccessibleName(/Page next on Primary on-call and Oscar Vidal/);
  await expect(app.inspector.locator('.target').filter({ hasText: 'Oscar Vidal' })).toBeInViewport();
  await page.keyboard.press('F8');
  await expect(status).toHaveText(/^Problem 2 of 2/);
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Level: Page Oscar Vidal/);
  await page.keyboard.press('F8');
  await expect(status).toHaveText(/^Problem 1 of 2/);
  await page.keyboard.press('Shift+F8');
  await expect(status).toHaveText(/^Problem 2 of 2/);

  await app.open(IDS.mobile);
  await page.keyboard.press('F8');
  await expect(status).toHaveText('No problems');
});

test('each problem has a page that says what it means', async ({ app, page }) => {
  await app.open(IDS.warehouse);
  await page.getByRole('button', { name: '2 problems' }).click();
  const list = page.getByRole('dialog', { name: 'Problems' });
  const code = list.getByRole('button', { name: 'What this means: EP106' }).first();
  await code.focus();
  await page.keyboard.press('Enter');
  const about = page.getByRole('dialog', { name: 'What this means: EP106' });
  await expect(about.getByRole('heading', { level: 2 })).toHaveText(/^EP106: A recipient who can't be paged/);
  await expect(about.getByRole('heading', { level: 3 })).toHaveText(['Before', 'After', 'Fix']);
  await expect(about).toContainText('At night:');
  await expect(about.locator('pre').first()).toContainText('"targets"');
  await expect(about, 'no signs of Markdown').not.toContainText('**');
  await expect(about.getByRole('button', { name: 'Close' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(about).toHaveCount(0);
  await expect(list).toBeVisible();
  await expect(code).toBeFocused();
  await page.keyboard.press('Escape');

  // From the field that has it, too; where it cannot be had, that is said.
  await page.keyboard.press('F8');
  await page.route('**/problems/*', (route) => route.abort());
  await app.inspector.getByRole('button', { name: 'What this means: EP106' }).first().click();
  await expect(about.getByRole('alert')).toHaveText('Couldn’t load this page. Close it and try again.');
  await about.getByRole('button', { name: 'Close' }).click();
  await expect(about).toHaveCount(0);
  await app.complaints.expect(/ERR_FAILED/, 1);
});
