// Assumptions: what people do, when the alert fires, what cannot be decided; and keeping all of it under a name.

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
  await expect(page.locator('.lane').getByRole('button', { name: 'Grace Kim declines after 4m' })).toBeVisible();
  await expect(app.simulation.getByLabel('People')).toHaveValue('several');
  await app.simulation.locator('.who-does').filter({ hasText: 'Grace Kim' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Does nothing' }).click();
  await page.keyboard.press('Escape');
  await expect(app.simulation.getByLabel('After the page')).toHaveValue('2m');
  await page.getByRole('button', { name: 'Grace Kim', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Declines' }).click();
  await page.keyboard.press('Escape');
  await expect(app.steps).toContainText('Grace Kim declines');
  await expect(app.steps).toContainText('Ruth Adeyemi acknowledges');
});

test('somebody snoozes the first page, and for how long', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume(MORNING);
  await page.getByRole('button', { name: 'Ruth Adeyemi', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'What Ruth Adeyemi does' });
  await form.getByRole('button', { name: 'Snoozes' }).click();
  await expect(form).toContainText('They don’t respond again');
  await form.getByLabel('For how long').fill('0');
  await form.getByLabel('For how long').press('Enter');
  await expect(form).toContainText('Enter a snooze longer than 0');
  await form.getByLabel('For how long').fill('1h');
  await form.getByLabel('For how long').press('Enter');
  await form.getByLabel('After the page').fill('3m');
  await form.getByLabel('After the page').press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.locator('.lane').getByRole('button', { name: 'Ruth Adeyemi snoozes after 3m for 1h' })).toBeFocused();
  await expect(app.steps).toContainText('Ruth Adeyemi snoozes');
  await expect(app.steps).toContainText('The snooze ends');
  // The step begins anew: she is paged a second time, an hour later.
  const ruth = (await app.pages()).filter((page) => page.includes('Ruth Adeyemi'));
  expect(ruth.map((page) => page.match(/T\+\w+( \d+m)?/)[0]).slice(0, 2)).toEqual(['T+5m', 'T+1h 8m']);
  await expect(page.locator('.dot.snooze')).toHaveCount(1);
});

test('people do what they do in a scenario that is kept', async ({ app, page, server }) => {
  const scenario = { fired_at: '2026-11-28T03:10:00Z', responses: [
    { user_id: '01J0USERMANAGER00000000000', response: 'ack', after_seconds: 60 },
    { user_id: '01J0USERGRACE0000000000000', response: 'nack', after_seconds: 60 }] };
  const address = `/builder/v1/escalation_paths/${IDS.payments}/scenarios`;
  expect((await server.api('PUT', address, { scenarios: [{ name: 'Tired', scenario }, { name: 'Alone', scenario: { fired_at: scenario.fired_at } }] })).status).toBe(200);
  await app.open(IDS.payments);
  await app.assume(MORNING);
  const people = app.simulation.getByLabel('People');
  // One in which nobody does anything is no set of behaviours.
  await expect(people.locator('optgroup option')).toHaveText(['Tired']);
  await people.selectOption({ label: 'Tired' });
  await expect(people).toHaveValue('several');
  await expect(page.getByRole('status')).toHaveText('People do what they do in “Tired”');
  await expect(app.simulation.locator('.who-does')).toHaveText([/Ruth Adeyemi acks after 1m/, /Grace Kim declines after 1m/]);
  await expect(app.simulation.getByLabel('Fires at'), 'all else stays').toHaveValue(MORNING.at);
});

test('what is assumed outlives loading the page anew, in its tab', async ({ app, page, context, server }) => {
  await app.open(IDS.payments);
  await app.assume({ ...MORNING, priority: 'P2', zone: 'America/New_York', at: '2026-11-25T10:00' });
  await page.getByRole('button', { name: 'Ruth Adeyemi', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Acknowledges' }).click();
  await page.keyboard.press('Escape');
  const outcome = await page.locator('[data-outcome]').textContent();
  await page.reload();
  await expect(app.simulation.getByLabel('Fires at')).toHaveValue('2026-11-25T10:00');
  await expect(app.simulation.getByLabel('Zone')).toHaveValue('America/New_York');
  await expect(app.simulation.getByLabel('Priority')).toHaveValue('01J0PRIORITYP2000000000000');
  await expect(page.locator('[data-outcome]')).toHaveText(outcome);
  // Another path, and another tab, begin with what is assumed of every path.
  await app.open(IDS.mobile);
  await expect(app.simulation.getByLabel('Priority')).toHaveValue('01J0PRIORITYP1000000000000');
  const other = await context.newPage();
  await other.goto(`${server.url}/#/paths/${IDS.payments}`);
  await expect(other.getByRole('tabpanel', { name: 'Simulate' }).getByLabel('Priority')).toHaveValue('01J0PRIORITYP1000000000000');
  await other.close();
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

const outcome = (page) => page.locator('[data-outcome]');
const popup = (page, name) => page.getByRole('dialog', { name });

/** A path whose branches nobody can decide here. */
async function foreign(server) {
  const branch = (id, subject, then_path, else_path) => ({
    id, type: 'if_else',
    if_else: { conditions: [{ subject, operation: 'one_of', param_bindings: [{ array_value: [{ literal: 'db' }] }] }], then_path, else_path },
  });
  const level = (id, more = {}) => ({
    id, type: 'level',
    level: { targets: [{ type: 'schedule', id: '01J0SCHEDPRIMARY0000000000', urgency: 'high', schedule_mode: 'all_users' }], time_to_ack_seconds: 600, ...more },
  });
  const { status, body } = await server.api('POST', '/v2/escalation_paths', {
    name: 'By service',
    path: [branch('a', 'alert.attributes.service', [branch('b', 'alert.attributes.region', [level('l1')], [level('l2')])],
      [level('l3', { round_robin_config: { enabled: true, rotate_after_seconds: 120 } })])],
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.escalation_path.id;
}

test('everybody and nobody in one choice, with a duration that is typed', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume(MORNING);
  const people = app.simulation.getByLabel('People');
  await people.selectOption({ label: 'Everybody acknowledges' });
  await expect(app.simulation.getByLabel('After the page')).toHaveValue('5m');
  await app.simulation.getByLabel('After the page').fill('90s');
  await app.simulation.getByLabel('After the page').press('Enter');
  await expect(app.simulation.getByLabel('After the page')).toHaveValue('1m 30s');
  await expect(app.steps).toContainText('Grace Kim acknowledges');
  // It holds for currently on call at another instant, too.
  await app.assume({ at: '2026-12-12T03:00' });
  await expect(people).toHaveValue('everybody');
  await people.selectOption({ label: 'Nobody responds' });
  await expect(app.steps).not.toContainText('acknowledges');
});

test('instants worth trying, one after another', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume(MORNING);
  const next = async (name) => {
    await app.simulation.getByRole('button', { name: 'Next…' }).click();
    await popup(page, 'Suggested times').getByRole('button', { name }).click();
    return app.simulation.getByLabel('Fires at').inputValue();
  };
  expect(await next(/^UK hours end Wed 25 Nov 17:00$/)).toBe('2026-11-25T17:00');
  expect(await next(/^UK hours begin/)).toBe('2026-11-26T09:00');
  expect(await next(/^Sunday night/)).toBe('2026-11-29T03:00');
  expect(await next(/^Sunday night/)).toBe('2026-12-06T03:00');
  const handover = await next(/^Primary on-call: over to/);
  expect(handover > '2026-12-06T03:00').toBe(true);
  expect(await next(/^Before the clocks go forward/)).toBe('2027-03-28T00:59');
  expect(await next(/^The clocks have gone forward/)).toBe('2027-03-28T02:00');
});

test('a time that happens twice, and one that does not happen', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume({ at: '2026-10-25T01:30', zone: 'Europe/London' });
  await expect(app.simulation).toContainText('01:30 occurs twice (clocks go back). Using the first.');
  await expect(app.simulation).toContainText('which is 00:30 UTC');
  await app.simulation.getByRole('button', { name: 'Second' }).click();
  await expect(app.simulation).toContainText('which is 01:30 UTC');
  await expect(app.simulation.getByLabel('Fires at')).toHaveValue('2026-10-25T01:30');
  await expect(app.simulation).toContainText('Using the second.');
  await app.assume({ at: '2027-03-28T01:15' });
  await expect(app.simulation).toContainText('01:15 doesn’t exist (clocks go forward). Using 02:00.');
  await app.assume({ at: '2027-03-28T02:15' });
  await expect(app.simulation).not.toContainText('Using');
});

test('another zone is one click away', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume({ at: '2026-07-01T10:00', zone: 'Europe/London' });
  await app.simulation.getByRole('button', { name: '09:00 UTC' }).click();
  await expect(app.simulation.getByLabel('Zone')).toHaveValue('UTC');
  await expect(app.simulation.getByLabel('Fires at')).toHaveValue('2026-07-01T09:00');
  await app.simulation.getByRole('button', { name: '10:00 Europe/London' }).click();
  await expect(app.simulation.getByLabel('Fires at')).toHaveValue('2026-07-01T10:00');
});

test('more is assumed, counted and reset', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume(MORNING);
  await app.simulation.getByRole('button', { name: 'More assumptions' }).click();
  const more = popup(page, 'More assumptions');
  await more.getByLabel('Grace period').fill('2m');
  await more.getByLabel('Grace period').press('Enter');
  await expect(app.steps).toContainText('Nobody is notified until Wed 10:02');
  await more.getByLabel('Alert resolves after').fill('4m');
  await more.getByLabel('Alert resolves after').press('Enter');
  await expect(outcome(page)).toHaveText('Resolved Wed 10:04');
  await more.getByLabel('Alert keeps firing').check();
  await page.keyboard.press('Escape');
  await expect(app.simulation.getByRole('button', { name: 'More assumptions 3 assumptions' })).toBeFocused();
  await page.keyboard.press('Enter');
  await more.getByRole('button', { name: 'Reset' }).click();
  await expect(more.getByRole('button', { name: 'Reset' })).toBeDisabled();
  await expect(more.getByLabel('Grace period')).toHaveValue('');
  await more.getByRole('button', { name: 'Done' }).click();
  await expect(outcome(page)).not.toContainText('Resolved');
});

test('branches that cannot be decided are pinned, where the run stops and in the list', async ({ app, page, server }) => {
  const id = await foreign(server);
  await app.open(id);
  await app.assume(MORNING);
  await expect(outcome(page)).toHaveText('Outcome can’t be determined');
  // Where it stopped.
  await app.steps.getByRole('button', { name: 'Continue with “yes”' }).click();
  await expect(app.steps).toContainText('alert.attributes.region');
  await expect(outcome(page)).toHaveText('Outcome can’t be determined');
  // In the list: the one that is pinned and the one that is met next.
  await app.simulation.getByRole('button', { name: 'More assumptions' }).click();
  const more = popup(page, 'More assumptions');
  const service = more.getByRole('group', { name: /service/ });
  const region = more.getByRole('group', { name: /region/ });
  await expect(service.getByRole('button', { name: 'yes' })).toHaveAttribute('aria-pressed', 'true');
  await region.getByRole('button', { name: 'otherwise' }).focus();
  await page.keyboard.press('Enter');
  await expect(outcome(page)).toContainText('nobody acknowledged');
  await expect(region.getByRole('button', { name: 'otherwise' })).toBeFocused();
  await service.getByRole('button', { name: 'otherwise' }).click();
  // The level there takes turns: somebody else begins.
  const first = (await app.pages())[0];
  const turn = more.getByLabel(/^Who is first/);
  const names = await turn.locator('option').allTextContents();
  const other = names.slice(1).find((name) => !first.includes(name));
  await turn.focus();
  await turn.selectOption({ label: other });
  await expect.poll(async () => (await app.pages())[0]).toContain(other);
  await expect(turn).toBeFocused();
  await service.getByRole('button', { name: 'left open' }).click();
  await expect(outcome(page)).toHaveText('Outcome can’t be determined');
});

test('scenarios are kept, chosen, renamed, replaced and deleted', async ({ app, page, server }) => {
  const kept = async () => (await server.api('GET', `/builder/v1/escalation_paths/${IDS.payments}/scenarios`)).body.scenarios;
  await app.open(IDS.payments);
  await app.assume(MORNING);
  await app.simulation.getByLabel('People').selectOption({ label: 'Ruth Adeyemi acknowledges' });
  const button = page.locator('.scenario-button');
  await expect(button).toHaveText('Scenarios');
  await button.click();
  const list = popup(page, 'Scenarios');
  await expect(list.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('P1 Wed 10:00');
  await list.getByRole('textbox', { name: 'Name', exact: true }).fill('Ruth has it');
  await list.getByRole('textbox', { name: 'Name', exact: true }).press('Enter');
  await expect(list.getByRole('button', { name: /^Ruth has it P1, Wed 25 Nov 10:00/ })).toBeVisible();
  await expect.poll(kept).toMatchObject([{ name: 'Ruth has it', scenario: { fired_at: '2026-11-25T10:00:00Z', responses: [{ response: 'ack', after_seconds: 240 }] } }]);
  await page.keyboard.press('Escape');
  await expect(button).toHaveText('Ruth has it');

  // What is changed since says so, and takes the place of what was kept.
  await app.assume({ priority: 'P5' });
  await expect(button).toHaveText('Ruth has it changed');
  await button.click();
  await list.getByRole('button', { name: 'Replace' }).click();
  await expect.poll(kept).toMatchObject([{ name: 'Ruth has it', scenario: { priority_id: '01J0PRIORITYP5000000000000' } }]);
  await page.keyboard.press('Escape');
  await expect(button).toHaveText('Ruth has it');

  // Another one beside it, and back.
  await app.simulation.getByLabel('People').selectOption({ label: 'Nobody responds' });
  await button.click();
  await list.getByRole('textbox', { name: 'Name', exact: true }).fill('Nobody');
  await list.getByRole('button', { name: 'Keep', exact: true }).click();
  await list.getByRole('button', { name: /^Ruth has it P5/ }).click();
  await expect(app.simulation.getByLabel('People')).not.toHaveValue('');

  await button.click();
  await list.getByRole('button', { name: 'Rename Nobody' }).click();
  await list.getByRole('textbox', { name: 'Rename Nobody' }).fill('Ruth has it');
  await list.getByRole('textbox', { name: 'Rename Nobody' }).press('Enter');
  await expect(list.getByRole('alert').filter({ hasText: 'another is called' })).toBeVisible();
  await list.getByRole('textbox', { name: 'Rename Nobody' }).fill('Everybody sleeps');
  await list.getByRole('textbox', { name: 'Rename Nobody' }).press('Enter');
  await expect.poll(async () => (await kept()).map((one) => one.name)).toEqual(['Ruth has it', 'Everybody sleeps']);

  // What had the focus is gone each time; it goes on in the list, which Escape closes.
  await expect(list.getByRole('button', { name: /^Everybody sleeps/ })).toBeFocused();

  await list.getByRole('button', { name: 'Delete Ruth has it' }).click();
  await expect(list.getByRole('button', { name: 'Undo' })).toBeFocused();
  await expect.poll(async () => (await kept()).map((one) => one.name)).toEqual(['Everybody sleeps']);
  await list.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await kept()).map((one) => one.name)).toEqual(['Ruth has it', 'Everybody sleeps']);
  await expect(list.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);

  await page.reload();
  await expect(app.tree).toBeVisible();
  await button.click();
  await expect(list.getByRole('listitem')).toHaveCount(2);
});

test('a link simulates exactly what was assumed', async ({ app, page, server, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open(IDS.payments);
  await app.assume({ priority: 'P2', at: '2026-11-28T03:10', zone: 'America/New_York' });
  await app.simulation.getByLabel('People').selectOption({ label: 'Ruth Adeyemi acknowledges' });
  const steps = await app.steps.textContent();
  await page.locator('.scenario-button').click();
  await popup(page, 'Scenarios').getByRole('button', { name: 'Copy link' }).click();
  await expect(popup(page, 'Scenarios')).toContainText('copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain(`#/paths/${IDS.payments}?scenario=`);

  await page.goto('about:blank');
  await page.goto(link);
  await expect(app.tree).toBeVisible();
  await expect(app.simulation.getByLabel('Fires at')).toHaveValue('2026-11-28T03:10');
  await expect(app.simulation.getByLabel('Zone')).toHaveValue('America/New_York');
  // Which rows are seen is known a moment later.
  await expect.poll(() => app.steps.textContent()).toBe(steps);
  // It stays in the address as long as it is what is assumed, also at another step, and survives a reload.
  await app.node(/Page Ruth Adeyemi/).click();
  await expect(page).toHaveURL(/\/nodes\/[^?]+\?scenario=/);
  await page.reload();
  await expect(app.simulation.getByLabel('Fires at')).toHaveValue('2026-11-28T03:10');
  await expect(app.node(/Page Ruth Adeyemi/)).toHaveAttribute('aria-selected', 'true');
  await app.assume({ priority: 'P5' });
  await expect(page).not.toHaveURL(/scenario=/);
});

test('a link that cannot be used says so and changes nothing', async ({ app, page, server }) => {
  for (const [bad, why] of [
    [encodeURIComponent('{"fired_at": "soon"}'), 'fired_at'],
    [encodeURIComponent('{"fired_at": "2026-11-28T03:10:00Z", "mood": 1}'), 'mood'],
    ['%7B%22fired_at', 'cannot be used'],
    ['%E0%A4%A', 'Couldn’t read'],
    ['x'.repeat(7000), 'too long'],
  ]) {
    await page.goto('about:blank');
    await page.goto(`${server.url}/#/paths/${IDS.payments}?scenario=${bad}`);
    await expect(app.tree).toBeVisible();
    await expect(page.locator('.notes')).toContainText(/the scenario in the link/i);
    await expect(page.locator('.notes')).toContainText(why);
    // It is now, with nobody responding.
    await expect(app.simulation.getByLabel('People')).toHaveValue('');
    await expect(app.simulation.getByLabel('Priority')).toHaveValue('01J0PRIORITYP1000000000000');
  }
});

test('a bundle takes scenarios and expectations along and replaces none', async ({ app, page, server }) => {
  const scenario = (fired_at) => ({ fired_at, priority_id: '01J0PRIORITYP1000000000000' });
  const at = (id, name) => `/builder/v1/escalation_paths/${id}/${name}`;
  await server.api('PUT', at(IDS.payments, 'scenarios'), { scenarios: [{ name: 'Night', scenario: scenario('2026-11-28T03:10:00Z') }, { name: 'Day', scenario: scenario('2026-11-28T12:00:00Z') }] });
  await server.api('PUT', at(IDS.payments, 'expectations'), { expectations: [{ expect: 'pages_someone' }] });
  await server.api('PUT', at(IDS.mobile, 'scenarios'), { scenarios: [{ name: 'Night', scenario: scenario('2026-11-29T03:10:00Z') }] });
  await app.open(IDS.payments);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export as a bundle' }).click();
  const file = await (await download).path();
  await app.open(IDS.mobile);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Import' }).click();
  await page.getByLabel('File').setInputFiles(file);
  await expect(page.locator('.notes')).toContainText('It includes 1 expectation and 2 scenarios.');
  const names = async () => (await server.api('GET', at(IDS.mobile, 'scenarios'))).body.scenarios.map((one) => `${one.name} ${one.scenario.fired_at}`);
  await expect.poll(names).toEqual(['Night 2026-11-29T03:10:00Z', 'Night 2 2026-11-28T03:10:00Z', 'Day 2026-11-28T12:00:00Z']);
  await expect.poll(async () => (await server.api('GET', at(IDS.mobile, 'expectations'))).body.expectations).toEqual([{ expect: 'pages_someone' }]);
  await page.locator('.notes').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(names).toEqual(['Night 2026-11-29T03:10:00Z']);
  await expect.poll(async () => (await server.api('GET', at(IDS.mobile, 'expectations'))).body.expectations).toEqual([]);
});

test('a scenario that somebody else has kept meanwhile under the same name stays', async ({ app, page, server }) => {
  const address = `/builder/v1/escalation_paths/${IDS.payments}/scenarios`;
  await app.open(IDS.payments);
  await app.assume(MORNING);
  await page.locator('.scenario-button').click();
  const shown = popup(page, 'Scenarios');
  await expect(shown).toContainText('Saved on the server immediately');
  await server.api('PUT', address, { scenarios: [{ name: 'Night', scenario: { fired_at: '2026-11-28T03:10:00Z' } }] });
  await shown.getByRole('textbox', { name: 'Name', exact: true }).fill('Night');
  await shown.getByRole('textbox', { name: 'Name', exact: true }).press('Enter');
  await expect(shown).toContainText('The scenarios also changed elsewhere. Both changes were merged.');
  await expect.poll(async () => (await server.api('GET', address)).body.scenarios.map((one) => `${one.name} ${one.scenario.fired_at}`))
    .toEqual(['Night 2026-11-25T10:00:00Z', 'Night 2 2026-11-28T03:10:00Z']);
  await expect(shown.getByRole('button', { name: /^Night 2 / })).toBeVisible();
});

test('scenarios of a new path go with it when it is saved', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.put(0);
  await app.add('Maya Chen');
  await page.locator('.scenario-button').click();
  const list = popup(page, 'Scenarios');
  await expect(list).toContainText('Saved once the path is saved.');
  await expect(list.getByRole('button', { name: 'Copy link' })).toBeDisabled();
  await list.getByRole('textbox', { name: 'Name', exact: true }).fill('First');
  await list.getByRole('textbox', { name: 'Name', exact: true }).press('Enter');
  await page.keyboard.press('Escape');
  await app.saveNow();
  await expect(page).toHaveURL(/#\/paths\//);
  const id = page.url().match(/paths\/([^/?]+)/)[1];
  await expect.poll(async () => (await server.api('GET', `/builder/v1/escalation_paths/${id}/scenarios`)).body.scenarios.map((one) => one.name)).toEqual(['First']);
});

test('a bundle imported in the list brings them along to the new path', async ({ app, page, server }) => {
  const scenario = { fired_at: '2026-11-28T03:10:00Z', priority_id: '01J0PRIORITYP1000000000000' };
  const path = { name: 'Brought', path: [{ id: 'a', type: 'level', level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 300 } }] };
  const bundle = { path, expectations: [{ expect: 'pages_someone' }], scenarios: [{ name: 'Night', scenario }] };
  await app.list();
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByLabel('Or paste its text').fill(JSON.stringify(bundle));
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await expect(app.tree).toBeVisible();
  // They wait for the first save with the draft, also where the page is read anew.
  await page.reload();
  await expect(app.tree).toBeVisible();
  await page.locator('.scenario-button').click();
  await popup(page, 'Scenarios').getByRole('button', { name: /^Night P1/ }).click();
  await expect(app.simulation.getByLabel('Priority')).toHaveValue('01J0PRIORITYP1000000000000');
  await app.saveNow();
  await expect(page).toHaveURL(/#\/paths\//);
  const id = page.url().match(/paths\/([^/?]+)/)[1];
  const kept = async (name) => (await server.api('GET', `/builder/v1/escalation_paths/${id}/${name}`)).body[name];
  await expect.poll(() => kept('scenarios')).toEqual([{ name: 'Night', scenario }]);
  await expect.poll(() => kept('expectations')).toEqual([{ expect: 'pages_someone' }]);
});

test('a test case is downloaded with all that it needs', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume(MORNING);
  await page.locator('.scenario-button').click();
  const download = page.waitForEvent('download');
  await popup(page, 'Scenarios').getByRole('button', { name: 'Export as a test case' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('payments.tar');
  await expect(popup(page, 'Scenarios')).toContainText('escalation simulate --scenario cases/payments.json --world worlds/payments.json');
  const { execFileSync } = await import('node:child_process');
  const names = execFileSync('tar', ['-tf', await file.path()], { encoding: 'utf8' }).trim().split('\n');
  expect(names).toEqual(['cases/payments.json', 'worlds/payments.json', 'traces/payments.json']);
  const read = async (name) => JSON.parse(execFileSync('tar', ['-xOf', await file.path(), name], { encoding: 'utf8', maxBuffer: 1 << 26 }));
  const one = await read('cases/payments.json');
  expect(one.story[0]).toBe('+0s triggered -');
  expect(one.scenario.path.name).toBe('Payments');
  expect((await read('traces/payments.json')).outcome).toBe('expired');
});

test.describe('a server for reading', () => {
  test.use({ serverOptions: ['--read-only'] });

  test('scenarios can be simulated and shared there, but not kept', async ({ app, page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await app.open(IDS.payments);
    await app.assume({ ...MORNING, priority: 'P2' });
    await page.locator('.scenario-button').click();
    const list = popup(page, 'Scenarios');
    await expect(list).toContainText('you can simulate and share scenarios');
    await expect(list.getByRole('textbox')).toHaveCount(0);
    await list.getByRole('button', { name: 'Copy link' }).click();
    await expect(list).toContainText('copied');
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await page.goto('about:blank');
    await page.goto(link);
    await expect(app.simulation.getByLabel('Fires at')).toHaveValue(MORNING.at);
    await expect(app.simulation.getByLabel('Priority')).toHaveValue('01J0PRIORITYP2000000000000');
  });
});
