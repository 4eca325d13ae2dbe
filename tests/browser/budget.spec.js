// How many bytes a first visit takes, as they come over the network: until a path is shown, until it can be changed, and
// until everything is there. `budget.json` says how many may be, and which number is wanted in the end.

import { readFile } from 'node:fs/promises';
import { expect, gated as test, IDS } from './support/fixtures.js';

const budget = JSON.parse(await readFile(new URL('budget.json', import.meta.url), 'utf8'));

/** Whether an address is that of a part that comes later. */
const isLater = (url) => /\.wasm$/.test(url.pathname) && !/\/builder-[^/]*\.wasm$/.test(url.pathname);

test('a first visit takes no more bytes than it may', async ({ server, page }, info) => {
  const [files, data] = [new Map(), new Map()];
  page.on('response', async (answer) => {
    const { pathname } = new URL(answer.url());
    const { responseBodySize } = await answer.request().sizes();
    (/^\/(v2|builder)\//.test(pathname) ? data : files).set(pathname + answer.request().method() + answer.url(), responseBodySize);
  });
  // What comes later waits, so that it is known what was needed for what.
  let held = [];
  let isOpen = false;
  await page.route(isLater, (route) => (isOpen ? route.continue() : held.push(route)));
  const release = () => Promise.all(held.splice(0).map((route) => route.continue()));
  const settled = async () => {
    await page.waitForTimeout(300);
    return [...files.values()].reduce((sum, size) => sum + size, 0);
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
  await expect(page.locator('.panel .tablist')).toBeVisible();
  await page.waitForLoadState('networkidle');
  const everything = await settled();
  const told = { shown, editable, everything, data: [...data.values()].reduce((sum, size) => sum + size, 0) };
  await info.attach('bytes', { body: JSON.stringify(told) });
  console.log(`bytes: ${Object.entries(told).map(([name, bytes]) => `${name} ${bytes} of at most ${budget[name].most}, wanted ${budget[name].goal}`).join('; ')}`);
  for (const [name, bytes] of Object.entries(told)) {
    expect(bytes, `${name}: lower the number in budget.json where it has become less`).toBeGreaterThan(budget[name].most * 0.9);
    expect(bytes, name).toBeLessThanOrEqual(budget[name].most);
  }
});
