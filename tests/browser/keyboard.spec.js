// The whole of a large path by keyboard alone: from "New path" to "Saved".

import { expect, IDS, test } from './support/fixtures.js';

const DURATIONS = [[3600, 'h'], [60, 'm'], [1, 's']];

/** A duration as it is typed: `15m`. */
function typed(seconds) {
  const [unit, letter] = DURATIONS.find(([unit]) => seconds % unit === 0);
  return `${seconds / unit}${letter}`;
}

/** A person at a keyboard, who knows what is said to have the focus and nothing else of the page. */
class Hands {
  constructor(page, names) {
    this.page = page;
    this.names = names;
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text) {
    await this.page.keyboard.type(text);
  }

  /** What has the focus, as it is called. */
  async here() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return '';
      return (element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent).trim();
    });
  }

  /** Presses Tab until the focus is on something with this name. */
  async tabTo(name, key = 'Tab') {
    for (let count = 0; count < 90; count += 1) {
      if ((await this.here()) === name) return;
      await this.press(key);
    }
    throw new Error(`${name} cannot be reached by ${key}: ${await this.here()} has the focus`);
  }

  /** Puts a text into a field in the place of what is there. */
  async fill(name, text) {
    await this.tabTo(name);
    await this.press('Control+a');
    await this.type(text);
    await this.press('Tab');
  }

  /** Finds something by typing its name, and takes it. */
  async find(name, text) {
    await this.tabTo(name);
    await this.type(text);
    await expect(this.page.getByRole('listbox').getByRole('option').first()).toContainText(text);
    await this.press('Enter');
  }

  async pathForm(path) {
    await this.fill('Name', path.name);
    for (const id of path.team_ids) await this.find('Add a team…', this.names[id]);
    await this.tabTo('Page again');
    await this.press('Space');
    await this.fill('If the alert still fires after', typed(path.repeat_config.repeat_after_seconds));
    if (!path.repeat_config.delay_repeat_on_activity) {
      await this.tabTo('Activity on the incident restarts that time');
      await this.press('Space');
    }
    for (const set of path.working_hours) {
      await this.tabTo('Add working hours');
      await this.press('Enter');
      await this.fill('Name of these hours', set.name);
      await this.find('Time zone', set.timezone);
    }
  }

  /** Makes a step below the chosen one, by its letter in the menu, and opens its details. */
  async add(letter) {
    await this.press('n');
    await this.make(letter);
  }

  async make(letter) {
    const menu = this.page.getByRole('listbox', { name: 'Add a step here' });
    await expect(menu).toBeVisible();
    await this.press(letter);
    await expect(menu).toHaveCount(0);
    await expect(this.page.locator('[role=treeitem]:focus')).toHaveCount(1);
    await this.press('Enter');
    await expect(this.page.locator('#inspector:focus, #inspector :focus')).toHaveCount(1);
  }

  async targets(targets) {
    for (const target of targets) {
      const rota = target.selected_rota_id ? `, ${this.names[target.selected_rota_id]}` : '';
      await this.find('Add to this level', this.names[target.id] + rota);
      const suggested = target.type.endsWith('channel') ? 'low' : 'high';
      if (target.urgency === suggested) continue;
      await this.tabTo(target.urgency === 'low' ? 'Low' : 'High', 'Shift+Tab');
      await this.press('Space');
    }
  }

  async timer(label, seconds, hours) {
    if (!hours) return this.fill('How long', typed(seconds));
    await this.tabTo(label);
    await this.type('when hours begin');
    await this.tabTo('Which hours');
    await this.type(this.names[hours]);
  }

  async details(node, path) {
    const form = node[node.type];
    switch (node.type) {
      case 'level':
      case 'notify_channel':
        await this.targets(form.targets);
        await this.timer('If not acknowledged, escalate', form.time_to_ack_seconds, form.time_to_ack_weekday_interval_config_id);
        if (form.round_robin_config) {
          await this.tabTo('Round robin');
          await this.press('Space');
          await this.fill('Next person after', typed(form.round_robin_config.rotate_after_seconds));
        }
        if (form.retry_config) {
          await this.tabTo('Is paged again');
          await this.press('Space');
          await this.fill('Total pages', String(form.retry_config.attempts));
          await this.fill('Time between pages', typed(form.retry_config.interval_seconds));
        }
        break;
      case 'delay':
        await this.timer('Wait', form.delay_seconds, form.delay_weekday_interval_config_id);
        break;
      case 'repeat':
        // Back to the start, as is suggested.
        expect(form.to_node).toBe(path.path[0].id);
        await this.fill('How often it goes back', String(form.repeat_times));
        break;
      case 'if_else': {
        const hours = form.conditions[0].subject.reference?.match(/"(.*)"/) ?? form.conditions[0].subject.match?.(/"(.*)"/);
        if (hours) {
          await this.tabTo('Yes during');
          await this.type(this.names[hours[1]]);
        } else {
          // The highest is suggested.
          const wanted = form.conditions[0].param_bindings[0].array_value.map((value) => this.names[value.literal]);
          for (const priority of ['P1', 'P2', 'P3', 'P4', 'P5'].filter((name) => wanted.includes(name) !== (name === 'P1'))) {
            await this.tabTo(priority);
            await this.press('Space');
          }
        }
        break;
      }
      default:
        throw new Error(`no form for ${node.type}`);
    }
    await this.press('Escape');
    await expect(this.page.locator('[role=treeitem]:focus')).toHaveCount(1);
  }

  letter(node) {
    if (node.type === 'if_else') return JSON.stringify(node.if_else.conditions).includes('working_hours') ? 'w' : 'b';
    return { level: 'l', notify_channel: 'c', delay: 'd', repeat: 'r' }[node.type];
  }

  /** Makes the steps of a side one after another, below the branch that is chosen. */
  async side(nodes, path) {
    for (const node of nodes) {
      await this.add(this.letter(node));
      await this.details(node, path);
    }
  }

  /** Fills the branch that is chosen; in the end its last step is. */
  async fillBranch({ if_else: { then_path: then, else_path: otherwise } }, path) {
    await this.side(then, path);
    await this.press('ArrowLeft');
    await this.side(otherwise, path);
    if (then.at(-1).type === 'if_else') {
      await this.press('ArrowLeft', 'ArrowRight', ...then.slice(1).map(() => 'ArrowDown'));
      await this.fillBranch(then.at(-1), path);
      await this.press(...otherwise.map(() => 'ArrowDown'));
    }
    if (otherwise.at(-1).type === 'if_else') await this.fillBranch(otherwise.at(-1), path);
  }
}

/** A path without what it may be called inside: ids by their order, and what is not said about acknowledging as what it means. */
function meant({ path, working_hours: hours, name, team_ids, repeat_config }) {
  const ids = new Map();
  hours.forEach((set, position) => ids.set(set.id, `hours ${position}`));
  const walk = (nodes) => nodes.forEach((node) => {
    ids.set(node.id, `step ${ids.size}`);
    if (node.type === 'if_else') [node.if_else.then_path, node.if_else.else_path].forEach(walk);
    if (node.type === 'level') node.level.ack_mode ??= 'first';
  });
  const all = structuredClone({ path, hours, name, team_ids, repeat_config });
  walk(all.path);
  const OURS = ['id', 'to_node', 'delay_weekday_interval_config_id', 'time_to_ack_weekday_interval_config_id'];
  return JSON.parse(JSON.stringify(all), (key, value) => {
    if (OURS.includes(key) && ids.has(value)) return ids.get(value);
    if (typeof value === 'string') return value.replace(/(working_hours\[")(.*?)("\])/, (_, a, id, z) => a + ids.get(id) + z);
    return value;
  });
}

async function names(server, path) {
  const names = {};
  const add = ({ id, name }) => { names[id] = name; };
  (await server.api('GET', '/v2/users?page_size=100')).body.users.forEach(add);
  const { schedules } = (await server.api('GET', '/v2/schedules?page_size=100')).body;
  schedules.forEach((schedule) => {
    add(schedule);
    schedule.config.rotations.forEach(add);
  });
  (await server.api('GET', '/v3/teams?page_size=100')).body.teams.forEach(add);
  path.working_hours.forEach(add);
  return {
    ...names,
    '01J0PRIORITYP1000000000000': 'P1', '01J0PRIORITYP2000000000000': 'P2', '01J0PRIORITYP3000000000000': 'P3', '01J0PRIORITYP4000000000000': 'P4',
    C0123456789: '#incidents', C0SUPPORTOPS: '#support-ops',
  };
}

test('the six levels of the demo path, from nothing to saved', async ({ app, server, page }) => {
  test.setTimeout(120_000);
  const demo = await server.path(IDS.major);
  await app.list();
  const hands = new Hands(page, await names(server, demo));
  await hands.tabTo('New path');
  await hands.press('Enter');
  await expect(app.status).toHaveText('Not saved yet');
  await hands.pathForm(demo);

  await hands.tabTo('EmptyAdd each step yourself.', 'Shift+Tab');
  await hands.press('Enter');
  await expect(app.places).toBeFocused();
  await hands.press('Enter');
  const [root] = demo.path;
  await hands.make(hands.letter(root));
  await hands.details(root, demo);
  await hands.fillBranch(root, demo);
  await expect(app.status).toHaveText('Not saved yet');
  await expect(page.getByRole('button', { name: /problem/ })).toHaveCount(0);

  await hands.press('Control+s');
  await expect(page.getByRole('button', { name: 'Save now' })).toBeFocused();
  await hands.press('Enter');
  await expect(app.status).toHaveText('Saved');
  const [id] = page.url().match(/[0-9A-Z]{26}/);
  expect(id).not.toBe(IDS.major);
  expect(meant(await server.path(id))).toEqual(meant(demo));
});

test('from the details back to the graph, and to the details of the path', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  await page.keyboard.press('Enter');
  await expect(app.inspector).toBeFocused();
  const field = app.inspector.getByLabel('How long');
  await field.focus();
  // What is being typed is put back first, a list that is open is closed first.
  await page.keyboard.type('7');
  await page.keyboard.press('Escape');
  await expect(field).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(app.tree.getByRole('treeitem', { selected: true })).toBeFocused();
  await page.keyboard.press('p');
  await expect(app.inspector).toBeFocused();
  await expect(app.inspector.getByLabel('Name')).toHaveValue('Payments');
  await page.keyboard.press('Escape');
  await expect(app.tree.locator(':focus')).toHaveCount(1);
});

test('to a step by its first letters, which alone are commands', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Priority is P1 or P2/).click();
  await page.keyboard.press("'");
  await expect(page.getByRole('status')).toHaveText(/^Type the first letters of a step/);
  const hint = page.locator('.pointing-hint');
  await page.keyboard.type('page');
  await expect(hint).toHaveText(/^Go to:\s*page/);
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Level: Page Primary on-call and Secondary/);
  await page.keyboard.type(' r');
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Level: Page Ruth Adeyemi/);
  await page.keyboard.press('Enter');
  await expect(hint).toHaveCount(0);
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Level: Page Ruth Adeyemi/);

  // The same letter again goes on to the next; a word inside is found; what does not fit is said.
  await page.keyboard.press("'");
  await page.keyboard.press('p');
  await expect(page.locator(':focus')).toHaveAccessibleName(/on the side “yes”/);
  await page.keyboard.press('p');
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Channel: Post to #payments-alerts/);
  await page.keyboard.type('zz');
  await expect(page.getByRole('status')).toHaveText('No matches');
  await page.keyboard.press('Escape');
  await page.keyboard.press("'");
  await page.keyboard.type('UK h');
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Delay: Wait until UK hours begin/);
  // Any other key ends it and is what it is.
  const count = await app.tree.getByRole('treeitem').count();
  await page.keyboard.press('ArrowDown');
  await expect(hint).toHaveCount(0);
  await page.keyboard.press('a');
  await expect(app.tree.getByRole('treeitem')).toHaveCount(count + 1);

  // It is in the list of keys.
  await page.keyboard.press('?');
  const row = page.getByRole('dialog', { name: 'All keys' }).locator('dl > div').filter({ hasText: 'Go to a step by its first letters' });
  await expect(row.locator('kbd')).toHaveText("'");
});
