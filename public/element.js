// <escalation-path> and <escalation-path-viewer>: the path builder as elements of somebody else's page. The program is
// loaded once for all of them, when the first is in the page. See docs/embedding.md.

const here = import.meta.url;
const file = (name) => new URL(name, here).href;

let loading;

/** The program and its styles; tried again by the next who asks where it could not be loaded. */
function load() {
  loading ??= (async () => {
    const [program, style] = await Promise.all([
      import(file('PROGRAM')).then(async (program) => {
        await program.default({ module_or_path: file('FIRST') });
        await program.prepare_elements();
        return program;
      }),
      fetch(file('STYLE')).then((answer) => {
        if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
        return answer.text();
      }),
    ]);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    return { program, sheet };
  })();
  loading.catch(() => { loading = undefined; });
  return loading;
}

/** Properties that may be set before the element is defined: an upgrade would hide them behind the own value. */
const PROPERTIES = ['path', 'world', 'fetcher', 'tokenProvider', 'readonly', 'pathId', 'apiBase', 'theme', 'disabled', 'value'];

/** What an instance reports, and whether the page can prevent what follows. */
const CANCELABLE = new Set(['save-request', 'navigate']);

/** How long nothing may be edited before that is a `change`, in milliseconds. */
const SETTLED = 300;

const text = (value) => (value == null ? undefined : typeof value === 'string' ? value : JSON.stringify(value));

function classes() {
  class EscalationPath extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = ['path-id', 'api-base', 'readonly', 'disabled', 'theme'];

    #internals = this.attachInternals();
    #root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    #base = document.createElement('div');
    #number; #program; #given = {}; #first; #begins = 0; #isFormDisabled = false; #settles;

    constructor() {
      super();
      this.#base.className = 'app';
      this.#base.part = 'app';
    }

    connectedCallback() {
      for (const name of PROPERTIES) {
        if (Object.hasOwn(this, name)) {
          const value = this[name];
          delete this[name];
          this[name] = value;
        }
      }
      if (this.#number === undefined) this.#begin();
    }

    disconnectedCallback() {
      // Whoever moves it has it in the page again before this runs.
      queueMicrotask(() => { if (!this.isConnected) this.#end(); });
    }

    attributeChangedCallback(name, before, now) {
      if (before === now) return;
      if (name === 'theme') this.#showTheme();
      else if (name === 'readonly' || name === 'disabled') this.#lock();
      else this.#again();
    }

    // --- What the page sets ---

    get pathId() { return this.getAttribute('path-id') ?? ''; }
    set pathId(id) { this.#reflect('path-id', id); }

    /** The address of the server. Without it, and without a path, the one that this script is from. */
    get apiBase() { return this.getAttribute('api-base') ?? ''; }
    set apiBase(address) { this.#reflect('api-base', address); }

    get theme() { return this.getAttribute('theme') ?? 'auto'; }
    set theme(theme) { this.#reflect('theme', theme); }

    get readonly() { return this.hasAttribute('readonly'); }
    set readonly(is) { this.toggleAttribute('readonly', Boolean(is)); }

    get disabled() { return this.hasAttribute('disabled'); }
    set disabled(is) { this.toggleAttribute('disabled', Boolean(is)); }

    get name() { return this.getAttribute('name') ?? ''; }
    set name(name) { this.#reflect('name', name); }

    /** The path itself, as an object or as JSON, where the page holds it. */
    get path() {
      const now = this.#act('value');
      return now === undefined ? this.#given.path : JSON.parse(now);
    }

    set path(path) {
      this.#given.path = path;
      this.#first ??= path;
      if (this.#number === undefined || text(path) === undefined || !this.#isGiven) return this.#again();
      this.#taken(this.#act('path', text(path)));
    }

    /** What the path stands in: people, schedules, priorities. See docs/embedding.md. */
    get world() { return this.#given.world; }
    set world(world) {
      this.#given.world = world;
      if (this.#number === undefined || !this.#isGiven) return this.#again();
      this.#taken(this.#act('world', text(world)));
    }

    /** The path as JSON text, as forms have it. */
    get value() { return this.#act('value') ?? text(this.#given.path) ?? ''; }
    set value(value) { this.path = value; }

    /** Sends a `Request` in place of the browser, and gives the `Response`. */
    get fetcher() { return this.#given.fetcher; }
    set fetcher(fetcher) { this.#given.fetcher = fetcher; this.#again(); }

    /** Gives the token that goes with each request. */
    get tokenProvider() { return this.#given.token; }
    set tokenProvider(token) { this.#given.token = token; this.#again(); }

    get dirty() { return this.#act('dirty') === true; }

    // --- What the page asks for ---

    /** Reads everything again. */
    load() { this.#act('reload'); }
    save() { this.#act('save'); }
    /** Says that the page has saved the path as it is. */
    markSaved() { this.#act('saved'); }
    undo() { this.#act('undo'); }
    redo() { this.#act('redo'); }
    /** What is wrong with the path. */
    check() { return this.#act('check') ?? []; }
    /** What happens in a scenario; in the one that is shown, without. */
    simulate(scenario) {
      const run = this.#act('simulate', text(scenario) ?? '');
      if (typeof run === 'string') throw new TypeError(run);
      return run;
    }
    /** The path as `json`, or its graph as `svg`. */
    export(form = 'json') { return this.#act(form === 'svg' ? 'svg' : 'value'); }
    /** Goes to a step. */
    focusNode(id) { this.#act('focus', id); }

    // --- Forms ---

    get form() { return this.#internals.form; }
    get validity() { return this.#internals.validity; }
    get validationMessage() { return this.#internals.validationMessage; }
    get willValidate() { return this.#internals.willValidate; }
    checkValidity() { return this.#internals.checkValidity(); }
    reportValidity() { return this.#internals.reportValidity(); }
    formDisabledCallback(is) { this.#isFormDisabled = is; this.#lock(); }
    formResetCallback() { if (this.#first !== undefined) this.path = this.#first; }
    formStateRestoreCallback(value) { this.path = value; }

    // --- Its life ---

    get #isGiven() { return text(this.#given.path) !== undefined && !this.hasAttribute('api-base'); }
    get #onlyReads() { return this.isViewer || this.readonly || this.disabled || this.#isFormDisabled; }
    get isViewer() { return false; }

    #reflect(name, value) {
      if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    }

    #showTheme() {
      const { theme } = this;
      if (theme === 'light' || theme === 'dark') this.#base.dataset.theme = theme;
      else delete this.#base.dataset.theme;
    }

    #lock() {
      this.#state('readonly', this.#onlyReads);
      this.#act('readonly', this.#onlyReads);
    }

    #act(what, value) {
      return this.#number === undefined ? undefined : this.#program.act(this.#number, what, value);
    }

    #taken(fault) {
      if (fault !== undefined) this.#emit('error', { message: fault });
    }

    /** Begins anew once all that is set now is set. */
    #again() {
      if (this.isConnected) this.#begin();
    }

    async #begin() {
      const mine = ++this.#begins;
      this.#base.setAttribute('aria-busy', 'true');
      if (!this.#base.isConnected) this.#root.replaceChildren(slot('loading'), this.#base);
      await null;
      if (mine !== this.#begins) return;
      try {
        const { program, sheet } = await load();
        if (mine !== this.#begins || !this.isConnected) return;
        this.#program = program;
        this.#stop();
        this.#root.adoptedStyleSheets = [sheet];
        this.#root.replaceChildren(this.#base);
        this.#base.removeAttribute('aria-busy');
        this.#showTheme();
        this.#number = program.mount(this.#root, this.#base, this.#options(), (what, detail) => this.#hear(what, detail));
      } catch (error) {
        if (mine === this.#begins) this.#fail(error);
      }
    }

    #options() {
      const { path, world, fetcher, token } = this.#given;
      // Without a path of its own the server is asked: the one that is named, or the one that this script is from.
      const api = this.#isGiven ? undefined : new URL(this.apiBase || '.', this.apiBase ? document.baseURI : here).href;
      return {
        api: api?.endsWith('/') === false ? `${api}/` : api,
        pathId: this.pathId,
        readonly: this.#onlyReads,
        path: text(path),
        world: text(world),
        fetcher,
        token,
      };
    }

    #stop() {
      clearTimeout(this.#settles);
      if (this.#number === undefined) return;
      const number = this.#number;
      this.#number = undefined;
      this.#program.unmount(number);
    }

    #end() {
      this.#begins += 1;
      this.#stop();
      this.#base.replaceChildren();
    }

    /** Never a blank: what could not be loaded is said, and can be tried again. */
    #fail(error) {
      this.#stop();
      const told = document.createElement('div');
      told.part = 'error';
      told.setAttribute('role', 'alert');
      const words = document.createElement('p');
      words.textContent = 'The path builder could not be loaded. Check the network and the content security policy.';
      const again = document.createElement('button');
      again.type = 'button';
      again.textContent = 'Try again';
      again.addEventListener('click', () => this.#begin());
      told.append(words, again);
      const shown = slot('error');
      shown.append(told);
      this.#root.replaceChildren(shown);
      this.#emit('loaderror', { message: String(error) });
    }

    /** Called by the program: what happens. Whether it may do by itself what it does then. */
    #hear(what, detail) {
      if (what === 'input') {
        clearTimeout(this.#settles);
        this.#settles = setTimeout(() => this.#settle(), SETTLED);
      } else if (what === 'dirtychange') {
        this.#state('dirty', detail.dirty);
      } else if (what === 'problems') {
        this.#state('invalid', detail.errors > 0);
        const fault = detail.errors > 0 ? `The path has ${detail.errors} error${detail.errors > 1 ? 's' : ''}.` : '';
        this.#internals.setValidity(fault ? { customError: true } : {}, fault);
      } else if (what === 'ready') {
        this.#lock();
        queueMicrotask(() => this.#internals.setFormValue(this.value));
      }
      return this.#emit(what, detail);
    }

    #settle() {
      this.#internals.setFormValue(this.value);
      this.#emit('change');
    }

    #state(name, is) {
      if (is) this.#internals.states.add(name);
      else this.#internals.states.delete(name);
    }

    /** Whether nobody has prevented what follows. */
    #emit(name, detail = null) {
      const cancelable = CANCELABLE.has(name);
      return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
    }
  }

  class EscalationPathViewer extends EscalationPath {
    get isViewer() { return true; }
  }

  return { 'escalation-path': EscalationPath, 'escalation-path-viewer': EscalationPathViewer };
}

function slot(name) {
  const made = document.createElement('slot');
  made.name = name;
  return made;
}

/** Defines the elements, once: another version that is there already stays. */
export function define() {
  for (const [name, made] of Object.entries(classes())) {
    if (customElements.get(name)) console.warn(`<${name}> is defined already, by another script. That one is kept.`);
    else customElements.define(name, made);
  }
}

if (typeof HTMLElement === 'function') define();
