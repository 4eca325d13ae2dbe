// Who is paged when, over weeks: drawn, read by mouse and keyboard, simulated by a click, exported.

import { readFile } from 'node:fs/promises';
import { expect, IDS, test } from './support/fixtures.js';

const chart = (page) => page.getByRole('slider', { name: /paged/ });
const reading = (page) => page.locator('[data-reading]');
const summary = (page) => page.locator('[data-summary]');
const tab = (page, name) => page.getByRole('tab', { name });

async function coverage(app, page, id, weeks = '1 week') {
  await app.open(id);
  await tab(page, 'Coverage').click();
  await page.getByRole('button', { name: weeks, exact: true }).click();
  await done(page);
}

/** All of it was found, for the path as it is. */
async function done(page) {
  await expect(page.locator('[data-working]')).toHaveCount(0);
  await expect(summary(page)).toBeVisible();
}

/** A place in the chart: a row, and a share of the time. */
async function place(page, row, share) {
  const box = await chart(page).boundingBox();
  return [box.x + box.width * share, box.y + 36 + 40 * row + 20];
}

test('a moment is read under the pointer, and a click simulates it', async ({ app, page }) => {
  await coverage(app, page, IDS.payments);
  await expect(summary(page)).toHaveText('Somebody is paged first at every instant to 28 Nov 2026, for P1 to P5');
  await expect(page.locator('.cover-rows')).toContainText('P1, P2');
  await expect(page.locator('.cover-rows')).toContainText('P3 to P5');
  // Wednesday at noon, of seven days that begin on Sunday.
  const [x, y] = await place(page, 1, 3.5 / 7);
  await page.mouse.move(x, y);
  await expect(reading(page)).toContainText(/^P3 to P5, Wed 25 Nov (11:5\d|12:0\d) Europe\/London Priya Nair is paged at once, then nobody else/);
  await expect(reading(page)).toContainText('Priya Nair: until Fri 27 Nov 17:00');
  await page.mouse.click(x, y);
  await expect(tab(page, 'Simulate')).toBeFocused();
  await expect(page.locator('.spoken[role=status]')).toHaveText(/^An alert at Wed 25 Nov 1\d:\d\d is simulated$/);
  await expect(app.simulation.getByLabel('Priority')).toHaveValue(/P3/);
  await expect(app.simulation.getByLabel('Fires at')).toHaveValue(/^2026-11-25T1/);
  await expect.poll(async () => (await app.pages())[0]).toContain('Priya Nair is paged');
});

test('stretches and rows by keyboard', async ({ app, page }) => {
  await coverage(app, page, IDS.payments);
  await chart(page).focus();
  const said = (text) => expect(chart(page)).toHaveAttribute('aria-valuetext', text);
  await said(/^P1, P2, Sun 22 Nov 19:00 Europe\/London\. .*Ruth Adeyemi after 5m/);
  await page.keyboard.press('ArrowRight');
  await said(/^P1, P2, Mon 23 Nov 09:00/);
  await page.keyboard.press('ArrowRight');
  await said(/^P1, P2, Mon 23 Nov 14:00/);
  await page.keyboard.press('ArrowDown');
  await said(/^P3 to P5, Mon 23 Nov 14:00/);
  await page.keyboard.press('End');
  await said(/^P3 to P5, Fri 27 Nov 17:00.*Alice Moreau: from Fri 27 Nov 17:00 on/);
  await page.keyboard.press('ArrowLeft');
  await said(/^P3 to P5, Sun 22 Nov 00:00/);
  await page.keyboard.press('PageDown');
  await said(/^P3 to P5, Mon 23 Nov 00:00/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Home');
  await said(/^P1, P2, Sun 22 Nov 00:00/);
  await page.keyboard.press('Enter');
  await expect(tab(page, 'Simulate')).toBeFocused();
  await expect(app.simulation.getByLabel('Fires at')).toHaveValue('2026-11-22T00:00');
  // It is one stop: the next one is outside.
  await tab(page, 'Coverage').click();
  await chart(page).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'As a table' })).toBeFocused();
});

test('an edit makes a hole: it is drawn, counted, listed and simulated', async ({ app, page }) => {
  await coverage(app, page, IDS.mobile, '4 weeks');
  await expect(summary(page)).toHaveText(/^Somebody is paged first at every instant/);
  await expect(page.locator('.cover-drawing .hole')).toHaveCount(0);
  // What is shown while it is worked out anew is greyed.
  await page.locator('.cover-chart').evaluate((chart) => {
    window.wasStale = false;
    new MutationObserver(() => { window.wasStale ||= chart.classList.contains('stale'); }).observe(chart, { attributes: true });
  });
  // What was there is taken away, and the support desk, which has gaps, comes in its place.
  await app.put(0);
  await app.add('Support desk');
  const count = await app.tree.getByRole('treeitem').count();
  for (let at = count - 1; at > 0; at -= 1) {
    await app.tree.getByRole('treeitem').nth(1).click();
    await page.keyboard.press('Delete');
    if ((await app.tree.getByRole('treeitem').count()) === 1) break;
  }
  await done(page);
  expect(await page.evaluate(() => window.wasStale)).toBe(true);
  await expect(summary(page)).toHaveText(/^\d+ gaps until 19 Dec 2026: nobody is paged$/);
  await expect(page.locator('.cover-drawing .hole').first()).toBeAttached();
  await expect(page.locator('.spoken[role=status]')).toHaveText(/^\d+ gaps until 19 Dec 2026: nobody is paged$/);
  const hole = page.getByRole('list', { name: 'Gaps' }).getByRole('button').first();
  await expect(hole).toHaveText(/ to .*: P1 to P5$/);
  await hole.click();
  await expect(tab(page, 'Simulate')).toBeFocused();
  await expect(app.steps).toContainText('nobody is on call in Support desk');
  // Undone, there is none.
  await page.keyboard.press('Escape');
  await tab(page, 'Coverage').click();
  for (let left = 0; left < count + 1; left += 1) await page.locator('.bar').getByRole('button', { name: /^Undo/ }).click();
  await done(page);
  await expect(summary(page)).toHaveText(/^Somebody is paged first at every instant/);
});

test('ranks, waits and people', async ({ app, page }) => {
  await coverage(app, page, IDS.payments);
  const people = page.getByRole('table', { name: 'Who is paged first, by person' });
  await expect(people.getByRole('columnheader')).toHaveText(['Person', 'Hours', 'At night', 'At weekends']);
  await expect(page.getByText('Counted by when the alert fires')).toBeVisible();
  await expect(people.getByRole('row').nth(1)).toContainText(/Jamal Brooks\s*168h\s*63h\s*48h/);
  await people.getByRole('button', { name: 'Person' }).click();
  await expect(people.getByRole('columnheader', { name: 'Person' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(people.getByRole('row').nth(1)).toContainText('Alice Moreau');
  await page.getByRole('button', { name: 'Second', exact: true }).click();
  await expect(page.getByRole('table', { name: 'Who is paged second, by person' })).toContainText(/Ruth Adeyemi\s*168h/);
  await expect(page.getByRole('list', { name: 'Legend' })).toHaveText('Nobody else is paged');
  await page.getByRole('button', { name: 'How long', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Legend' })).toContainText('after more than 1h');
  await expect(chart(page)).toHaveAccessibleName('How long until somebody is paged');
  await page.getByRole('button', { name: 'As a table' }).click();
  // On Monday an alert waits for less and less time until the hours begin.
  await expect(page.getByRole('region', { name: 'As a table' })).toContainText(/Mon 23 Nov 08:00\s*Within 1h|Within 1h/);
});

test('the file has all of it', async ({ app, page }) => {
  await coverage(app, page, IDS.payments, '13 weeks');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as CSV' }).click()]);
  expect(download.suggestedFilename()).toBe('payments-coverage.csv');
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
  expect(lines[0]).toBe('priorities,from,until,first,first_after_seconds_least,first_after_seconds_most,second,second_after_seconds_least,'
    + 'second_after_seconds_most,third,third_after_seconds_least,third_after_seconds_most');
  expect(lines[1]).toMatch(/^P1; P2,2026-11-22T00:00:00Z,2026-11-23T08:20:00Z,"Elena Petrova, Jamal Brooks and Tom Okafor",0,0,Ruth Adeyemi,300,300,nobody,,$/);
  // An alert from 08:20 on comes round a third time after the handover at nine.
  // Nothing is left out: each begins where the one before ends.
  const rows = lines.slice(1).map((line) => line.match(/^([^,]*),([^,]*),([^,]*),/).slice(1));
  for (const [at, row] of rows.entries()) {
    if (at > 0 && rows[at - 1][0] === row[0]) expect(row[1]).toBe(rows[at - 1][2]);
  }
  expect(rows.at(-1)[2]).toBe('2027-02-21T00:00:00Z');
});

test('a change of the clock is marked, and the day is as long as it is', async ({ app, page }) => {
  await page.clock.setFixedTime('2026-10-22T10:00:00Z');
  await coverage(app, page, IDS.payments);
  await expect(page.locator('.cover-drawing .clock-change')).toHaveCount(1);
  await expect(page.locator('.cover-drawing .clock-words')).toHaveText('-1h');
  await expect(summary(page)).toHaveText('Somebody is paged first at every instant to 28 Oct 2026, for P1 to P5');
  // By another clock it is another week, that does not change then.
  await tab(page, 'Simulate').click();
  await app.assume({ zone: 'Asia/Singapore' });
  await tab(page, 'Coverage').click();
  await done(page);
  await expect(page.locator('.cover-drawing .clock-change')).toHaveCount(0);
});

test('a week later, and where nothing is known', async ({ app, page }) => {
  await coverage(app, page, IDS.payments);
  await page.getByRole('button', { name: 'A week later' }).click();
  await done(page);
  await expect(page.locator('[data-time]')).toHaveText('29 Nov – 5 Dec 2026, Europe/London');
  for (let week = 0; week < 18; week += 1) await page.getByRole('button', { name: 'A week later' }).click();
  await done(page);
  await expect(page.locator('.cover-drawing .unknown').first()).toBeAttached();
  await expect(summary(page)).toHaveText(/^No gap is known, but recipients are unknown from .* on$/);
  await page.getByRole('button', { name: 'Today' }).click();
  await done(page);
  await expect(page.locator('[data-time]')).toHaveText('22 Nov – 28 Nov 2026, Europe/London');
});

test('where an expectation is not true it is marked above the row, and said', async ({ app, page, server }) => {
  await server.api('PUT', `/builder/v1/escalation_paths/${IDS.payments}/expectations`, { expectations: [
    { expect: 'first_page_within', seconds: 300 }] });
  await coverage(app, page, IDS.payments);
  await expect(page.locator('.cover-drawing .refuted').first()).toBeAttached();
  await page.mouse.move(...(await place(page, 1, 6.5 / 7)));
  await expect(reading(page)).toContainText('Failing then: somebody is paged within 5m');
  await page.mouse.move(...(await place(page, 0, 6.5 / 7)));
  await expect(reading(page)).toContainText('P1, P2, Sat 28 Nov');
  await expect(reading(page)).not.toContainText('Failing then');
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });
  test('a finger reads, and a button simulates', async ({ app, page }) => {
    await coverage(app, page, IDS.payments);
    await page.touchscreen.tap(...(await place(page, 1, 6.5 / 7)));
    await expect(reading(page)).toContainText('P3 to P5, Sat 28 Nov');
    await expect(tab(page, 'Coverage')).toHaveAttribute('aria-selected', 'true');
    await page.getByRole('button', { name: 'Simulate this' }).tap();
    await expect(tab(page, 'Simulate')).toHaveAttribute('aria-selected', 'true');
    await expect(app.simulation.getByLabel('Fires at')).toHaveValue(/^2026-11-28T1/);
  });
});

test('where it depends on a condition who is paged, it is nobody’s hours, and nobody is said to carry none', async ({ app, page, server }) => {
  const to = (id, user) => ({ id, type: 'level', level: { targets: [{ type: 'user', id: user, urgency: 'high' }], time_to_ack_seconds: 600 } });
  const condition = { subject: 'alert.attributes.service', operation: 'one_of', param_bindings: [{ array_value: [{ literal: 'db' }] }] };
  const branch = { id: 'a', type: 'if_else', if_else: { conditions: [condition], then_path: [to('l1', '01J0USERMAYA00000000000000')], else_path: [to('l2', '01J0USERTOM000000000000000')] } };
  const { body } = await server.api('POST', '/v2/escalation_paths', { name: 'By service', path: [branch] });
  await coverage(app, page, body.escalation_path.id);
  await expect(page.locator('[data-open]')).toContainText('depend on a condition');
  await expect(page.getByText('Nobody is paged at this rank.')).toHaveCount(0);
  // Second comes nobody, whatever the condition.
  await page.getByRole('button', { name: 'Second', exact: true }).click();
  await expect(page.getByText('Nobody is paged at this rank.')).toBeVisible();
  await expect(page.locator('[data-open]')).toHaveCount(0);
});
