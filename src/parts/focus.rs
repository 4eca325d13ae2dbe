//! Where the focus is, and where it goes.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit};

/// Whether nothing has the focus, as when what had it is gone.
pub fn is_nowhere() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Gives it to an element, if there is one.
pub fn give(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _gone = element.focus();
    }
}

/// Gives it to the element with this id.
pub fn give_to(id: &str) {
    give(document().get_element_by_id(id));
}

thread_local! {
    /// What has or had the focus last, with all that is around it, from the inside.
    static LAST: RefCell<Vec<Element>> = const { RefCell::new(Vec::new()) };
}

/// What can have the focus, by Tab or otherwise.
const CAN_HAVE: &str = "button:not(:disabled), a[href], input:not(:disabled), select:not(:disabled), \
    textarea:not(:disabled), summary, [tabindex]";

/// Keeps the focus near where it was when what has it goes from the page or can no longer be used, as a button that does
/// away with itself, for as long as the page is there. Whoever knows better where it belongs is quicker.
pub fn keep_near() {
    let _for_ever = window_event_listener(leptos::ev::focusin, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let around = std::iter::successors(target, |element: &Element| element.parent_element());
        LAST.set(around.take_while(|element| element.tag_name() != "BODY").collect());
    });
    let gone = Closure::<dyn Fn()>::new(look_later);
    let options = MutationObserverInit::new();
    options.set_subtree(true);
    options.set_child_list(true);
    if let (Ok(observer), Some(body)) = (MutationObserver::new(gone.as_ref().unchecked_ref()), document().body()) {
        let _observes = observer.observe_with_options(&body, &options);
    }
    gone.forget();
    let _for_ever = window_event_listener(leptos::ev::click, |_| look_later());
}

/// Looks whether the focus is lost once those have had their turn who put it somewhere.
fn look_later() {
    if !is_nowhere() || LAST.with_borrow(Vec::is_empty) {
        return;
    }
    request_animation_frame(|| request_animation_frame(look));
}

fn look() {
    if !is_nowhere() {
        return;
    }
    let is_gone = |element: &Element| !element.is_connected() || element.matches(":disabled").unwrap_or_default();
    if !LAST.with_borrow(|last| last.first().is_some_and(is_gone)) {
        return;
    }
    let around = LAST.take();
    for element in around.iter().filter(|element| element.is_connected()) {
        if element.has_attribute("tabindex") {
            give(Some(element.clone()));
        } else if let Ok(inside) = element.query_selector_all(CAN_HAVE) {
            let all = (0..inside.length()).filter_map(|at| inside.get(at)?.dyn_into::<Element>().ok());
            for inside in all {
                give(Some(inside));
                if !is_nowhere() {
                    return;
                }
            }
        }
        if !is_nowhere() {
            return;
        }
    }
}
