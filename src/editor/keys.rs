//! The keys that work everywhere on the screen of a path.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, KeyboardEvent};

use super::drafts;
use super::state::Open;
use crate::canvas;
use crate::later;
use crate::parts::keyboard;
use crate::parts::typed::{self, take_before_leaving};

/// Does what a key stands for in the tree or on the whole screen; whether there is such a thing. Before it is known what
/// keys stand for they are held, so none comes here then.
pub fn press(open: Open, event: &KeyboardEvent, in_tree: bool) -> bool {
    untrack(later::edit).is_some_and(|edit| (edit.press)(open, event, in_tree))
}

/// Listens while the screen is there.
pub fn listen(open: Open) {
    take_before_leaving(move || drafts::write(open));
    let place = open.session.place;
    place.listen(leptos::ev::keydown, move |event| {
        let key = keyboard::pressed(&event);
        // What is being composed is the input method's.
        if key.is_empty() {
            return;
        }
        if key == "Escape" {
            canvas::cancel_drag(open);
            open.look.refused.set(None);
        }
        // What is done already is not done again.
        if event.default_prevented() || press(open, &event, false) {
            return;
        }
        // A step that moves, or that is far from the one before, has the focus with the next frame only. A key that comes
        // before is meant for it, and must not be taken for one of the browser's own, such as going back.
        let nowhere = place.is_nowhere();
        if nowhere && open.look.focusing.get_value() != canvas::look::Coming::Nothing {
            canvas::on_tree(open, &event);
        } else if nowhere && key == "Escape" {
            // What had the focus is gone, such as the button that mends a problem that a field has mended.
            event.prevent_default();
            canvas::focus_selected(open);
        } else if nowhere && (event.alt_key() || event.ctrl_key() || event.meta_key()) {
            press(open, &event, true);
        } else if open.path.with_untracked(|path| path.path.is_empty()) && canvas::is_in_drawing() {
            // Without a step there is none that could have the focus: a first one is added all the same.
            press(open, &event, true);
        }
    });
    // What is typed into the details is the field's own until it is taken.
    place.listen_each(&["input", "change", "focusout"], move |event| {
        let field = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(field) = field.filter(|field| matches!(field.tag_name().as_str(), "INPUT" | "TEXTAREA")) else {
            return;
        };
        let is_input = event.type_() == "input";
        // What is typed to find something is no value of the path; some fields know what there was before.
        let is_value = field.get_attribute("role").as_deref() != Some("combobox");
        if is_input && field.has_attribute(typed::MARK) {
            return;
        }
        let _known = if is_input && is_value {
            field.set_attribute(typed::TYPING, "")
        } else {
            field.remove_attribute(typed::TYPING)
        };
    });
}
