// What axe finds, in every state, light and dark; and what is said to those who listen.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, IDS, test } from './support/fixtures.js';
import { STATES } from './support/states.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function findings(page) {
  await page.evaluate(AXE);
  const result = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), TAGS);
  return result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}

for (const [state, reach] of Object.entries(STATES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe has nothing to say about ${state}, ${colorScheme}`, async ({ app, page, server }) => {
      await page.emulateMedia({ colorScheme });
      await reach({ app, page, server });
      expect(await findings(page)).toEqual([]);
    });
  }
}

test('the tree for the ear', async ({ app }) => {
  await app.open(IDS.payments);
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await expect(app.tree).toMatchAriaSnapshot(`
    - tree "Escalation path":
      - 'treeitem "Branch: Priority is P1 or P2?. T+0 · 10:00 ×3" [expanded]'
      - 'treeitem "Level: Page Primary on-call and Secondary on-call, all at once. then after 5m. everyone must ack. T+0 · 10:00 ×3. Priya Nair, Grace Kim, Jamal Brooks told. on the side “P1, P2”"'
      - 'treeitem "Level: Page Ruth Adeyemi. then after 15m. T+5m · 10:05 ×3. Ruth Adeyemi told. on the side “P1, P2”"'
      - 'treeitem "Repeat: Back to the start, twice more. T+20m · 10:20 ×3. on the side “P1, P2”"'
      - 'treeitem "Branch: In UK hours?. on the side “otherwise”" [expanded]'
      - 'treeitem "Level: Page Primary on-call, all at once. then after 30m. on the side “yes”"'
      - 'treeitem "Channel: Tell #payments-alerts. then after 1h. on the side “otherwise”"'
      - 'treeitem "Delay: Wait until UK hours begin. on the side “otherwise”"'
      - 'treeitem "Level: Page Primary on-call, all at once. then after 30m. low urgency. on the side “otherwise”"'
  `);
  const levels = await app.tree.getByRole('treeitem').evaluateAll((all) => all.map((item) => item.ariaLevel));
  expect(levels).toEqual(['1', '2', '2', '2', '2', '3', '3', '3', '3']);
});

for (const width of [1280, 900]) {
  test(`nothing is cut off at a width of ${width}`, async ({ app, page }) => {
    await page.setViewportSize({ width, height: 800 });
    await app.open(IDS.payments);
    await app.node(/Page Ruth Adeyemi/).click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, 'the page scrolls sideways').toBeLessThanOrEqual(0);
    for (const part of [app.tree, app.inspector, app.simulation, app.save]) await expect(part).toBeVisible();
  });
}
