// What the server does not give is not known, and said; it locks nobody out, and is never taken for none.

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

const notes = (page) => page.getByRole('list', { name: 'Notes' });
const refuse = (gate, path, answer) => {
  gate.meddle = ({ url, status }) => !status && url.startsWith(path) ? answer : null;
};
const forbidden = { status: 403, headers: { 'content-type': 'application/json' }, body: '{"status":403,"errors":[{"code":"x","message":"No"}]}' };

for (const [path, said] of [
  ['/v2/on_call_notification_pauses', 'Pauses could not be read'],
  ['/builder/v1/priorities', 'Priorities could not be read'],
  ['/builder/v1/teams', 'Teams could not be read'],
  ['/builder/v1/channels', 'Channels could not be read'],
  ['/v2/escalation_path_templates', 'Templates could not be read'],
  ['/v2/users', 'People could not be read'],
]) {
  for (const [how, answer] of [
    ['forbidden', forbidden],
    ['an error', { status: 500, headers: { 'content-type': 'application/json' }, body: '{"status":500,"errors":[]}' }],
    ['something else', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"hello":1}' }],
  ]) {
    test(`${path} is ${how}: the app opens and says so, and reads it again`, async ({ app, gate, page }) => {
      refuse(gate, path, answer);
      await app.list();
      await expect(page.locator('.list-note')).toContainText(said);
      await app.open(IDS.payments);
      await expect(notes(page)).toContainText(said);
      gate.meddle = null;
      await notes(page).getByRole('button', { name: 'Try again' }).click();
      await expect(notes(page)).toHaveCount(0);
    });
  }
}

test('a pause that cannot be read pages nobody for certain', async ({ app, gate, page }) => {
  refuse(gate, '/v2/on_call_notification_pauses', forbidden);
  await app.open(IDS.payments);
  await expect(page.locator('[data-outcome]')).not.toHaveText('');
  await expect(notes(page)).toContainText('who has paused notifications is unknown');
});

for (const status of [404, 422, 500]) {
  test(`one schedule that answers ${status} keeps nobody out`, async ({ app, gate, page, server }) => {
    const { body } = await server.api('GET', '/v2/schedules');
    const one = body.schedules[0];
    refuse(gate, `/v2/schedule_entries?schedule_id=${one.id}`, { ...forbidden, status });
    await app.list();
    await expect(page.locator('.path-row')).toHaveCount(7);
    await expect(page.locator('.list-note')).toContainText(`Who is on call in ${one.name} could not be read`);
  });
}

test('a server that has too much to do is asked again when it says so, and not by all at once', async ({ app, gate, page }) => {
  let [refused, at, under, most] = [0, [], 0, 0];
  gate.meddle = ({ url, status }) => {
    if (!/^\/v[23]\//.test(url)) return null;
    if (status) {
      under -= 1;
      return null;
    }
    at = [...at.filter((time) => Date.now() - time < 1000), Date.now()];
    if (at.length > 6) {
      refused += 1;
      return { status: 429, headers: { 'content-type': 'application/json', 'retry-after': '1' }, body: '{"status":429,"errors":[{"code":"too_many_requests","message":"Slow down"}]}' };
    }
    under += 1;
    most = Math.max(most, under);
    return null;
  };
  await app.list();
  await expect(page.locator('.path-row')).toHaveCount(7, { timeout: 15_000 });
  await expect(page.locator('.list-note')).toHaveCount(0);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(30);
});

test('a server that asks for a long rest is left alone, and that is said', async ({ app, gate, page }) => {
  const answer = { status: 429, headers: { 'content-type': 'application/json', 'retry-after': '50' }, body: '{"status":429,"errors":[]}' };
  refuse(gate, '/v2/', answer);
  await page.goto(gate.url);
  await expect(page.getByRole('heading', { name: 'The server has too much to do' })).toBeVisible();
  await expect(page.getByText(/Try again in \d+ seconds\./)).toBeVisible();
  const asked = gate.asked.length;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'The server has too much to do' })).toBeVisible();
  expect(gate.asked.length).toBe(asked);
});

test('a list that goes on is read to its end, whatever its cursors are', async ({ app, gate, page, server }) => {
  const { body } = await server.api('GET', '/v2/escalation_paths');
  const all = body.escalation_paths;
  const cursor = 'a+b==&after=&%/é';
  gate.meddle = ({ url, status }) => {
    if (status || !url.startsWith('/v2/escalation_paths?')) return null;
    const after = new URL(url, 'http://x').searchParams.get('after');
    const page = after === null ? { escalation_paths: all.slice(0, 3), pagination_meta: { after: cursor } }
      : after === cursor ? { escalation_paths: all.slice(3) } : {};
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(page) };
  };
  await app.list();
  await expect(page.locator('.path-row')).toHaveCount(7);
});

test('a list that does not end is told to be in part', async ({ app, gate, page, server }) => {
  const { body } = await server.api('GET', '/v2/escalation_paths');
  const answer = JSON.stringify({ escalation_paths: body.escalation_paths, pagination_meta: { after: 'again' } });
  let first = true;
  gate.meddle = ({ url, status }) => {
    if (status || !url.startsWith('/v2/escalation_paths?')) return null;
    const said = first ? answer : JSON.stringify({ escalation_paths: [], pagination_meta: { after: 'again' } });
    first = false;
    return { status: 200, headers: { 'content-type': 'application/json' }, body: said };
  };
  await app.list();
  await expect(page.locator('.list-note')).toContainText('Not all paths could be read');
});

test('an id that is none leads nowhere else', async ({ app, gate, page }) => {
  for (const id of ['..', '%2E%2E', 'a%2F..%2F..', '..%5Cusers']) {
    await page.goto(`${gate.url}/#/paths/${id}`);
    await page.reload();
    await expect(page.getByRole('heading', { name: /There is no such path|The server answered/ })).toBeVisible();
  }
  expect(gate.asked.filter((one) => one === 'GET /v2/' || one === 'GET /v2')).toEqual([]);
});
