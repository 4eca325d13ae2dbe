// Measures the built app in Chromium and prints what it finds. Nothing here fails: `cargo xtask bench` runs it.

import { chromium } from '@playwright/test';
import { IDS } from './support/fixtures.js';
import { Server } from './support/server.js';
import config from './playwright.config.js';

const RUNS = 25;

function told(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  return `median ${at(0.5)} ms, from ${at(0)} to ${at(0.95)} (95 %)`;
}

function line(what, value) {
  console.log(`  ${what.padEnd(46)} ${value}`);
}

/** From a click on a button of the details to the frame that shows what it changed; and an empty frame. */
function edits(runs) {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const choices = () => [...document.querySelectorAll('.inspector .target-choices .segments button')].slice(0, 2);
  return (async () => {
    const result = { edit: [], script: [], empty: [] };
    for (let run = 0; run < runs; run += 1) {
      await painted();
      let begin = performance.now();
      await painted();
      result.empty.push(performance.now() - begin);
      begin = performance.now();
      choices().find((button) => button.ariaPressed === 'false').click();
      // Everything that follows an edit runs before the next task.
      await new Promise((done) => queueMicrotask(done));
      result.script.push(performance.now() - begin);
      await painted();
      result.edit.push(performance.now() - begin);
    }
    return result;
  })();
}

const server = await Server.start();
const browser = await chromium.launch(config.use.launchOptions);
try {
  const page = await browser.newPage({ viewport: config.use.viewport });
  for (const [name, id] of [['Payments, 9 nodes', IDS.payments], ['Major incidents, 25 nodes', IDS.major]]) {
    console.log(`\n${name}`);
    const begin = performance.now();
    await page.goto(`${server.url}/?bench#/paths/${id}`);
    await page.getByRole('treeitem').first().waitFor();
    line('open, from the request to the first card', `${(performance.now() - begin).toFixed(0)} ms`);
    const runs = 2000;
    await page.evaluate((times) => window.__bench.simulate(times), runs);
    const took = await page.evaluate((times) => window.__bench.simulate(times), runs);
    line('one simulate in the browser', `${((took / runs) * 1000).toFixed(0)} us`);
    await page.getByRole('treeitem', { name: /^Level/ }).first().click();
    for (const rate of [1, 4]) {
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate });
      const { edit, script, empty } = await page.evaluate(edits, RUNS);
      const slow = rate > 1 ? `, ${rate}x slower CPU` : '';
      line(`edit to painted frame${slow}`, told(edit));
      line(`  of that all that follows from the edit`, told(script));
      line(`  an empty frame beside it`, told(empty));
      await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    }
  }
} finally {
  await browser.close();
  await server.remove();
}
