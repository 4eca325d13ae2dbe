// Success is told where it happened, and nowhere else.

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

const toast = (page) => page.locator('.toast');

test('what was not copied is not said to be', async ({ app, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.execCommand = () => false;
  });
  await app.open(IDS.payments);
  await app.tree.getByRole('treeitem').first().click();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Copy the link to this step');
  await page.keyboard.press('Enter');
  await expect(toast(page)).toContainText('nothing was copied');
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
  gate.meddle = ({ status, headers, url, method }) => {
    if (!status && url === '/portal') {
      const body = `<!doctype html><title>Portal</title><iframe ${sandbox} src="/#/paths/${IDS.payments}" width="1200" height="800"></iframe>`;
      return { headers: { 'content-type': 'text/html' }, body };
    }
    return status && headers['content-security-policy'] ? {
      headers: { ...headers, 'content-security-policy': headers['content-security-policy'].replace(/frame-ancestors [^;]*/, 'frame-ancestors *') },
    } : null;
  };
  await page.goto(`${gate.url}/portal`);
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
  await expect(frame.locator('.spoken[role=status]')).toContainText('with your downloads');
});

test('what is no reply of the worker does not end it, and one that fails is replaced', async ({ app, page }) => {
  await page.addInitScript(() => {
    window.workers = [];
    const Real = Worker;
    window.Worker = class extends Real {
      constructor(...given) {
        super(...given);
        this.asked = 0;
        window.workers.push(this);
      }

      postMessage(...given) {
        this.asked += 1;
        return super.postMessage(...given);
      }
    };
  });
  await app.open(IDS.mobile);
  await page.getByRole('tab', { name: 'Expectations' }).click();
  await page.getByRole('button', { name: 'Expect: Somebody is paged', exact: true }).click();
  const verdict = page.getByRole('list', { name: 'Expectations', exact: true }).getByRole('listitem').first();
  await expect(verdict).toContainText('Proven');
  const asked = () => page.evaluate(() => window.workers.reduce((sum, worker) => sum + worker.asked, 0));
  const strange = [null, 'x', [], [null, null], [999_999, null], { a: 1 }];
  for (const data of strange) {
    const before = await asked();
    await page.evaluate((data) => window.workers.forEach((worker) => worker.dispatchEvent(new MessageEvent('message', { data }))), data);
    await app.setTime(/Page Primary on-call/, `${10 + strange.indexOf(data)}m`);
    await expect.poll(asked).toBeGreaterThan(before);
    await expect(verdict).toContainText('Proven');
  }
  await page.evaluate(() => window.workers.forEach((worker) => worker.dispatchEvent(new Event('error'))));
  const before = await asked();
  await app.setTime(/Page Primary on-call/, '20m');
  await expect.poll(asked).toBeGreaterThan(before);
  await expect(verdict).toContainText('Proven');
  await expect(page.getByRole('list', { name: 'Notes' })).toHaveCount(0);
});

test('two tabs that add an expectation at once keep both', async ({ app, gate, page, server }) => {
  const other = await page.context().newPage();
  const there = new App(other, gate, []);
  for (const one of [app, there]) {
    await one.open(IDS.backOffice);
    await one.page.getByRole('tab', { name: 'Expectations' }).click();
  }
  // Both have read before either has written.
  let waiting = [];
  gate.meddle = null;
  await Promise.all([page, other].map((one) => one.route('**/expectations', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const answer = await route.fetch();
    if (waiting) {
      await new Promise((done) => {
        waiting.push(done);
        if (waiting.length === 2) {
          for (const go of waiting) go();
          waiting = null;
        }
      });
    }
    return route.fulfill({ response: answer });
  })));
  const suggestions = page.getByRole('button', { name: /^Expect: / });
  const names = (await suggestions.allInnerTexts()).length;
  expect(names).toBeGreaterThan(1);
  await Promise.all([suggestions.nth(0).click(), other.getByRole('button', { name: /^Expect: / }).nth(1).click()]);
  const kept = async () => (await server.api('GET', `/builder/v1/escalation_paths/${IDS.backOffice}/expectations`)).body.expectations.length;
  await expect.poll(kept).toBe(2);
  await other.close();
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
  await panel.getByRole('button', { name: 'Go back to it' }).click();
  await app.save.click();
  const review = page.getByRole('dialog', { name: /^Save / });
  await expect(review).toContainText('“then after 5m”');
  await expect(review).not.toContainText('kind');
});
