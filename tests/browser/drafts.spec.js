// Work that is not saved outlives the page: it is kept in the browser, and asked about on return.

import { App, drafts, expect, hold, IDS, NOW, test } from './support/fixtures.js';

/** Changes a path and waits until the browser has it. */
async function change(app, page, time = '7m') {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, time);
  await expect.poll(() => drafts(page)).toHaveLength(1);
}

/** Closes the page, which asks before it goes, and stays. */
async function asksBeforeItCloses(page) {
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
}

const question = (page) => page.getByRole('dialog', { name: 'You have unsaved changes' });

test('what is being typed outlives a crash, and is gone with Escape', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.node(/Page Primary on-call/).click();
  const time = app.inspector.getByLabel('How long');
  await time.fill('13m');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  // It is not in the path yet.
  await expect(app.status).toHaveText('Saved');
  await expect(time).toHaveValue('13m');
  await expect(app.node(/Page Primary on-call.*then after 5m/)).toBeVisible();
  await time.press('Escape');
  await expect(time).toHaveValue('5m');
  await expect.poll(() => drafts(page)).toHaveLength(0);
  await time.fill('soon');
  await time.fill('13m');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  await page.goto('about:blank');
  await page.goto(`${server.url}/#/paths/${IDS.mobile}`);
  await question(page).getByRole('button', { name: 'Resume' }).click();
  await expect(app.node(/Page Primary on-call.*then after 13m/)).toBeVisible();
});

test('a draft outlives a crash of the page and is resumed', async ({ app, page, server }) => {
  await change(app, page);
  // As after a crash: no handler of the old page has run.
  await page.goto('about:blank');
  await page.goto(`${server.url}/#/paths/${IDS.mobile}`);
  await expect(question(page)).toContainText('You have an unsaved draft from Sun 22 Nov 20:00 (Europe/Paris).');
  await expect(question(page).getByRole('button', { name: 'Resume' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(question(page)).toHaveCount(0);
  await expect(app.status).toHaveText('1 unsaved change');
  await expect(app.node(/Page Primary on-call.*then after 7m/)).toBeVisible();
  await expect.poll(() => drafts(page)).toHaveLength(1);
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
  await expect.poll(() => drafts(page)).toHaveLength(0);
});

test('what was typed just before the page is loaded anew is kept', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await app.node(/Page Primary on-call/).click();
  await app.inspector.getByLabel('How long').fill('7m');
  await expect(app.inspector.getByLabel('How long')).toBeFocused();
  const asked = [];
  page.on('dialog', (dialog) => { asked.push(dialog.type()); dialog.accept(); });
  await page.reload();
  expect(asked).toEqual([]);
  await question(page).getByRole('button', { name: 'Resume' }).click();
  await expect(app.node(/then after 7m/)).toBeVisible();
});

test('a draft is discarded, and had back', async ({ app, page }) => {
  await change(app, page);
  await page.reload();
  await question(page).getByRole('button', { name: 'Discard' }).click();
  await expect(app.status).toHaveText('Saved');
  await expect.poll(() => drafts(page)).toHaveLength(0);
  await page.getByRole('list', { name: 'Notes' }).getByRole('button', { name: 'Undo' }).click();
  await expect(app.status).toHaveText('1 unsaved change');
  await expect.poll(() => drafts(page)).toHaveLength(1);
});

test('a discarded draft does not replace what was changed since', async ({ app, page }) => {
  await change(app, page);
  await page.reload();
  await question(page).getByRole('button', { name: 'Discard' }).click();
  await app.setTime(/Page Primary on-call/, '9m');
  const note = page.getByRole('list', { name: 'Notes' });
  await note.getByRole('button', { name: 'Undo' }).click();
  await expect(note).toContainText('The draft would replace your newer changes');
  await expect(app.node(/then after 9m/)).toBeVisible();
  await page.locator('header').getByRole('button', { name: 'Undo' }).click();
  await expect(app.status).toHaveText('Saved');
  await note.getByRole('button', { name: 'Undo' }).click();
  await expect(app.node(/then after 7m/)).toBeVisible();
});

test('it can be looked at before it is resumed', async ({ app, page }) => {
  await change(app, page);
  await page.reload();
  await question(page).getByRole('button', { name: 'What changed' }).click();
  await expect(question(page)).toContainText('“then after 7m”, was “then after');
  await page.keyboard.press('Escape');
  await expect(app.status).toHaveText('1 unsaved change');
});

test('Escape resumes: nothing is lost by it', async ({ app, page }) => {
  await change(app, page);
  await page.reload();
  await expect(question(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(app.status).toHaveText('1 unsaved change');
});

test('changes that are taken back leave no draft', async ({ app, page }) => {
  await change(app, page);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => drafts(page)).toHaveLength(0);
});

test('the path has moved on since the draft began', async ({ app, page, server }) => {
  await change(app, page);
  const { id, kind, ...path } = await server.path(IDS.mobile);
  await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Mobile, renamed' });
  await page.reload();
  await question(page).getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('list', { name: 'Notes' })).toContainText('was saved elsewhere');
  await app.save.click();
  await expect(page.getByRole('dialog', { name: 'This path was saved elsewhere' })).toBeVisible();
  expect((await server.path(IDS.mobile)).name).toBe('Mobile, renamed');
});

test('a path that was never saved is in the list, and at its own address', async ({ app, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.inspector.getByLabel('Name').fill('Night shift');
  await app.inspector.getByLabel('Name').press('Enter');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Night shift');
  await app.list();
  await page.getByRole('link', { name: /Night shift.*Never saved/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Night shift');
  await page.getByRole('link', { name: 'Paths', exact: true }).click();
  await page.getByRole('button', { name: 'Discard the draft of Night shift' }).click();
  await expect(page.getByRole('link', { name: /Night shift/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('link', { name: /Night shift/ })).toBeVisible();
});

test('the list says which paths have a draft from an earlier visit', async ({ app, page }) => {
  await change(app, page);
  await app.list();
  await expect(page.locator('.path-row').filter({ hasText: 'Mobile apps' })).toContainText('Unsaved changes');
});

for (const [status, said] of [[401, "You are signed out"], [403, "You have read-only access"]]) {
  test(`a login that is over (${status}) loses nothing`, async ({ app, page, server }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await page.route('**/v2/escalation_paths/**', (route) => route.fulfill({ status, body: 'Sign in' }));
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText(said);
    await expect(app.status).toHaveText('1 unsaved change');
    await expect.poll(() => drafts(page)).toHaveLength(1);
    await page.unroute('**/v2/escalation_paths/**');
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
    expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
    await app.complaints.expect(new RegExp(`status of ${status}`));
  });
}

test('two drafts of one path are both offered, and the one that is not chosen is kept', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  const other = await page.context().newPage();
  const there = new App(other, server, []);
  await there.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  // The clock is that of both pages.
  await page.clock.setFixedTime(new Date(Date.parse(NOW) + 3_600_000));
  await there.setTime(/Page Primary on-call/, '9m');
  await expect.poll(() => drafts(page)).toHaveLength(2);
  await other.close();
  await page.reload();
  const dialog = page.getByRole('dialog', { name: 'You have unsaved changes' });
  await expect(dialog).toContainText('You have 2 unsaved drafts of this path');
  // The newest first.
  const offered = dialog.locator('.revision');
  await expect(offered).toContainText(['Sun 22 Nov 21:00', 'Sun 22 Nov 20:00']);
  await expect(offered.first()).toHaveAttribute('aria-pressed', 'true');
  await offered.nth(1).click();
  await dialog.getByRole('button', { name: 'What changed' }).click();
  await expect(dialog.locator('.differences')).toContainText('then after 7m');
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await expect(app.node(/then after 7m/)).toBeVisible();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await expect.poll(() => drafts(page)).toHaveLength(1);
  await page.reload();
  await expect(dialog).toContainText('You have an unsaved draft from Sun 22 Nov 21:00');
});

test.describe('a browser that keeps nothing', () => {
  test.beforeEach(({ page }) => page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } });
  }));

  test('says so once and works on, and the page asks before changes are lost', async ({ app, page }) => {
    await app.open(IDS.mobile);
    const note = page.getByRole('list', { name: 'Notes' });
    await expect(note).toContainText('This browser stores no drafts');
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await app.setTime(/Page Primary on-call/, '7m');
    await expect(note).toHaveCount(0);
    await asksBeforeItCloses(page);
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
  });
});

test('a draft that does not fit is said to be lost, and the page asks before it is', async ({ page, server }) => {
  const nodes = Array.from({ length: 1000 }, (_, index) => ({
    id: `n${index}`, type: 'level', level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 60 },
  }));
  const made = await server.api('POST', '/v2/escalation_paths', { name: 'Long', path: nodes });
  const app = new App(page, server, []);
  await app.open(made.body.escalation_path.id);
  const browser = await page.context().newCDPSession(page);
  await browser.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: 1000 });
  await app.tree.getByRole('treeitem').first().click();
  await app.inspector.getByLabel('How long').fill('7m');
  await app.inspector.getByLabel('How long').press('Enter');
  await expect(page.getByRole('list', { name: 'Notes' })).toContainText('This browser stores no drafts');
  await asksBeforeItCloses(page);
  // What fits again is kept again.
  await browser.send('Storage.overrideQuotaForOrigin', { origin: server.url });
  await app.inspector.getByLabel('How long').fill('8m');
  await app.inspector.getByLabel('How long').press('Enter');
  await expect(page.getByRole('list', { name: 'Notes' })).toHaveCount(0);
  await expect.poll(() => drafts(page)).toHaveLength(1);
});

test('another version of the page gets at the database, and drafts are kept after that', async ({ app, page }) => {
  await change(app, page);
  const upgraded = await page.evaluate(() => new Promise((done) => {
    const open = indexedDB.open('escalation-path-builder', 1);
    open.onsuccess = () => {
      open.result.close();
      const remove = indexedDB.deleteDatabase('escalation-path-builder');
      remove.onsuccess = () => done(true);
      remove.onblocked = () => done(false);
    };
  }));
  expect(upgraded).toBe(true);
  await app.setTime(/Page Primary on-call/, '11m');
  await expect.poll(() => drafts(page)).toHaveLength(1);
});

test('a draft that nobody has come back to for half a year is not asked about', async ({ app, page }) => {
  await change(app, page);
  await page.goto('about:blank');
  await page.clock.setFixedTime(new Date(Date.parse(NOW) + 200 * 86_400_000));
  await app.open(IDS.mobile);
  await expect(app.node(/then after 5m/)).toBeVisible();
  await expect(question(page)).toHaveCount(0);
  await expect.poll(() => drafts(page)).toHaveLength(0);
});

test.describe('a browser whose database answers late', () => {
  for (const [edited, how] of [[true, 'what is done meanwhile'], [false, 'a page in which nothing is done']]) {
    test(`neither overwrites nor deletes the draft at the same address by ${how}`, async ({ app, page }) => {
      await app.list();
      await page.getByRole('link', { name: 'New path' }).click();
      await app.rename('Earlier');
      await expect.poll(() => drafts(page)).toHaveLength(1);
      // From now on it answers once the test lets it.
      await page.addInitScript(() => {
        const released = new Promise((resolve) => { window.release = resolve; });
        const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function late(...given) {
          const request = open.apply(this, given);
          let told = null;
          request.addEventListener('success', (event) => released.then(() => told?.call(request, event)));
          Object.defineProperty(request, 'onsuccess', { get: () => told, set: (handler) => { told = handler; } });
          return request;
        };
      });
      await hold(page);
      await page.reload();
      await expect(page.locator('.skeleton')).toBeVisible();
      // So long the page waits, and no longer.
      await page.clock.runFor(2_000);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Untitled path');
      await page.clock.resume();
      if (edited) {
        await app.rename('Later');
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('Later');
      }
      await page.evaluate(() => window.release());
      const wanted = edited ? ['Earlier', 'Later'] : ['Earlier'];
      if (edited) await expect.poll(async () => (await drafts(page)).map((draft) => draft.path.name).sort()).toEqual(wanted);
      await page.getByRole('link', { name: 'Paths', exact: true }).click();
      await expect(page.getByRole('link', { name: /Never saved/ })).toHaveCount(wanted.length);
      for (const one of wanted) await expect(page.getByRole('link', { name: `${one} Never saved` })).toBeVisible();
      expect((await drafts(page)).map((draft) => draft.path.name).sort()).toEqual(wanted);
    });
  }
});
