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

const PEOPLE = ['MAYA', 'TOM', 'ELENA', 'PRIYA'];
const HOURS = [{ id: 'uk', name: 'UK hours', timezone: 'Europe/London', weekday_intervals: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday']
  .map((weekday) => ({ weekday, start_time: '09:00', end_time: '17:00' })) }];

/** A path with so many nodes, its branches ten levels deep where there are enough. */
function tree(nodes) {
  let made = 0;
  const level = () => {
    made += 1;
    const id = `01J0USER${PEOPLE[made % PEOPLE.length]}`.padEnd(26, '0');
    return { id: `n${made}`, type: 'level', level: { targets: [{ type: 'user', id, urgency: 'high' }], time_to_ack_seconds: 300, ack_mode: 'first' } };
  };
  const list = (count, depth) => {
    const all = [];
    // A branch needs itself and something on either side.
    const straight = depth === 0 || count < 6 ? count : Math.min(3, count - 3);
    for (let at = 0; at < straight; at += 1) all.push(level());
    const rest = count - straight - 1;
    if (count > straight) {
      made += 1;
      const id = `n${made}`;
      const half = Math.floor(rest / 2);
      const condition = { subject: 'escalation.working_hours["uk"]', operation: 'is_active', param_bindings: [] };
      all.push({ id, type: 'if_else', if_else: { conditions: [condition], then_path: list(half, depth - 1), else_path: list(rest - half, depth - 1) } });
    }
    return all;
  };
  return { name: `${nodes} nodes`, path: list(nodes, 10), working_hours: HOURS };
}

/** How long some changes take until they are seen, in the page; the frames while panning. */
async function drawing({ text, middle, runs }) {
  const bench = window.__bench;
  const took = async (what) => {
    const begin = performance.now();
    await what();
    return performance.now() - begin;
  };
  const next = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const result = { open: [], insert: [], edit: [], select: [], empty: [], frames: [] };
  for (let run = 0; run < 5; run += 1) {
    await next();
    result.open.push(await took(() => bench.load(text)));
  }
  for (let run = 0; run < runs; run += 1) {
    await next();
    result.empty.push(await took(next));
    await next();
    result.select.push(await took(() => bench.select(run % 2 ? middle : 'n1')));
    await bench.select(middle);
    await next();
    result.edit.push(await took(() => bench.editText(middle, `${run + 6}m`)));
    await next();
    result.insert.push(await took(() => bench.insertAfter(middle)));
  }
  const canvas = document.querySelector('.canvas');
  let before = performance.now();
  for (let frame = 0; frame < 60; frame += 1) {
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaX: frame < 30 ? 40 : -40, deltaY: frame < 30 ? 30 : -30, bubbles: true, cancelable: true }));
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    result.frames.push(now - before);
    before = now;
  }
  return result;
}

/** A path that tells five priorities apart and pages schedules, in and out of working hours; of about so many nodes. */
function covered(nodes) {
  const schedules = ['PRIMARY', 'SECONDARY', 'SUPPORT', 'PRIMARY'].map((name) => `01J0SCHED${name}`.padEnd(26, '0'));
  let made = 0;
  const id = () => `n${(made += 1)}`;
  const level = () => ({ id: id(), type: 'level', level: {
    targets: [{ type: 'schedule', id: schedules[made % schedules.length], urgency: 'high', schedule_mode: 'currently_on_call' }],
    time_to_ack_seconds: 300, ack_mode: 'first' } });
  const branch = (condition, then_path, else_path) => ({ id: id(), type: 'if_else', if_else: { conditions: [condition], then_path, else_path } });
  const each = Math.max(1, Math.floor((nodes - 9) / 10));
  const levels = () => Array.from({ length: each }, level);
  const hours = () => [branch({ subject: 'escalation.working_hours["uk"]', operation: 'is_active', param_bindings: [] }, levels(), levels())];
  const priority = (number) => branch({ subject: 'escalation.priority', operation: 'one_of',
    param_bindings: [{ array_value: [{ literal: `01J0PRIORITYP${number}`.padEnd(26, '0') }] }] }, hours(), number === 4 ? hours() : [priority(number + 1)]);
  return { name: `${nodes} nodes, covered`, path: [priority(1)], working_hours: HOURS };
}

/** From the click on a number of weeks to the frame that shows them, and the longest frame in between. */
async function covering({ text, runs }) {
  const bench = window.__bench;
  const frame = () => new Promise(requestAnimationFrame);
  const button = (name) => [...document.querySelectorAll('.cover-head button')].find((one) => one.textContent === name);
  const result = { drawn: [], longest: [], rows: 0 };
  await bench.load(text);
  document.getElementById('tab-coverage').click();
  await frame();
  const show = async (name) => {
    const begin = performance.now();
    let [before, longest] = [begin, 0];
    button(name).click();
    do {
      await frame();
      const now = performance.now();
      longest = Math.max(longest, now - before);
      before = now;
    } while (document.querySelector('[data-working]'));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return [performance.now() - begin, longest];
  };
  for (let run = 0; run < runs; run += 1) {
    await show('1 week');
    const [drawn, longest] = await show('13 weeks');
    result.drawn.push(drawn);
    result.longest.push(longest);
  }
  result.rows = document.querySelectorAll('.cover-rows li').length;
  result.marks = document.querySelectorAll('.cover-drawing rect').length;
  document.getElementById('tab-simulate').click();
  return result;
}

async function coverage(page) {
  for (const nodes of [19, 300]) {
    const { drawn, longest, rows, marks } = await page.evaluate(covering, { text: JSON.stringify(covered(nodes)), runs: 7 });
    console.log(`\ncoverage of 13 weeks x ${rows} priorities, ${nodes} nodes, ${marks} marks`);
    line('click to drawn', told(drawn));
    line('the longest frame meanwhile', told(longest));
  }
}

/** How long the script of a scrubbed frame takes, and how long until it is seen, going through a whole run. */
async function scrubbing() {
  const next = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const result = { scrub: [], script: [], empty: [] };
  for (let at = 0; at <= 990; at += 10) {
    await next();
    let begin = performance.now();
    await next();
    result.empty.push(performance.now() - begin);
    begin = performance.now();
    const painted = window.__bench.scrub(at);
    await new Promise((done) => queueMicrotask(done));
    result.script.push(performance.now() - begin);
    await painted;
    result.scrub.push(performance.now() - begin);
  }
  await window.__bench.scrub(1000);
  return result;
}

async function scrub(page, what) {
  const session = await page.context().newCDPSession(page);
  for (const rate of [1, 4]) {
    await session.send('Emulation.setCPUThrottlingRate', { rate });
    const { scrub, script, empty } = await page.evaluate(scrubbing);
    const slow = rate > 1 ? `, ${rate}x slower CPU` : '';
    line(`scrub frame time${what}${slow}`, told(scrub));
    line('  of that all that follows from it', told(script));
    line('  an empty frame beside it', told(empty));
  }
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
}

async function sizes(page) {
  const session = await page.context().newCDPSession(page);
  for (const nodes of [10, 100, 300, 1000]) {
    const path = tree(nodes);
    const text = JSON.stringify(path);
    const middle = `n${Math.ceil(nodes / 2)}`;
    for (const rate of [1, 4]) {
      await session.send('Emulation.setCPUThrottlingRate', { rate });
      const result = await page.evaluate(drawing, { text, middle: text.includes(`"${middle}","type":"level"`) ? middle : 'n2', runs: rate > 1 ? 7 : 15 });
      console.log(`\n${nodes} nodes${rate > 1 ? `, ${rate}x slower CPU` : ''}`);
      line('open to painted', told(result.open));
      line('insert in the middle to painted', told(result.insert));
      line('text edit to painted', told(result.edit));
      line('select to painted', told(result.select));
      line('an empty frame beside them', told(result.empty));
      line('frames while panning', told(result.frames));
    }
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await page.evaluate((json) => window.__bench.load(json), text);
    if (nodes === 300) await scrub(page, '');
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.enable').then(() => session.send('Performance.getMetrics'));
    const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
    const own = await page.evaluate(() => window.__bench.memory());
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    line('after load', `${(heap / 1e6).toFixed(1)} MB of the page, ${(own / 1e6).toFixed(1)} MB of the program, ${elements} elements`);
  }
}

/** One of each kind of what can be expected. */
const EXPECTED = [
  { expect: 'pages_someone' },
  { expect: 'first_page_within', seconds: 300 },
  { expect: 'reaches_people_within', people: 2, seconds: 3600 },
  { expect: 'covered_by', schedule: '01J0SCHEDPRIMARY0000000000', seconds: 3600 },
  { expect: 'quiet_hours', urgency: 'low', window: { timezone: 'Europe/London', weekday_intervals: [{ weekday: 'saturday', start_time: '22:00', end_time: '07:00' }] } },
  { expect: 'at_most_people_before', people: 5, seconds: 60 },
  { expect: 'not_louder_than' },
  { expect: 'ends_within', seconds: 864000 },
  { expect: 'no_single_person' },
  { expect: 'no_consecutive_same_person' },
  { expect: 'every_node_reachable' },
];

/** From an edit to all verdicts being seen; and the frames that are late while edits come as fast as keys are pressed. */
async function verdicts({ id, expected, runs }) {
  const bench = window.__bench;
  const next = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const rows = () => [...document.querySelectorAll('.expectation')];
  const areShown = () => rows().length === expected && rows().every((row) => !row.classList.contains('stale') && row.matches('.holds, .broken, .unsure, .expectation'));
  const shown = async () => {
    const changed = () => new Promise((done) => {
      const watch = new MutationObserver(() => { watch.disconnect(); done(); });
      watch.observe(document.querySelector('.expectations'), { subtree: true, childList: true, attributes: true, characterData: true });
    });
    while (!areShown()) await changed();
    await next();
  };
  const result = { shown: [], frames: [], late: 0 };
  let minutes = 5;
  for (let run = 0; run < runs; run += 1) {
    await shown();
    await pause(50);
    const begin = performance.now();
    bench.editText(id, `${(minutes += 1)}m`);
    await pause(0);
    await shown();
    result.shown.push(performance.now() - begin);
  }
  await pause(500);
  let goesOn = true;
  const typing = (async () => {
    for (let key = 0; key < 40; key += 1) {
      bench.editText(id, `${(minutes += 1)}m`);
      // Whoever types stops now and then, and goes on.
      await pause(key % 8 === 7 ? 650 : 80);
    }
    goesOn = false;
  })();
  let before = await new Promise(requestAnimationFrame);
  while (goesOn) {
    const now = await new Promise(requestAnimationFrame);
    result.frames.push(now - before);
    result.late += Math.max(0, Math.round((now - before) / (1000 / 60)) - 1);
    before = now;
  }
  await typing;
  return result;
}

/** A path with so many nodes that pages schedules and begins again from its first node. */
function everyday(nodes) {
  const path = covered(nodes);
  const lists = (list) => [list, ...list.flatMap((node) => (node.if_else ? [...lists(node.if_else.then_path), ...lists(node.if_else.else_path)] : []))];
  const [first] = path.path;
  const before = { id: 'first', type: 'level', level: { targets: [{ type: 'user', id: '01J0USERMAYA00000000000000', urgency: 'high' }], time_to_ack_seconds: 300, ack_mode: 'first' } };
  for (const list of lists([first]).filter((one) => !one.at(-1).if_else)) {
    list.push({ id: `again-${list[0].id}`, type: 'repeat', repeat: { to_node: 'first', repeat_times: 4 } });
  }
  return { ...path, name: `${nodes} nodes, everyday`, path: [before, first] };
}

/** Counts what goes to workers, and how many there are. */
function watchWorkers() {
  const counts = { made: 0, bytes: 0, worlds: 0, questions: 0 };
  window.__workers = counts;
  window.Worker = class extends Worker {
    constructor(...all) {
      super(...all);
      counts.made += 1;
    }

    postMessage(message, ...rest) {
      const [name, text] = Array.isArray(message) ? message : [];
      if (name === 'set_world') counts.worlds += 1;
      if (name === 'ask') Object.assign(counts, { questions: counts.questions + 1, bytes: counts.bytes + text.length });
      return super.postMessage(message, ...rest);
    }
  };
}

/** Edits at rest and as fast as keys are pressed, with the simulation shown: frames, long tasks, and until when verdicts come. */
async function using({ runs }) {
  const bench = window.__bench;
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const result = { rest: [], typing: [], verdicts: [], long: [], counts: null, nodes: 0, elements: 0 };
  new PerformanceObserver((list) => result.long.push(...list.getEntries().map((entry) => entry.duration))).observe({ entryTypes: ['longtask'] });
  let minutes = 5;
  const edit = async (times) => {
    const begin = performance.now();
    bench.editText('first', `${(minutes += 1)}m`);
    await painted();
    times.push(performance.now() - begin);
  };
  const fresh = async () => { while (document.querySelector('.expectation.stale') || !window.__fresh()) await pause(4); };
  for (let run = 0; run < runs; run += 1) {
    await pause(1500);
    await edit(result.rest);
  }
  await pause(3000);
  result.long.length = 0;
  const before = { ...window.__workers };
  for (let run = 0; run < 3; run += 1) {
    for (let key = 0; key < 8; key += 1) {
      await edit(result.typing);
      await pause(90);
    }
    const last = performance.now();
    document.getElementById('tab-expectations').click();
    await fresh();
    result.verdicts.push(performance.now() - last);
    document.getElementById('tab-simulate').click();
    await pause(500);
  }
  const counts = window.__workers;
  result.counts = Object.fromEntries(Object.keys(counts).map((name) => [name, counts[name] - before[name]]));
  const all = (node) => 1 + [...node.childNodes].reduce((sum, child) => sum + all(child), 0);
  result.nodes = all(document.documentElement);
  result.elements = document.querySelectorAll('*').length;
  return result;
}

async function used() {
  for (const nodes of [20, 100, 300]) {
    const { body: { escalation_path: path } } = await server.api('POST', '/v2/escalation_paths', everyday(nodes));
    await server.api('PUT', `/builder/v1/escalation_paths/${path.id}/expectations`, { expectations: EXPECTED.slice(0, 5) });
    console.log(`\nAs people use it: ${nodes} nodes that begin again, the simulation shown, five expectations`);
    for (const rate of [1, 4]) {
      const page = await browser.newPage({ viewport: config.use.viewport });
      await page.addInitScript(watchWorkers);
      await page.addInitScript(() => { window.__fresh = () => document.querySelectorAll('.expectation').length === 5; });
      await page.goto(`${server.url}/?bench#/paths/${path.id}`);
      await page.getByRole('treeitem').first().waitFor();
      await page.locator('html[data-whole]').waitFor();
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate });
      const { rest, typing, verdicts: came, long, counts, nodes: all, elements } = await page.evaluate(using, { runs: 5 });
      const slow = rate > 1 ? `, ${rate}x slower CPU` : '';
      line(`edit to painted frame, at rest${slow}`, told(rest));
      line(`edit to painted frame, while typing${slow}`, told(typing));
      line(`from the last key to all verdicts${slow}`, told(came));
      line(`long tasks while typing${slow}`, `${long.length}, the longest ${Math.max(0, ...long).toFixed(0)} ms`);
      line(`workers made, worlds sent while typing${slow}`, `${counts.made}, ${counts.worlds}`);
      line(`bytes to a worker for one edit${slow}`, `${(counts.bytes / typing.length).toFixed(0)} in ${(counts.questions / typing.length).toFixed(1)} questions`);
      line(`DOM nodes${slow}`, `${all}, of which ${elements} elements`);
      await page.close();
    }
  }
}

async function proving(page) {
  const { status, body } = await server.api('PUT', `/builder/v1/escalation_paths/${IDS.payments}/expectations`, { expectations: EXPECTED });
  if (status !== 200) throw new Error(JSON.stringify(body));
  await page.goto(`${server.url}/?bench#/paths/${IDS.payments}`);
  await page.getByRole('treeitem').first().waitFor();
  await page.locator('html[data-whole]').waitFor();
  await page.getByRole('tab', { name: 'Expectations' }).click();
  const measure = async (name, id) => {
    console.log(`\n${name}, ${EXPECTED.length} expectations`);
    for (const rate of [1, 4]) {
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate });
      const { shown, frames, late } = await page.evaluate(verdicts, { id, expected: EXPECTED.length, runs: rate > 1 ? 7 : 15 });
      const slow = rate > 1 ? `, ${rate}x slower CPU` : '';
      line(`edit to all verdicts shown${slow}`, told(shown));
      line(`frames while typing${slow}`, `${told(frames)}; ${late} dropped of ${frames.length + late}`);
      await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    }
  };
  const { body: { escalation_path: payments } } = await server.api('GET', `/v2/escalation_paths/${IDS.payments}`);
  const first = (nodes) => nodes.map((node) => (node.type === 'level' ? node.id : node.if_else && first([...node.if_else.then_path, ...node.if_else.else_path]))).find(Boolean);
  await measure('Payments, 9 nodes', first(payments.path));
  await page.evaluate((json) => window.__bench.load(json), JSON.stringify(tree(300)));
  await measure('300 nodes', 'n2');
}

const server = await Server.start();
const browser = await chromium.launch(config.use.launchOptions);
try {
  const page = await browser.newPage({ viewport: config.use.viewport });
  await used();
  await proving(page);
  for (const [name, id] of [['Payments, 9 nodes', IDS.payments], ['Major incidents, 25 nodes', IDS.major]]) {
    console.log(`\n${name}`);
    const begin = performance.now();
    await page.goto(`${server.url}/?bench#/paths/${id}`);
    await page.getByRole('treeitem').first().waitFor();
    line('open, from the request to the first card', `${(performance.now() - begin).toFixed(0)} ms`);
    await page.locator('html[data-whole]').waitFor();
    line('  to all parts', `${(performance.now() - begin).toFixed(0)} ms`);
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
    await scrub(page, '');
  }
  await page.goto(`${server.url}/?bench#/paths/${IDS.payments}`);
  await page.getByRole('treeitem').first().waitFor();
  await page.locator('html[data-whole]').waitFor();
  await coverage(page);
  await sizes(page);
} finally {
  await browser.close();
  await server.remove();
}
