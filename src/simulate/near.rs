//! Which rows of a long list are near what is seen of it: those alone are drawn as they are. Each of the others is one
//! element with one text, in which everything of it is found, read out and selected.

use std::collections::BTreeSet;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// So many rows are drawn before it is known which are seen.
const FIRST: usize = 20;

/// So far beyond what is seen rows are drawn, so that nobody who scrolls sees them come.
const MARGIN: &str = "400px 0px";

/// The attribute of a row that has its position.
pub const POSITION: &str = "data-row";

/// Which rows of a list are near what is seen.
#[derive(Clone, Copy)]
pub struct Near(StoredValue<Inner, LocalStorage>);

struct Inner {
    /// Whether each row is drawn, by position.
    drawn: Vec<ArcRwSignal<bool>>,
    /// Those near what was seen last, by position.
    seen: BTreeSet<usize>,
    /// Whether all are drawn: for print.
    all: bool,
    watch: Option<Watch>,
}

type Hears = Closure<dyn Fn(js_sys::Array)>;

struct Watch {
    observer: IntersectionObserver,
    _hears: Hears,
}

impl Near {
    pub fn new() -> Self {
        let near = Self(StoredValue::new_local(Inner {
            drawn: Vec::new(),
            seen: (0..FIRST).collect(),
            all: false,
            watch: None,
        }));
        let before = window_event_listener_untyped("beforeprint", move |_| near.draw_all(true));
        let after = window_event_listener_untyped("afterprint", move |_| near.draw_all(false));
        on_cleanup(move || {
            before.remove();
            after.remove();
            near.stop();
        });
        near
    }

    /// Whether each of so many rows is drawn, which take the place of those that were there.
    pub fn rows(self, count: usize) -> Vec<ArcRwSignal<bool>> {
        let rows = self.0.try_update_value(|inner| {
            let is_drawn = |at| inner.all || inner.seen.contains(&at);
            inner.drawn = (0..count).map(|at| ArcRwSignal::new(is_drawn(at))).collect();
            inner.drawn.clone()
        });
        rows.unwrap_or_default()
    }

    /// Looks from now on which of the rows in a list are near what is seen of it.
    pub fn watch(self, list: &HtmlElement, rows: &Element) {
        self.stop();
        let hears = Hears::new(move |entries: js_sys::Array| {
            for entry in entries.iter().filter_map(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok()) {
                self.hear(&entry);
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root(Some(list));
        options.set_root_margin(MARGIN);
        let made = IntersectionObserver::new_with_options(hears.as_ref().unchecked_ref(), &options);
        let Ok(observer) = made else { return self.draw_all(true) };
        let children = rows.children();
        for row in (0..children.length()).filter_map(|at| children.item(at)) {
            observer.observe(&row);
        }
        self.0.update_value(|inner| inner.watch = Some(Watch { observer, _hears: hears }));
    }

    fn stop(self) {
        let watch = self.0.try_update_value(|inner| inner.watch.take()).flatten();
        if let Some(watch) = watch {
            watch.observer.disconnect();
        }
    }

    fn hear(self, entry: &IntersectionObserverEntry) {
        let row = entry.target();
        let Some(at) = row.get_attribute(POSITION).and_then(|at| at.parse::<usize>().ok()) else { return };
        let is_near = entry.is_intersecting();
        let signal = self.0.try_update_value(|inner| {
            if is_near {
                inner.seen.insert(at);
            } else {
                inner.seen.remove(&at);
            }
            inner.drawn.get(at).cloned().filter(|drawn| drawn.get_untracked() != (is_near || inner.all))
        });
        let Some(Some(drawn)) = signal else { return };
        if !is_near && let Some(row) = row.dyn_ref::<HtmlElement>() {
            // What is not drawn takes as much room as it did, so that nothing moves.
            let height = format!("{}px", entry.bounding_client_rect().height());
            let _refused = row.style().set_property("height", &height);
        } else if let Some(row) = row.dyn_ref::<HtmlElement>() {
            let _refused = row.style().remove_property("height");
        }
        drawn.set(is_near);
    }

    /// Draws all rows, or those that are seen.
    fn draw_all(self, all: bool) {
        let rows = self.0.try_update_value(|inner| {
            inner.all = all;
            let rows = inner.drawn.iter().enumerate();
            rows.map(|(at, drawn)| (drawn.clone(), all || inner.seen.contains(&at))).collect::<Vec<_>>()
        });
        for (drawn, is_drawn) in rows.unwrap_or_default() {
            if drawn.get_untracked() != is_drawn {
                drawn.set(is_drawn);
            }
        }
    }
}
