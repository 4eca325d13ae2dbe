// A server for each test, a page that must not complain, and ways around the app.

import { test as base, expect } from '@playwright/test';
import { Gate } from './gate.js';
import { watchReach } from './reach.js';
import { Server } from './server.js';

export { expect };

/** A Sunday evening in Europe. */
export const NOW = '2026-11-22T19:00:00Z';

/** What the browser has complained about: errors and warnings of its console, and errors that nothing has caught. */
export class Complaints {
  constructor() {
    this.all = [];
    this.expected = [];
    // Whether something that could not be loaded from an address is meant to be so.
    this.isRefused = () => false;
  }

  /** Notes what another page of the test complains about, too. */
  listen(page) {
    const harmless = /integrity. attribute is currently ignored for preload/;
    page.on('console', (message) => {
      const text = message.text();
      if (!['error', 'warning'].includes(message.type()) || harmless.test(text)) return;
      if (text.startsWith('Failed to load resource') && this.isRefused(message.location().url, text)) return;
      this.all.push(text);
    });
    page.on('pageerror', (error) => this.all.push(String(error)));
  }

  /**
   * Expects a complaint and waits for it: removes what matches, and fails if nothing does. With a number of times it
   * waits for so many and removes no more; without one, all of the test that match are expected.
   */
  async expect(pattern, times) {
    const matching = () => this.all.filter((complaint) => pattern.test(complaint));
    await expect.poll(() => matching().length, `complaints like ${pattern}, of ${JSON.stringify(this.all)}`)
      .toBeGreaterThanOrEqual(times ?? 1);
    if (times === undefined) this.expected.push(pattern);
    for (const complaint of matching().slice(0, times)) this.all.splice(this.all.indexOf(complaint), 1);
  }

  /** Fails if there is a complaint that nothing expected. */
  settle() {
    const left = this.all.filter((complaint) => !this.expected.some((pattern) => pattern.test(complaint)));
    expect(left, 'what the browser complained about').toEqual([]);
  }
}

export const test = base.extend({
  serverOptions: [[], { option: true }],

  server: async ({ serverOptions }, use) => {
    const server = await Server.start(serverOptions);
    await use(server);
    await server.remove();
  },

  // What stands in front of the server, for tests that go through it.
  gate: async ({ server }, use) => {
    const gate = await Gate.start(server);
    await use(gate);
    await gate.stop();
  },

  // The page's date stands still: what is known of on-call schedules is a window around now. Timers and frames go by,
  // unless a test holds them.
  page: async ({ page }, use) => {
    await page.clock.setFixedTime(NOW);
    await use(page);
  },

  // What opens above the page can be reached by a pointer, whatever test opens it.
  unreachable: [async ({ context }, use) => {
    const unreachable = new Set();
    await context.exposeBinding('reportUnreachable', (_, faults) => faults.forEach((fault) => unreachable.add(fault)));
    await context.addInitScript(watchReach);
    await use(unreachable);
    expect([...unreachable], 'what no pointer reaches').toEqual([]);
  }, { auto: true }],

  // What the browser complains about fails the test, unless the test expects exactly that.
  complaints: async ({ page }, use) => {
    const complaints = new Complaints();
    complaints.listen(page);
    await use(complaints);
    complaints.settle();
  },

  app: async ({ page, server, complaints }, use) => {
    await use(new App(page, server, complaints));
  },
});

/** Tests through a gate that loses, changes and refuses answers. What a browser says of those, and no others, is meant. */
export const gated = test.extend({
  app: async ({ page, gate, complaints }, use) => {
    // What a test aborts in the page fails without a reason.
    complaints.isRefused = (url, text) => text.endsWith('net::ERR_FAILED') || gate.hasRefused(url);
    await use(new App(page, gate, complaints));
  },
});

/**
 * Holds the page's clock, with all that hangs on it: timers, frames, how long something took. From here on time goes by
 * only as the test lets it, by `page.clock.runFor`.
 */
export async function hold(page) {
  await page.clock.pauseAt(new Date(Date.parse(NOW) + 1_000));
}

/** Waits until what has come is drawn, and what follows from that is done: some frames, whatever the page's clock says. */
export const frames = (page) => page.evaluate(async () => {
  for (let left = 4; left > 0; left -= 1) await window.reach.frame();
});

/** Waits until all parts of the program are there. */
export const whole = (page) => expect(page.locator('html')).toHaveAttribute('data-whole', '');

/** The drafts that the browser keeps. */
export const drafts = (page) => page.evaluate(() => new Promise((resolve, reject) => {
  const open = indexedDB.open('escalation-path-builder');
  open.onerror = reject;
  open.onsuccess = () => {
    const all = open.result.transaction('drafts').objectStore('drafts').getAll();
    all.onsuccess = () => { open.result.close(); resolve(all.result.map((text) => JSON.parse(text))); };
  };
}));

export const IDS = {
  urgent: '01J0PATHURGENT000000000000',
  backOffice: '01J0PATHBACKOFFICE00000000',
  payments: '01J0PATHPAYMENTS0000000000',
  warehouse: '01J0PATHWAREHOUSE000000000',
  data: '01J0PATHDATA00000000000000',
  mobile: '01J0PATHMOBILE000000000000',
  major: '01J0PATHOTHER0000000000000',
};

export class App {
  constructor(page, server, complaints) {
    this.page = page;
    this.server = server;
    this.complaints = complaints;
    this.tree = page.getByRole('tree');
    this.inspector = page.getByRole('complementary', { name: 'Details' });
    this.simulation = page.getByRole('tabpanel', { name: 'Simulate' });
    this.time = page.getByRole('slider', { name: 'Time in the simulation' });
    this.steps = page.getByRole('list', { name: 'What happens' });
    this.save = page.getByRole('button', { name: 'Save', exact: true });
    this.status = page.locator('[data-status]');
  }

  async list() {
    await this.page.goto(`${this.server.url}/`);
    await expect(this.page.getByRole('heading', { name: 'Paths', exact: true })).toBeVisible();
  }

  async open(id) {
    await this.page.goto(`${this.server.url}/#/paths/${id}`);
    // On a small screen it is an outline.
    await expect(this.tree.or(this.page.locator('.outline'))).toBeVisible();
  }

  /** The node whose spoken words have this in them. */
  node(words) {
    return this.tree.getByRole('treeitem', { name: words });
  }

  /** Simulates an alert of this priority at a date and time in a zone. */
  async assume({ priority, at, zone }) {
    if (zone) await this.simulation.getByLabel('Zone').selectOption(zone);
    if (priority) await this.simulation.getByLabel('Priority').selectOption({ label: priority });
    if (at) {
      await this.simulation.getByLabel('Fires at').fill(at);
      await this.simulation.getByLabel('Fires at').blur();
    }
  }

  /** Chooses the level whose spoken words have this in them, and types for how long it waits. */
  async setTime(words, text) {
    await this.node(words).click();
    await this.inspector.getByLabel('How long').fill(text);
    await this.inspector.getByLabel('How long').press('Enter');
  }

  /** Gives the path that is open another name; no step is chosen. */
  async rename(name) {
    const field = this.inspector.getByLabel('Name', { exact: true });
    await field.fill(name);
    await field.press('Enter');
  }

  /** The places into which something can be put, in the order of the text. */
  get places() {
    return this.page.getByRole('button', { name: 'Add a step here' });
  }

  /** Puts a step of a kind, by its letter in the menu, into the place with this position; L is a level. */
  async put(position, letter = 'l') {
    // A path without steps offers shapes first, and one of them is to begin empty.
    const empty = this.page.getByRole('region', { name: 'Start with a shape' }).getByRole('button', { name: /^Empty/ });
    await expect(empty.or(this.places.first()).first()).toBeVisible();
    if (await empty.isVisible()) await empty.click();
    await this.places.nth(position).click();
    await expect(this.page.getByRole('listbox', { name: 'Add a step here' })).toBeVisible();
    await this.page.keyboard.press(letter);
    await expect(this.page.getByRole('listbox', { name: 'Add a step here' })).toHaveCount(0);
  }

  /** Adds somebody to the chosen level, by typing part of the name. */
  async add(name) {
    const field = this.inspector.getByRole('combobox', { name: 'Add to this level' });
    // A step that was just made takes the focus with the next frame, which closes the list of a field that had it.
    await expect(async () => {
      await field.fill(name);
      await this.page.getByRole('listbox', { name: 'Add to this level' }).getByRole('option', { name }).click({ timeout: 2_000 });
    }).toPass();
    await expect(this.inspector.locator('.target').filter({ hasText: name })).toBeVisible();
  }

  /** Saves: opens the review, unless it is open, and confirms it. */
  async saveNow() {
    const confirm = this.page.getByRole('button', { name: 'Save now' });
    if (!(await confirm.isVisible())) await this.save.click();
    await confirm.click();
  }

  /**
   * Saves, and loses the answer on its way back: what was asked is done. What does not arrive is lost on its way there,
   * and is not done.
   */
  async lostSave({ arrives = true } = {}) {
    const address = /\/v2\/escalation_paths(\/[^/]+)?$/;
    const isSave = (request) => ['POST', 'PUT'].includes(request.method()) && address.test(request.url());
    const lost = this.page.waitForEvent('requestfailed', isSave);
    await this.page.route(address, async (route) => {
      if (!isSave(route.request())) return route.fallback();
      if (arrives) await route.fetch();
      return route.abort();
    });
    await this.saveNow();
    await lost;
    await expect(this.page.getByRole('alert')).toContainText('Can’t reach the server');
    await this.page.unroute(address);
  }

  /** The pages as they are listed: `03:10 T+0 Maya Chen is paged, high urgency`. */
  async pages() {
    // Rows far from what is seen are drawn for print.
    await this.page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    await expect(this.steps.locator('.step.brief')).toHaveCount(0);
    const rows = this.steps.locator('.step.page');
    const texts = await rows.evaluateAll((all) => all.map((row) => {
      const text = (selector) => row.querySelector(selector).textContent;
      return `${text('.step-time b')} ${text('.step-time i')} ${text('strong')}`;
    }));
    return texts;
  }
}
