// Says what is wrong where the app does not begin, within five seconds, and what to do about it. The app takes `#boot`
// away once it begins. Nothing is loaded anew by itself, so that nothing goes round in a circle.
(() => {
  const here = document.currentScript;
  // As a file it only runs where what is inside the page did not: a policy forbids that, and with it the app.
  const isFile = Boolean(here && here.src);
  if (window.watchesStart) return;
  window.watchesStart = true;

  const SAY = {
    noWasm: ['This browser runs no WebAssembly, which this page needs.',
      'Lockdown Mode turns it off. Allow this site there, or use another browser.'],
    policy: ['A content security policy forbids this page to run.',
      'Ask whoever runs the proxy in front to leave the server’s own policy alone.'],
    away: ['The program of this page could not be loaded.', 'Check that you are online and nothing blocks it.'],
    other: ['Something else came in place of this page’s program.',
      'A proxy or filter may have replaced it. Try again, or ask whoever runs it.'],
    versions: ['The parts of this page are of different versions.', 'The server is being updated. Load the page again.'],
    frame: ['This frame keeps the page from running.', 'It lacks allow-same-origin. Open the page in its own tab.'],
    broken: ['The page could not begin.', 'Load it again. If that does not help, use another browser.'],
    slow: ['Loading takes longer than usual.', 'Wait a little longer, or try again.'],
  };
  // Why it does not begin: what is known first. What follows from it, or is guessed, does not take its place.
  let cause = null;
  let shown = null;

  function say(what) {
    if (!cause || cause === 'slow') cause = what;
    show();
  }

  function show() {
    const boot = document.getElementById('boot');
    if (!boot) {
      // The page is not read as far yet, or the app has begun.
      if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', show, { once: true });
      return;
    }
    if (shown === cause) return;
    const what = cause;
    shown = what;
    const part = (name, text, kind) => {
      const element = document.createElement(name);
      element.textContent = text;
      if (kind) element.className = kind;
      return element;
    };
    const again = part('button', 'Try again', 'boot-again');
    again.type = 'button';
    again.addEventListener('click', () => {
      const { pathname, search, hash } = location;
      // Below a path the files lie beside the page only where its address ends with a slash.
      const isOpen = what === 'slow' || pathname.endsWith('/') || /\.[^/]*$/.test(pathname);
      if (isOpen) location.reload();
      else location.assign(`${pathname}/${search}${hash}`);
    });
    let act = again;
    if (what === 'frame') {
      act = part('a', 'Open in a new tab', 'boot-again');
      act.href = location.href;
      act.target = '_blank';
      act.rel = 'noopener';
    }
    const mark = part('span', '', 'boot-mark');
    mark.setAttribute('aria-hidden', 'true');
    boot.setAttribute('role', what === 'slow' ? 'status' : 'alert');
    boot.className = what === 'slow' ? '' : 'told';
    boot.replaceChildren(mark, part('p', SAY[what][0], 'boot-told'), part('p', SAY[what][1]), act);
  }

  /** What an error says of why the app does not begin. */
  function why(error) {
    const text = String(error);
    if (/unsafe-eval|content security policy/i.test(text)) return 'policy';
    const is = (kind) => typeof WebAssembly === 'object' && WebAssembly[kind] && error instanceof WebAssembly[kind];
    if (is('LinkError')) return 'versions';
    if (is('CompileError')) return 'other';
    if (error instanceof SyntaxError) return 'other';
    if (error instanceof TypeError && /fetch|load|network|http status|mime/i.test(text)) return 'away';
    // The program calls what is not there, or is called by what it does not know.
    if (error instanceof TypeError) return 'versions';
    return 'broken';
  }

  const isWaiting = () => document.readyState === 'loading' || document.getElementById('boot');
  addEventListener('error', (event) => {
    if (!isWaiting()) return;
    const { target } = event;
    if (target && target.tagName === 'SCRIPT') {
      // That of this file is none of the app.
      if (!/\/boot\.js$/.test(target.src)) say('away');
    } else if (event.error) say(why(event.error));
  }, true);
  addEventListener('unhandledrejection', (event) => {
    if (isWaiting()) say(why(event.reason));
  });
  document.addEventListener('securitypolicyviolation', (event) => {
    if (isWaiting() && event.disposition === 'enforce' && /^script-src/.test(event.effectiveDirective)) say('policy');
  });

  if (typeof WebAssembly !== 'object') say('noWasm');
  else if (self.origin === 'null') say('frame');
  else if (isFile) say('policy');
  setTimeout(() => {
    if (document.getElementById('boot')) say(cause ?? 'slow');
  }, 4000);
})();
