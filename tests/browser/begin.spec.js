// The first minutes: a new path, its name, its shape, and what is taken back.

import { expect, IDS, test } from './support/fixtures.js';

const shapes = (page) => page.getByRole('region', { name: 'Start with a shape' });

async function begin(app, page) {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).first().click();
  await expect(shapes(page)).toBeVisible();
}

test('a new path asks for its name and offers shapes, and says nothing of problems', async ({ app, page }) => {
  await begin(app, page);
  await expect(app.inspector.getByLabel('Name')).toBeFocused();
  await expect(page.getByText('EP001')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /\d problems?/ })).toHaveCount(0);
  // What is typed takes the place of the name.
  await page.keyboard.type('Checkout');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Checkout');
});

for (const [name, levels, first] of [
  ['Primary, then secondary', 2, /Level: Page nobody yet/],
  ['By priority', 1, /Priority is P1/],
  ['Follow the sun', 3, /In Europe hours/],
]) {
  test(`a path begins with a shape: ${name}`, async ({ app, page }) => {
    await begin(app, page);
    await shapes(page).getByRole('button', { name }).click();
    await expect(shapes(page)).toHaveCount(0);
    await expect(app.node(first).first()).toBeVisible();
    await expect(app.node(/Level: /)).toHaveCount(levels);
    // Who is paged comes next, without a click.
    await expect(app.inspector.getByRole('combobox', { name: /Add to this level/ })).toBeFocused();
    await page.keyboard.type('Maya');
    await page.keyboard.press('Enter');
    await expect(app.node(/Page Maya Chen/)).toHaveCount(1);
    // It is one change, and the offer is back without it.
    await page.locator('.bar').getByRole('button', { name: 'Undo' }).click();
    await page.locator('.bar').getByRole('button', { name: 'Undo' }).click();
    await expect(shapes(page)).toBeVisible();
  });
}

test('a path begins empty', async ({ app, page }) => {
  await begin(app, page);
  await shapes(page).getByRole('button', { name: 'Empty' }).click();
  await expect(shapes(page)).toHaveCount(0);
  await expect(page.getByText('EP001')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add a step here' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('l');
  await expect(app.node(/Page nobody yet/)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(app.inspector.getByRole('combobox', { name: /Add to this level/ })).toBeFocused();
});

test('the title of a path leads to its name', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  await page.getByRole('heading', { level: 1 }).getByRole('button').click();
  await expect(app.inspector.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('Payments, renamed');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Payments, renamed');
});

test('what is deleted is named where it is seen, and taken back there', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  await page.keyboard.press('Delete');
  const toast = page.locator('.toast');
  await expect(toast).toContainText('Deleted: Page Ruth Adeyemi');
  await toast.getByRole('button', { name: 'Undo' }).click();
  await expect(app.node(/Page Ruth Adeyemi/)).toBeVisible();
  await expect(toast).toHaveCount(0);
  // A branch goes with all that is in it.
  await app.node(/In UK hours/).click();
  await page.keyboard.press('Delete');
  await expect(toast).toContainText(/Deleted: In UK hours\? and \d+ steps more/);
  await page.keyboard.press('Control+z');
  await expect(toast).toHaveCount(0);
});

test('the menu of a step adds below it', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /Add a step below/ }).click();
  await page.getByRole('option', { name: /Level: page people/ }).click();
  await expect(app.inspector.getByRole('combobox', { name: /Add to this level/ })).toBeFocused();
  await expect(app.node(/Page nobody yet/)).toHaveCount(1);
});
