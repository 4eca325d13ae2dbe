// What has the focus is seen, and what is said to those who listen.

import { expect, frames, IDS, test } from './support/fixtures.js';
import { STATES } from './support/states.js';

// What stays in its place while the rest scrolls keeps clear of it by `scroll-padding`.
for (const [state, width, height] of [
  ['the list', 390, 844], ['an open path', 1440, 600], ['expectations', 1440, 600],
  ['a path on a telephone', 390, 844], ['a path on a telephone held sideways', 844, 390],
  ['coverage', 1440, 600], ['six levels of branches', 1440, 500],
]) {
  test(`what has the focus by Tab is seen: ${state}, ${width} x ${height}`, async ({ app, page, server }) => {
    test.slow();
    await STATES[state]({ app, page, server });
    await page.setViewportSize({ width, height });
    const covered = [];
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let count = 0; count < 100; count += 1) {
        await page.keyboard.press(key);
        await frames(page);
        const by = await page.evaluate(() => {
          const { activeElement: focus } = document;
          const { left, right, top, bottom, height } = focus.getBoundingClientRect();
          const under = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
          // What scrolls within itself may be larger than the window.
          const isSeen = focus === document.body || height > innerHeight || (under && (focus.contains(under) || under.closest('label')?.contains(focus)));
          return isSeen ? null : `${window.reach.name(focus)} is under ${under && window.reach.name(under)}`;
        });
        if (by) covered.push(`${key}: ${by}`);
      }
    }
    expect(covered).toEqual([]);
  });
}

test('the tree for the ear', async ({ app }) => {
  await app.open(IDS.payments);
  await app.assume({ priority: 'P1', at: '2026-11-25T10:00', zone: 'Europe/London' });
  await expect(app.tree).toMatchAriaSnapshot(`
    - tree "Escalation path":
      - 'treeitem "Branch: Priority is P1 or P2?. T+0 · 10:00 ×3" [expanded]'
      - 'treeitem "Level: Page Primary on-call and Secondary on-call, all at once. then after 5m. everyone must ack. T+0 · 10:00 ×3. Priya Nair, Grace Kim, Jamal Brooks notified. on the side “P1, P2”"'
      - 'treeitem "Level: Page Ruth Adeyemi. then after 15m. T+5m · 10:05 ×3. Ruth Adeyemi notified. on the side “P1, P2”"'
      - 'treeitem "Repeat: Back to the start, twice more. T+20m · 10:20 ×3. on the side “P1, P2”"'
      - 'treeitem "Branch: In UK hours?. on the side “otherwise”" [expanded]'
      - 'treeitem "Level: Page Primary on-call, all at once. then after 30m. on the side “yes”"'
      - 'treeitem "Channel: Post to #payments-alerts. then after 1h. on the side “otherwise”"'
      - 'treeitem "Delay: Wait until UK hours begin. on the side “otherwise”"'
      - 'treeitem "Level: Page Primary on-call, all at once. then after 30m. low urgency. on the side “otherwise”"'
  `);
  const levels = await app.tree.getByRole('treeitem').evaluateAll((all) => all.map((item) => item.ariaLevel));
  expect(levels).toEqual(['1', '2', '2', '2', '2', '3', '3', '3', '3']);
});

test('a level, the history, a review and the problems for the ear', async ({ app, page }) => {
  await app.open(IDS.payments);
  await app.node(/Page Ruth Adeyemi/).click();
  await expect(app.inspector).toMatchAriaSnapshot(`
    - complementary "Details":
      - heading "Level" [level=2]
      - paragraph: Page Ruth Adeyemi, then after 15m
      - text: Who is paged
      - list:
        - listitem:
          - strong: Ruth Adeyemi
          - text: one person
          - 'button "Move up: Ruth Adeyemi" [disabled]'
          - 'button "Move down: Ruth Adeyemi" [disabled]'
          - button "Remove Ruth Adeyemi"
          - group "Urgency":
            - button "High" [pressed]
            - button "Low"
      - combobox "Add to this level"
      - combobox "If not acknowledged, escalate":
        - option "after" [selected]
        - option "when hours begin"
        - option "when hours end"
        - option "not set"
      - textbox "How long": 15m
      - group "Acknowledging":
        - button "First stops the rest" [pressed]
        - button "Everyone must"
      - paragraph: One acknowledgement stops the path, and the others are no longer paged.
      - group "Order":
        - button "All at once" [pressed]
        - button "Round robin"
      - group "Without a response":
        - button "Is paged once" [pressed]
        - button "Is paged again"
      - button "Channel"
      - button "Delay"
      - button "Delete"
  `);

  await app.setTime(/Page Ruth Adeyemi/, '20m');
  await page.keyboard.press('Escape');
  await expect(app.node(/Page Ruth Adeyemi/)).toBeFocused();
  await page.keyboard.press('h');
  await expect(page.getByRole('dialog', { name: 'History' })).toMatchAriaSnapshot(`
    - dialog "History":
      - list "History":
        - listitem:
          - button "change timer Page Ruth Adeyemi “then after 20m”, was “then after 15m” now"
        - listitem:
          - button "opened saved"
  `);
  await page.keyboard.press('Escape');

  await app.save.click();
  await expect(page.getByRole('dialog', { name: 'Save Payments?' })).toMatchAriaSnapshot(`
    - dialog "Save Payments?":
      - heading "Save Payments?" [level=2]
      - button "Close"
      - heading "In the path" [level=3]
      - list:
        - listitem:
          - text: changed
          - button "Page Ruth Adeyemi"
          - text: “then after 20m”, was “then after 15m”
      - heading "Paging impact" [level=3]
      - paragraph: The server finds no errors.
      - button "Keep editing"
      - button "Save now"
  `);
  await page.keyboard.press('Escape');

  await app.open(IDS.warehouse);
  await page.getByRole('button', { name: '2 problems' }).click();
  await expect(page.getByRole('dialog', { name: 'Problems' })).toMatchAriaSnapshot(`
    - dialog "Problems":
      - 'heading "Warnings" [level=2]'
      - list:
        - listitem:
          - text: Page next on Primary on-call and Oscar Vidal, all at once
          - button "Oscar Vidal is deactivated and can't be paged"
          - text: Choose somebody with an on-call seat.
          - button "Remove this target"
          - 'button "What this means: EP106"'
        - listitem:
          - text: Page Oscar Vidal
          - button "Oscar Vidal is deactivated and can't be paged"
          - text: Choose somebody with an on-call seat.
          - 'button "What this means: EP106"'
  `);
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
