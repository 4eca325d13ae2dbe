// A login that is over: whatever way what stands in front says it, it is told as that, and nothing is lost.

import { expect, IDS, test, whole } from './support/fixtures.js';

/** The ways in which it is said, and what the browser notes of each. */
const WAYS = { redirect: null, 'redirect here': null, page: null, 'forbidden page': /status of 403/, 401: /status of 401/ };

for (const [way, noted] of Object.entries(WAYS)) {
  test(`signed out while saving, by ${way}: the draft is kept, and saved once signed in`, async ({ app, gate, page, server }) => {
    app.server = gate;
    await app.open(IDS.mobile);
    await app.setTime(/Page Primary on-call/, '7m');
    await whole(page);
    gate.closed = way;
    await app.saveNow();
    await expect(page.getByRole('alert')).toContainText('You are signed out. This browser keeps your changes');
    await expect(app.status).toHaveText('1 unsaved change');
    gate.closed = null;
    await app.saveNow();
    await expect(app.status).toHaveText('Saved');
    expect((await server.path(IDS.mobile)).path[0].level.time_to_ack_seconds).toBe(420);
    if (noted) await app.complaints.expect(noted);
  });
}

test('signed out while loading: it leads to where one signs in', async ({ app, gate, page }) => {
  app.server = gate;
  await app.list();
  await whole(page);
  gate.closed = 'redirect';
  // The app itself is there; what it asks for is not.
  await page.evaluate(() => { location.hash = '#/paths/made-since'; });
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Sign in' })).toHaveAttribute('target', '_blank');
  gate.closed = null;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'There is no such path' })).toBeVisible();
  await app.complaints.expect(/status of 404/);
});

test('a server that is away is not a login that is over', async ({ app, gate, page, server }) => {
  app.server = gate;
  await app.open(IDS.mobile);
  await app.setTime(/Page Primary on-call/, '7m');
  await whole(page);
  await server.down();
  await app.saveNow();
  await expect(page.getByRole('alert')).toContainText('Can’t reach the server');
  await app.complaints.expect(/status of 502/);
});
