// The whole story: a path is opened, changed, simulated and saved, and the API has it.

import { expect, IDS, test } from './support/fixtures.js';

const MAYA = '01J0USERMAYA00000000000000';
const MANAGER = '01J0USERMANAGER00000000000';

test('by mouse', async ({ app, server, page }) => {
  await app.list();
  await expect(page.locator('.path-row')).toHaveCount(7);
  await page.getByRole('link', { name: /^Payments/ }).click();
  await expect(page.getByRole('heading', { name: 'Payments' })).toBeVisible();
  await expect(app.status).toHaveText('Saved');
  await expect(app.save).toBeDisabled();

  // A Wednesday in office hours, a priority that is not urgent.
  await app.assume({ priority: 'P3', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await expect.poll(() => app.pages()).toEqual(['10:00 T+0 Priya Nair is paged, high urgency']);
  await expect(app.node(/In UK hours/)).toHaveClass(/walked/);
  await expect(app.node(/Post to #payments-alerts/)).not.toHaveClass(/walked/);
  await expect(page.locator('[data-outcome]')).toHaveText('Ends Wed 10:30: nobody acknowledged');

  // The level waits less, is quieter, everyone must acknowledge, and the manager is paged too.
  await app.node(/on the side “yes”/).click();
  await app.inspector.getByLabel('How long').fill('10m');
  await app.inspector.getByLabel('How long').press('Enter');
  await expect(app.status).toHaveText('1 unsaved change');
  await expect(page.locator('[data-outcome]')).toHaveText('Ends Wed 10:10: nobody acknowledged');
  await app.inspector.getByRole('button', { name: 'Low' }).click();
  await expect.poll(() => app.pages()).toEqual(['10:00 T+0 Priya Nair is paged, low urgency']);
  await app.add('Ruth Adeyemi');
  await expect.poll(() => app.pages()).toEqual([
    '10:00 T+0 Priya Nair is paged, low urgency',
    '10:00 T+0 Ruth Adeyemi is paged, high urgency',
  ]);
  await app.inspector.getByRole('button', { name: 'Everyone must' }).click();

  // A level after it; the simulation goes on there.
  await app.put(7);
  await expect(app.node(/Page nobody yet/)).toHaveClass(/selected/);
  await app.add('Maya Chen');
  await expect.poll(() => app.pages()).toEqual([
    '10:00 T+0 Priya Nair is paged, low urgency',
    '10:00 T+0 Ruth Adeyemi is paged, high urgency',
    '10:10 T+10m Maya Chen is paged, high urgency',
  ]);

  // Another level is deleted, which is taken back and done again.
  await app.node(/Page Ruth Adeyemi/).click();
  await app.inspector.getByRole('button', { name: 'Delete' }).click();
  await expect(app.node(/Page Ruth Adeyemi\. then after 15m/)).toHaveCount(0);
  await page.locator('.bar').getByRole('button', { name: 'Undo' }).click();
  await expect(app.node(/Page Ruth Adeyemi\. then after 15m/)).toBeVisible();
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(app.node(/Page Ruth Adeyemi\. then after 15m/)).toHaveCount(0);

  // Somebody responds.
  await app.simulation.getByLabel('People').selectOption({ label: 'Ruth Adeyemi acknowledges' });
  await app.simulation.getByLabel('After the page').fill('3');
  await app.simulation.getByLabel('After the page').blur();
  await expect(page.locator('[data-outcome]')).toHaveText('Acknowledged Wed 10:03');
  await expect(app.node(/Page Maya Chen/)).not.toHaveClass(/walked/);

  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await page.reload();
  await expect(app.node(/Page Maya Chen/)).toBeVisible();
  await expect(app.status).toHaveText('Saved');

  const saved = await server.path(IDS.payments);
  const branch = saved.path[0].if_else;
  expect(branch.then_path.map((node) => node.id)).toEqual(['crit-1', 'crit-3']);
  const inHours = branch.else_path[0].if_else.then_path;
  expect(inHours).toEqual([
    {
      id: 'low-1',
      type: 'level',
      level: {
        targets: [
          { type: 'schedule', id: '01J0SCHEDPRIMARY0000000000', urgency: 'low', schedule_mode: 'currently_on_call' },
          { type: 'user', id: MANAGER, urgency: 'high' },
        ],
        time_to_ack_seconds: 600,
        ack_mode: 'all',
      },
    },
    {
      id: 'level-1',
      type: 'level',
      level: { targets: [{ type: 'user', id: MAYA, urgency: 'high' }], time_to_ack_seconds: 300, ack_mode: 'first' },
    },
  ]);
});

test('by keyboard alone', async ({ app, server, page }) => {
  await app.list();
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Presses Tab until the focus is on something with this name. */
  const tabTo = async (name, key = 'Tab') => {
    for (let count = 0; count < 80; count += 1) {
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === document.body) return '';
        return element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent;
      });
      if (name.test(focused)) return;
      await page.keyboard.press(key);
    }
    throw new Error(`${name} cannot be reached by ${key}`);
  };
  await tabTo(/Back office/);
  await press('Enter');
  await expect(app.tree).toBeVisible();

  // Into the tree: one stop. Then through it by arrows.
  await tabTo(/In working hours/);
  await press('ArrowRight');
  await expect(page.locator(':focus')).toHaveAccessibleName(/Page Primary on-call/);
  await press('ArrowDown', 'ArrowDown');
  await expect(page.locator(':focus')).toHaveAccessibleName(/Post to #support-ops/);
  await press('ArrowLeft');
  await expect(page.locator(':focus')).toHaveAccessibleName(/In working hours/);
  await press('End');
  await expect(page.locator(':focus')).toHaveAccessibleName(/Back to the start/);
  await press('Home', 'ArrowRight');

  // A level after the first of the side, then its details.
  await press('a');
  await expect(page.locator(':focus')).toHaveAccessibleName(/Page nobody yet/);
  // Who is paged comes first, as nobody is yet.
  await press('Enter');
  await expect(app.inspector.getByRole('combobox', { name: 'Add to this level' })).toBeFocused();
  await page.keyboard.type('pet');
  await press('Enter');
  await page.keyboard.type('ruth');
  await press('Escape', 'Control+a', 'Delete');
  await expect(app.inspector.locator('.target')).toHaveText([/Elena Petrova/]);
  await tabTo(/How long/);
  await press('Control+a');
  await page.keyboard.type('1h 30m');
  await press('Tab');
  await expect(app.node(/Page Elena Petrova\. then after 1h 30m/)).toBeVisible();

  // The last level of the side is deleted, and everything said.
  await tabTo(/Page Elena Petrova/, 'Shift+Tab');
  await press('ArrowDown', 'Delete');
  await expect(page.getByRole('status')).toHaveText('Done: delete');
  await expect(page.locator(':focus')).toHaveAccessibleName(/Page Elena Petrova/);
  await press('Control+z');
  await expect(page.getByRole('status')).toHaveText('Undone: delete');
  await press('Control+Shift+z');

  await press('Control+s');
  await expect(page.getByRole('button', { name: 'Save now' })).toBeFocused();
  await press('Enter');
  await expect(app.status).toHaveText('Saved');
  await expect(page.getByRole('status')).toHaveText('Saved');
  const saved = await server.path(IDS.backOffice);
  const levels = saved.path[0].if_else.then_path;
  expect(levels.map((node) => node.id)).toEqual(['in-1', 'level-1']);
  expect(levels[1].level).toEqual({
    targets: [{ type: 'user', id: '01J0USERELENA0000000000000', urgency: 'high' }],
    time_to_ack_seconds: 5400,
    ack_mode: 'first',
  });
});

test('a new path from nothing', async ({ app, server, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await expect(app.status).toHaveText('Not saved yet');
  await expect(page.locator('[data-outcome]')).toHaveText('Nobody is paged at all');
  await app.inspector.getByLabel('Name').fill('Fresh');
  await app.inspector.getByLabel('Name').press('Enter');

  // What the server would refuse is said before it is asked, and the edit stays.
  await app.save.click();
  await expect(page.getByRole('dialog', { name: 'Save Fresh?' })).toContainText('The path has no steps');
  await expect(page.getByRole('button', { name: 'Save now' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Fresh' })).toBeVisible();
  await app.complaints.expect(/status of 422/);

  await app.put(0);
  await app.add('Primary on-call');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await expect(page).toHaveURL(/#\/paths\/[0-9A-Z]{26}\/nodes\/level-1$/);
  const [id] = page.url().match(/[0-9A-Z]{26}/);
  expect((await server.path(id)).name).toBe('Fresh');

  // It is an ordinary path from now on.
  await app.inspector.getByLabel('How long').fill('90');
  await app.inspector.getByLabel('How long').press('Enter');
  await expect(app.inspector.getByLabel('How long')).toHaveValue('1h 30m');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(id)).path[0].level.time_to_ack_seconds).toBe(5400);
  await page.getByRole('link', { name: 'Paths' }).click();
  await expect(page.locator('.path-row')).toHaveCount(8);
});
