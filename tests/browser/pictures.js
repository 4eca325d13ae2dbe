// Takes a picture of every state of the interface, of the real app on the real server: `cargo xtask pictures`.

import { test } from './support/fixtures.js';
import { STATES } from './support/states.js';

const FOLDER = process.env.PICTURES;
const NARROW = { 'an open path': [900, 390], 'the list': [390], 'a chosen level': [900], 'half-way through': [900, 390], 'a night that is folded': [390], 'what somebody does': [390], 'coverage': [900, 390] };

async function take({ app, page, server }, state, colorScheme, width, height) {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height });
  await STATES[state]({ app, page, server });
  await page.evaluate(() => document.fonts.ready);
  const name = [state.replaceAll(' ', '-'), ...(width === 1440 ? [] : [width]), colorScheme].join('-');
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled', caret: 'hide' });
}

for (const state of Object.keys(STATES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${state}, ${colorScheme}`, async ({ app, page, server }) => {
      await take({ app, page, server }, state, colorScheme, 1440, 900);
    });
  }
  for (const width of NARROW[state] ?? []) {
    test(`${state}, ${width} wide`, async ({ app, page, server }) => {
      await take({ app, page, server }, state, 'light', width, 800);
    });
  }
}

test.describe('without anything', () => {
  test.use({ serverOptions: ['--empty'] });
  test('an empty organisation', async ({ app, page }) => {
    await app.list();
    await page.screenshot({ path: `${FOLDER}/an-empty-organisation-light.png`, animations: 'disabled' });
  });
});
