// Success is told where it happened, and nowhere else.

import { App, expect, gated as test, IDS } from './support/fixtures.js';

const toast = (page) => page.locator('.toast');

test('what was not copied is not said to be', async ({ app, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.execCommand = () => false;
  });
  await app.open(IDS.payments);
  await app.tree.getByRole('treeitem').first().click();
  await page.keyboard.press('Control+k');
  await expect(page.locator('dialog.palette input')).toBeFocused();
  await page.keyboard.type('Copy the link to this step');
  await page.keyboard.press('Enter');
  await expect(toast(page)).toContainText('Nothing copied');
  await expect(page.getByRole('status').first()).not.toContainText('Link copied');
});

test('a clipboard that refuses is no reason not to copy', async ({ app, page, context }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: Object.assign(Object.create(Clipboard.prototype), { writeText: () => Promise.reject(new Error('no')) }) });
  });
  await app.open(IDS.payments);
  await app.tree.getByRole('treeitem').first().click();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Copy the link to this step');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').first()).toContainText('Link copied');
});

async function framed(page, gate, sandbox) {
  await page.goto(gate.portal(`${sandbox} src="/#/paths/${IDS.payments}" width="1200" height="800"`));
  const frame = page.frameLocator('iframe');
  await expect(frame.getByRole('tree')).toBeVisible();
  return frame;
}

async function choose(frame, name) {
  await frame.getByRole('button', { name: 'More', exact: true }).click();
  await frame.getByRole('menuitem', { name }).click();
}

test('in a frame that lets no files out it is said that there is none', async ({ gate, page }) => {
  const frame = await framed(page, gate, 'sandbox="allow-scripts allow-same-origin"');
  for (const name of ['Export as JSON', 'Export as SVG', 'Export as PNG']) {
    await choose(frame, name);
    await expect(frame.locator('.toast')).toContainText('This frame allows no downloads');
  }
  await choose(frame, 'Print');
  await expect(frame.locator('.toast')).toContainText('This frame allows no printing');
});

test('in a frame that lets files out they come', async ({ gate, page }) => {
  const frame = await framed(page, gate, 'sandbox="allow-scripts allow-same-origin allow-downloads"');
  const download = page.waitForEvent('download');
  await choose(frame, 'Export as JSON');
  expect((await download).suggestedFilename()).toBe('payments.json');
  await expect(frame.locator('.spoken[role=status]')).toContainText('File downloaded');
});

test('a message of a worker that is no reply does not end it, and workers that fail are replaced', async ({ app, page, server }) => {
  await page.addInitScript(() => {
    // Those that work.
    window.workers = [];
    const Real = Worker;
    window.Worker = class extends Real {
      constructor(...given) {
        super(...given);
        window.workers.push(this);
      }

      terminate() {
        window.workers = window.workers.filter((worker) => worker !== this);
        super.terminate();
      }
    };
  });
  const expectations = [{ expect: 'ends_within', seconds: 864_000 }];
  await server.api('PUT', `/builder/v1/escalation_paths/${IDS.mobile}/expectations`, { expectations });
  await app.open(IDS.mobile);
  await page.getByRole('tab', { name: 'Expectations' }).click();
  const list = page.getByRole('list', { name: 'Expectations', exact: true });
  // Each verdict is another than the one before, and no old one is taken for it. One worker gives it, another one fixes.
  const judged = async (breaks) => {
    await app.setTime(/Page Primary on-call/, breaks ? '11d' : '7m');
    await expect(list.locator(breaks ? '.broken' : '.holds')).toHaveCount(1);
    await expect(page.getByRole('button', { name: /^Fix: / })).toHaveCount(breaks ? 1 : 0);
  };
  /** Has all workers say or do something: how many there were, and how many of them are left. */
  const all = (kind, data) => page.evaluate(([kind, data]) => {
    const before = window.workers;
    for (const worker of before) worker.dispatchEvent(kind === 'error' ? new Event(kind) : new MessageEvent(kind, { data }));
    return [before.length, before.filter((worker) => window.workers.includes(worker)).length];
  }, [kind, data]);
  await judged(true);
  for (const [at, data] of [null, 'x', [], [null, null], [999_999, null], { a: 1 }].entries()) {
    expect(await all('message', data), JSON.stringify(data)).toEqual([2, 2]);
    await judged(at % 2 === 1);
  }
  expect(await all('error')).toEqual([2, 0]);
  await judged(false);
  await judged(true);
  await expect(page.getByRole('list', { name: 'Notes' })).toHaveCount(0);
});

test('two tabs that add an expectation at once keep both', async ({ app, gate, page, server }) => {
  const address = `/builder/v1/escalation_paths/${IDS.backOffice}/expectations`;
  const other = await page.context().newPage();
  const pages = [page, other];
  app.complaints.listen(other);
  const added = [];
  for (const one of pages) {
    await new App(one, gate, app.complaints).open(IDS.backOffice);
    await one.getByRole('tab', { name: 'Expectations' }).click();
    const suggestion = one.getByRole('button', { name: /^Expect: / }).nth(pages.indexOf(one));
    added.push((await suggestion.getAttribute('aria-label')).replace('Expect: ', ''));
  }
  expect(added[0]).not.toBe(added[1]);
  // Each has read before the other has written: one of the first writes is refused.
  const answers = [];
  let write;
  const bothWrite = new Promise((resolve) => { write = resolve; });
  const writing = new Set();
  for (const one of pages) {
    await one.route(`**${address}`, async (route) => {
      if (route.request().method() !== 'PUT' || writing.has(one)) return route.fallback();
      writing.add(one);
      if (writing.size === pages.length) write();
      await bothWrite;
      const response = await route.fetch();
      answers.push(response.status());
      return route.fulfill({ response });
    });
  }
  await Promise.all(pages.map((one, at) => one.getByRole('button', { name: `Expect: ${added[at]}`, exact: true }).click()));
  await expect.poll(async () => (await server.api('GET', address)).body.expectations).toHaveLength(2);
  expect(answers.sort()).toEqual([200, 412]);
  // Whichever of the two was refused.
  await app.complaints.expect(/status of 412/, 1);
  await other.close();
  await page.reload();
  await page.getByRole('tab', { name: 'Expectations' }).click();
  const list = page.getByRole('list', { name: 'Expectations', exact: true });
  for (const name of added) await expect(list).toContainText(name);
});

test('a revision does not say that the kind was changed', async ({ app, page, server }) => {
  const { body } = await server.api('POST', '/v2/escalation_paths', {
    name: 'Plain', path: [{ id: 'a', type: 'level', level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 300 } }],
  });
  await app.open(body.escalation_path.id);
  await app.setTime(/Page Maya/, '10m');
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Earlier revisions' }).click();
  const panel = page.getByRole('dialog', { name: 'Earlier revisions' });
  await panel.getByRole('list', { name: 'Earlier revisions' }).getByRole('button').nth(1).click();
  await expect(panel).toContainText('“then after 5m”');
  await expect(panel).not.toContainText('kind');
  await panel.getByRole('button', { name: 'Restore' }).click();
  await app.save.click();
  const review = page.getByRole('dialog', { name: /^Save / });
  await expect(review).toContainText('“then after 5m”');
  await expect(review).not.toContainText('kind');
});
