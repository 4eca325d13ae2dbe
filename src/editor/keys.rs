//! The keys that work everywhere on the screen of a path.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent};

use super::problems;
use super::save;
use super::state::Open;

/// Listens while the screen is there.
pub fn listen(open: Open) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "F8" {
            event.prevent_default();
            problems::walk(open, !event.shift_key());
            return;
        }
        if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
            return;
        }
        match (event.key().to_ascii_lowercase().as_str(), event.shift_key()) {
            ("s", false) => {
                event.prevent_default();
                // What is being typed is part of what is saved.
                leave_field();
                save::save(open);
            }
            // In a field these keys take back what was typed there.
            ("z", false) if !in_field(&event) => {
                event.prevent_default();
                open.undo();
            }
            ("z", true) | ("y", false) if !in_field(&event) => {
                event.prevent_default();
                open.redo();
            }
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
}

fn in_field(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA"))
}

fn leave_field() {
    let active = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = active.filter(|element| element.tag_name() == "INPUT") {
        let _gone = element.blur();
        let _gone = element.focus();
    }
}
