// Paths come in as files, by drop and by paste, and go out in several forms.

import { readFile } from 'node:fs/promises';
import { expect, IDS, test, whole } from './support/fixtures.js';

const LEVEL = {
  id: 'a', type: 'level',
  level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 420 },
};
const PATH = { name: 'From a file', path: [LEVEL], loft: { north: 1.50 } };
const dialog = (page) => page.getByRole('dialog', { name: 'Import' });

async function menu(page, name) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name }).click();
}

async function exported(page, name) {
  const download = page.waitForEvent('download');
  await menu(page, name);
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

async function drop(page, name, text) {
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, { type: 'application/json' }));
    return data;
  }, [name, text]);
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

async function paste(page, text) {
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

test('a path is imported into the list from a file and saved, with fields that are not known', async ({ app, page, server }) => {
  await app.list();
  await page.getByRole('button', { name: 'Import' }).click();
  await dialog(page).getByLabel('File').setInputFiles({
    name: 'path.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(PATH)),
  });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('From a file');
  await expect(app.node(/Page Maya Chen/)).toBeVisible();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  const saved = await server.path(page.url().match(/paths\/([^/]+)/)[1]);
  expect(saved.loft).toEqual({ north: 1.5 });
});

test('the list takes what is dropped and pasted', async ({ app, page }) => {
  await app.list();
  await drop(page, 'path.json', JSON.stringify(PATH));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('From a file');
  await app.list();
  await paste(page, JSON.stringify({ escalation_path: { id: 'x', kind: 'standalone', working_hours: [], ...PATH, name: 'Pasted' } }));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Pasted');
});

test('several paths become several drafts, and none takes the place of an open one', async ({ app, page, server }) => {
  await app.list();
  const list = JSON.stringify({ escalation_paths: [{ ...PATH, id: 'one', name: 'First' }, { ...PATH, id: 'two', name: 'Second' }] });
  await drop(page, 'paths.json', list);
  await expect(page.locator('.list-note')).toContainText('2 paths imported, not saved yet');
  for (const name of ['First', 'Second']) await expect(page.getByRole('link', { name: `${name} Never saved` })).toBeVisible();
  await page.getByRole('link', { name: 'Second Never saved' }).click();
  await app.saveNow();
  await expect(app.status).toHaveText('Saved');
  await drop(page, 'paths.json', list);
  await expect(dialog(page).getByRole('alert')).toContainText('The text has 2 paths. Import it in the list of paths');
  expect((await server.api('GET', '/v2/escalation_paths')).body.escalation_paths).toHaveLength(8);
});

test('what is wrong with a file is said, with its place', async ({ app, page }) => {
  await app.list();
  await page.getByRole('button', { name: 'Import' }).click();
  await dialog(page).getByLabel('Or paste its text').fill('{\n  "name": "x",\n  path\n}');
  await dialog(page).getByRole('button', { name: 'Import' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('Line 3, column');
  await dialog(page).getByLabel('Or paste its text').fill('{"name": "x",\n "path": [], "name": "y"}');
  await dialog(page).getByRole('button', { name: 'Import' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('Line 2, column 14: `name` stands here twice');
  await dialog(page).getByLabel('Or paste its text').fill('{"title": "x"}');
  await dialog(page).getByRole('button', { name: 'Import' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('name');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await drop(page, 'notes.txt', 'no path at all');
  await expect(dialog(page).getByRole('alert')).toContainText('Line 1');
});

test('two nodes of one id are refused, as nothing could tell them apart', async ({ app, page }) => {
  await app.list();
  await page.getByRole('button', { name: 'Import' }).click();
  const delay = (id, seconds) => ({ id, type: 'delay', delay: { delay_seconds: seconds } });
  await page.getByLabel('Or paste its text').fill(JSON.stringify({ name: 'Twice', path: [delay('a', 60), delay('b', 60), delay('a', 90)] }));
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await expect(page.getByRole('dialog')).toContainText('Two nodes have the id `a`');
  await expect(app.tree).toHaveCount(0);
});

test('an import takes the place of the open path, and is undone', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await menu(page, 'Import');
  await dialog(page).getByLabel('Or paste its text').fill(JSON.stringify(PATH));
  await dialog(page).getByRole('button', { name: 'Import' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('From a file');
  await expect(app.status).toHaveText('1 unsaved change');
  await page.getByRole('list', { name: 'Notes' }).getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mobile apps');
  await expect(app.status).toHaveText('Saved');
  await drop(page, 'path.json', JSON.stringify(PATH));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('From a file');
});

test('an import is undone with what came after it, and all of it can be made again', async ({ app, page }) => {
  await app.open(IDS.mobile);
  await drop(page, 'path.json', JSON.stringify(PATH));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('From a file');
  await app.setTime(/Page Maya Chen/, '9m');
  await page.getByRole('list', { name: 'Notes' }).getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mobile apps');
  await expect(app.status).toHaveText('Saved');
  await page.getByRole('button', { name: 'Redo' }).click();
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(app.node(/Page Maya Chen.*then after 9m/)).toBeVisible();
});

test('what is exported is what was saved', async ({ app, page, server }) => {
  await app.open(IDS.payments);
  const { name, bytes } = await exported(page, 'Export as JSON');
  expect(name).toBe('payments.json');
  const path = JSON.parse(bytes);
  const made = await server.api('POST', '/v2/escalation_paths', path);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect(made.body.escalation_path.path).toEqual((await server.path(IDS.payments)).path);
});

test('a bundle has what the path needs, and no more', async ({ app, page }) => {
  await app.open(IDS.mobile);
  const { name, bytes } = await exported(page, 'Export as a bundle');
  expect(name).toBe('mobile-apps.bundle.json');
  const bundle = JSON.parse(bytes);
  expect(bundle.path.name).toBe('Mobile apps');
  expect(bundle.world.paths.map((path) => path.name)).toContain('Major incidents');
  expect(bundle.world.paths.map((path) => path.name)).not.toContain('Warehouse');
  expect(bundle.expectations).toEqual([]);
  expect(bytes.toString()).not.toContain('@');
});

test('pictures of the whole graph', async ({ app, page }) => {
  await app.open(IDS.payments);
  const svg = await exported(page, 'Export as SVG');
  expect(svg.name).toBe('payments.svg');
  const text = svg.bytes.toString();
  for (const words of ['Alert fires', 'Ruth Adeyemi', 'Back to the start']) expect(text).toContain(words);
  expect(text).not.toContain('var(');
  const png = await exported(page, 'Export as PNG');
  expect(png.name).toBe('payments.png');
  expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(1000);
});

test('what is printed is the whole graph, on paper’s colours, and the steps', async ({ app, page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await app.open(IDS.payments);
  // A browser does not wait for what is not there.
  await whole(page);
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
  await expect(page.locator('.printed svg')).toBeVisible();
  await expect(page.locator('.canvas')).toBeHidden();
  await expect(page.getByRole('list', { name: 'What happens' })).toBeVisible();
  const paper = await page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = 'var(--surface)';
    return getComputedStyle(probe).color;
  });
  expect(paper).toBe('rgb(255, 255, 255)');
  // The graph comes first, and nothing around the steps scrolls, which would be cut off at the end of a page.
  const [graph, steps] = [await page.locator('.printed').boundingBox(), await page.locator('.steps').boundingBox()];
  expect(graph.y + graph.height).toBeLessThanOrEqual(steps.y);
  const cut = await page.locator('.steps ol').evaluate((list) => {
    const cuts = [];
    for (let at = list; at; at = at.parentElement) {
      const { display, overflowY } = getComputedStyle(at);
      if (overflowY !== 'visible' || display !== 'block') cuts.push(`${at.className}: ${display}, ${overflowY}`);
    }
    return cuts;
  });
  expect(cut).toEqual([]);
  const pages = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g).length;
  expect(pages).toBeGreaterThanOrEqual(1 + Math.ceil(steps.height / 1123));
});
