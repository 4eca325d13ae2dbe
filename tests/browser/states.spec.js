// Every state of the app: what axe finds, light and dark; whether its fields let words be composed; and whether whatever
// opens above the page is inside the window and under the pointer, in windows of many sizes.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from './support/fixtures.js';
import { openAll, SIZES } from './support/opening.js';
import { STATES } from './support/states.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function findings(page, rules) {
  await page.evaluate(AXE);
  const result = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), rules);
  return result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}

/** Waits until colours that change have changed. */
const settled = (page) => page.evaluate(() => Promise.all(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished.catch(() => {}))));

/** Keys with which an input method is told something, in each field: what of the page takes one for its own. In the page. */
function takesFromInputMethod() {
  const taken = [];
  const kinds = 'input:not([type=checkbox], [type=radio], [type=range], [type=file]), textarea';
  for (const field of document.querySelectorAll(kinds)) {
    if (!field.isConnected || field.disabled || !field.checkVisibility({ visibilityProperty: true })) continue;
    field.focus({ preventScroll: true });
    if (document.activeElement !== field) continue;
    const before = field.value;
    for (const key of ['Enter', 'Escape', 'ArrowDown', 'ArrowUp', 'Tab', 'a', 'Process']) {
      for (const isComposing of [true, false]) {
        const event = new KeyboardEvent('keydown', { key, code: key, isComposing, keyCode: 229, bubbles: true, cancelable: true });
        field.dispatchEvent(event);
        const name = `${field.id || field.className || field.getAttribute('aria-label')}: ${key}`;
        if (event.defaultPrevented) taken.push(name);
        if (!field.isConnected || document.activeElement !== field || field.value !== before) return [...taken, `${name} does something`];
      }
    }
  }
  return taken;
}

for (const [state, reach] of Object.entries(STATES)) {
  test(`all can use ${state}`, async ({ app, page, server }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: 'light' });
    await reach({ app, page, server });
    expect(await findings(page, TAGS)).toEqual([]);
    // Nothing but the colours is different.
    await page.emulateMedia({ colorScheme: 'dark' });
    await settled(page);
    expect(await findings(page, ['color-contrast'])).toEqual([]);
    expect(await page.evaluate(takesFromInputMethod)).toEqual([]);
    const found = [];
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.evaluate(() => window.reach.frame());
      const seen = await openAll(page);
      found.push(...seen.found.map((fault) => `${width} x ${height}: ${fault}`));
    }
    expect(found).toEqual([]);
  });
}
