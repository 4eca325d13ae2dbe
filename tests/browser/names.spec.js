// Names from right to left, names that are formulas, times that come twice, and pages that are translated.

import { readFile } from 'node:fs/promises';
import { expect, IDS, test } from './support/fixtures.js';

const ARABIC = 'مها الخطيب';
const HEBREW = 'דנה לוי (2)';
const RUSSIAN = 'Александр Константинопольский';

const MAYA = '01J0USERMAYA00000000000000';
const ELENA = '01J0USERELENA0000000000000';
const MANAGER = '01J0USERMANAGER00000000000';

/** People of the organisation under other names, by their ids. */
async function named(page, names) {
  await page.route('**/v2/users?*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    body.users.forEach((user) => { user.name = names[user.id] ?? user.name; });
    await route.fulfill({ response: answer, json: body });
  });
}

async function saved(server, path) {
  const { status, body } = await server.api('POST', '/v2/escalation_paths', path);
  expect(status, JSON.stringify(body)).toBe(201);
  return body.escalation_path.id;
}

const level = (id, users, seconds = 300) => ({
  id, type: 'level',
  level: { targets: users.map((user) => ({ type: 'user', id: user, urgency: 'high' })), time_to_ack_seconds: seconds, ack_mode: 'first' },
});

/** The rectangle of the first place in an element at which a text stands. */
const placeOf = (locator, text) => locator.evaluate((element, text) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(text);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + text.length);
    const { left, right, top } = range.getBoundingClientRect();
    return { left, right, top };
  }
  return null;
}, text);

test('what follows a name from right to left stays behind it', async ({ app, page, server }) => {
  await named(page, { [MAYA]: ARABIC, [ELENA]: HEBREW, [MANAGER]: RUSSIAN });
  const id = await saved(server, {
    name: 'دفعات 24/7',
    working_hours: [{ id: 'h', name: 'ساعات \u202e العمل', timezone: 'Asia/Riyadh', weekday_intervals: [{ weekday: 'sunday', start_time: '08:00', end_time: '16:00' }] }],
    path: [{
      id: 'b', type: 'if_else', if_else: {
        conditions: [{ subject: 'escalation.working_hours["h"]', operation: 'is_active', param_bindings: [] }],
        then_path: [level('l1', [MAYA, ELENA])],
        else_path: [level('l2', [ELENA]), level('l3', [MANAGER])],
      },
    }],
  });
  await app.open(id);
  await app.assume({ at: '2026-11-25T10:00', zone: 'UTC' });
  const step = app.steps.locator('.step.page').filter({ hasText: 'דנה' }).first();
  await expect(step).toBeVisible();
  const name = await placeOf(step, HEBREW);
  const rest = await placeOf(step, 'is paged');
  expect(name.right).toBeLessThanOrEqual(rest.left + 1);
  // The bracket of a name from right to left is at its left.
  const bracket = await placeOf(step, '(2)');
  expect(bracket.left - name.left).toBeLessThan(2);
  // Marks that turn the order round are nowhere, and all that runs from right to left is set apart.
  const bad = await page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    const look = (text) => {
      let open = 0;
      for (const sign of text) {
        if (sign === '\u2068') open += 1;
        if (sign === '\u2069') open -= 1;
        if (/[\u202a-\u202e]/.test(sign) || (open !== 1 && /[\u0590-\u08ff]/.test(sign))) return found.push(text);
      }
      return open;
    };
    while (walker.nextNode()) look(walker.currentNode.data);
    for (const element of document.querySelectorAll('[title], [aria-label]')) {
      look(element.getAttribute('title') ?? '');
      look(element.getAttribute('aria-label') ?? '');
    }
    return found;
  });
  expect(bad).toEqual([]);
  expect(await page.title()).toContain('\u2068دفعات 24/7\u2069');
  // Written anew, it is set apart anew.
  const card = app.node(/Константинопольский/);
  await card.click();
  await app.inspector.getByLabel('How long').fill('7m');
  await app.inspector.getByLabel('How long').press('Enter');
  await expect(card).toContainText('7m');
  // What is typed is what is stored.
  await page.keyboard.press('Escape');
  await app.node(/./).first().focus();
  await page.keyboard.press('Escape');
  const field = app.inspector.getByLabel('Name', { exact: true });
  await expect(field).toHaveValue('دفعات 24/7');
  await expect(field).toHaveAttribute('dir', 'auto');
  // Copied from the page, with its marks, and put in.
  await field.fill('\u2068دفعات\u2069 25/7');
  await field.press('Enter');
  await expect(field).toHaveValue('دفعات 25/7');
});

test('in a drawing that is exported names from right to left are set apart, too', async ({ app, page, server }) => {
  await named(page, { [MAYA]: ARABIC, [ELENA]: HEBREW });
  const id = await saved(server, { name: 'دفعات 24/7', path: [level('l1', [MAYA, ELENA]), level('l2', [ELENA])] });
  await app.open(id);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Export as SVG' }).click();
  const svg = await readFile(await (await download).path(), 'utf8');
  await page.route('**/drawing', (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html><meta charset="utf-8">${svg}` }));
  await page.goto(`${server.url}/drawing`);
  const texts = await page.locator('svg text').evaluateAll((all) => all.map((one) => one.textContent));
  const concerned = texts.filter((text) => /[\u0590-\u08ff]/.test(text));
  expect(concerned.length).toBeGreaterThan(1);
  for (const text of concerned) {
    const outside = text.replace(/\u2068[^\u2069]*\u2069/g, '');
    expect(outside, text).not.toMatch(/[\u0590-\u08ff\u202a-\u202e]/);
  }
  // The bracket of a name from right to left is at its left, and what follows it at its right.
  const text = page.locator('svg text').filter({ hasText: 'דנה' }).filter({ hasText: 'Page' }).last();
  const [name, bracket, verb] = [await placeOf(text, 'דנה'), await placeOf(text, '(2)'), await placeOf(text, 'Page')];
  expect(bracket.left).toBeLessThan(name.left);
  expect(verb.right).toBeLessThanOrEqual(bracket.left + 1);
});

test('a path is deleted by its name, whatever its direction', async ({ app, page, server }) => {
  await saved(server, { name: '\u202eدفعات\u202c 24/7', path: [level('a', [MAYA])] });
  await app.list();
  const row = page.getByRole('row').or(page.getByRole('listitem')).filter({ hasText: 'دفعات' }).first();
  await row.getByRole('button', { name: /Delete/ }).click();
  await page.locator('#delete-name').fill('دفعات 24/7');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true })).toBeEnabled();
});

test('texts that are taken out of the page are put back', async ({ app, page }) => {
  await app.open(IDS.payments);
  await expect(page.locator('html')).toHaveAttribute('translate', 'no');
  await expect(page.locator('meta[name=google]')).toHaveAttribute('content', 'notranslate');
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  const translate = (way) => page.evaluate((way) => {
    const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const list = [];
    while (all.nextNode()) if (all.currentNode.data.trim()) list.push(all.currentNode);
    for (const text of list) {
      const outer = document.createElement('font');
      const inner = document.createElement('font');
      inner.textContent = text.data;
      outer.append(inner);
      if (way === 'replaced') text.replaceWith(outer);
      if (way === 'before') { text.before(outer); text.remove(); }
      if (way === 'after') { text.after(outer); text.remove(); }
      if (way === 'removed') { const next = text.nextSibling, parent = text.parentNode; text.remove(); parent.insertBefore(outer, next); }
    }
  }, way);
  const outcome = page.locator('[data-outcome]');
  for (const way of ['replaced', 'before', 'after', 'removed']) {
    await app.assume({ priority: 'P1' });
    await expect(app.steps).toContainText('Ruth Adeyemi');
    const said = await outcome.textContent();
    await translate(way);
    await expect(page.locator('font')).toHaveCount(0);
    await expect(outcome, 'nothing is doubled').toHaveText(said);
    await app.assume({ priority: 'P5' });
    await expect(app.steps, way).toContainText('priority P5 is not one of P1 or P2');
    await expect(app.steps).not.toContainText('Ruth Adeyemi is paged');
  }
  await translate('replaced');
  await app.setTime(/Page Ruth Adeyemi/, '9m');
  await expect(app.node(/Page Ruth Adeyemi/)).toContainText('9m');
  await expect(app.status).not.toHaveText('Saved');
});

test('a program that goes on translating does not stop the page', async ({ app, page }) => {
  await app.open(IDS.payments);
  await page.evaluate(() => {
    new MutationObserver((records) => {
      for (const record of records) {
        for (const text of record.addedNodes) {
          if (text.nodeType !== Node.TEXT_NODE || !text.data.trim() || !text.parentNode || text.parentNode.tagName === 'FONT') continue;
          const font = document.createElement('font');
          font.textContent = text.data;
          text.replaceWith(font);
        }
      }
    }).observe(document.body, { childList: true, subtree: true });
  });
  await app.assume({ priority: 'P5', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await expect(app.steps).toContainText('priority P5 is not one of P1 or P2');
});

test('a name that is a formula is copied as text', async ({ app, page, server, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await named(page, { [MAYA]: '=HYPERLINK("https://example.com","y")', [ELENA]: '＠SUM(A1)', [MANAGER]: '\t+1' });
  const id = await saved(server, { name: 'Formulas', path: [level('a', [MAYA, ELENA, MANAGER])] });
  await app.open(id);
  await app.assume({ at: '2026-11-25T10:00', zone: 'UTC' });
  await app.simulation.getByRole('button', { name: 'Table' }).click();
  await app.simulation.getByRole('button', { name: 'Copy the table as text' }).click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toContain("'=HYPERLINK");
  for (const cell of text.split(/[\t\n]/)) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
});

test('times of an hour that comes twice have their offset', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.assume({ priority: 'P1', at: '2026-11-01T01:50', zone: 'America/New_York' });
  await page.getByText('First', { exact: true }).click();
  // Rows far from what is seen are a text each.
  const text = await app.steps.innerText();
  const twice = [...text.matchAll(/01:\d\d( UTC[^ \n]*)?/g)].map(([time]) => time);
  expect(twice.length).toBeGreaterThan(2);
  for (const time of twice) expect(time).toMatch(/^01:\d\d UTC−0[45]:00$/);
  expect(new Set(twice.map((time) => time.slice(-9))).size).toBe(2);
});
