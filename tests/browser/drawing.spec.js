// What is drawn.

import { expect, IDS, test } from './support/fixtures.js';

test('every node of every demo path is drawn, told in words and nowhere on another', async ({ app, server, page }) => {
  for (const [name, id] of Object.entries(IDS)) {
    await app.open(id);
    await page.getByRole('button', { name: 'Fit' }).click();
    const path = await server.path(id);
    const count = (nodes) => nodes.reduce((sum, node) => sum + 1 + (node.if_else ? count(node.if_else.then_path) + count(node.if_else.else_path) : 0), 0);
    const items = app.tree.getByRole('treeitem');
    await expect(items, name).toHaveCount(count(path.path));
    const boxes = await items.evaluateAll((all) => all.map((item) => {
      const { left, top, right, bottom } = item.getBoundingClientRect();
      // When it comes stands at its edge, or below it.
      const inner = [...item.children].filter((child) => !child.matches('.when')).map((child) => child.getBoundingClientRect().bottom);
      return { name: item.getAttribute('aria-label'), left, top, right, bottom, inner: Math.max(...inner) };
    }));
    for (const [index, box] of boxes.entries()) {
      expect(box.name, name).not.toBe('');
      expect(box.inner, `${name}: ${box.name} is higher than its card`).toBeLessThanOrEqual(box.bottom + 1);
      for (const other of boxes.slice(index + 1)) {
        const apart = box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top;
        expect(apart, `${name}: ${box.name} lies on ${other.name}`).toBe(true);
      }
    }
    const covered = await page.locator('.world').evaluate((world) => {
      const others = [...world.querySelectorAll('.label, .plus, .fold, .closed-side, .end, .when, [role=treeitem]')];
      return [...world.querySelectorAll('.when')].flatMap((when) => {
        const mine = when.getBoundingClientRect();
        return others.filter((other) => other !== when && !other.contains(when)).filter((other) => {
          const { left, top, right, bottom } = other.getBoundingClientRect();
          return mine.left < right && left < mine.right && mine.top < bottom && top < mine.bottom;
        }).map((other) => `${when.textContent} on ${other.className} ${other.textContent}`);
      });
    });
    expect(covered, `${name}: when it comes covers nothing`).toEqual([]);
  }
});

test('branches are labelled in words, repeats go back, ends are marked', async ({ app, page }) => {
  await app.open(IDS.payments);
  const labels = page.locator('.world .label');
  await expect(labels).toHaveText(['P1, P2', 'otherwise', 'yes', 'otherwise', '×2']);
  await expect(page.locator('.line.back')).toHaveCount(1);
  await expect(page.locator('.world .end')).toHaveText([
    'then expires: nobody acknowledged', 'expires: nobody acknowledged', 'expires: nobody acknowledged']);
  await expect(app.node(/^Repeat: Back to the start, twice more\. .*on the side “P1, P2”$/)).toBeVisible();
});

test('all kinds of nodes, also those that nobody knows', async ({ app, server, page }) => {
  const target = { type: 'slack_channel', id: 'C0123456789', urgency: 'low' };
  const made = await server.api('POST', '/v2/escalation_paths', {
    name: 'Every kind',
    path: [
      { id: 'l', type: 'level', level: { targets: [target], round_robin_config: { enabled: true, rotate_after_seconds: 60 }, retry_config: { attempts: 2, interval_seconds: 60 } } },
      { id: 'c', type: 'notify_channel', notify_channel: { targets: [target] } },
      { id: 'd', type: 'delay', delay: { delay_seconds: 90 } },
      { id: 'x', type: 'hologram', hologram: { '<b>': '"&' } },
      { id: 'r', type: 'repeat', repeat: { to_node: 'l', repeat_times: 1 } },
      { id: 'h', type: 'escalation_path', escalation_path: { escalation_path_id: IDS.mobile } },
    ],
  });
  const { id } = made.body.escalation_path;
  // The API takes voicemail in call routes only, but a path that is read may have one.
  await page.route(`**/v2/escalation_paths/${id}`, async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    body.escalation_path.path.splice(3, 0, { id: 'v', type: 'voicemail' });
    await route.fulfill({ response, json: body });
  });
  await app.open(id);
  const names = ['Level: Page #incidents, one after another', 'Channel: Post to #incidents', 'Delay: Wait 1m 30s',
    'Sealed: Voicemail, which only a call route has', 'Sealed: Step of type hologram', 'Repeat: Back to the start, once more',
    'Hand-over: Hand over to Mobile apps'];
  for (const name of names) await expect(app.node(name)).toHaveCount(1);
  await expect(page.locator('[data-outcome]')).toHaveText('Outcome can’t be determined');
  await expect(app.node(/Voicemail/)).toHaveClass(/stopped/);
  await app.node(/hologram/).click();
  await app.inspector.getByText('JSON source').click();
  await expect(app.inspector.locator('pre')).toContainText('"<b>": "\\"&"');
});

test('pan, zoom and fit', async ({ app, page }) => {
  await app.open(IDS.payments);
  await page.getByRole('button', { name: 'Fit' }).click();
  const node = app.node(/Priority is P1 or P2/);
  const place = async () => node.evaluate((element) => {
    const { left, top, width } = element.getBoundingClientRect();
    return { left: Math.round(left), top: Math.round(top), width: Math.round(width) };
  });
  const before = await place();
  await page.mouse.move(600, 300);
  await page.mouse.wheel(40, 60);
  await expect.poll(place).toEqual({ ...before, left: before.left - 40, top: before.top - 60 });
  await page.mouse.move(200, 480);
  await page.mouse.down();
  await page.mouse.move(240, 540, { steps: 4 });
  await page.mouse.up();
  await expect.poll(place).toEqual(before);

  // What is under the pointer stays there while zooming.
  const pointer = { x: before.left + 40, y: before.top + 10 };
  const under = () => page.evaluate(({ x, y }) => document.elementFromPoint(x, y).closest('[role=treeitem]')?.id, pointer);
  const card = await node.getAttribute('id');
  expect(await under()).toBe(card);
  await page.mouse.move(pointer.x, pointer.y);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect.poll(async () => (await place()).width).toBeGreaterThan(before.width * 1.2);
  expect(await under()).toBe(card);
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect.poll(place).toEqual(before);
});

test('light and dark, as the system has it or as it is chosen', async ({ app, page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  await app.list();
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.getByRole('button', { name: 'Theme' }).click();
  await expect.poll(() => background()).toBe(light);
  await page.reload();
  await expect(page.locator('.path-row')).toHaveCount(7);
  await expect.poll(() => background(), 'the choice is kept').toBe(light);
});
