// Opens what can be opened on a screen, and looks whether a pointer reaches it.

/** Windows from large to small: width and height. */
export const SIZES = [[1920, 1080], [1440, 900], [1024, 768], [1440, 600], [390, 844]];

/** What may lie on an opener, with the reason. */
const COVERS = {
  '.side-panel': 'it is closed before what lies under it is used',
};

/** Opens all that can be opened now, one after the other, and returns that and what of it no pointer reaches. */
export const openAll = (page) => page.evaluate(openEach, Object.keys(COVERS).join());

/** The same, in the page. */
async function openEach(covers) {
  const { faults, frame, name, open, settled } = window.reach;
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const middle = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2];
  };
  /** What a pointer meets in the middle of an opener, if it is not the opener. */
  const onTop = (opener) => {
    const under = document.elementFromPoint(...middle(opener));
    return under && opener.contains(under) ? null : under ?? document.documentElement;
  };
  /** Brings an opener to where it can be pressed: the graph is moved by the wheel, all else scrolls with what it lies in. */
  const bring = async (opener) => {
    const canvas = opener.closest('.canvas');
    if (!onTop(opener)) return;
    if (!canvas) return opener.scrollIntoView({ block: 'center', inline: 'nearest' });
    const [[x, y], [toX, toY]] = [middle(opener), middle(canvas)];
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaX: x - toX, deltaY: y - toY, clientX: toX, clientY: toY, bubbles: true, cancelable: true }));
    for (let frames = 0; frames < 3; frames += 1) await frame();
  };
  const found = [];
  const opened = [];
  // A state may have something open already: what is behind it cannot be used, and a press there closes it.
  const first = await settled();
  found.push(...first);
  const before = open();
  const isBehind = [...document.querySelectorAll('.behind')].some(isShown);
  const root = before.filter((one) => one.matches('dialog:modal')).at(-1) ?? (isBehind ? before.find((one) => one.matches(':popover-open')) : document);
  const isOpen = (opener) => opener.getAttribute('aria-expanded') === 'true';
  const openers = [...root.querySelectorAll('[aria-haspopup], [role=combobox]')].filter((one) => isShown(one) && !one.disabled && !isOpen(one) && !before.some((popup) => popup.contains(one) && popup !== root));
  // Of those that are alike, the first and the last.
  const kinds = new Map();
  for (const one of openers) {
    const kind = `${one.localName}.${one.className}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  const chosen = [...kinds.values()].flatMap((all) => (all.length > 1 ? [all[0], all.at(-1)] : all));
  for (const opener of chosen) {
    if (!opener.isConnected || !isShown(opener)) continue;
    const was = new Set(open());
    await bring(opener);
    const cover = onTop(opener);
    if (cover) {
      if (!cover.closest(covers)) found.push(`${name(opener)} is covered by ${name(cover)} (${cover.className}), ${middle(opener).map(Math.round)}`);
      continue;
    }
    opener.focus({ preventScroll: true });
    opener.click();
    for (let frames = 0; frames < 20 && open().every((one) => was.has(one)); frames += 1) await frame();
    const now = open().filter((one) => !was.has(one));
    if (now.length > 0) opened.push(name(opener));
    // Or it is said why there is nothing.
    else if (!document.querySelector('.toast')) found.push(`${name(opener)} opens nothing`);
    found.push(...(await settled()).map((fault) => `${name(opener)} opens ${fault}`));
    // Each entry in the middle of a list that scrolls, once it is scrolled to.
    for (const popup of now) {
      for (const entry of popup.querySelectorAll('[role=menuitem], [role=option]')) entry.scrollIntoView({ block: 'nearest' });
    }
    found.push(...faults().map((fault) => `${name(opener)}, scrolled to its end: ${fault}`));
    for (const popup of now.reverse()) {
      if (popup.matches('dialog:modal')) popup.dispatchEvent(new Event('cancel', { cancelable: true }));
      else (document.activeElement ?? opener).dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
    }
    for (let frames = 0; frames < 20 && now.some((one) => one.isConnected && isShown(one)); frames += 1) await frame();
    if (now.some((one) => one.isConnected && isShown(one))) found.push(`${name(opener)}: it is not closed by Escape`);
  }
  return { found, opened };
}
