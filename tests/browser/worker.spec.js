// What an edit costs beside what it shows, as counts: workers, what is sent to them, elements, layouts that are forced.

import { expect, test } from './support/fixtures.js';

const PRIMARY = '01J0SCHEDPRIMARY0000000000';

const EXPECTED = [
  { expect: 'pages_someone' },
  { expect: 'first_page_within', seconds: 300 },
  { expect: 'reaches_people_within', people: 2, seconds: 3600 },
  { expect: 'ends_within', seconds: 864000 },
  { expect: 'every_node_reachable' },
];

/** A path of so many levels that page who is on call, and begins again. */
const path = (levels, times) => ({
  name: `${levels} levels`,
  path: [
    ...Array.from({ length: levels }, (_, at) => ({
      id: `n${at}`,
      type: 'level',
      level: {
        targets: [{ type: 'schedule', id: PRIMARY, urgency: 'high', schedule_mode: 'currently_on_call' }],
        time_to_ack_seconds: 300,
        ack_mode: 'first',
      },
    })),
    { id: 'again', type: 'repeat', repeat: { to_node: 'n0', repeat_times: times } },
  ],
});

/** Notes what goes to workers, and how often something asks where things are. */
function watch() {
  window.__seen = { made: 0, ended: 0, worlds: 0, sent: [], measured: [] };
  window.Worker = class extends Worker {
    constructor(...all) {
      super(...all);
      window.__seen.made += 1;
    }

    terminate() {
      window.__seen.ended += 1;
      super.terminate();
    }

    postMessage(message, ...rest) {
      const [name, text] = Array.isArray(message) ? message : [];
      if (name === 'set_world') window.__seen.worlds += 1;
      if (name === 'ask') window.__seen.sent.push(text.length);
      return super.postMessage(message, ...rest);
    }
  };
  // While sizes are told everything is laid out already.
  let isTold = false;
  window.ResizeObserver = class extends ResizeObserver {
    constructor(tell) {
      super((...all) => {
        isTold = true;
        try { tell(...all); } finally { isTold = false; }
      });
    }
  };
  const note = (name) => { if (!isTold) window.__seen.measured.push(`${name} ${new Error().stack}`); };
  const { getBoundingClientRect } = Element.prototype;
  Element.prototype.getBoundingClientRect = function measured() {
    note('getBoundingClientRect');
    return getBoundingClientRect.call(this);
  };
  for (const [type, names] of [
    [Element, ['clientWidth', 'clientHeight', 'scrollWidth', 'scrollHeight', 'scrollTop', 'scrollLeft']],
    [HTMLElement, ['offsetWidth', 'offsetHeight', 'offsetTop', 'offsetLeft']],
  ]) {
    for (const name of names) {
      const own = Object.getOwnPropertyDescriptor(type.prototype, name);
      Object.defineProperty(type.prototype, name, { ...own, get() { note(name); return own.get.call(this); } });
    }
  }
}

const seen = (page) => page.evaluate(() => ({ ...window.__seen, measured: window.__seen.measured.length }));

/** Opens a new path with what is expected of it; its id. */
async function open(page, server, document) {
  const { body } = await server.api('POST', '/v2/escalation_paths', document);
  const { id } = body.escalation_path;
  await server.api('PUT', `/builder/v1/escalation_paths/${id}/expectations`, { expectations: EXPECTED });
  await page.addInitScript(watch);
  await page.goto(`${server.url}/?bench#/paths/${id}`);
  await page.getByRole('treeitem').first().waitFor();
  await page.waitForFunction(() => window.__bench);
}

const verdicts = (page) => page.locator('.expectation');

test('whoever types ends no worker, and gets verdicts', async ({ page, server, complaints }) => {
  await open(page, server, path(100, 9));
  await page.getByRole('tab', { name: 'Expectations' }).click();
  const are = async () => {
    await expect(verdicts(page)).toHaveCount(EXPECTED.length);
    await expect(page.locator('.expectation.holds, .expectation.broken, .expectation.unsure')).toHaveCount(EXPECTED.length);
    await expect(page.locator('.expectation.stale')).toHaveCount(0);
  };
  await are();
  const before = await seen(page);
  expect(before.worlds).toBeLessThanOrEqual(before.made);
  const keys = 12;
  for (let key = 0; key < keys; key += 1) {
    await page.evaluate((minutes) => window.__bench.editText('n50', `${minutes}m`), 6 + key);
    // What was found before stays to be read, and it is seen that it is of another path.
    await expect(verdicts(page)).toHaveCount(EXPECTED.length);
  }
  await are();
  const after = await seen(page);
  // One for what is asked, one for fixes that are tried.
  expect(after.made, 'workers').toBeLessThanOrEqual(2);
  expect(after.ended, 'workers that were ended').toBe(0);
  expect(after.worlds, 'worlds').toBe(after.made);
  const sent = after.sent.slice(before.sent.length);
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.reduce((sum, bytes) => sum + bytes, 0) / keys, 'bytes for an edit').toBeLessThan(4_000);
  complaints.settle();
});

test('an edit forces no layout', async ({ page, server }) => {
  await open(page, server, path(30, 3));
  await page.waitForTimeout(500);
  const measured = () => page.evaluate(() => window.__seen.measured.splice(0));
  await measured();
  for (let key = 0; key < 5; key += 1) {
    await page.evaluate((minutes) => window.__bench.editText('n10', `${minutes}m`), 6 + key);
  }
  expect(await measured()).toEqual([]);
});

test('of a thousand steps those that are seen are drawn, and all of them can be read', async ({ app, page, server }) => {
  await open(page, server, path(100, 9));
  const steps = app.steps.locator('.step');
  await expect(steps).toHaveCount(100);
  const nodes = () => page.evaluate(() => {
    const all = (node) => 1 + [...node.childNodes].reduce((sum, child) => sum + all(child), 0);
    return { all: all(document.documentElement), steps: all(document.querySelector('.steps')), elements: document.querySelectorAll('*').length };
  });
  await expect.poll(async () => (await nodes()).steps).toBeLessThan(900);
  expect((await nodes()).elements).toBeLessThan(1_500);
  // Its words are there, wherever it is.
  // More is listed as somebody comes to the end.
  const last = steps.nth(99);
  await expect(last).toHaveClass(/brief/);
  await expect(last).toContainText(/T\+/);
  // Whoever scrolls to it sees it as it is.
  await last.scrollIntoViewIfNeeded();
  await expect(last).not.toHaveClass(/brief/);
  await expect(last.locator('strong')).toBeVisible();
  await expect(steps.first()).toHaveClass(/brief/);
  await steps.first().scrollIntoViewIfNeeded();
  await expect(steps.first().locator('strong')).toBeVisible();
  await expect(last).toHaveClass(/brief/);
  // By keyboard, too.
  await app.steps.focus();
  await page.keyboard.press('End');
  const farInView = () => app.steps.evaluate((list) => {
    const { top, bottom } = list.getBoundingClientRect();
    const rows = [...list.querySelectorAll('.step.brief')].map((row) => row.getBoundingClientRect());
    return rows.filter((row) => row.bottom > top && row.top < bottom).length;
  });
  await expect.poll(farInView).toBe(0);
  // For print all that is listed is drawn.
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await expect(page.locator('.step.brief')).toHaveCount(0);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect.poll(() => page.locator('.step.brief').count()).toBeGreaterThan(50);
});
