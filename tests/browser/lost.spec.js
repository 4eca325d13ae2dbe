// Answers that do not come, or come changed: what was done is not done twice, and nobody else is blamed for it.

import { expect, gated as test, IDS } from './support/fixtures.js';

const dialog = (page) => page.getByRole('dialog', { name: 'This path was saved elsewhere' });
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

test('an answer about another path does not say that this one is saved', async ({ app, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '9m');
  const other = { escalation_path: { id: 'other', name: 'zzz', path: [] } };
  await page.route('**/v2/escalation_paths/*', (route) =>
    route.request().method() === 'PUT' ? route.fulfill({ status: 200, json: other }) : route.fallback());
  await app.saveNow();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expect(app.status).not.toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).not.toBe(540);
  await page.unroute('**/v2/escalation_paths/*');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(540);
});

test('a save whose answer was lost is known when it is saved again, or the page is loaded anew', async ({ app, gate, page, server }) => {
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '9m');
  await app.lostSave();
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
  await app.lostSave();
  await page.reload();
  await expect(app.node(/then after 9m/)).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(app.status).toHaveText('Saved');
});

for (const [way, arrives] of [['answer', true], ['request', false]]) {
  test(`what somebody else has saved since is theirs, also after the ${way} of a save was lost`, async ({ app, page, server }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '9m');
    await app.lostSave({ arrives });
    const { id, kind, ...path } = await server.path(IDS.mobile);
    expect(path.path[0].level.time_to_ack_seconds).toBe(arrives ? 540 : 300);
    await server.api('PUT', `/v2/escalation_paths/${IDS.mobile}`, { ...path, name: 'Theirs' });
    await app.saveNow();
    await expect(dialog(page)).toBeVisible();
    expect((await server.path(IDS.mobile)).name).toBe('Theirs');
  });
}

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
  await expect(page.getByRole('alert')).toContainText('Save again: that’s checked first');
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
  await app.lostSave();
  await page.reload();
  await expect(app.tree).toBeVisible();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect(await named(server, 'Untitled path')).toHaveLength(1);
});

test('a new path that the browser asks for twice by itself is made once', async ({ app, gate, page, server }) => {
  await app.list();
  await page.getByRole('link', { name: 'New path' }).click();
  await app.put(0);
  await app.add('Primary on-call');
  const asked = () => gate.asked.filter((one) => one === 'POST /v2/escalation_paths').length;
  // Chromium sends what it gets no answer to again where it spoke over the connection before.
  lose(gate, 'POST', 1);
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  expect(asked()).toBe(2);
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
  await app.lostSave({ arrives: false });
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
  await app.complaints.expect(/status of 404/, 1);
});

/** The names of the paths that were made since the demo organisation was. */
async function made(server) {
  const { body } = await server.api('GET', '/v2/escalation_paths');
  const known = new Set(Object.values(IDS));
  return body.escalation_paths.filter((path) => !known.has(path.id)).map((path) => path.name).sort();
}

for (const [first, second] of [[true, true], [true, false], [false, true], [false, false]]) {
  const way = (arrives) => (arrives ? 'whose answer is lost' : 'that is lost on its way');
  test(`a new path is made once, after a save ${way(first)}, another one ${way(second)}, and loading the page anew`, async ({ app, page, server }) => {
    await app.list();
    await page.getByRole('link', { name: 'New path' }).click();
    await app.rename('First');
    await app.put(0);
    await app.add('Primary on-call');
    await app.lostSave({ arrives: first });
    // The review is left, and then the details of the step for those of the path.
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await expect(page.getByRole('dialog', { name: /^Save / })).toHaveCount(0);
    await app.node(/Page Primary on-call/).focus();
    await page.keyboard.press('p');
    await app.rename('Second');
    await app.lostSave({ arrives: second });
    await page.reload();
    // The second save has found what the first has made: from then on it is a path with changes that are not saved.
    if (first && !second) await page.getByRole('button', { name: 'Resume' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second');
    if (!first || !second) await app.saveNow();
    await expect(app.status).toHaveText('Saved');
    // Of what was sent none is there twice, and what was sent last is.
    const all = await made(server);
    expect(all).toContain('Second');
    expect(new Set(all).size, all.join()).toBe(all.length);
    await page.getByRole('link', { name: 'Paths', exact: true }).click();
    await expect(page.locator('.path-row').filter({ hasText: 'Second' })).toHaveCount(1);
    await expect(page.getByText('Never saved')).toHaveCount(0);
  });
}

/** How what stands in front says by itself that nothing is there, or that it does not know the way. */
const NO_WAY = [
  ['a page', { 'content-type': 'text/html' }, '<!doctype html><title>404 Not Found</title><h1>404 Not Found</h1>'],
  ['a text', { 'content-type': 'text/plain' }, 'default backend - 404'],
  ['other JSON', { 'content-type': 'application/json' }, '{"message":"no Route matched with those values"}'],
];

for (const [what, headers, body] of NO_WAY) {
  const lost = ({ url, status }) => !status && url === `/v2/escalation_paths/${IDS.mobile}` ? { status: 404, headers, body } : null;

  test(`a 404 of what stands in front, ${what}, does not say that a path was deleted while it is saved`, async ({ app, gate, page, server }) => {
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    gate.meddle = lost;
    await app.saveNow();
    await expect(page.getByRole('alert')).not.toBeEmpty();
    await expect(page.getByText('Somebody deleted this path')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Save as a new path' })).toHaveCount(0);
    await expect(app.status).toHaveText('1 unsaved change');
    gate.meddle = null;
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
    expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
    expect(await made(server)).toEqual([]);
  });

  test(`a 404 of what stands in front, ${what}, does not say that there is no such path`, async ({ app, gate, page, server }) => {
    await app.list();
    const { id, kind, ...path } = await server.path(IDS.mobile);
    const { body: { escalation_path: since } } = await server.api('POST', '/v2/escalation_paths', { ...path, name: 'Made since' });
    gate.meddle = ({ url, status }) => !status && url === `/v2/escalation_paths/${since.id}` ? { status: 404, headers, body } : null;
    await page.evaluate((to) => { location.hash = `#/paths/${to}`; }, since.id);
    const again = page.getByRole('button', { name: 'Try again' });
    await expect(again).toBeVisible();
    await expect(page.getByRole('heading', { name: 'There is no such path' })).toHaveCount(0);
    gate.meddle = null;
    await again.click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Made since');
  });

  test(`a 404 of what stands in front, ${what}, deletes nothing in the list`, async ({ app, gate, page, server }) => {
    await app.list();
    await page.getByRole('button', { name: 'Delete Mobile apps' }).click();
    await page.getByLabel(/Type its name/).fill('Mobile apps');
    gate.meddle = lost;
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
    await confirm.click();
    await expect(page.getByRole('dialog').getByRole('alert')).not.toBeEmpty();
    await page.keyboard.press('Escape');
    await expect(page.locator('.path-row').filter({ hasText: 'Mobile apps' })).toBeVisible();
    expect((await server.path(IDS.mobile)).id).toBe(IDS.mobile);
  });
}

test('a path of which the server itself says that it is gone is deleted', async ({ app, page, server }) => {
  await app.list();
  expect((await server.api('DELETE', `/v2/escalation_paths/${IDS.mobile}`)).status).toBeLessThan(300);
  await page.getByRole('button', { name: 'Delete Mobile apps' }).click();
  await page.getByLabel(/Type its name/).fill('Mobile apps');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('.path-row').filter({ hasText: 'Mobile apps' })).toHaveCount(0);
  await expect(page.locator('.path-row')).toHaveCount(6);
  await app.complaints.expect(/status of 404/, 1);
});

// What stands in front of a server, and a server itself, say in JSON, too, that they have lost what was asked for.
for (const status of [500, 502, 504]) {
  test(`a path whose answer was ${status} after it was made is not made twice`, async ({ app, gate, page, server }) => {
    await app.list();
    await page.getByRole('link', { name: 'New path' }).click();
    await app.put(0);
    await app.add('Primary on-call');
    let lost = 0;
    gate.meddle = ({ method, url, status: came }) => {
      if (method !== 'POST' || url !== '/v2/escalation_paths' || !came || lost > 0) return null;
      lost += 1;
      const body = { type: 'api_error', status, request_id: 'r', errors: [{ code: 'bad_gateway', message: 'Bad gateway' }] };
      return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    };
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText('It may have been saved. Save again');
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
    expect(await named(server, 'Untitled path')).toHaveLength(1);
  });
}
