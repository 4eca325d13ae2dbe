// A class is one thing: two files that give one name two meanings break whatever of the two comes later on the page.

import { readdir, readFile } from 'node:fs/promises';
import { test, expect } from '@playwright/test';

const FOLDER = new URL('../../style/', import.meta.url);
/** What every screen uses is refined where it is used. */
const SHARED = ['base.css', 'parts.css', 'tokens.css'];
/** What adapts all screens to their width or their colours. */
const ADAPTS = ['reading.css', 'contrast.css'];
/** Classes with one meaning that more than one file has rules for. */
const ONE_MEANING = new Set(`
  beside broken canvas combobox controls differences dot expect-form hint holds inspector label-row lane-name lane-who nobody node panel
  priorities-note problem problems problems-list simulate stale step step-words steps tabpanel turned unsure
`.trim().split(/\s+/));

/** The selectors of a style sheet, with what is for another medium left out. */
function selectors(text) {
  const found = [];
  let depth = 0;
  let media = 0;
  for (const piece of text.replace(/\/\*[\s\S]*?\*\//g, '').split(/([{}])/)) {
    if (piece === '{') depth += 1;
    else if (piece === '}') {
      depth -= 1;
      if (depth < media) media = 0;
    } else if (piece.trim().startsWith('@')) media = depth + 1;
    else if (media === 0 && depth === 0) found.push(...piece.split(/,(?![^(]*\))/).map((one) => one.trim()).filter(Boolean));
  }
  return found;
}

/** The classes that a selector is about without another class to say which: `.menu`, `.menu li`, not `.path .menu`. */
function owned(selector) {
  const first = selector.split(/[\s>+~]+/)[0].replace(/:[a-z-]+(\([^)]*\))?|\[[^\]]*\]/g, '');
  const classes = [...first.matchAll(/\.([\w-]+)/g)].map(([, name]) => name);
  return classes.length === 1 && first.startsWith('.') ? classes : [];
}

test('no name of a class has two meanings', async () => {
  const owners = new Map();
  const users = new Map();
  const add = (map, name, file) => map.set(name, (map.get(name) ?? new Set()).add(file));
  for (const file of (await readdir(FOLDER)).filter((name) => name.endsWith('.css')).sort()) {
    if (ADAPTS.includes(file)) continue;
    for (const selector of selectors(await readFile(new URL(file, FOLDER), 'utf8'))) {
      for (const name of owned(selector)) add(owners, name, file);
      for (const [, name] of selector.matchAll(/\.([a-z][\w-]*)/g)) add(users, name, file);
    }
  }
  expect(owners.size).toBeGreaterThan(150);
  // What one screen has a rule for, whatever it is in, reaches whatever another screen calls so.
  const twice = [...owners].flatMap(([name, files]) => {
    const others = [...users.get(name)].filter((file) => !files.has(file));
    const isShared = [...files].some((file) => SHARED.includes(file));
    return files.size > 1 || (!isShared && others.length > 0) ? [[name, [...files, ...others]]] : [];
  });
  const told = ([name, files]) => `.${name}: ${files.filter((file) => !SHARED.includes(file)).join(', ')}`;
  expect(twice.filter(([name]) => !ONE_MEANING.has(name)).map(told)).toEqual([]);
  expect([...ONE_MEANING].filter((name) => !twice.some(([one]) => one === name)), 'no longer in two files').toEqual([]);
});
