// The forms: every field of every kind of step and of the path itself, as the API has it afterwards.

import { expect, IDS, test } from './support/fixtures.js';

const PRIMARY = '01J0SCHEDPRIMARY0000000000';
const MAYA = '01J0USERMAYA00000000000000';
const RUTH = '01J0USERMANAGER00000000000';

const level = (id, ...users) => ({
  id,
  type: 'level',
  level: { targets: users.map((user) => ({ type: 'user', id: user, urgency: 'high' })), time_to_ack_seconds: 300, ack_mode: 'first' },
});
const hours = (id, name) => ({
  id,
  name,
  timezone: 'Europe/London',
  weekday_intervals: [{ weekday: 'monday', start_time: '09:00', end_time: '17:00' }],
});

/** Makes a path and opens it. */
async function make(app, server, payload) {
  const { status, body } = await server.api('POST', '/v2/escalation_paths', { name: 'Made for this', ...payload });
  expect(status, JSON.stringify(body)).toBe(201);
  await app.open(body.escalation_path.id);
  return body.escalation_path.id;
}

/** Saves and reads the path back. */
async function saved(app, server, id) {
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  return server.path(id);
}

test('a level: order of targets, round robin, retries', async ({ app, server, page }) => {
  const id = await make(app, server, { path: [level('a', MAYA, RUTH)] });
  await app.node(/Page Maya Chen and Ruth/).click();
  const form = app.inspector;

  // What is moved keeps the focus, on the button that is left to it.
  await form.getByRole('button', { name: 'Move up: Ruth Adeyemi' }).click();
  await expect(form.locator('.target strong')).toHaveText(['Ruth Adeyemi', 'Maya Chen']);
  await expect(form.getByRole('button', { name: 'Move down: Ruth Adeyemi' })).toBeFocused();

  await form.getByRole('button', { name: 'Everyone must' }).click();
  await expect(form).toContainText('the others stay paged until each has answered');

  await form.getByRole('button', { name: 'Round robin' }).click();
  await form.getByLabel('Next person after').fill('90s');
  await form.getByLabel('Next person after').press('Enter');
  await expect(form.getByLabel('Next person after')).toHaveValue('1m 30s');

  // What is wrong is said, stays as it was typed, and goes by Escape.
  await form.getByRole('button', { name: 'Is paged again' }).click();
  const attempts = form.getByLabel('Total pages');
  await attempts.fill('11');
  await attempts.press('Enter');
  await expect(form.getByRole('alert').filter({ hasText: 'must be from 2 to 10' })).toBeVisible();
  await expect(attempts).toHaveValue('11');
  await expect(attempts).toHaveAttribute('aria-invalid', 'true');
  await attempts.press('Escape');
  await expect(attempts).toHaveValue('2');
  await expect(attempts).toHaveAttribute('aria-invalid', 'false');
  await attempts.fill('3');
  await form.getByLabel('Time between pages').fill('90s');
  await form.getByLabel('Time between pages').press('Enter');
  await expect(form).toContainText('whole minutes');
  await form.getByLabel('Time between pages').fill('1m');
  await form.getByLabel('Time between pages').press('Enter');

  expect((await saved(app, server, id)).path[0].level).toEqual({
    targets: [{ type: 'user', id: RUTH, urgency: 'high' }, { type: 'user', id: MAYA, urgency: 'high' }],
    time_to_ack_seconds: 300,
    ack_mode: 'all',
    round_robin_config: { enabled: true, rotate_after_seconds: 90 },
    retry_config: { attempts: 3, interval_seconds: 60 },
  });
});

test('a branch: priorities as chips, working hours, and something that is not known', async ({ app, server, page }) => {
  const subject = { subject: 'escalation.moon', operation: 'is_full', param_bindings: [] };
  const id = await make(app, server, {
    path: [{ id: 'b', type: 'if_else', if_else: { conditions: [subject], then_path: [level('a', MAYA)], else_path: [level('c', RUTH)] } }],
  });
  await app.node(/escalation\.moon/).click();
  const form = app.inspector;
  await expect(form).toContainText('kept until you choose another');
  await form.getByRole('button', { name: 'Priority', exact: true }).click();
  const chips = form.getByRole('group', { name: 'Yes for alerts of priority' }).getByRole('button');
  await expect(chips).toHaveText(['P1', 'P2', 'P3', 'P4', 'P5']);
  await chips.nth(2).click();
  await chips.nth(1).click();
  await chips.nth(2).click();
  await expect(app.node(/Priority is P1 or P2\?/)).toBeVisible();

  // None at all is an error, said beside the field.
  await chips.nth(0).click();
  await chips.nth(1).click();
  await expect(form.locator('[data-field=conditions] .problem')).toContainText('EP010');

  // A path without working hours gets some with the question.
  await form.getByRole('button', { name: 'Working hours', exact: true }).click();
  await expect(form.getByLabel('Yes during')).toHaveValue('hours-1');
  await expect(form).toContainText('Mon-Fri 09:00-17:00');
  await expect(form).toContainText('outside now, until Mon 09:00');
  const path = await saved(app, server, id);
  expect(path.path[0].if_else.conditions[0].subject.reference).toBe('escalation.working_hours["hours-1"]');
  expect(path.working_hours).toHaveLength(1);

  // And the way to change them.
  await form.getByRole('button', { name: 'Change these hours' }).click();
  await expect(page.locator('.hours-set[open] > summary')).toBeFocused();
});

test('a repeat and a hand-over', async ({ app, server, page }) => {
  const id = await make(app, server, {
    path: [
      level('a', MAYA),
      {
        id: 'b',
        type: 'if_else',
        if_else: {
          conditions: [{ subject: 'escalation.priority', operation: 'one_of', param_bindings: [{ array_value: [{ literal: '01J0PRIORITYP1000000000000' }] }] }],
          then_path: [level('c', MAYA), { id: 'r', type: 'repeat', repeat: { to_node: 'a', repeat_times: 1 } }],
          else_path: [{ id: 'h', type: 'escalation_path', escalation_path: { escalation_path_id: IDS.data } }],
        },
      },
    ],
  });
  await app.node(/Back to the start/).click();
  const form = app.inspector;
  await form.getByLabel('Goes back to').selectOption('b');
  await form.getByLabel('How often it goes back').fill('4');
  await form.getByLabel('How often it goes back').press('Enter');
  await expect(form).toContainText('runs 5 times in total');
  await form.getByLabel('How often it goes back').fill('0');
  await form.getByLabel('How often it goes back').press('Enter');
  await expect(form).toContainText('must be from 1 to 1000');
  await form.getByLabel('How often it goes back').press('Escape');

  await app.node(/Hand over to Data platform/).click();
  await expect(form.getByRole('link', { name: 'Open Data platform' })).toHaveAttribute('href', `#/paths/${IDS.data}`);
  const field = form.getByRole('combobox', { name: 'Hands over to' });
  await field.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('mob');
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('Data platform');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('mob');
  await page.keyboard.press('Enter');
  await expect(app.node(/Hand over to Mobile/)).toBeVisible();

  const branch = (await saved(app, server, id)).path[1].if_else;
  expect(branch.then_path[1].repeat).toEqual({ to_node: 'b', repeat_times: 4 });
  expect(branch.else_path[0].escalation_path.escalation_path_id).toBe(IDS.mobile);
});

test('a step becomes one of another kind, with what is lost said first', async ({ app, server, page }) => {
  await make(app, server, { path: [level('a', MAYA), level('b', RUTH)] });
  await app.node(/Page Maya Chen/).click();
  const form = app.inspector;
  await form.getByRole('button', { name: 'Delay', exact: true }).click();
  const question = form.getByRole('group', { name: 'This will discard:' });
  await expect(question.getByRole('listitem')).toHaveText(['Maya Chen is no longer named']);
  await expect(question.getByRole('button', { name: 'Keep as it is' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(question).toHaveCount(0);
  await expect(app.status).toHaveText('Saved');
  await form.getByRole('button', { name: 'Delay', exact: true }).click();
  await question.getByRole('button', { name: 'Change into Delay' }).click();
  await expect(app.node(/Wait 5m/)).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(app.node(/Page Maya Chen/)).toBeVisible();
});

test('what is not known is shown and kept', async ({ app, server }) => {
  const pigeon = { id: 'p', type: 'carrier_pigeon', carrier_pigeon: { loft: 'north' } };
  const id = await make(app, server, { path: [level('a', MAYA), pigeon, level('b', RUTH)] });
  await app.node(/carrier_pigeon/).click();
  await expect(app.inspector).toContainText('You can move or delete it');
  await app.inspector.getByText('JSON source').click();
  await expect(app.inspector.locator('pre')).toContainText('"loft": "north"');
  await app.setTime(/Page Ruth/, '7m');
  expect((await saved(app, server, id)).path[1]).toEqual(pigeon);
});

test('the path itself: name, teams, paging again', async ({ app, server, page }) => {
  const id = await make(app, server, { path: [level('a', MAYA)], team_ids: ['01J0TEAMPAYMENTS0000000000'] });
  const form = app.inspector;
  await form.getByLabel('Name').fill('  ');
  await form.getByLabel('Name').press('Enter');
  await expect(form.getByRole('alert').filter({ hasText: 'a name is needed' })).toBeVisible();
  await form.getByLabel('Name').press('Escape');
  await expect(form.getByLabel('Name')).toHaveValue('Made for this');

  await form.getByLabel('Add a team…').fill('plat');
  await page.keyboard.press('Enter');
  await form.getByRole('button', { name: 'Remove Payments' }).click();
  await form.getByRole('button', { name: 'Page again' }).click();
  await form.getByLabel('If the alert still fires after').fill('1m');
  await form.getByLabel('If the alert still fires after').press('Enter');
  await expect(form).toContainText('must be from 300 to 345600');
  await form.getByLabel('If the alert still fires after').fill('45m');
  await form.getByLabel('Activity on the incident').uncheck();

  const path = await saved(app, server, id);
  expect(path.team_ids).toEqual(['01J0TEAMPLATFORM0000000000']);
  expect(path.repeat_config).toEqual({ repeat_after_seconds: 2700, delay_repeat_on_activity: false });
});

test('working hours: painted, typed, moved to another zone', async ({ app, server, page }) => {
  const id = await make(app, server, { path: [level('a', MAYA)], working_hours: [hours('uk', 'UK')] });
  const form = app.inspector;
  await form.locator('.hours-set > summary').click();
  const grid = form.getByLabel('Mon 09:00-17:00, Europe/London');
  const status = page.getByRole('status');

  // By keys: Tuesday and Wednesday from 09:00 to 10:00.
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await expect(status).toHaveText('Tuesday 09:00-09:15, outside');
  for (const key of ['Shift+ArrowDown', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
  await expect(status).toHaveText('Tuesday to Wednesday 09:00-10:00, outside');
  await page.keyboard.press('Space');
  await expect(status).toHaveText(
    'Tuesday to Wednesday 09:00-10:00 is inside now. The week: Mon 09:00-17:00; Tue-Wed 09:00-10:00',
  );
  await page.keyboard.press('Space');
  await expect(status).toContainText('is outside now. The week: Mon 09:00-17:00');
  await page.getByRole('button', { name: 'Undo' }).click();

  // By mouse: Sunday from 12:00 to 18:00.
  const box = await form.locator('.week-grid').boundingBox();
  const y = box.y + (box.height / 7) * 6.5;
  await page.mouse.move(box.x + (box.width * 12.1) / 24, y);
  await page.mouse.down();
  await page.mouse.move(box.x + (box.width * 17.9) / 24, y, { steps: 4 });
  await page.mouse.up();
  await expect(form.locator('.hours-set > summary')).toContainText('Sun 12:00-18:00');

  // Typed: to the minute, and over midnight.
  await form.getByText('Type the times').click();
  await form.getByLabel('Friday').fill('9-12.30, 22:07-6');
  await form.getByLabel('Friday').press('Enter');
  await expect(form.getByLabel('Friday')).toHaveValue('09:00-12:30, 22:07-06:00');
  await form.getByLabel('Friday').fill('nine');
  await form.getByLabel('Friday').press('Enter');
  await expect(form.getByRole('alert').filter({ hasText: 'is not a time' })).toBeVisible();
  await form.getByLabel('Friday').press('Escape');

  // The changes of its clock are told; those of another zone are others.
  await expect(form).toContainText('Sun 28 Mar 01:00 becomes 02:00: 1h is skipped');
  await form.getByRole('combobox', { name: 'Time zone' }).fill('singap');
  await page.getByRole('listbox').getByRole('option', { name: 'Asia/Singapore' }).click();
  await expect(form).toContainText('No clock changes within a year');

  const [set] = (await saved(app, server, id)).working_hours;
  expect(set.timezone).toBe('Asia/Singapore');
  expect(set.weekday_intervals.map((i) => `${i.weekday} ${i.start_time}-${i.end_time}`)).toEqual([
    'monday 09:00-17:00',
    'tuesday 09:00-10:00',
    'wednesday 09:00-10:00',
    'friday 09:00-12:30',
    'friday 22:07-06:00',
    'sunday 12:00-18:00',
  ]);
});

test('working hours that are used are not removed, and say where', async ({ app, server, page }) => {
  const wait = { id: 'd', type: 'delay', delay: { delay_weekday_interval_config_id: 'uk', delay_interval_condition: 'active' } };
  await make(app, server, { path: [wait, level('a', MAYA)], working_hours: [hours('uk', 'UK'), hours('us', 'US')] });
  const form = app.inspector;
  await form.locator('.hours-set > summary').first().click();
  await form.getByRole('button', { name: 'Remove these hours' }).click();
  await expect(form.getByRole('alert').filter({ hasText: 'In use by' })).toBeVisible();
  const use = form.getByRole('button', { name: 'Wait until UK hours begin' });
  await expect(use).toBeFocused();
  await use.click();
  await expect(app.node(/Wait until UK hours begin/)).toHaveClass(/selected/);

  // Those that nothing uses go, and come back.
  await app.node(/Wait until UK hours begin/).press('Escape');
  await form.locator('.hours-set > summary').nth(1).click();
  await form.getByRole('button', { name: 'Remove these hours' }).click();
  await expect(form.locator('.hours-set')).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(form.locator('.hours-set')).toHaveCount(2);

  await form.getByRole('button', { name: 'Add working hours' }).click();
  await expect(form.locator('.hours-set')).toHaveCount(3);
  await expect(form.locator('.hours-set[open] > summary')).toBeFocused();
});

test('somebody who is paused is marked, and not paged', async ({ app, server }) => {
  const pause = { user_id: MAYA, starts_at: '2026-11-22T12:00:00Z', ends_at: '2026-11-23T08:00:00Z' };
  const { status } = await server.api('POST', '/builder/v1/on_call_notification_pauses', pause);
  expect(status).toBe(201);
  await make(app, server, { path: [level('a', MAYA, RUTH)] });
  await app.node(/Page Maya Chen/).click();
  await app.assume({ zone: 'UTC' });
  await expect(app.inspector.locator('.target').first()).toContainText('paused until Mon 08:00');
  await expect.poll(() => app.pages()).toEqual(['19:00 T+0 Ruth Adeyemi is paged, high urgency']);
});

test('a problem is said beside its field and mended there', async ({ app, server, page }) => {
  const both = level('a', MAYA);
  both.level.targets.push({ type: 'schedule', id: PRIMARY, urgency: 'high', schedule_mode: 'all_users' });
  await make(app, server, { path: [both] });
  await app.node(/Page Maya Chen/).click();
  const beside = app.inspector.locator('.target').nth(1).locator('.problem');
  await expect(beside).toContainText('EP111');
  await beside.locator('.fix').click();
  await expect(beside).toHaveCount(0);
  await expect(page.getByRole('status')).toContainText('Done');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(beside).toContainText('EP111');
});

test('a path from a template: its parameters, and what cannot be said of it', async ({ app, server, page }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  const form = app.inspector;
  await form.getByLabel('Name').fill('From a template');
  await form.getByLabel('Name').press('Enter');
  await form.getByRole('combobox', { name: 'From template' }).click();
  await page.getByRole('listbox').getByRole('option', { name: /Service team/ }).click();
  await expect(form).toContainText('All steps come from the template');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(0);
  await expect(page.locator('.canvas')).toContainText('its steps come from a template');
  await expect(page.getByRole('button', { name: 'Add a step here' })).toHaveCount(0);
  await expect(page.locator('[data-outcome]')).toHaveText('Outcome can’t be determined');

  // What is needed is said until it is there.
  await expect(form.getByText('The template needs this.')).toHaveCount(2);
  const choose = async (field, name) => {
    await form.getByRole('combobox', { name: field }).fill(name);
    await page.getByRole('listbox').getByRole('option', { name }).click();
  };
  await choose('Primary schedule', 'Primary on-call');
  await choose('Backup responder', 'Maya Chen');
  await choose('Backup responder', 'Ruth Adeyemi');
  await expect(form.getByText('The template needs this.')).toHaveCount(0);
  await expect(form.locator('[data-field="param_bindings.backup"] .owner')).toHaveText(['Ruth Adeyemi']);

  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  const id = page.url().match(/[0-9A-Z]{26}/)[0];
  const path = await server.path(id);
  expect(path.kind).toBe('templated');
  expect(path.template_id).toBe('01J0TEMPLATE00000000000000');
  expect(path.path).toEqual([]);
  const literals = Object.entries(path.param_bindings).map(([name, binding]) => [name, binding.value.literal]);
  expect(literals).toEqual([['primary_schedule', PRIMARY], ['backup', RUTH]]);

  // It can be one of its own again.
  await form.getByRole('button', { name: 'Use no template' }).click();
  await expect(page.getByRole('button', { name: 'Add a step here' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(form.locator('.owner')).toHaveText(['Primary on-call', 'Ruth Adeyemi']);
});

test('what is being typed is part of the draft when the page is loaded anew', async ({ app, page }) => {
  await app.open(IDS.mobile);
  const field = app.inspector.getByLabel('Name', { exact: true });
  await field.press('End');
  await page.keyboard.type(' X');
  await expect(field).toBeFocused();
  await page.reload();
  await page.getByRole('dialog', { name: 'You have unsaved changes' }).getByRole('button', { name: 'Resume' }).click();
  await expect(app.inspector.getByLabel('Name', { exact: true })).toHaveValue(/ X$/);
});

test('what is being typed is taken when the screen is left, and lost by nothing', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('link', { name: /Mobile apps/ }).first().click();
  await app.node(/Page Primary on-call/).click();
  const field = app.inspector.getByLabel('How long');
  await field.fill('25m');
  await expect(field).toBeFocused();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Paths', exact: true })).toBeVisible();
  await page.goForward();
  await expect(app.status).toHaveText('1 unsaved change');
  await expect(app.node(/Page Primary on-call.*then after 25m/)).toBeVisible();

  // The same where another path is gone to by its address. What is wrong is not taken.
  await app.node(/Page Primary on-call/).focus();
  await page.keyboard.press('Escape');
  await app.inspector.getByLabel('Name', { exact: true }).fill('Mobile, typed');
  await page.evaluate((id) => { location.hash = `#/paths/${id}`; }, IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  await app.inspector.getByLabel('How long').fill('soon');
  await page.goto(`${server.url}/#/paths/${IDS.mobile}`);
  await expect(app.inspector.getByLabel('Name', { exact: true })).toHaveValue('Mobile, typed');
  await expect(app.status).toHaveText('2 unsaved changes');
});

test('what can be chosen says what is to be known of it now', async ({ app, server, page }) => {
  await app.open(IDS.urgent);
  await app.node(/^Level: /).first().click();
  const field = app.inspector.getByRole('combobox', { name: 'Add to this level' });
  const option = page.getByRole('listbox').getByRole('option');
  // A rota of a schedule that has several, with who is on call in it.
  await field.fill('platform');
  await expect(option).toHaveText([/Platform leads\s+Tom Okafor$/, /Platform leads, Leads\s+Tom Okafor$/, /Platform leads, Night watch\s+nobody then$/]);
  await field.fill('night');
  await expect(option.locator('.avatar')).toHaveText('PL');
  await field.press('Enter');
  const row = app.inspector.locator('.target').last();
  await expect(row).toContainText('currently on call in Night watch');
  await expect(row.getByLabel('Who to page')).toHaveValue('currently_on_call_for_rota night');
  // Currently on call says where; others how they are reached.
  await field.fill('tom');
  await expect(option).toHaveText([/Tom Okafor\s+on call in Platform leads and Primary on-call/]);
  await field.fill('ruth');
  await expect(option).toHaveText([/Ruth Adeyemi\s+ruth\.adeyemi@northlight\.example/]);
  await field.press('Escape');

  // A zone with its offset now, in winter.
  await page.keyboard.press('Escape');
  await expect(page.locator('[role=treeitem]:focus')).toHaveCount(1);
  await page.keyboard.press('p');
  await app.inspector.locator('.hours-set > summary').first().click();
  const zone = app.inspector.getByRole('combobox', { name: 'Time zone' });
  await zone.fill('kolk');
  await expect(option).toHaveText([/Asia\/Kolkata\s+UTC\+05:30/]);
  await zone.fill('new_york');
  await expect(option).toHaveText([/America\/New_York\s+UTC−05:00/]);
  await zone.press('Escape');

  // A path with who is paged first there now.
  await make(app, server, { path: [level('a', MAYA)] });
  await app.put(1, 'h');
  await app.inspector.getByRole('combobox', { name: 'Hands over to' }).fill('payments');
  await expect(option).toHaveText([/Payments\s+first now: /]);
});
