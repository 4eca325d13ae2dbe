//! Where an instance of the app lives: the page itself, or the root of an element in somebody else's page. All that asks
//! for elements, the focus, the address, the title or the keyboard asks here, so that several instances on one page have
//! nothing to do with each other.

use std::cell::{Cell, RefCell};

use js_sys::Function;
use leptos::ev::EventDescriptor;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, EventTarget, HtmlElement, NodeList, ShadowRoot};

use crate::program;

/// Where an instance lives.
#[derive(Clone, Copy)]
pub struct Place(Option<StoredValue<Inside, LocalStorage>>);

/// An element in somebody else's page.
struct Inside {
    root: ShadowRoot,
    /// What the app is in; it is in the root.
    base: HtmlElement,
    /// Where the app is, in place of the part of an address after the `#`.
    hash: RefCell<String>,
    moved: Trigger,
    told: Function,
    /// Tells it from others.
    number: u32,
}

thread_local! {
    /// The instance that the reader uses: the focus is in one of them at a time, and so are the keys.
    static IN_USE: Cell<Place> = const { Cell::new(Place(None)) };
    /// How many there have been.
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// How events are called by which an instance is used.
const USES: [&str; 3] = ["focusin", "pointerdown", "keydown"];

impl Place {
    /// The page itself.
    pub const PAGE: Self = Self(None);

    /// An element: `base` is in its root. `told` is called with what happens, by name, and what is known of it; it says
    /// whether the app may do what it does then by itself.
    pub fn inside(root: ShadowRoot, base: HtmlElement, told: Function) -> Self {
        let (hash, moved) = (RefCell::default(), Trigger::new());
        let number = COUNT.get() + 1;
        COUNT.set(number);
        let place = Self(Some(StoredValue::new_local(Inside { root, base, hash, moved, told, number })));
        place.listen_first(&USES, move |_| IN_USE.set(place));
        place
    }

    /// The instance that the reader uses.
    pub fn in_use() -> Self {
        IN_USE.get()
    }

    /// From now on it is this one.
    pub fn use_it(self) {
        IN_USE.set(self);
    }

    /// That of the instance to which what is being made belongs.
    pub fn here() -> Self {
        use_context().unwrap_or(Self::PAGE)
    }

    fn with<T>(self, page: impl FnOnce() -> T, inside: impl FnOnce(&Inside) -> T) -> Option<T> {
        match self.0 {
            None => Some(page()),
            // What was to be done later comes after it is gone.
            Some(within) => within.try_with_value(inside),
        }
    }

    /// Whether it is the page itself.
    pub fn is_page(self) -> bool {
        self.0.is_none()
    }

    /// Tells it from the other instances; that of the page has none before it.
    pub fn number(self) -> u32 {
        self.with(|| 0, |inside| inside.number).unwrap_or_default()
    }

    /// What has marks for the whole of it, such as that of its colours.
    pub fn base(self) -> Option<Element> {
        self.with(|| document().document_element(), |inside| Some(inside.base.clone().into())).flatten()
    }

    /// What all its elements are in.
    pub fn body(self) -> Option<HtmlElement> {
        self.with(|| document().body(), |inside| Some(inside.base.clone())).flatten()
    }

    /// The element with this id.
    pub fn by_id(self, id: &str) -> Option<Element> {
        self.with(|| document().get_element_by_id(id), |inside| inside.root.get_element_by_id(id)).flatten()
    }

    /// The first element that fits.
    pub fn find(self, selector: &str) -> Option<Element> {
        let found = self.with(|| document().query_selector(selector), |inside| inside.root.query_selector(selector));
        found?.ok().flatten()
    }

    /// All elements that fit.
    pub fn find_all(self, selector: &str) -> Option<NodeList> {
        let found =
            self.with(|| document().query_selector_all(selector), |inside| inside.root.query_selector_all(selector));
        found?.ok()
    }

    /// What has the focus, if that is in here.
    pub fn active(self) -> Option<Element> {
        self.with(|| document().active_element(), |inside| inside.root.active_element()).flatten()
    }

    /// Whether nothing has the focus, as when what had it is gone.
    pub fn is_nowhere(self) -> bool {
        let of_page = || document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        self.with(of_page, |inside| {
            let host = inside.root.host();
            inside.root.active_element().is_none() && (of_page() || document().active_element() == Some(host))
        })
        .unwrap_or(false)
    }

    /// Whether the app may take the focus when it comes: not in somebody else's page, nor in a frame that has not got it.
    pub fn takes_focus(self) -> bool {
        self.is_page() && document().has_focus().unwrap_or(false)
    }

    fn target(self) -> Option<EventTarget> {
        self.with(|| window().into(), |inside| inside.base.clone().into())
    }

    /// Listens for as long as the owner lives: on the page to all of it, in an element to what is in it.
    pub fn listen<E: EventDescriptor + 'static>(self, event: E, hear: impl Fn(E::EventType) + 'static)
    where
        E::EventType: JsCast,
    {
        self.hear(&[event.name().as_ref()], false, move |event: Event| hear(event.unchecked_into()));
    }

    /// Listens after the elements have, for as long as the owner lives.
    pub fn listen_each(self, names: &[&'static str], hear: impl Fn(Event) + 'static) {
        self.hear(names, false, hear);
    }

    /// Listens before all elements do, for as long as the owner lives.
    pub fn listen_first(self, names: &[&'static str], hear: impl Fn(Event) + 'static) {
        self.hear(names, true, hear);
    }

    fn hear(self, names: &[&str], is_first: bool, hear: impl Fn(Event) + 'static) {
        if let Some(target) = self.target() {
            listen_on(target, names, is_first, hear);
        }
    }

    /// How wide and high it is, in CSS pixels.
    pub fn size(self) -> (f64, f64) {
        let length = |length: Result<JsValue, _>| length.ok().and_then(|length| length.as_f64()).unwrap_or_default();
        let page = || (length(window().inner_width()), length(window().inner_height()));
        let inside = |inside: &Inside| {
            let rect = inside.base.get_bounding_client_rect();
            (rect.width(), rect.height())
        };
        self.with(page, inside).unwrap_or_default()
    }

    /// Where the app is: the part of the address after the `#`, with it.
    pub fn hash(self) -> String {
        let page = || window().location().hash().unwrap_or_default();
        self.with(page, |inside| inside.hash.borrow().clone()).unwrap_or_default()
    }

    /// Goes elsewhere in the app. The page of somebody else is asked first, and stays where it is.
    pub fn go(self, hash: &str) {
        let page = || {
            let _refused = window().location().set_hash(hash);
        };
        if self.is_page() {
            return page();
        }
        let detail = js_sys::Object::new();
        let _set = js_sys::Reflect::set(&detail, &"href".into(), &format!("{}{hash}", program::folder()).into());
        if self.tell("navigate", &detail) {
            self.put(hash);
            self.with(|| (), |inside| inside.moved.notify());
        }
    }

    /// Says where the app is, without going anywhere.
    pub fn replace(self, hash: &str) {
        if !self.is_page() {
            return self.put(hash);
        }
        if let Ok(history) = window().history() {
            let _same_page = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
        }
    }

    fn put(self, hash: &str) {
        self.with(|| (), |inside| *inside.hash.borrow_mut() = hash.to_string());
    }

    /// Hears whenever the app goes elsewhere, for as long as the owner lives.
    pub fn listen_moved(self, hear: impl Fn() + 'static) {
        let Some(inside) = self.0 else {
            let listener = window_event_listener_untyped("hashchange", move |_| hear());
            return on_cleanup(move || listener.remove());
        };
        Effect::new(move |before: Option<()>| {
            if inside.try_with_value(|inside| inside.moved.track()).is_some() && before.is_some() {
                untrack(&hear);
            }
        });
    }

    /// The address of a place in the app that anybody can open: in somebody else's page, that of the app itself.
    pub fn link(self, hash: &str) -> String {
        let here = || window().location().href().unwrap_or_default();
        let page = self.with(here, |_| program::folder()).unwrap_or_default();
        format!("{}{hash}", page.split('#').next().unwrap_or_default())
    }

    /// Puts the name of what is shown into the title; that of somebody else's page is theirs.
    pub fn set_title(self, title: &str) {
        if self.is_page() {
            document().set_title(title);
        }
    }

    /// Tells the page around an element what happens; whether the app may do by itself what it does then. On its own page
    /// it may.
    pub fn tell(self, what: &str, detail: &JsValue) -> bool {
        let told = self.with(|| None, |inside| Some(inside.told.clone())).flatten();
        let Some(told) = told else { return true };
        told.call2(&JsValue::UNDEFINED, &what.into(), detail).map_or(true, |answer| answer.as_bool() != Some(false))
    }
}

/// Listens on something for as long as the owner lives.
fn listen_on(target: EventTarget, names: &[&str], is_first: bool, hear: impl Fn(Event) + 'static) {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let hear = Closure::<dyn Fn(Event)>::new(hear);
    let function = hear.as_ref().unchecked_ref();
    for name in &names {
        let _known = target.add_event_listener_with_callback_and_bool(name, function, is_first);
    }
    let held = StoredValue::new_local((target, hear));
    on_cleanup(move || {
        held.try_with_value(|(target, hear)| {
            let function = hear.as_ref().unchecked_ref();
            for name in &names {
                let _known = target.remove_event_listener_with_callback_and_bool(name, function, is_first);
            }
        });
    });
}

/// Listens to the whole page before all else does, for as long as the owner lives: the page is left with all that is in it.
pub fn listen_first_on_page(names: &[&str], hear: impl Fn() + 'static) {
    listen_on(window().into(), names, true, move |_| hear());
}
