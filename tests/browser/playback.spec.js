// The run, played: the axis of time, the slider along it, and what follows it.

import { expect, hold, IDS, test } from './support/fixtures.js';

/** P1 at Payments: three people at once, Ruth five minutes later, and twice more of it. */
async function payments(app) {
  await app.open(IDS.payments);
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
}

const said = (page) => page.locator('[aria-live]').first();

test('by keyboard from event to event, and everything follows', async ({ app, page }) => {
  await payments(app);
  await expect(app.time).toHaveAttribute('aria-valuetext', /^At the end\. Ends Wed 11:00: nobody acknowledged$/);
  await app.time.focus();
  await page.keyboard.press('Home');
  await expect(app.time).toHaveAttribute('aria-valuetext', '10:00, T+0: Priya Nair, Grace Kim and Jamal Brooks are paged. 3 people paged so far');
  await expect(app.node(/Page Primary on-call and Secondary/)).toHaveClass(/stands/);
  await expect(app.node(/Page Ruth Adeyemi/)).not.toHaveClass(/walked/);
  await expect(page.locator('.token')).toBeVisible();
  await expect(page.locator('.step.now')).toContainText('Waits until Wed 10:05');

  await page.keyboard.press('ArrowRight');
  await expect(app.time).toHaveAttribute('aria-valuetext', '10:05, T+5m: Ruth Adeyemi is paged. 4 people paged so far');
  await expect(app.time).toHaveAttribute('aria-valuenow', '300');
  await expect(app.node(/Page Ruth Adeyemi.*T\+5m · 10:05\. Ruth Adeyemi notified/)).toHaveClass(/walked/);
  await expect(app.node(/Back to the start/)).not.toHaveClass(/walked/);
  await expect(page.locator('.step.now')).toContainText('Waits until Wed 10:20');

  await page.keyboard.press('ArrowRight');
  // The second pass: so many times by then, not three.
  await expect(app.node(/Page Primary on-call and Secondary.*T\+0 · 10:00 ×2/)).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(app.node(/Page Primary on-call and Secondary.*T\+0 · 10:00\./)).toBeVisible();
  await page.keyboard.press('PageUp');
  await expect(app.time).toHaveAttribute('aria-valuetext', /^At the end/);
  await expect(page.locator('.token')).toBeHidden();
  await expect(page.locator('.step.now')).toHaveCount(0);
  await expect(app.node(/Page Ruth Adeyemi.*T\+5m · 10:05 ×3/)).toBeVisible();
  await page.keyboard.press('PageDown');
  await expect(app.time).toHaveAttribute('aria-valuenow', '0');
});

test('it is played to the end, paused, and the drawing moves along where it must', async ({ app, page }) => {
  await payments(app);
  await app.simulation.getByLabel('Speed').selectOption('×4');
  // The drawing is out of sight.
  await page.mouse.move(500, 300);
  await page.mouse.wheel(0, 3000);
  await expect(app.node(/Page Ruth Adeyemi/)).not.toBeInViewport();
  const play = app.simulation.getByRole('button', { name: 'Play the simulation' });
  const now = async () => Number(await app.time.getAttribute('aria-valuenow'));
  await hold(page);
  await play.click();
  const pause = app.simulation.getByRole('button', { name: 'Pause' });
  await expect(pause).toBeVisible();
  await page.clock.runFor(500);
  const first = await now();
  expect(first).toBeGreaterThan(0);
  await page.clock.runFor(500);
  // As much in the same time, but for a frame, of which there are 31 or 32 in half a second.
  expect(await now() - first).toBeGreaterThan(0.9 * first);
  expect(await now()).toBeLessThan(3 * first);
  await pause.click();
  const held = await now();
  await page.clock.runFor(5_000);
  await expect(said(page)).toContainText('Paused');
  expect(await now()).toBe(held);
  await play.click();
  await page.clock.runFor(5_000);
  await expect(play).toBeVisible();
  await expect(app.time).toHaveAttribute('aria-valuetext', /^At the end/);
  await expect(said(page)).toContainText('Played to the end. At the end. Ends Wed 11:00: nobody acknowledged');
  await expect(app.node(/Page Ruth Adeyemi/)).toBeInViewport();
});

test('where nothing may move it goes by steps', async ({ app, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await payments(app);
  await app.simulation.getByLabel('Speed').selectOption('×4');
  await app.time.focus();
  await hold(page);
  await page.keyboard.press('Space');
  const seen = [];
  for (let spent = 0; spent < 15_000 && !/^At the end/.test(await app.time.getAttribute('aria-valuetext')); spent += 50) {
    const value = await app.time.getAttribute('aria-valuenow');
    if (seen.at(-1) !== value) seen.push(value);
    await page.clock.runFor(50);
  }
  expect(seen, 'each event, and nothing in between').toEqual(['0', '300', '1200', '1500', '2400', '2700']);
});

test('a pointer drags along the axis, and meets events', async ({ app, page }) => {
  await payments(app);
  const box = await app.time.boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.9, y);
  await page.mouse.down();
  // Three pixels beside the event at 20 of 60 minutes.
  await page.mouse.move(box.x + box.width / 3 + 3, y, { steps: 5 });
  await expect(app.time).toHaveAttribute('aria-valuenow', '1200');
  await page.mouse.move(box.x + box.width / 2, y, { steps: 3 });
  await expect(app.time).toHaveAttribute('aria-valuetext', /^10:25, T\+25m/);
  await page.mouse.up();
  await page.mouse.move(box.x + 10, y);
  // A pointer that is not down drags nothing.
  await expect(app.time).toHaveAttribute('aria-valuetext', /^10:25, T\+25m/);
});

test('a mark leads to its time and its step', async ({ app, page }) => {
  await payments(app);
  const lane = page.locator('.lane').filter({ hasText: 'Ruth Adeyemi' });
  await expect(lane.locator('.dot').first()).toHaveAttribute('title', '10:05, T+5m: Ruth Adeyemi is paged, high urgency; named on this level');
  await lane.locator('.dot').nth(1).click();
  await expect(app.time).toHaveAttribute('aria-valuenow', '1500');
  await expect(app.node(/Page Ruth Adeyemi/)).toHaveAttribute('aria-selected', 'true');
});

test('a night until working hours is folded, and its length is told', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume({ priority: 'P3', at: '2026-11-25T18:10', zone: 'Europe/London' });
  // A channel is told, not paged.
  await expect(page.locator('.lane').first().getByRole('img')).toHaveAccessibleName('#payments-alerts: notified at T+0');
  const fold = page.locator('.fold-words');
  await expect(fold).toHaveText('13h 50muntil UK hours begin');
  await expect(fold).toHaveAttribute('title', '13h 50m in which nothing happens. Wait until UK hours begin. Nobody is paged until Thu 09:00, until UK hours begin');
  // It goes on in the morning, and so do the words on the axis.
  await expect(page.locator('.tick b').filter({ hasText: 'Thu 09:00' })).toHaveCount(1);
  const boxes = await page.locator('.tick, .fold-words').evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right]).sort((a, b) => a[0] - b[0]));
  for (let at = 1; at < boxes.length; at += 1) expect(boxes[at][0], 'nothing overlaps').toBeGreaterThanOrEqual(boxes[at - 1][1] - 1);
});

test('why the other side of a branch was not taken', async ({ app }) => {
  await app.open(IDS.urgent);
  await app.assume({ priority: 'P1', at: '2026-03-28T03:10', zone: 'Europe/London' });
  await expect(app.steps).toContainText('Sat 03:10 Europe/London is outside UK hours (Mon-Fri 09:00-17:00)');
  await expect(app.steps).toContainText('“yes” from Mon 30 Mar 09:00 Europe/London');
});

test('the same as a table, which is copied as text', async ({ app, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await payments(app);
  await app.simulation.getByRole('button', { name: 'Table' }).click();
  const table = page.getByRole('table');
  await expect(table.getByRole('columnheader')).toHaveText(['Time, Europe/London', 'After', 'Step', 'Who', 'Why', 'Rule']);
  const row = table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Ruth Adeyemi is paged, high urgency' }) }).first();
  await expect(row.getByRole('cell')).toHaveText(['Wed 25 Nov 10:05', 'T+5m', 'Ruth Adeyemi', 'named on this level', 'R7']);
  await app.time.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(table.locator('.now')).toContainText('Waits until Wed 10:20');
  await app.simulation.getByRole('button', { name: 'Copy the table as text' }).click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text.split('\n')[0]).toBe('Time, Europe/London\tAfter\tStep\tWho\tWhy\tRule');
  expect(text).toContain('Wed 25 Nov 10:05\tT+5m\tRuth Adeyemi is paged, high urgency\tRuth Adeyemi\tnamed on this level\tR7');
  await app.simulation.getByRole('button', { name: 'List' }).click();
  await expect(app.steps).toBeVisible();
});

test('low urgency is another mark, to the eye and to the ear', async ({ app, page }) => {
  await app.open(IDS.payments);
  // Out of hours, of low priority: a channel first, and somebody once it is morning.
  await app.assume({ priority: 'P4', at: '2026-11-25T20:00', zone: 'Europe/London' });
  const low = page.locator('.dot.page.low');
  await expect(low).toHaveCount(1);
  await expect(page.locator('.lane').filter({ has: low }).getByRole('img')).toHaveAttribute('aria-label', /: paged, low urgency at T\+/);
  await expect(low).toHaveCSS('width', '10px');
  await app.assume({ priority: 'P1' });
  await expect(low).toHaveCount(0);
  await expect(page.locator('.dot.page').first()).toHaveCSS('width', '14px');
});

test('a thousand repeats', async ({ app, page, server }) => {
  const { body } = await server.api('POST', '/v2/escalation_paths', {
    name: 'A thousand times',
    path: [
      { id: 'a', type: 'level', level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 60 } },
      { id: 'b', type: 'repeat', repeat: { to_node: 'a', repeat_times: 999 } },
    ],
  });
  await app.open(body.escalation_path.id);
  await expect(app.steps.locator('.step')).toHaveCount(100);
  // At the end of what is listed it goes on.
  await app.steps.evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect.poll(() => app.steps.locator('.step').count()).toBeGreaterThan(100);
  const marks = await page.locator('.dot').count();
  expect(marks, 'marks far away are not drawn').toBeLessThan(400);
  await app.time.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  // The steps up to there are listed, and the axis is scrolled to it.
  await expect(page.locator('.step.now')).toContainText('Waits');
  await expect(page.locator('.step.now')).toBeInViewport();
  await expect(page.locator('.scrubber .head')).toBeInViewport();
  // No more of them than before, however far it is; and back.
  const count = () => app.steps.locator('.step').count();
  await expect.poll(count).toBeLessThanOrEqual(200);
  await expect(page.getByText(/^\d+ earlier steps not listed\./)).toBeVisible();
  const first = app.steps.locator('.step').first();
  await page.getByRole('button', { name: 'Show earlier steps' }).click();
  await expect.poll(count).toBeGreaterThan(500);
  await app.time.focus();
  await page.keyboard.press('Home');
  await expect(first).toContainText('T+0');
  await expect(page.locator('.step.now')).toBeInViewport();
  await expect.poll(count).toBeLessThanOrEqual(200);
});

test('keys of the panel, and another alert is looked at as a whole', async ({ app, page }) => {
  await payments(app);
  await app.steps.focus();
  await page.keyboard.press('j');
  await expect(app.time).toHaveAttribute('aria-valuetext', /^10:45, T\+45m/);
  await expect(said(page)).toContainText('Ruth Adeyemi is paged');
  await page.keyboard.press('j');
  await page.keyboard.press('l');
  await expect(app.time).toHaveAttribute('aria-valuetext', /^10:45, T\+45m/);
  await hold(page);
  await page.keyboard.press('k');
  await expect(app.simulation.getByRole('button', { name: 'Pause' })).toBeVisible();
  await app.assume({ priority: 'P2' });
  await expect(app.simulation.getByRole('button', { name: 'Play the simulation' })).toBeVisible();
  await expect(app.time).toHaveAttribute('aria-valuetext', /^At the end/);
});
