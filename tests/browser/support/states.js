// The states of the interface: each is looked at by axe, and `cargo xtask pictures` takes a picture of each.

import { expect, IDS, whole } from './fixtures.js';

/** Has each save of a path answered so; all else is as it is. */
const refuseSave = (page, answer) => page.route('**/v2/escalation_paths/*', (route) => (
  route.request().method() === 'PUT' ? route.fulfill(answer) : route.continue()
));

/** How each is reached, from `{ app, page, server }`. */
export const STATES = {
  'the list': async ({ app }) => app.list(),
  'loading': async ({ page, server }) => {
    await page.route('**/v2/**', () => {});
    await page.goto(`${server.url}/`);
    await expect(page.locator('[aria-busy="true"]').first()).toBeVisible();
  },
  'an open path': async ({ app }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  },
  'a chosen level': async ({ app }) => {
    await app.open(IDS.payments);
    await app.node(/Page Primary on-call and Secondary/).click();
  },
  'a chosen branch': async ({ app }) => {
    await app.open(IDS.major);
    await app.node(/Priority is P1\?/).click();
  },
  'a chosen repeat': async ({ app }) => {
    await app.open(IDS.payments);
    await app.node(/Back to the start/).click();
  },
  'a person to add': async ({ app }) => {
    await app.open(IDS.mobile);
    await app.node(/Page Primary on-call/).click();
    await app.inspector.getByLabel('Add to this level').fill('a');
  },
  'out of hours': async ({ app }) => {
    await app.open(IDS.urgent);
    await app.assume({ at: '2026-11-28T03:10', zone: 'Europe/London' });
  },
  'somebody acknowledges': async ({ app }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await app.simulation.getByLabel('People').selectOption({ label: 'Ruth Adeyemi acknowledges' });
  },
  'what somebody does': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await page.getByRole('button', { name: 'Ruth Adeyemi', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledges' }).click();
    await expect(page.getByRole('dialog').getByLabel('After the page')).toHaveValue('4m');
  },
  'somebody snoozes': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await page.getByRole('button', { name: 'Ruth Adeyemi', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Snoozes' }).click();
    await expect(page.locator('.dot.snooze')).toHaveCount(1);
  },
  'half-way through': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await app.time.focus();
    await page.keyboard.press('Home');
    for (let event = 0; event < 3; event += 1) await page.keyboard.press('ArrowRight');
    await expect(page.locator('.step.now')).toBeVisible();
  },
  'a night that is folded': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P3', at: '2026-11-25T18:10', zone: 'Europe/London' });
    await app.time.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await expect(page.locator('.fold-words')).toHaveCount(1);
  },
  'the steps as a table': async ({ app, page }) => {
    await app.open(IDS.urgent);
    await app.assume({ at: '2026-11-28T03:10', zone: 'Europe/London' });
    await app.simulation.getByRole('button', { name: 'Table' }).click();
    await expect(page.getByRole('table')).toBeVisible();
  },
  'who does what': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    for (const [name, does] of [['Ruth Adeyemi', 'Acknowledges'], ['Grace Kim', 'Declines']]) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: does }).click();
      await page.keyboard.press('Escape');
    }
    await expect(page.locator('.who-does')).toHaveCount(2);
  },
  'instants worth trying': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await app.simulation.getByRole('button', { name: 'Next…' }).click();
    await expect(page.locator('.moment').first()).toBeVisible();
  },
  'a time that happens twice': async ({ app }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-10-25T01:30', zone: 'Europe/London' });
    await expect(app.simulation).toContainText('occurs twice');
  },
  'more assumptions': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await app.simulation.getByRole('button', { name: 'More assumptions' }).click();
    await page.getByRole('dialog').getByLabel('Grace period').fill('2m');
    await page.keyboard.press('Enter');
  },
  'a branch that nobody can decide': async ({ app, page, server }) => {
    const to = (id) => ({ id, type: 'level', level: { targets: [{ type: 'schedule', id: '01J0SCHEDPRIMARY0000000000', urgency: 'high' }], time_to_ack_seconds: 600, round_robin_config: { enabled: true, rotate_after_seconds: 120 } } });
    const { body } = await server.api('POST', '/v2/escalation_paths', {
      name: 'By service',
      path: [{ id: 'a', type: 'if_else', if_else: { conditions: [{ subject: 'alert.attributes.service', operation: 'one_of', param_bindings: [{ array_value: [{ literal: 'db' }] }] }], then_path: [to('l1')], else_path: [to('l2')] } }],
    });
    await app.open(body.escalation_path.id);
    await app.simulation.getByRole('button', { name: 'More assumptions' }).click();
    await expect(page.getByRole('group', { name: /service/ })).toBeVisible();
  },
  'named scenarios': async ({ app, page, server }) => {
    const people = [{ user_id: '01J0USERMANAGER00000000000', response: 'ack', after_seconds: 240 }];
    await server.api('PUT', `/builder/v1/escalation_paths/${IDS.payments}/scenarios`, { scenarios: [
      { name: 'Ruth has it', scenario: { fired_at: '2026-11-25T10:00:00Z', priority_id: '01J0PRIORITYP1000000000000', responses: people } },
      { name: 'Night of the clock change, nobody awake', scenario: { fired_at: '2027-03-28T01:00:00Z', priority_id: '01J0PRIORITYP2000000000000' } }] });
    await app.open(IDS.payments);
    await page.locator('.scenario-button').click();
    await page.getByRole('button', { name: /^Ruth has it/ }).click();
    await app.assume({ priority: 'P2' });
    await page.locator('.scenario-button').click();
    await expect(page.locator('.scenarios li')).toHaveCount(2);
  },
  'six levels of branches': async ({ app }) => app.open(IDS.major),
  'all kinds of nodes': async ({ app, page, server }) => {
    const { status, body } = await server.api('POST', '/v2/escalation_paths', {
      name: 'All kinds of nodes',
      path: [
        { id: 'a', type: 'level', level: { targets: [{ type: 'schedule', id: '01J0SCHEDPRIMARY0000000000', urgency: 'high' }], round_robin_config: { enabled: true, rotate_after_seconds: 120 }, time_to_ack_seconds: 600 } },
        { id: 'b', type: 'carrier_pigeon', carrier_pigeon: { loft: 'north' } },
        { id: 'c', type: 'delay', delay: { delay_seconds: 90 } },
        { id: 'd', type: 'repeat', repeat: { to_node: 'a', repeat_times: 2 } },
        { id: 'e', type: 'escalation_path', escalation_path: { escalation_path_id: IDS.data } },
      ],
    });
    expect(status, JSON.stringify(body)).toBe(201);
    await app.open(body.escalation_path.id);
    await page.getByRole('treeitem', { name: /carrier_pigeon/ }).click();
  },
  'a path with problems': async ({ app }) => {
    await app.open(IDS.warehouse);
    await app.assume({ at: '2026-11-29T12:00', zone: 'Asia/Singapore' });
  },
  'the list of problems': async ({ app, page }) => {
    await app.open(IDS.warehouse);
    await app.put(0);
    await page.getByRole('button', { name: '3 problems' }).click();
    await expect(page.getByRole('dialog', { name: 'Problems' })).toBeVisible();
  },
  'what a problem means': async ({ app, page }) => {
    await app.open(IDS.warehouse);
    await page.getByRole('button', { name: '2 problems' }).click();
    await page.getByRole('button', { name: 'What this means: EP106' }).first().click();
    await expect(page.getByRole('heading', { name: /^EP106: / })).toBeVisible();
  },
  'a search': async ({ app, page }) => {
    await app.open(IDS.major);
    await page.keyboard.press('Control+f');
    await page.keyboard.type('primary');
    await page.keyboard.press('Enter');
    await expect(app.tree.locator('.found').first()).toBeVisible();
  },
  'the palette': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.node(/Page Ruth Adeyemi/).click();
    await page.keyboard.press('Control+k');
    await expect(page.locator('.palette [role=option]').first()).toBeVisible();
  },
  'the list of keys': async ({ app, page }) => {
    await app.open(IDS.payments);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'All keys' })).toBeVisible();
  },
  'closed sides': async ({ app, page }) => {
    await app.open(IDS.major);
    await page.getByRole('button', { name: 'Fit' }).click();
    await page.getByRole('button', { name: /^Collapse “/ }).nth(2).click();
    await page.getByRole('button', { name: /^Collapse “/ }).nth(5).click();
    await expect(page.locator('.closed-side')).toHaveCount(2);
  },
  'a branch alone': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.node(/Post to #payments-alerts/).click();
    await page.keyboard.press('o');
    await expect(app.tree.getByRole('treeitem')).toHaveCount(5);
  },
  'what can be added': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.places.last().click();
    await expect(page.getByRole('listbox', { name: 'Add a step here' })).toBeVisible();
  },
  'what can be done with a step': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.node(/In UK hours/).click({ button: 'right' });
    await expect(page.getByRole('menu')).toBeVisible();
  },
  'steps chosen together': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.node(/Page Primary on-call and Secondary/).click();
    await app.node(/Page Ruth Adeyemi/).click({ modifiers: ['Shift'] });
    await expect(app.tree.getByRole('treeitem', { selected: true })).toHaveCount(2);
  },
  'where a repeat goes back to': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.node(/Back to the start/).click();
    await page.keyboard.press('t');
    await expect(app.tree.locator('.target-here')).toHaveCount(1);
  },
  'a drag': async ({ app, page }) => {
    await app.open(IDS.payments);
    const from = await app.node(/Page Ruth Adeyemi/).boundingBox();
    await page.mouse.move(from.x + 60, from.y + 20);
    await page.mouse.down();
    // Near a place, and not so near to an edge that the drawing follows.
    const to = await app.places.nth(1).boundingBox();
    await page.mouse.move(to.x + 30, to.y + 20, { steps: 4 });
    await expect(page.locator('.plus.over')).toHaveCount(1);
  },
  'the form of a path': async ({ app, page }) => {
    await app.open(IDS.urgent);
    await app.inspector.locator('.hours-set > summary').click();
    await app.inspector.getByText('Type the times').click();
    await app.inspector.locator('.week-grid').focus();
    await page.keyboard.press('Shift+ArrowDown');
  },
  'a level with everything': async ({ app }) => {
    await app.open(IDS.payments);
    await app.node(/Page Primary on-call and Secondary/).click();
    await app.inspector.getByRole('button', { name: 'Round robin' }).click();
    await app.inspector.getByRole('button', { name: 'Is paged again' }).click();
    await app.inspector.getByRole('button', { name: 'Delay', exact: true }).click();
  },
  'a path from a template': async ({ app, page }) => {
    await app.list();
    await page.getByRole('link', { name: 'New path' }).click();
    await app.inspector.getByRole('combobox', { name: 'From template' }).click();
    await page.getByRole('listbox').getByRole('option', { name: /Service team/ }).click();
    await expect(app.inspector.getByText('The template needs this.')).toHaveCount(2);
  },
  'a wrong duration': async ({ app }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, 'soon');
  },
  'a new path': async ({ app, page }) => {
    await app.list();
    await page.getByRole('link', { name: 'New path' }).click();
    await expect(app.tree).toBeVisible();
  },
  'a review': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.node(/on the side “yes”/).click();
    await app.add('Maya Chen');
    await app.node(/Page Ruth Adeyemi/).click();
    await app.inspector.getByRole('button', { name: 'Delete' }).click();
    await app.save.click();
    await expect(page.locator('[data-people]')).toBeVisible();
  },
  'a review of errors': async ({ app, page }) => {
    await app.list();
    await page.getByRole('link', { name: 'New path' }).click();
    // The server says so too, and the browser notes its answer.
    const answered = page.waitForResponse(/validate/);
    await app.save.click();
    await answered;
    await expect(page.getByRole('dialog')).toContainText('The path has no steps');
    await app.complaints.expect(/status of 422/);
  },
  'a save that was refused': async ({ app, page }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await refuseSave(page, {
      status: 422,
      json: {
        type: 'validation_error', status: 422, request_id: 'x',
        errors: [{ code: 'invalid_value', message: 'This schedule is not for you', source: { pointer: 'path.0.level.targets.0' } }],
      },
    });
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText('The server rejected the path');
    await app.complaints.expect(/status of 422/);
  },
  'a draft from an earlier visit': async ({ app, page }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await expect(app.status).toHaveText('1 unsaved change');
    await page.reload();
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'somebody else has saved': async ({ app, page, server }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    const { id, kind, ...path } = await server.path(IDS.mobile);
    path.path[0].level.time_to_ack_seconds = 900;
    await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Mobile, renamed' });
    await app.save.click();
    await expect(page.getByRole('dialog', { name: 'This path was saved elsewhere' })).toBeVisible();
  },
  'earlier revisions': async ({ app, page, server }) => {
    const { id, kind, ...path } = await server.path(IDS.mobile);
    await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Mobile, renamed' });
    await app.open(IDS.mobile);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Earlier revisions' }).click();
    await page.locator('.revision').nth(1).click();
    await expect(page.locator('[data-people]')).toBeVisible();
  },
  'the history of a path': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.setTime(/Page Ruth Adeyemi/, '20m');
    await app.add('Maya Chen');
    await app.node(/Post to #payments-alerts/).click();
    await page.keyboard.press('Delete');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('h');
    await expect(page.getByRole('dialog', { name: 'History' })).toBeVisible();
  },
  'an import that is wrong': async ({ app, page }) => {
    await app.list();
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByLabel('Or paste its text').fill('{ "name": ');
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await expect(page.getByRole('alert')).toContainText('Line 1');
  },
  'a template to fill': async ({ app, page }) => {
    await app.list();
    await page.getByRole('button', { name: 'From a template' }).click();
    await expect(page.getByLabel('Primary schedule')).toBeVisible();
  },
  'a path to delete': async ({ app, page }) => {
    await app.list();
    await page.getByRole('button', { name: 'Delete Major incidents' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'the menu': async ({ app, page }) => {
    await app.open(IDS.payments);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await expect(page.getByRole('menuitem').first()).toBeFocused();
  },
  'a save that went nowhere': async ({ app, page, server }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await whole(page);
    await server.down();
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText('Can’t reach the server');
    await app.complaints.expect(/ERR_CONNECTION_REFUSED/);
  },
  'expectations': async ({ app, page, server }) => {
    await server.api('PUT', `/builder/v1/escalation_paths/${IDS.payments}/expectations`, { expectations: [
      { expect: 'pages_someone' }, { expect: 'first_page_within', seconds: 300 },
      { expect: 'reaches_people_within', people: 3, seconds: 600, priorities: ['01J0PRIORITYP1000000000000'] },
      { expect: 'no_consecutive_same_person' }] });
    await app.open(IDS.payments);
    await page.getByRole('tab', { name: 'Expectations' }).click();
    await expect(page.locator('.suggestion').first()).toBeVisible();
  },
  'an expectation that an edit breaks': async ({ app, page, server }) => {
    const expectations = [{ expect: 'ends_within', seconds: 864_000 }, { expect: 'pages_someone' }];
    await server.api('PUT', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`, { expectations });
    await app.open(IDS.mobile);
    await page.getByRole('tab', { name: 'Expectations' }).click();
    await app.setTime(/Page Primary on-call/, '11d');
    await expect(page.getByRole('button', { name: /^Fix: / })).toBeVisible();
    await page.getByText('When it fails').click();
  },
  'a save that breaks an expectation': async ({ app, page, server }) => {
    const expectations = [{ expect: 'ends_within', seconds: 864_000 }, { expect: 'pages_someone' }];
    await server.api('PUT', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`, { expectations });
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '11d');
    await app.save.click();
    await expect(page.getByRole('button', { name: 'Save with 1 failing expectation' })).toBeVisible();
    await expect(page.getByRole('button', { name: /^Fix: / })).toBeVisible();
  },
  'before and after a change': async ({ app, page }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '20m');
    await app.save.click();
    await page.getByText(/^Show all \d+ changes/).click();
    await page.getByRole('button', { name: /^Show before and after: / }).first().click();
    await expect(page.locator('.before-after')).toBeVisible();
  },
  'an expectation to add': async ({ app, page }) => {
    await app.open(IDS.payments);
    await page.getByRole('tab', { name: 'Expectations' }).click();
    await page.getByRole('button', { name: 'Add an expectation' }).click();
    await page.locator('.expect-form select').first().selectOption({ label: 'Nobody is paged in quiet hours' });
  },
  'coverage': async ({ app, page }) => {
    await app.open(IDS.payments);
    await page.getByRole('tab', { name: 'Coverage' }).click();
    await expect(page.locator('.cover-drawing .who-1').first()).toBeAttached();
    await page.getByRole('slider').focus();
    await expect(page.locator('[data-working]')).toHaveCount(0);
  },
  'escalations': async ({ app, page }) => {
    await app.open(IDS.payments);
    await page.getByRole('tab', { name: 'Escalations' }).click();
    for (const title of ['Cards are declined', 'Checkout answers with 500']) {
      await page.getByRole('button', { name: 'Page now…' }).click();
      await page.getByLabel('What is wrong').fill(title);
      await page.getByRole('dialog').getByRole('button', { name: 'Page now' }).click();
      await expect(page.locator('.escalation').first()).toContainText(title);
    }
    await page.getByRole('button', { name: 'Cancel Cards are declined' }).click();
    await page.getByRole('button', { name: 'Steps of Checkout answers with 500' }).click();
    await expect(page.locator('.escalation-steps')).toBeVisible();
    await expect(page.locator('.escalation').nth(1)).toContainText('Cancelled');
  },
  'a page about to be sent': async ({ app, page }) => {
    await app.open(IDS.payments);
    await page.getByRole('tab', { name: 'Escalations' }).click();
    await page.getByRole('button', { name: 'Page now…' }).click();
    await expect(page.locator('[data-who]')).toContainText('at once');
  },
  'coverage with holes': async ({ app, page, server }) => {
    await server.api('PUT', `/builder/v1/escalation_paths/${IDS.warehouse}/expectations`, { expectations: [
      { expect: 'first_page_within', seconds: 60 }] });
    await app.open(IDS.warehouse);
    await app.node(/Page Primary on-call/).first().click();
    for (let left = 0; left < 4; left += 1) await page.keyboard.press('Delete');
    await page.getByRole('tab', { name: 'Coverage' }).click();
    await page.getByRole('button', { name: '4 weeks' }).click();
    await expect(page.locator('.cover-drawing .hole').first()).toBeAttached();
    await expect(page.locator('.cover-drawing .refuted').first()).toBeAttached();
    await expect(page.locator('[data-working]')).toHaveCount(0);
  },
  'coverage of thirteen weeks': async ({ app, page }) => {
    // The clock changes in London three days later, and in New York a week after that.
    await page.clock.setFixedTime('2026-10-22T10:00:00Z');
    await app.open(IDS.payments);
    await page.getByRole('tab', { name: 'Coverage' }).click();
    await page.getByRole('button', { name: '13 weeks' }).click();
    await expect(page.locator('.cover-drawing .clock-change').first()).toBeAttached();
    await expect(page.locator('[data-working]')).toHaveCount(0);
  },
  'how long until somebody is paged': async ({ app, page, server }) => {
    const level = (id) => ({ id, type: 'level', level: { targets: [{ type: 'schedule', id: '01J0SCHEDPRIMARY0000000000', urgency: 'high' }], time_to_ack_seconds: 600 } });
    const { status, body } = await server.api('POST', '/v2/escalation_paths', {
      name: 'Waits for the day',
      path: [{ id: 'p', type: 'if_else', if_else: {
        conditions: [{ subject: 'escalation.priority', operation: 'one_of', param_bindings: [{ array_value: [{ literal: '01J0PRIORITYP1000000000000' }] }] }],
        then_path: [level('a')],
        else_path: [{ id: 'd', type: 'delay', delay: { delay_interval_condition: 'active', delay_weekday_interval_config_id: 'uk' } }, level('b')],
      } }],
      working_hours: [{ id: 'uk', name: 'UK', timezone: 'Europe/London', weekday_intervals: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday']
        .map((weekday) => ({ weekday, start_time: '09:00', end_time: '17:00' })) }],
    });
    expect(status, JSON.stringify(body)).toBe(201);
    await app.open(body.escalation_path.id);
    await page.getByRole('tab', { name: 'Coverage' }).click();
    await page.getByRole('button', { name: '4 weeks' }).click();
    await page.getByRole('button', { name: 'How long', exact: true }).click();
    await expect(page.locator('.cover-drawing .several').first()).toBeAttached();
    await page.getByRole('button', { name: 'As a table' }).click();
    await expect(page.locator('.cover-table tbody tr').first()).toBeVisible();
    await expect(page.locator('[data-working]')).toHaveCount(0);
  },
  'the server away': async ({ app, page, server }) => {
    await page.route('**/v2/**', (route) => route.abort());
    await page.goto(`${server.url}/`);
    await expect(page.getByRole('heading', { name: 'Can’t reach the server' })).toBeVisible();
    await app.complaints.expect(/ERR_FAILED/);
  },
  'read only': async ({ app, page, server }) => {
    await page.goto(`${server.url}/?readonly#/paths/${IDS.payments}`);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await app.node(/Page Primary on-call and Secondary/).click();
    await expect(app.inspector.locator('.facts')).toBeVisible();
  },
  'a path for reading': async ({ app, page }) => {
    await page.route('**/builder/v1/info', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...(await answer.json()), rights: 'read' } });
    });
    await app.open(IDS.urgent);
    await expect(app.inspector.locator('.facts')).toBeVisible();
  },
  'a path on a telephone': async ({ app, page, server }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${server.url}/#/paths/${IDS.payments}`);
    await expect(page.locator('.outline')).toBeVisible();
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await page.locator('.outline').getByRole('button', { name: /Page Ruth Adeyemi/ }).click();
    await page.evaluate(() => scrollTo(0, 0));
  },
  'a path on a telephone held sideways': async ({ page, server }) => {
    await page.setViewportSize({ width: 844, height: 390 });
    // A finger is what points there, which the width does not tell.
    const client = await page.context().newCDPSession(page);
    await client.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    await page.goto(`${server.url}/#/paths/${IDS.payments}`);
    await expect(page.locator('.outline')).toBeVisible();
  },
  'a low frame': async ({ app, page }) => {
    await page.setViewportSize({ width: 1100, height: 420 });
    await app.open(IDS.payments);
  },
  'a graph on a telephone': async ({ page, server }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${server.url}/#/paths/${IDS.payments}`);
    await page.getByRole('button', { name: 'Graph' }).click();
    await expect(page.locator('.canvas')).toBeVisible();
  },
  'a simulation on a telephone': async ({ app, page, server }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${server.url}/#/paths/${IDS.payments}`);
    await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
    await page.locator('.panel').evaluate((panel) => scrollTo(0, panel.getBoundingClientRect().top + scrollY - 52));
  },
  'the list for reading': async ({ app, page, server }) => {
    await page.goto(`${server.url}/?readonly`);
    await expect(page.locator('.path-row').first()).toBeVisible();
  },
  'the audit log': async ({ page, server }) => {
    await server.api('POST', '/builder/v1/alert_sources', { name: 'Prometheus' });
    const path = await server.path(IDS.mobile);
    await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Mobile' });
    await page.goto(`${server.url}/#/audit`);
    await expect(page.locator('.audit-line')).toHaveCount(2);
    await page.locator('.audit-line summary').first().click();
  },
  'an audit log for others': async ({ page, server }) => {
    await page.route('**/builder/v1/me', (route) => route.fulfill({ json: {
      kind: 'session', name: 'Vera', email: null, role: 'viewer', rights: ['view'], session: null, signs_in: true,
    } }));
    await page.goto(`${server.url}/#/audit`);
    await expect(page.getByRole('heading', { name: 'Only administrators can read the audit log' })).toBeVisible();
  },
  'API keys and sessions': async ({ page, server }) => {
    await server.api('POST', '/builder/v1/api_keys', { name: 'Terraform', rights: ['view', 'edit'], expires_at: '2030-01-31T00:00:00Z' });
    const { body } = await server.api('POST', '/builder/v1/api_keys', { name: 'Grafana', rights: ['view', 'escalate'] });
    await server.api('DELETE', `/builder/v1/api_keys/${body.api_key.id}`);
    await page.route('**/builder/v1/sessions?*', (route) => route.fulfill({ json: { sessions: [{
      id: '01J0SESSION000000000000000', created_at: '2026-11-22T08:00:00Z', used_at: '2026-11-22T18:40:00Z', lasts_until: '2026-11-23T06:40:00Z',
      account: { id: '01J0ACCOUNT000000000000000', name: 'Maya Lindgren', email: 'maya@example.com', role: 'editor' },
    }], pagination_meta: { page_size: 250 } } }));
    await page.goto(`${server.url}/#/access`);
    await expect(page.locator('.access-row')).toHaveCount(3);
  },
  'a new API key': async ({ page, server }) => {
    await page.goto(`${server.url}/#/access`);
    await page.getByRole('button', { name: 'Create API key' }).click();
    await page.getByLabel('Name').fill('Terraform');
    await page.getByLabel('change paths and schedules').check();
  },
  'an API key that was created': async ({ page, server }) => {
    await STATES['a new API key']({ page, server });
    await page.getByRole('button', { name: 'Create key' }).click();
    await expect(page.getByRole('textbox', { name: 'API key' })).toHaveValue(/^epb_/);
  },
  'an API key to revoke': async ({ page, server }) => {
    await STATES['API keys and sessions']({ page, server });
    await page.getByRole('button', { name: 'Revoke Terraform' }).click();
  },
  'somebody who has signed in': async ({ app, page }) => {
    await page.route('**/builder/v1/me', (route) => route.fulfill({ json: {
      kind: 'session', name: 'Maya Lindgren', email: null, role: 'editor', rights: ['view', 'edit'], session: null, signs_in: true,
    } }));
    await app.list();
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  },
  'signed out': async ({ app, page, server }) => {
    await page.route('**/v2/**', (route) => route.fulfill({ status: 401, body: '' }));
    await page.goto(`${server.url}/`);
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    await app.complaints.expect(/status of 401/);
  },
  'no rights': async ({ app, page, server }) => {
    await page.route('**/v2/**', (route) => route.fulfill({ status: 403, json: {
      type: 'resource_forbidden', status: 403, request_id: 'x',
      errors: [{ code: 'forbidden', message: 'tom@example.com is not of this organisation' }],
    } }));
    await page.goto(`${server.url}/`);
    await expect(page.getByRole('heading', { name: 'You don’t have access to these paths' })).toBeVisible();
    await app.complaints.expect(/status of 403/);
  },
  'a save without the right': async ({ app, page }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await refuseSave(page, { status: 403, json: { type: 'resource_forbidden', status: 403, request_id: 'x', errors: [] } });
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText('You have read-only access');
    await app.complaints.expect(/status of 403/);
  },
  'a save while signed out': async ({ app, page }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await page.route('**/v2/escalation_paths/*', (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Sign in</h1>' }));
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText('You are signed out');
  },
  'a refused change': async ({ app, page }) => {
    await app.open(IDS.payments);
    await app.node(/Page Primary on-call and Secondary/).click();
    await app.node(/Page Primary on-call and Secondary/).press('Alt+ArrowUp');
    await expect(page.locator('.toast')).toBeVisible();
  },
  'a long path': async ({ app, page, server }) => {
    const level = (at) => ({ id: `l${at}`, type: 'level', level: { targets: [
      { type: 'schedule', id: '01J0SCHEDPRIMARY0000000000', urgency: 'high' }], time_to_ack_seconds: 60 * (1 + (at % 9)) } });
    const rest = (from, to) => Array.from({ length: to - from }, (_, at) => level(from + at));
    const branch = (at, then, otherwise) => ({ id: `b${at}`, type: 'if_else', if_else: { then_path: then, else_path: otherwise,
      conditions: [{ subject: 'escalation.priority', operation: 'one_of', param_bindings: [{ array_value: [{ literal: '01J0PRIORITYP1000000000000' }] }] }] } });
    // 296 levels and 4 branches.
    const path = [...rest(0, 20), branch(0, [...rest(20, 60), branch(1, rest(60, 100), rest(100, 140))],
      [...rest(140, 170), branch(2, rest(170, 220), [...rest(220, 240), branch(3, rest(240, 270), rest(270, 296))])])];
    const { status, body } = await server.api('POST', '/v2/escalation_paths', { name: 'A path with 300 steps', path });
    expect(status, JSON.stringify(body)).toBe(201);
    await app.open(body.escalation_path.id);
    // No card is cut by the edge: of one that is, axe cannot tell what is seen of its words.
    const card = await app.tree.getByRole('treeitem').nth(4).boundingBox();
    const frame = await page.locator('.canvas').boundingBox();
    await page.mouse.move(frame.x + 40, frame.y + 40);
    await page.mouse.wheel(0, card.y + card.height + 16 - frame.y - frame.height);
    await expect.poll(async () => (await app.tree.getByRole('treeitem').nth(4).boundingBox()).y).not.toBe(card.y);
  },
  'a long path from far away': async (it) => {
    await STATES['a long path'](it);
    await it.app.tree.getByRole('treeitem').nth(4).click();
    await it.page.keyboard.press('f');
    await expect(it.page.locator('.world')).toHaveClass(/far/);
  },
  'a conflict that is not decided': async ({ app, page, server }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    const { id, kind, ...path } = await server.path(IDS.mobile);
    path.path[0].level.time_to_ack_seconds = 900;
    await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Mobile, renamed' });
    await app.save.click();
    await expect(page.locator('.conflict')).toBeVisible();
  },
  'no such path': async ({ app, page, server }) => {
    await page.goto(`${server.url}/#/paths/nowhere`);
    await expect(page.getByRole('heading', { name: /no such path/i })).toBeVisible();
    // The server was asked, and the browser notes its answer.
    await app.complaints.expect(/status of 404/);
  },
};
