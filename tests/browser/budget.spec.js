// How many bytes of the app a first visit takes, as they come over the network: until a path is shown, until it can be
// changed, and until everything is there. `budget.json` says how many may be, and which number is wanted in the end: with
// a standard library that was built for size, and without one.

import { readFile } from 'node:fs/promises';
import { expect, gated as test, IDS, whole } from './support/fixtures.js';

const budget = JSON.parse(await readFile(new URL('budget.json', import.meta.url), 'utf8'));

/** Whether an address is that of a part that comes later. */
const isLater = (url) => /\.wasm$/.test(url.pathname) && !/\/builder-[^/]*\.wasm$/.test(url.pathname);

test('a first visit takes no more bytes than it may', async ({ server, page }, info) => {
  const [files, data] = [new Map(), new Map()];
  page.on('response', async (answer) => {
    const { responseBodySize } = await answer.request().sizes();
    const isData = /^\/(v2|builder)\//.test(new URL(answer.url()).pathname);
    (isData ? data : files).set(`${answer.request().method()} ${answer.url()}`, responseBodySize);
  });
  const sum = (sizes) => [...sizes.values()].reduce((total, size) => total + size, 0);
  // What comes later waits, so that it is known what was needed for what.
  const held = [];
  let isOpen = false;
  await page.route(isLater, (route) => (isOpen ? route.continue() : held.push(route)));
  const release = () => Promise.all(held.splice(0).map((route) => route.continue()));
  const settled = async () => {
    await page.waitForTimeout(300);
    return sum(files);
  };
  await page.goto(`${server.url}/#/paths/${IDS.payments}`);
  await expect(page.getByRole('treeitem').first()).toBeVisible();
  await expect.poll(() => held.length).toBeGreaterThan(0);
  const shown = await settled();
  await release();
  await expect(page.locator('.inspector')).not.toHaveAttribute('aria-busy');
  const editable = await settled();
  isOpen = true;
  await release();
  await whole(page);
  const everything = await settled();
  const told = { shown, editable, everything };
  for (const [name, bytes] of Object.entries(told)) {
    const { most, goal, goalWithoutSmallLibrary } = budget[name];
    console.log(`${name}: ${bytes} bytes, at most ${most}, wanted ${goal} (${goalWithoutSmallLibrary} without a small library)`);
  }
  // The answers of the demo organisation, compressed.
  console.log(`data: ${sum(data)} bytes`);
  await info.attach('bytes', { body: JSON.stringify(told) });
  for (const [name, bytes] of Object.entries(told)) {
    expect(bytes, name).toBeLessThanOrEqual(budget[name].most);
    expect(bytes, `${name} has become less: lower the number in budget.json`).toBeGreaterThan(budget[name].most * 0.95);
  }
});
