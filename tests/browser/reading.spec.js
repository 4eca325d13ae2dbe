// Where paths may be read and not changed: all of it can be read and simulated, and nothing changed.

import { expect, IDS, test } from './support/fixtures.js';

const notes = 'You have read-only access.';

/** Nothing on the screen of a path that changes it. */
async function nothingToChange(app, page) {
  await expect(page.locator('[data-reading]')).toHaveText('Read only');
  await expect(app.save).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^(Undo|Redo)/ })).toHaveCount(0);
  await expect(app.places).toHaveCount(0);
  await expect(app.inspector.locator('input, select, textarea')).toHaveCount(0);
}

test.describe('a server for reading', () => {
  test.use({ serverOptions: ['--read-only'] });

  test('shows a path without anything that changes it', async ({ app, page }) => {
    await app.open(IDS.payments);
    await nothingToChange(app, page);
    await expect(app.inspector).toContainText(notes);
    await expect(app.inspector).toContainText('Nobody is paged again');
    await expect(app.inspector.locator('[data-field=working_hours]')).toContainText('Mon-Fri 09:00-17:00, Europe/London');
    await app.node(/Page Primary on-call and Secondary/).click();
    const who = app.inspector.locator('[data-field=targets] dd');
    await expect(who).toHaveCount(2);
    await expect(who.first()).toContainText('Primary on-call');
    await expect(who.first()).toContainText('high urgency');
    await expect(app.inspector.locator('[data-field=ack_mode]')).toContainText('Everyone must');
    // As text it can be copied.
    const copied = await app.inspector.locator('dl').evaluate((list) => {
      getSelection().selectAllChildren(list);
      return String(getSelection());
    });
    expect(copied).toContain('Secondary on-call');
    await nothingToChange(app, page);
    await app.node(/Back to the start/).click();
    await app.inspector.getByRole('button', { name: 'The start' }).click();
    await expect(app.tree.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/Priority is P1 or P2/);
  });

  test('keys and the mouse change nothing, and it is said why', async ({ app, page, server }) => {
    await app.open(IDS.payments);
    const before = await app.tree.getByRole('treeitem').count();
    const level = app.node(/Page Ruth Adeyemi/);
    await level.click();
    for (const key of ['a', 'n', 'Delete', 'Control+d', 'Alt+ArrowUp', 'w', 'Control+z', 'Control+s']) {
      await page.keyboard.press('Escape');
      await level.focus();
      await page.keyboard.press(key);
      await expect(page.locator('.toast'), key).toContainText('read only here');
    }
    const from = await level.boundingBox();
    await page.mouse.move(from.x + 60, from.y + 20);
    await page.mouse.down();
    await page.mouse.move(from.x + 60, from.y - 80, { steps: 4 });
    await expect(page.locator('.ghost')).toHaveCount(0);
    await page.mouse.up();
    await level.click({ button: 'right' });
    await expect(page.getByRole('menuitem', { name: 'Copy the link to this step' })).toBeVisible();
    await expect(page.getByRole('menuitem', { name: /Delete|Duplicate|Cut|Paste|Put into|Move/ })).toHaveCount(0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await expect(page.locator('.palette [role=option]').first()).toBeVisible();
    await page.keyboard.type('delete the step');
    await expect(page.locator('.palette')).toContainText('No matches');
    await page.keyboard.press('Escape');
    await expect(app.tree.getByRole('treeitem')).toHaveCount(before);
    // And if the app would: the server does not.
    const refused = await server.api('DELETE', `/v2/escalation_paths/${IDS.payments}`);
    expect(refused.status).toBe(403);
  });

  test('a path that is dropped on the page or pasted changes nothing', async ({ app, page, server }) => {
    await app.open(IDS.mobile);
    await app.node(/Page Primary on-call/).focus();
    const other = JSON.stringify({ ...(await server.path(IDS.payments)), name: 'Another' });
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, other);
    await expect(page.locator('.toast')).toContainText('read only here');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mobile apps');
  });

  test('simulates, and judges what is expected', async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await expect(app.steps.locator('.step.page').first()).toContainText('is paged');
    await page.getByRole('tab', { name: 'Expectations' }).click();
    await expect(page.getByRole('button', { name: 'Add an expectation' })).toHaveCount(0);
    await expect(page.locator('.suggestion')).toHaveCount(0);
  });

  test('problems are told and not mended', async ({ app, page }) => {
    await app.open(IDS.warehouse);
    await page.getByRole('button', { name: '2 problems' }).click();
    await expect(page.getByRole('dialog', { name: 'Problems' }).locator('.problem')).toHaveCount(2);
    await expect(page.locator('.fix')).toHaveCount(0);
  });

  test('the list makes, copies and deletes nothing', async ({ app, page, server }) => {
    await app.list();
    await expect(page.locator('.path-row')).toHaveCount(7);
    await expect(page.getByText(notes)).toBeVisible();
    await expect(page.getByRole('link', { name: 'New path' })).toHaveCount(0);
    await expect(page.getByRole('button', { name: /Import|Duplicate|Delete|template/ })).toHaveCount(0);
    await page.goto(`${server.url}/#/new`);
    await expect(page.getByRole('heading', { name: 'You can’t create paths here' })).toBeVisible();
  });
});

test.describe('a server that knows who may', () => {
  test.use({ serverOptions: ['--user-header', 'X-User', '--editor', 'maya@example.com'] });

  test('lets those change who are named, and others read', async ({ app, page }) => {
    await page.setExtraHTTPHeaders({ 'x-user': 'tom@example.com' });
    await app.open(IDS.mobile);
    await nothingToChange(app, page);
    await page.setExtraHTTPHeaders({ 'x-user': 'maya@example.com' });
    await page.reload();
    await expect(app.save).toBeVisible();
    await app.setTime(/Page Primary on-call/, '7m');
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
  });

  test('a right that is lost meanwhile loses no work', async ({ app, page }) => {
    await page.setExtraHTTPHeaders({ 'x-user': 'maya@example.com' });
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await page.setExtraHTTPHeaders({ 'x-user': 'tom@example.com' });
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText('You have read-only access');
    await expect(page.getByRole('alert')).toContainText('tom@example.com may read paths here, and not change them');
    await expect(app.status).toHaveText('1 unsaved change');
    // Read again, it is as it is on the server; the draft waits for whoever may save it.
    await page.reload();
    await nothingToChange(app, page);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.setExtraHTTPHeaders({ 'x-user': 'maya@example.com' });
    await page.reload();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await expect(app.node(/then after 7m/)).toBeVisible();
    await app.complaints.expect(/status of 403/);
  });
});

test('the address asks for reading, and leads to where it is changed', async ({ app, page, server }) => {
  await page.goto(`${server.url}/?readonly#/paths/${IDS.mobile}`);
  await expect(app.tree).toBeVisible();
  await nothingToChange(app, page);
  const link = app.inspector.getByRole('link', { name: 'Open for editing' });
  await expect(link).toHaveAttribute('target', '_blank');
  const opened = page.context().waitForEvent('page');
  await link.click();
  const other = await opened;
  await expect(other.getByRole('button', { name: 'Save', exact: true })).toBeVisible();
  expect(new URL(other.url()).search).toBe('');
});
