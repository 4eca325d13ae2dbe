// Whether all that opens above the page can be reached by a pointer: checked in every test, whenever something opens.

/** Runs in the page, before the app: watches what opens, and reports what of it no pointer reaches. */
export function watchReach() {
  // What opens above the page or beside the graph, and what can be chosen in it.
  const POPUPS = 'dialog[open], [role=dialog], [role=menu], [role=listbox], [popover]';
  const ENTRIES = '[role=menuitem], [role=option], button, a[href], input, select, textarea, summary';
  // A part of a pixel is nothing that somebody sees.
  const SLACK = 1;

  const name = (element) => {
    const words = element.getAttribute('aria-label') || element.textContent.trim().replace(/\s+/g, ' ') || element.id;
    return `${element.getAttribute('role') || element.localName} “${words.slice(0, 40)}”`;
  };
  const box = (element) => {
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    return { left, top, right, bottom, width, height };
  };
  const told = ({ left, top, right, bottom }) => `${[left, top, right, bottom].map(Math.round)} in ${innerWidth} x ${innerHeight}`;
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && element.getClientRects().length > 0;

  const isOnTop = (popup) => popup.matches(':popover-open, dialog:modal');

  /** The element that scrolls this one down and up, within a popup. */
  const scrollerOf = (element, popup) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      const { overflowY } = getComputedStyle(at);
      if (['auto', 'scroll'].includes(overflowY) && at.scrollHeight > at.clientHeight) return at;
      if (at === popup) return null;
    }
    return null;
  };

  /** What is wrong with one entry of a popup. */
  const entryFault = (entry, popup) => {
    const at = box(entry);
    if (at.width < 1 || at.height < 1) return `${name(entry)} has no size`;
    const scroller = scrollerOf(entry, popup);
    const frame = scroller ? box(scroller) : { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    if (at.left < Math.max(frame.left, 0) - SLACK || at.right > Math.min(frame.right, innerWidth) + SLACK) {
      // A text that scrolls sideways is no entry.
      return `${name(entry)} is cut at its side: ${told(at)}`;
    }
    const middle = (at.top + at.bottom) / 2;
    const isSeen = middle > Math.max(frame.top, 0) + SLACK && middle < Math.min(frame.bottom, innerHeight) - SLACK;
    if (!isSeen) {
      if (!scroller) return `${name(entry)} is outside: ${told(at)}`;
      // It can be scrolled to; there it must be seen as a whole.
      const room = Math.min(frame.bottom, innerHeight) - Math.max(frame.top, 0);
      return room + SLACK < Math.min(at.height, 120) ? `${name(entry)} is higher than what it is seen through: ${told(at)}` : null;
    }
    const under = document.elementFromPoint((at.left + at.right) / 2, middle);
    const label = entry.closest('label');
    if (under && (entry.contains(under) || (under === label && label.contains(entry)))) return null;
    // Something that was opened in front of it, as a list of a field in it, is left before it is used.
    const front = under?.closest(POPUPS);
    if (front && front !== popup && isOnTop(front) && !front.contains(popup)) return null;
    if (under?.matches('.behind') && !isOnTop(popup)) return null;
    return `${name(entry)} is covered by ${under ? name(under) : 'nothing'}: ${told(at)}`;
  };

  /** What is open above the page, the last opened first. */
  const open = () => [...document.querySelectorAll(POPUPS)].filter(isShown).filter((popup) => !popup.matches('[popover]:not(:popover-open)'));

  /** All that is wrong with a popup. */
  const faultsOf = (popup) => {
    const at = box(popup);
    const faults = [];
    if (at.left < -SLACK || at.top < -SLACK || at.right > innerWidth + SLACK || at.bottom > innerHeight + SLACK) {
      faults.push(`it is outside the window: ${told(at)}`);
    }
    const entries = [...popup.querySelectorAll(ENTRIES)].filter(isShown);
    faults.push(...entries.map((entry) => entryFault(entry, popup)).filter(Boolean));
    if (entries.length > 1 && at.height < Math.min(...entries.map((entry) => box(entry).height))) {
      faults.push(`it is lower than any of its entries: ${Math.round(at.height)}`);
    }
    return faults.map((fault) => `${name(popup)}: ${fault}`);
  };

  /** Whether a dialog lies in front of a popup, and takes what is done. */
  const isBehind = (popup, all) => all.some((other) => other !== popup && other.matches('dialog:modal') && !other.contains(popup) && !popup.contains(other));

  const faults = () => {
    const all = open();
    return all.filter((popup) => !isBehind(popup, all)).flatMap(faultsOf);
  };

  // The next frame that is really drawn, whatever the page's clock says.
  const frame = () => new Promise((done) => {
    const observer = new IntersectionObserver(() => { observer.disconnect(); done(); });
    observer.observe(document.documentElement);
  });

  /** What is wrong once everything has come to rest: at least two frames, at most twelve. */
  const settled = async () => {
    let found = [];
    for (let frames = 0; frames < 12; frames += 1) {
      await frame();
      found = faults();
      if (frames > 0 && found.length === 0) break;
    }
    return found;
  };

  window.reach = { faults, faultsOf, frame, open, settled, name };

  const report = (found) => {
    if (found.length > 0) window.reportUnreachable?.(found);
  };
  let looking = false;
  let again = false;
  const look = async () => {
    again = true;
    if (looking) return;
    looking = true;
    while (again) {
      again = false;
      report(await settled());
    }
    looking = false;
  };
  const start = () => {
    new MutationObserver(() => { if (open().length > 0) look(); })
      .observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ['open', 'class', 'hidden'] });
  };
  if (document.documentElement) start(); else document.addEventListener('readystatechange', start, { once: true });
  // What is pressed in a popup is reachable as it lies, not only after a test has scrolled it into a gap.
  addEventListener('pointerdown', (event) => {
    const popup = event.target.closest?.(POPUPS);
    if (popup && isShown(popup)) report(faultsOf(popup));
  }, true);
  // What nobody can scroll by wheel or finger, a test has not scrolled either.
  addEventListener('scroll', ({ target }) => {
    // The graph is moved by the wheel: what a test scrolls there, somebody brings into view so.
    if (!(target instanceof Element) || target.matches('input, textarea, select, .canvas')) return;
    const { overflowX, overflowY } = getComputedStyle(target);
    const still = (overflow) => ['hidden', 'clip'].includes(overflow);
    if ((target.scrollTop > 0 && still(overflowY)) || (target.scrollLeft > 0 && still(overflowX))) {
      report([`${name(target)} (${target.className}) was scrolled, which nobody can do`]);
    }
  }, true);
}
