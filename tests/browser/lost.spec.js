// Answers that do not come, or come changed: what was done is not done twice, and nobody else is blamed for it.

import { App, expect, IDS, test as base } from './support/fixtures.js';
import { Gate } from './support/gate.js';

const test = base.extend({
  gate: async ({ server }, use) => {
    const gate = await Gate.start(server);
    await use(gate);
    await gate.stop();
  },
  // What a browser says of answers that fail is meant here.
  app: async ({ page, gate }, use) => use(new App(page, gate, [])),
});

const dialog = (page) => page.getByRole('dialog', { name: 'Somebody else has saved this path' });
const named = async (server, name) => {
  const { body } = await server.api('GET', '/v2/escalation_paths');
  return body.escalation_paths.filter((path) => path.name === name);
};

/** Does what is asked, and loses the answers to this method from now on. */
function lose(gate, method, times = Infinity) {
  let lost = 0;
  gate.meddle = (came) => {
    if (came.method !== method || !came.status || came.url.endsWith('validate') || lost >= times) return null;
    lost += 1;
    return 'lose';
  };
}

for (const [name, tags] of [
  ['weak, as nginx makes them', (tag) => `W/${tag}`],
  ['with what was done to them, as Apache writes it', (tag) => tag.replace(/"$/, '-gzip"')],
]) {
  test(`a path is saved again and again where tags are ${name}`, async ({ app, gate, page, server }) => {
    gate.meddle = ({ status, headers }) => status && headers.etag ? { headers: { ...headers, etag: tags(headers.etag) } } : null;
    await app.open(IDS.mobile);
    for (const [time, seconds] of [['7m', 420], ['8m', 480]]) {
      await app.setTime(/Page Primary on-call/, time);
      await app.saveNow();
      await expect(app.status).toHaveText('Saved');
      await expect(dialog(page)).toHaveCount(0);
      expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(seconds);
    }
  });
}

test('a save whose answer was lost is saved, and nobody is blamed', async ({ app, gate, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '9m');
  // Chromium sends it again by itself, and hears that somebody was faster: it was itself.
  lose(gate, 'PUT', 1);
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await expect(dialog(page)).toHaveCount(0);
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(540);
});

test('a save whose answer was lost is known when it is saved again, or the page is loaded anew', async ({ app, gate, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '9m');
  await page.route('**/v2/escalation_paths/*', async (route) => {
    if (route.request().method() !== 'PUT') return route.continue();
    await route.fetch();
    return route.abort();
  });
  await app.saveNow();
  await expect(page.getByRole('alert')).toContainText('The server cannot be reached');
  await page.unroute('**/v2/escalation_paths/*');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(540);
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await expect(dialog(page)).toHaveCount(0);
  const { body } = await server.api('GET', `/builder/v1/escalation_paths/${IDS.mobile}/revisions`);
  expect(body.revisions[0].number).toBe(2);
});

test('a draft of what was saved although its answer was lost is not asked about', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '9m');
  await page.route('**/v2/escalation_paths/*', async (route) => {
    if (route.request().method() !== 'PUT') return route.continue();
    await route.fetch();
    return route.abort();
  });
  await app.saveNow();
  await expect(page.getByRole('alert')).toContainText('The server cannot be reached');
  await page.unroute('**/v2/escalation_paths/*');
  await page.reload();
  await expect(app.node(/then after 9m/)).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(app.status).toHaveText('Saved');
});

test('what somebody else has saved is theirs, also after an answer was lost', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '9m');
  const { id, kind, ...path } = await server.path(IDS.mobile);
  await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Theirs' });
  await app.save.click();
  await expect(dialog(page)).toBeVisible();
});

test('a new path whose answer was lost is made once, also where the server fills in what was not said', async ({ app, gate, page, server }) => {
  const fill = (path) => {
    path.repeat_config = null;
    for (const node of path.path) {
      if (node.type !== 'level') continue;
      node.level.ack_mode ??= 'all';
      node.level.round_robin_config ??= { enabled: false };
      for (const target of node.level.targets) target.selected_rota_id ??= null;
      node.level.targets.reverse();
    }
    return path;
  };
  let lost = 0;
  gate.meddle = ({ method, url, status, body }) => {
    if (!status || status >= 300 || !url.startsWith('/v2/escalation_paths') || url.endsWith('validate')) return null;
    if (method === 'POST' && (lost += 1) === 1) {
      const errors = [{ code: 'upstream_timeout', message: 'Whether it was done is not known' }];
      return { status: 504, body: JSON.stringify({ type: 'upstream_error', status: 504, request_id: 'x', errors }) };
    }
    const answer = JSON.parse(body);
    for (const path of answer.escalation_paths ?? [answer.escalation_path]) fill(path);
    return { body: JSON.stringify(answer) };
  };
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.put(0);
  await app.add('Primary on-call');
  await app.add('Maya Chen');
  await app.saveNow();
  await expect(page.getByRole('alert')).toContainText('saving again looks first');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect(lost).toBe(1);
  expect(await named(server, 'Untitled path')).toHaveLength(1);
});

test('a new path whose answer was lost is made once, also if the page is loaded anew', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.put(0);
  await app.add('Primary on-call');
  await page.route('**/v2/escalation_paths', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    return route.abort();
  });
  await app.saveNow();
  await expect(page.getByRole('alert')).toContainText('The server cannot be reached');
  await page.unroute('**/v2/escalation_paths');
  await page.reload();
  await expect(app.tree).toBeVisible();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect(await named(server, 'Untitled path')).toHaveLength(1);
});

test('another path of the same name and steps is not taken for one that was to be made', async ({ app, page, server }) => {
  const { id, kind, ...path } = await server.path(IDS.mobile);
  const other = await server.api('POST', '/v2/escalation_paths', { ...path, name: 'Twin' });
  await app.list();
  await page.getByRole('button', { name: 'Duplicate Twin' }).click();
  await app.inspector.getByLabel('Name').fill('Twin');
  await app.inspector.getByLabel('Name').press('Enter');
  // Nothing was made, and it is not known.
  await page.route('**/v2/escalation_paths', (route) => route.request().method() === 'POST' ? route.abort() : route.continue());
  await app.saveNow();
  await expect(page.getByRole('alert')).toContainText('The server cannot be reached');
  await page.unroute('**/v2/escalation_paths');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  const twins = await named(server, 'Twin');
  expect(twins).toHaveLength(2);
  expect(twins.map((twin) => twin.id)).toContain(other.body.escalation_path.id);
});

test('a path that was deleted although the answer was lost is gone', async ({ app, page, server }) => {
  await app.list();
  const row = page.locator('.path-row').filter({ hasText: 'Mobile apps' });
  await page.getByRole('button', { name: 'Delete Mobile apps' }).click();
  await page.getByLabel(/Type its name/).fill('Mobile apps');
  await page.route('**/v2/escalation_paths/*', async (route) => {
    await route.fetch();
    return route.abort();
  });
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
  await confirm.click();
  await expect(page.getByRole('dialog').getByRole('alert')).not.toBeEmpty();
  await page.unroute('**/v2/escalation_paths/*');
  await confirm.click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(row).toHaveCount(0);
});
