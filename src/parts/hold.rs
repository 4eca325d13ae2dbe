//! What a pointer holds: a step that is dragged, the drawing, an edge, a time. It is let go when the pointer goes up, and
//! here whenever the page loses the pointer without being told that it went up: another window comes in front, the
//! browser takes it away, or it moves with nothing pressed.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, PointerEvent};

use crate::place::Place;

/// How events are told of that end a hold.
const ENDING: [&str; 3] = ["pointermove", "pointercancel", "lostpointercapture"];

/// Calls `let_go` when the page loses the pointer while something is held, for as long as the owner lives. `element` is
/// the one that captures the pointer; `is_held` is asked whether anything is held, or whether a pointer holds it.
pub fn watch(
    element: impl Fn() -> Option<Element> + 'static,
    is_held: impl Fn(Option<i32>) -> bool + Copy + 'static,
    let_go: impl Fn() + Copy + 'static,
) {
    let gone = move || {
        if is_held(None) {
            let_go();
        }
    };
    let blur = window_event_listener(ev::blur, move |_| gone());
    let hidden = window_event_listener(ev::visibilitychange, move |_| {
        if document().hidden() {
            gone();
        }
    });
    // Before the element is told of it: a pointer that moves with nothing pressed moves nothing more.
    Place::here().listen_first(&ENDING, move |event: Event| {
        let Some(pointer) = event.dyn_ref::<PointerEvent>() else { return };
        let which = (event.type_() != "pointermove").then(|| pointer.pointer_id());
        if !is_held(which) {
            return;
        }
        let ends = match event.type_().as_str() {
            // A finger that moves is down.
            "pointermove" => pointer.buttons() == 0 && pointer.pointer_type() != "touch",
            // An element from which another takes the pointer loses it, too.
            "lostpointercapture" => match event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
                Some(target) => element().is_none_or(|element| element == target),
                // It has gone from the page.
                None => true,
            },
            _ => true,
        };
        if ends {
            let_go();
        }
    });
    on_cleanup(move || {
        blur.remove();
        hidden.remove();
    });
}

/// Captures the pointer for the element that listens.
pub fn capture(event: &PointerEvent) {
    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
        let _gone = element.set_pointer_capture(event.pointer_id());
    }
}
