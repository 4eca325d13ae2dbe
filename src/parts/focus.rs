//! Where the focus is, and where it goes.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit};

use crate::place::Place;

/// Whether nothing has the focus, as when what had it is gone.
pub fn is_nowhere() -> bool {
    Place::in_use().is_nowhere()
}

/// Gives it to an element, if there is one.
pub fn give(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _gone = element.focus();
    }
}

/// Gives it to the element with this id.
pub fn give_to(id: &str) {
    give(Place::in_use().by_id(id));
}

/// What can have the focus, by Tab or otherwise.
const CAN_HAVE: &str = "button:not(:disabled), a[href], input:not(:disabled), select:not(:disabled), \
    textarea:not(:disabled), summary, [tabindex]";

/// What has or had the focus last, with all that is around it, from the inside.
type Last = Rc<RefCell<Vec<Element>>>;

/// Keeps the focus near where it was when what has it goes or can no longer be used, as a button that does away with
/// itself, for as long as the owner lives. Whoever knows better where it belongs is quicker.
pub fn keep_near(place: Place) {
    let last = Last::default();
    let had = last.clone();
    place.listen(leptos::ev::focusin, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let around = std::iter::successors(target, |element: &Element| element.parent_element());
        had.replace(around.take_while(|element| element.tag_name() != "BODY").collect());
    });
    let gone = last.clone();
    let gone = Closure::<dyn Fn()>::new(move || look_later(place, gone.clone()));
    let options = MutationObserverInit::new();
    options.set_subtree(true);
    options.set_child_list(true);
    if let (Ok(observer), Some(body)) = (MutationObserver::new(gone.as_ref().unchecked_ref()), place.body()) {
        let _observes = observer.observe_with_options(&body, &options);
        let held = StoredValue::new_local((observer, gone));
        on_cleanup(move || {
            held.try_with_value(|(observer, _)| observer.disconnect());
        });
    }
    place.listen(leptos::ev::click, move |_| look_later(place, last.clone()));
}

/// Looks whether the focus is lost once those have had their turn who put it somewhere.
fn look_later(place: Place, last: Last) {
    if !place.is_nowhere() || last.borrow().is_empty() {
        return;
    }
    request_animation_frame(move || request_animation_frame(move || look(place, &last)));
}

fn look(place: Place, last: &Last) {
    if !place.is_nowhere() {
        return;
    }
    let is_gone = |element: &Element| !element.is_connected() || element.matches(":disabled").unwrap_or_default();
    if !last.borrow().first().is_some_and(is_gone) {
        return;
    }
    let around = last.take();
    for element in around.iter().filter(|element| element.is_connected()) {
        if element.has_attribute("tabindex") {
            give(Some(element.clone()));
        } else if let Ok(inside) = element.query_selector_all(CAN_HAVE) {
            let all = (0..inside.length()).filter_map(|at| inside.get(at)?.dyn_into::<Element>().ok());
            for inside in all {
                give(Some(inside));
                if !place.is_nowhere() {
                    return;
                }
            }
        }
        if !place.is_nowhere() {
            return;
        }
    }
}
