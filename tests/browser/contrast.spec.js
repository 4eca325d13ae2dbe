// What is told by colour is told by form, too: in a contrast theme of the system, and where errors stand beside warnings.

import { expect, IDS, test } from './support/fixtures.js';
import { STATES } from './support/states.js';

/** The colours of the elements that a selector finds, as they are used. */
const used = (page, selector, property) => page.locator(selector).evaluateAll((all, name) => all.map((one) => getComputedStyle(one)[name]), property);
const ground = (page) => page.evaluate(() => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.backgroundColor = 'Canvas';
  const colour = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return colour;
});

for (const colorScheme of ['light', 'dark']) {
  test.describe(`a contrast theme, ${colorScheme}`, () => {
    test.beforeEach(({ page }) => page.emulateMedia({ forcedColors: 'active', colorScheme }));

    test('one tab is underlined, and it is the chosen one', async ({ app, page }) => {
      await app.open(IDS.payments);
      const underlined = async () => (await used(page, '.tab', 'borderBottomWidth')).map((width) => width !== '0px');
      const chosen = () => page.getByRole('tab').evaluateAll((all) => all.map((one) => one.getAttribute('aria-selected') === 'true'));
      for (const name of ['Simulate', 'Coverage', 'Expectations']) {
        await page.getByRole('tab', { name }).click();
        await expect.poll(underlined).toEqual(await chosen());
      }
    });

    test('the handle of the time, the marks and the waits are seen', async ({ app, page, server }) => {
      await STATES['an open path']({ app, page, server });
      const canvas = await ground(page);
      for (const selector of ['.at-end .head', '.dot.page']) {
        const colours = await used(page, selector, 'backgroundColor');
        expect(colours.length, selector).toBeGreaterThan(0);
        for (const colour of colours) expect(colour, selector).not.toBe(canvas);
      }
      for (const selector of ['.stay', '.stretch']) {
        const widths = await used(page, selector, 'borderTopWidth');
        expect(widths.length, selector).toBeGreaterThan(0);
        expect(new Set(widths), selector).toEqual(new Set(['1px']));
      }
    });
  });
}

test('an error is drawn otherwise than a warning, at the step and in the list', async ({ app, page, server }) => {
  await STATES['the list of problems']({ app, page, server });
  const shapes = (selector) => page.locator(`${selector} > svg path`).evaluateAll((all) => [...new Set(all.map((one) => one.getAttribute('d')))]);
  const [error, ...others] = await shapes('.problems-list .problem.error');
  const [warning, ...more] = await shapes('.problems-list .problem:not(.error)');
  expect([others, more]).toEqual([[], []]);
  expect(error).not.toBe(warning);
  expect(await shapes('.node .mark.error')).toEqual([error]);
  expect(await shapes('.node .mark:not(.error)')).toEqual([warning]);
});
