// What is expected of a path: kept beside it, proven at every edit, played where it does not hold.

import { expect, IDS, test } from './support/fixtures.js';

const tab = (page, name) => page.getByRole('tab', { name });
const list = (page) => page.getByRole('list', { name: 'Expectations', exact: true });

async function expectations(app, page, id) {
  await app.open(id);
  await tab(page, 'Expectations').click();
}

test('tabs by keyboard', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await tab(page, 'Simulate').focus();
  await page.keyboard.press('End');
  await expect(tab(page, 'Escalations')).toBeFocused();
  await expect(page.getByRole('tabpanel', { name: 'Escalations' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(tab(page, 'Simulate')).toBeFocused();
  await expect(app.simulation).toBeVisible();
});

test('the height by keyboard', async ({ app, page }) => {
  await app.open(IDS.mobile);
  const handle = page.getByRole('separator', { name: 'Height of the panel' });
  const height = () => page.locator('.panel').evaluate((panel) => panel.offsetHeight);
  await expect(handle).toBeVisible();
  const before = await height();
  await handle.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => height()).toBe(before + 24);
  await page.keyboard.press('Home');
  await expect.poll(() => height()).toBe(160);
});

test('what the path suggests is kept with one click, and is there after a reload', async ({ app, page, server }) => {
  await expectations(app, page, IDS.mobile);
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  await expect(list(page).getByRole('listitem').first()).toContainText(/Somebody is paged.*Proven for every instant until \d+ \w+ 202\d, for P1 to P5/);
  await expect.poll(async () => (await server.api('GET', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`)).body)
    .toEqual({ expectations: [{ expect: 'pages_someone' }] });
  await page.reload();
  await tab(page, 'Expectations').click();
  await expect(list(page)).toContainText('Proven for every instant');
  await expect(page.getByText('Times in Europe/Paris.')).toBeVisible();
  // It is no part of the path.
  await expect(app.status).toHaveText('Saved');
});

test('an edit that breaks an expectation says so, the review shows it, and it is played', async ({ app, page, server }) => {
  const expectations = [{ expect: 'ends_within', seconds: 864_000 }, { expect: 'first_page_within', seconds: 0 }];
  await server.api('PUT', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`, { expectations });
  await app.open(IDS.mobile);
  await expect(page.locator('[data-broken]')).toHaveCount(0);
  await tab(page, 'Expectations').click();
  await expect(list(page).locator('.holds')).toHaveCount(2);
  await app.setTime(/Page Primary on-call/, '11d');
  await expect(page.locator('[data-broken]')).toHaveText('1 failing expectation');
  await expect(page.locator('.spoken[role=status]')).toHaveText('Now failing: it ends within 10d');
  await expect(list(page).locator('.broken')).toContainText(/Fails (\d+ times|from )|Always fails/);
  await app.save.click();
  await expect(page.getByRole('list', { name: 'Failing expectations' })).toContainText('It ends within 10d');
  await page.keyboard.press('Escape');
  // The times at which it is not true are a list, and each can be played.
  await list(page).getByText('When it fails').click();
  await list(page).getByRole('button', { name: /^Play an alert that fires / }).first().click();
  await expect(tab(page, 'Simulate')).toBeFocused();
  await tab(page, 'Expectations').click();
  await page.getByRole('button', { name: 'Play an alert for which this fails: It ends within 10d' }).click();
  await expect(tab(page, 'Simulate')).toBeFocused();
  await expect(app.steps).toContainText('T+11d');
});

test('a form in plain sentences', async ({ app, page, server }) => {
  await expectations(app, page, IDS.mobile);
  await page.getByRole('button', { name: 'Add an expectation' }).click();
  const form = page.locator('.expect-form');
  await form.getByLabel('Expectation').selectOption({ label: 'A number of people are paged within a time' });
  await form.getByLabel('Time', { exact: true }).fill('soon');
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(form).toContainText('`soon` is not a duration such as 5m or 1h 30m');
  await form.getByLabel('Time', { exact: true }).fill('1h 30m');
  await form.getByLabel('People', { exact: true }).fill('2');
  await form.getByRole('button', { name: 'P1' }).click();
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(list(page)).toContainText('P1: at least 2 people paged within 1h 30m');
  await expect(page.getByRole('button', { name: 'Add an expectation' })).toBeFocused();
  await page.getByRole('button', { name: /^Change: P1/ }).click();
  await form.getByLabel('Time', { exact: true }).fill('10m');
  await form.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(list(page)).toContainText('within 10m');
  await page.getByRole('button', { name: /^Remove: P1/ }).click();
  await expect(list(page).getByRole('listitem')).toHaveCount(0);
  await expect.poll(async () => (await server.api('GET', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`)).body.expectations)
    .toEqual([]);
});

test('one of some people, in place of a schedule', async ({ app, page, server }) => {
  const expectations = [{ expect: 'covered_by', users: ['01J0USERMAYA00000000000000'], seconds: 300 },
    { expect: 'not_louder_than', pairs: [['01J0PRIORITYP3000000000000', '01J0PRIORITYP1000000000000']] }];
  await server.api('PUT', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`, { expectations });
  await app.open(IDS.mobile);
  await tab(page, 'Expectations').click();
  await expect(list(page)).toContainText('Maya Chen is paged within 5m');
  await expect(list(page)).toContainText('P3 is never louder than P1');
  await page.getByRole('button', { name: /^Change: Maya Chen/ }).click();
  const form = page.locator('.expect-form');
  await expect(form.getByRole('button', { name: 'Maya Chen: remove' })).toBeVisible();
  await form.getByLabel('Or one of these people').selectOption({ label: 'Tom Okafor' });
  await form.getByLabel('Time', { exact: true }).fill('10m');
  await form.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(list(page)).toContainText('Maya Chen or Tom Okafor is paged within 10m');
  await page.getByRole('button', { name: /^Change: Maya Chen/ }).click();
  await form.getByRole('button', { name: 'Maya Chen: remove' }).click();
  await form.getByRole('button', { name: 'Tom Okafor: remove' }).click();
  await form.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(form).toContainText('choose a schedule, or people');
  await form.getByLabel(/^Schedule/).selectOption({ index: 1 });
  await form.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(list(page)).toContainText(/Somebody of .* is paged within 10m/);
});

test('a worker proves it; where there is none, the page does', async ({ app, page, server }) => {
  const expectations = [{ expect: 'ends_within', seconds: 864_000 }, { expect: 'first_page_within', seconds: 0 }];
  await server.api('PUT', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`, { expectations });
  await app.open(IDS.mobile);
  await tab(page, 'Expectations').click();
  await expect(list(page).locator('.holds')).toHaveCount(2);
  await expect(list(page)).toContainText('Somebody is paged at once');
  expect(page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual(['/worker.js']);
  const told = await list(page).locator('.verdict').allTextContents();

  await page.route('**/worker.js', (route) => route.abort());
  await page.reload();
  await tab(page, 'Expectations').click();
  await expect(list(page).locator('.verdict')).toHaveText(told);
  expect(page.workers()).toEqual([]);
});

test('a fix that was proven is offered, and undone as one change', async ({ app, page, server }) => {
  const expectations = [{ expect: 'ends_within', seconds: 864_000 }, { expect: 'pages_someone' }];
  await server.api('PUT', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`, { expectations });
  await app.open(IDS.mobile);
  await tab(page, 'Expectations').click();
  await expect(list(page).locator('.holds')).toHaveCount(2);
  await expect(page.getByRole('button', { name: /^Fix: / })).toHaveCount(0);
  await app.setTime(/Page Primary on-call/, '11d');
  await expect(list(page).locator('.broken')).toHaveCount(1);
  await page.getByRole('button', { name: /^Fix: Wait 1d instead of 11d after/ }).click();
  await expect(list(page).locator('.holds')).toHaveCount(2);
  await expect(page.locator('.spoken[role=status]')).toHaveText(/Passing again: it ends within 10d|mend/);
  await expect(page.getByRole('button', { name: /^Fix: / })).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(list(page).locator('.broken')).toHaveCount(1);
  await expect(app.node(/Page Primary on-call/)).toContainText('11d');
});

test('to save what breaks an expectation that held is asked for, by keyboard', async ({ app, page, server }) => {
  const expectations = [{ expect: 'ends_within', seconds: 864_000 }, { expect: 'ends_within', seconds: 60 }];
  await server.api('PUT', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`, { expectations });
  await app.open(IDS.mobile);
  await expect(page.locator('[data-broken]')).toHaveText('1 failing expectation');
  await app.setTime(/Page Primary on-call/, '11d');
  await page.keyboard.press('Control+s');
  await page.keyboard.press('Control+s');
  const review = page.getByRole('dialog', { name: /^Save .*\?$/ });
  const although = review.getByRole('button', { name: 'Save with 1 failing expectation' });
  await expect(although).toBeFocused();
  await expect(page.locator('.spoken[role=status]')).toHaveText('1 expectation that held now fails: it ends within 10d. Save anyway?');
  // The other one did not hold before.
  await expect(review.getByRole('list', { name: 'Failing expectations' }).getByRole('listitem')).toHaveCount(2);
  await expect(review.getByText('It held at the last save.')).toHaveCount(1);
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).not.toBe(950_400);

  await page.keyboard.press('Escape');
  await app.save.click();
  await expect(although).toBeVisible();
  await expect(review.getByRole('button', { name: 'Keep editing' })).toBeFocused();
  await page.keyboard.press('Control+s');
  await expect(although).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(950_400);

  // As it is saved it is broken: what changes then breaks nothing that held.
  await app.setTime(/Page Primary on-call/, '12d');
  await page.keyboard.press('Control+s');
  await expect(review.getByRole('button', { name: 'Save now' })).toBeFocused();
});

test('what is expected of a new path is kept when it is saved first', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.put(0);
  await app.add('Primary on-call');
  await tab(page, 'Expectations').click();
  await expect(page.getByText('Saved once the path is saved.')).toBeVisible();
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  await expect(list(page).locator('.holds')).toHaveCount(1);
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: 'Save now' }).click();
  await expect(app.status).toHaveText('Saved');
  const id = new URL(page.url()).hash.split('/').pop();
  await expect.poll(async () => (await server.api('GET', `/builder/v1/escalation_paths/${id}/expectations`)).body)
    .toEqual({ expectations: [{ expect: 'pages_someone' }] });
});

test('what the server could not keep is said, and is kept when it is tried again', async ({ app, page, server }) => {
  await expectations(app, page, IDS.mobile);
  const address = '**/builder/v1/escalation_paths/*/expectations';
  await page.route(address, (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  const failed = page.getByText('Your last change to the expectations isn’t on the server yet; this browser keeps it.').first();
  await expect(failed).toBeVisible();
  await expect(page.locator('.spoken[role=status]')).toHaveText('Your last change to the expectations isn’t on the server yet; this browser keeps it.');
  // It stays as it is here.
  await expect(list(page).locator('.holds')).toHaveCount(1);
  await page.unroute(address);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('Saved on the server immediately')).toBeVisible();
  expect((await server.api('GET', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`)).body)
    .toEqual({ expectations: [{ expect: 'pages_someone' }] });
  await app.complaints.expect(/ERR_FAILED/);
});

test('what somebody else has changed meanwhile is kept, too, and it is said', async ({ app, page, server }) => {
  const address = `/builder/v1/escalation_paths/${IDS.mobile}/expectations`;
  const within = (seconds) => ({ expect: 'ends_within', seconds });
  const kept = async () => (await server.api('GET', address)).body.expectations;
  await server.api('PUT', address, { expectations: [within(864_000), within(864_060)] });
  await expectations(app, page, IDS.mobile);
  await expect(list(page).getByRole('listitem')).toHaveCount(2);
  // They have removed one and added another.
  await server.api('PUT', address, { expectations: [within(864_000), within(864_120)] });
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  await expect.poll(kept).toEqual([within(864_000), { expect: 'pages_someone' }, within(864_120)]);
  await expect(list(page).getByRole('listitem')).toHaveCount(3);
  const told = 'The expectations also changed elsewhere. Both changes were merged.';
  await expect(page.locator('.expected .about')).toContainText(told);
  // What is changed next is said of what is there now; nobody has changed that.
  await page.getByRole('button', { name: 'Remove: Somebody is paged' }).click();
  await expect.poll(kept).toEqual([within(864_000), within(864_120)]);
  await expect(page.locator('.expected .about')).not.toContainText(told);
});

test('changed again before the server has answered, all of it is kept, also when the path is left', async ({ app, page, server }) => {
  await expectations(app, page, IDS.mobile);
  const address = `/builder/v1/escalation_paths/${IDS.mobile}/expectations`;
  let go;
  const held = new Promise((resolve) => { go = resolve; });
  await page.route('**/builder/v1/escalation_paths/*/expectations', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  const more = page.getByRole('button', { name: /^Expect: / }).first();
  const name = (await more.getAttribute('aria-label')).replace('Expect: ', '');
  await more.click();
  await expect(list(page)).toContainText(name);
  await page.getByRole('link', { name: 'Paths' }).first().click();
  await expect(page.getByRole('heading', { name: 'Paths', exact: true })).toBeVisible();
  go();
  await expect.poll(async () => (await server.api('GET', address)).body.expectations.length).toBe(2);
});

test('nothing is expected twice, and what is removed can be had back', async ({ app, page, server }) => {
  const address = `/builder/v1/escalation_paths/${IDS.mobile}/expectations`;
  const all = [{ expect: 'pages_someone' }, { expect: 'ends_within', seconds: 864_000 }, { expect: 'ends_within', seconds: 864_060 }];
  const kept = async () => (await server.api('GET', address)).body.expectations;
  await server.api('PUT', address, { expectations: all });
  await expectations(app, page, IDS.mobile);
  const items = list(page).getByRole('listitem');
  await expect(items).toHaveCount(3);
  await page.getByRole('button', { name: 'Add an expectation' }).click();
  await page.locator('.expect-form').getByLabel('Expectation').selectOption({ label: 'Somebody is paged, whatever happens' });
  await page.locator('.expect-form').getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.locator('.expect-form')).toContainText('This is already in the list.');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(items).toHaveCount(3);

  const remove = page.getByRole('button', { name: /^Remove: / });
  await remove.nth(1).focus();
  await page.keyboard.press('Enter');
  await expect(items).toHaveCount(2);
  await expect(remove.nth(1), 'the next row').toBeFocused();
  await expect.poll(kept).toEqual([all[0], all[2]]);
  await expect(page.locator('.gone')).toContainText('“It ends within 10d” is removed.');
  await page.locator('.gone').getByRole('button', { name: 'Undo' }).click();
  await expect(items).toHaveCount(3);
  await expect(remove.nth(1)).toBeFocused();
  await expect.poll(kept).toEqual(all);
  await remove.nth(2).press('Enter');
  await expect(remove.nth(1), 'the last is gone: the one before it').toBeFocused();
  await remove.nth(1).press('Enter');
  await remove.first().press('Enter');
  await expect(page.getByRole('button', { name: 'Add an expectation' })).toBeFocused();
  await expect.poll(kept).toEqual([]);
});

test('the height by mouse', async ({ app, page }) => {
  await app.open(IDS.mobile);
  const handle = page.getByRole('separator', { name: 'Height of the panel' });
  const height = () => page.locator('.panel').evaluate((panel) => panel.offsetHeight);
  await expect(handle).toBeVisible();
  const before = await height();
  const { x, y, width, height: thick } = await handle.boundingBox();
  await page.mouse.move(x + width / 2, y + thick / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + thick / 2 - 60, { steps: 3 });
  await page.mouse.up();
  await expect.poll(() => height()).toBe(before + 60);
  await page.mouse.move(x + width / 2, y);
  await expect.poll(() => height(), 'it is let go').toBe(before + 60);
  await handle.dblclick();
  await expect.poll(() => height()).toBe(before);
});

test('what the server could not be told waits in the browser, and is joined with what others have kept', async ({ app, page, server }) => {
  const address = `/builder/v1/escalation_paths/${IDS.mobile}/expectations`;
  const kept = async () => (await server.api('GET', address)).body.expectations;
  await expectations(app, page, IDS.mobile);
  await expect(page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true })).toBeVisible();
  await page.route(`**${address}`, (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  await expect(page.getByText('this browser keeps it').first()).toBeVisible();
  await expect.poll(() => kept()).toEqual([]);
  await server.api('PUT', address, { expectations: [{ expect: 'ends_within', seconds: 864_000 }] });
  await page.unroute(`**${address}`);
  await page.reload();
  await tab(page, 'Expectations').click();
  await expect(list(page).getByRole('listitem')).toHaveCount(2);
  await expect.poll(kept).toHaveLength(2);
  // Once it is kept nothing waits any more: what is removed stays removed.
  await server.api('PUT', address, { expectations: [] });
  await page.reload();
  await tab(page, 'Expectations').click();
  await expect(page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true })).toBeVisible();
  await expect(list(page).getByRole('listitem')).toHaveCount(0);
  await app.complaints.expect(/ERR_FAILED/);
});

test('what waits in one tab is not taken away by another', async ({ app, page, context, server }) => {
  const address = `/builder/v1/escalation_paths/${IDS.mobile}/expectations`;
  const kept = async () => (await server.api('GET', address)).body.expectations.map((one) => one.expect).sort();
  await expectations(app, page, IDS.mobile);
  await page.route(`**${address}`, (route) => route.abort());
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  await expect(page.getByText('this browser keeps it').first()).toBeVisible();
  // The other tab had the path open before, so that it knows nothing of what waits.
  const other = await context.newPage();
  await other.goto(`${server.url}/#/paths/${IDS.mobile}`);
  await tab(other, 'Expectations').click();
  await expect.poll(kept, 'it joins what waits there').toEqual(['pages_someone']);
  await page.getByRole('button', { name: /^Expect: / }).first().click();
  await expect(list(page).getByRole('listitem')).toHaveCount(2);
  await other.getByRole('button', { name: /^Expect: / }).last().click();
  await expect.poll(async () => (await kept()).length).toBe(2);
  await page.unroute(`**${address}`);
  await page.close();
  await other.reload();
  await tab(other, 'Expectations').click();
  await expect(list(other).getByRole('listitem')).toHaveCount(3);
  await expect.poll(async () => (await kept()).length).toBe(3);
  await other.close();
  await app.complaints.expect(/ERR_FAILED/);
});

test('what is expected of a new path is kept with its draft, also where nothing else was done', async ({ app, page, context, server }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await tab(page, 'Expectations').click();
  await page.getByRole('button', { name: 'Add an expectation' }).click();
  await page.locator('.expect-form').getByLabel('Expectation').selectOption({ label: 'Somebody is paged, whatever happens' });
  await page.locator('.expect-form').getByRole('button', { name: 'Add', exact: true }).click();
  await expect(list(page).getByRole('listitem')).toHaveCount(1);
  const address = page.url();
  // Another tab, as after this one was closed.
  await page.close();
  const other = await context.newPage();
  await other.goto(`${server.url}/`);
  await other.getByRole('link', { name: /Never saved/ }).click();
  await expect(other).toHaveURL(address);
  await tab(other, 'Expectations').click();
  await expect(list(other)).toContainText('Somebody is paged');
});

test('without a server that keeps them, the browser does', async ({ app, page }) => {
  await page.route('**/builder/v1/info', (route) => route.fulfill({ json: { mode: 'proxy', features: [] } }));
  await expectations(app, page, IDS.mobile);
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  await expect(page.getByText('Saved in this browser only')).toBeVisible();
  await page.reload();
  await tab(page, 'Expectations').click();
  await expect(list(page)).toContainText('Proven for every instant');
});
