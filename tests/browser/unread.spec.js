// What the server does not give is not known, and said; it locks nobody out, and is never taken for none.

import { expect, frames, gated as test, hold, IDS, whole } from './support/fixtures.js';

const notes = (page) => page.getByRole('list', { name: 'Notes' });
const refuse = (gate, path, answer) => {
  gate.meddle = ({ url, status }) => !status && url.startsWith(path) ? answer : null;
};
const forbidden = { status: 403, headers: { 'content-type': 'application/json' }, body: '{"status":403,"errors":[{"code":"x","message":"No"}]}' };

/** The requests to the API that the page makes from now on, each as it is made. */
function requests(page) {
  const all = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/^\/v[23]\//.test(pathname)) all.push(pathname);
  });
  return all;
}

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

for (const [path, said] of [
  ['/v2/on_call_notification_pauses', 'Not all pauses could be read'],
  ['/builder/v1/priorities', 'Not all priorities could be read'],
  ['/builder/v1/channels', 'Not all channels could be read'],
  ['/v2/escalation_paths', 'Not all paths could be read'],
  ['/v2/users', 'Not all people could be read'],
]) {
  test(`what the server names as unreadable in ${path} is not known`, async ({ app, gate, page }) => {
    gate.meddle = ({ url, status, body }) => {
      if (!status || url.split('?')[0] !== path) return null;
      return { body: JSON.stringify({ ...JSON.parse(body), unreadable: ['01K0LOST000000000000000000'] }) };
    };
    await app.list();
    await expect(page.locator('.list-note')).toContainText(said);
    await app.open(IDS.payments);
    await expect(notes(page)).toContainText(said);
    if (path === '/builder/v1/priorities') {
      await expect(app.simulation.getByLabel('Priority')).toContainText('Any other priority');
    }
  });
}

test('where pauses cannot be read, it is a problem of each path that somebody may be paused', async ({ app, gate, page }) => {
  refuse(gate, '/v2/on_call_notification_pauses', forbidden);
  await app.open(IDS.payments);
  await expect(notes(page)).toContainText('who has paused notifications is unknown');
  await page.getByRole('button', { name: '1 problem' }).click();
  await expect(page.getByRole('dialog', { name: 'Problems' })).toContainText('Not all notification pauses could be read');
  await page.keyboard.press('Escape');
  gate.meddle = null;
  await notes(page).getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('button', { name: /problem/ })).toHaveCount(0);
});

test('what a proxy gives while its API is down is shown with its age', async ({ app, gate, page }) => {
  gate.meddle = ({ url, status, headers }) => (status && url.startsWith('/v2/schedule_entries') ? { headers: { ...headers, age: '245', warning: '110 - "Response is Stale"' } } : null);
  await app.list();
  await expect(page.locator('.list-note')).toContainText('The API does not answer. This was read up to 5 minutes ago.');
  await app.open(IDS.payments);
  await expect(notes(page)).toContainText('This was read up to 5 minutes ago.');
  gate.meddle = null;
  await notes(page).getByRole('button', { name: 'Try again' }).click();
  await expect(notes(page)).toHaveCount(0);
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
  // What comes of dice spreads those that wait over a quarter of the time.
  await page.addInitScript(() => {
    let thrown = 0;
    Math.random = () => [0, 0.4, 0.8][(thrown += 1) % 3];
  });
  const asked = requests(page);
  let room = 6;
  gate.meddle = ({ url, status }) => {
    if (status || !/^\/v[23]\//.test(url) || (room -= 1) >= 0) return null;
    return { status: 429, headers: { 'content-type': 'application/json', 'retry-after': '1' }, body: '{"status":429,"errors":[{"code":"too_many_requests","message":"Slow down"}]}' };
  };
  await hold(page);
  await page.goto(gate.url);
  // Three lists, then the pauses, the templates and who is on call in each of four schedules.
  await expect.poll(() => room).toBe(-3);
  await frames(page);
  expect(asked).toHaveLength(9);
  room = 9;
  const again = [];
  for (const time of [990, 60, 100, 100]) {
    await page.clock.runFor(time);
    again.push(asked.length - 9);
  }
  expect(again).toEqual([0, 1, 2, 3]);
  await expect(page.locator('.path-row')).toHaveCount(7);
  await expect(page.locator('.list-note')).toHaveCount(0);
});

test('a server that asks for a long rest is left alone until it is over, and that is said', async ({ gate, page }) => {
  const answer = { status: 429, headers: { 'content-type': 'application/json', 'retry-after': '50' }, body: '{"status":429,"errors":[]}' };
  refuse(gate, '/v2/', answer);
  const asked = requests(page);
  await hold(page);
  await page.goto(gate.url);
  await expect(page.getByRole('heading', { name: 'The server is overloaded' })).toBeVisible();
  await expect(page.getByText('Try again in 50 seconds.')).toBeVisible();
  gate.meddle = null;
  const before = asked.length;
  for (const time of [0, 20_000]) {
    await page.clock.runFor(time);
    await page.getByRole('button', { name: 'Try again' }).click();
    await frames(page);
    await expect(page.getByRole('heading', { name: 'The server is overloaded' })).toBeVisible();
    expect(asked).toHaveLength(before);
  }
  await page.clock.runFor(31_000);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.path-row')).toHaveCount(7);
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

test('a page of a list that cannot be read takes no other with it', async ({ app, gate, page, server }) => {
  const all = (await server.api('GET', '/v2/escalation_paths')).body.escalation_paths;
  gate.meddle = ({ url, status }) => {
    if (status || !url.startsWith('/v2/escalation_paths?')) return null;
    const isFirst = !new URL(url, 'http://x').searchParams.has('after');
    const first = { escalation_paths: all.slice(0, 3), pagination_meta: { after: 'next' } };
    return { status: isFirst ? 200 : 500, headers: { 'content-type': 'application/json' }, body: JSON.stringify(isFirst ? first : {}) };
  };
  await app.list();
  await expect(page.locator('.path-row')).toHaveCount(3);
  await expect(page.locator('.list-note')).toContainText('Not all paths could be read');
});

for (const status of [403, 500]) {
  test(`where the list of paths answers ${status}, a path is shown by its address`, async ({ app, gate, page }) => {
    gate.meddle = ({ url, status: came }) => {
      if (came || !url.startsWith('/v2/escalation_paths?')) return null;
      return { status, headers: { 'content-type': 'application/json' }, body: '{}' };
    };
    await app.open(IDS.payments);
    await expect(page.locator('.node').first()).toBeVisible();
    await expect(page.getByText('Not all paths could be read').first()).toBeVisible();
  });
}

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
  await app.complaints.expect(/status of 404/);
});

for (const status of [403, 500]) {
  test(`a server that answers ${status} when it is asked what it can do locks nobody out`, async ({ app, gate, page }) => {
    refuse(gate, '/builder/v1/info', { ...forbidden, status });
    await app.list();
    await expect(page.locator('.path-row')).toHaveCount(7);
    const note = page.locator('.list-note');
    await expect(note).toContainText('What this server can do could not be read');
    await app.open(IDS.payments);
    await expect(notes(page)).toContainText('What this server can do could not be read');
    await app.list();
    gate.meddle = null;
    await note.getByRole('button', { name: 'Try again' }).click();
    await expect(note).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'From a template' })).toBeVisible();
  });
}

/** Puts something that cannot be read in front of all entries of a list. */
const spoil = (gate, path, name) => {
  gate.meddle = ({ url, status, body }) => {
    if (!status || !url.startsWith(path)) return null;
    const answer = JSON.parse(body);
    answer[name].unshift({ id: 5, name: [] });
    return { body: JSON.stringify(answer) };
  };
};

test('a pause that cannot be read leaves the others as they are', async ({ app, gate, page, server }) => {
  const pause = { user_id: '01J0USERMANAGER00000000000', starts_at: '2026-11-22T12:00:00Z', ends_at: '2026-11-29T08:00:00Z' };
  expect((await server.api('POST', '/builder/v1/on_call_notification_pauses', pause)).status).toBeLessThan(300);
  spoil(gate, '/v2/on_call_notification_pauses', 'on_call_notification_pauses');
  await app.open(IDS.payments);
  await expect(notes(page)).toContainText('Not all pauses could be read');
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await expect(app.steps).toContainText('Ruth Adeyemi is skipped');
});

test('a team that cannot be read leaves the others as they are', async ({ app, gate, page }) => {
  spoil(gate, '/builder/v1/teams', 'teams');
  await app.list();
  await expect(page.locator('.list-note')).toContainText('Not all teams could be read');
  await expect(page.locator('.path-item').filter({ hasText: 'Payments' }).locator('.chip').first()).toHaveText('Payments');
});

test('a template that cannot be read leaves the others as they are', async ({ app, gate, page }) => {
  spoil(gate, '/v2/escalation_path_templates', 'escalation_path_templates');
  await app.list();
  await expect(page.locator('.list-note')).toContainText('Not all templates could be read');
  await page.getByRole('button', { name: 'From a template' }).click();
  const dialog = page.getByRole('dialog', { name: 'From a template' });
  await dialog.getByLabel('Primary schedule').selectOption({ label: 'Primary on-call' });
  await dialog.getByLabel('Backup responder').selectOption({ label: 'Maya Chen' });
  await dialog.getByRole('button', { name: 'Create path' }).click();
  await expect(app.node(/Page Maya Chen/)).toBeVisible();
});

for (const [what, path] of [['the same', '/builder/v1/teams'], ['everything', '/']]) {
  test(`what could not be read is said as before where it is tried again and ${what} fails`, async ({ app, gate, page }) => {
    refuse(gate, '/builder/v1/teams', forbidden);
    await app.list();
    for (const [open, note] of [[() => {}, page.locator('.list-note')], [() => app.open(IDS.payments), notes(page)]]) {
      refuse(gate, '/builder/v1/teams', forbidden);
      await open();
      // Its own parts are none of what fails.
      await whole(page);
      await expect(note).toContainText('Teams could not be read');
      refuse(gate, path, { ...forbidden, status: 500 });
      const again = page.waitForResponse((response) => response.url().includes('/v2/escalation_paths'));
      await note.getByRole('button', { name: 'Try again' }).click();
      await again;
      await frames(page);
      await expect(note).toContainText('Teams could not be read');
      await expect(note.getByRole('button', { name: 'Try again' })).toBeVisible();
    }
    gate.meddle = null;
    await notes(page).getByRole('button', { name: 'Try again' }).click();
    await expect(notes(page)).toHaveCount(0);
  });
}
