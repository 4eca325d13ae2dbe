//! Going to a step by its first letters. Letters alone are commands in this tree, so one key begins it; it ends with
//! Enter, Escape or any key that does something else. Nothing hangs on how fast is typed.

use escalation_editor::search;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, FocusEvent, KeyboardEvent};

use super::keys;
use crate::editor::state::Open;
use crate::parts::keyboard;
use crate::parts::text::folded;
use crate::strings;

/// The most signs that are kept.
const MOST: usize = 60;

/// Begins.
pub fn start(open: Open) {
    open.look.ahead.set(Some(String::new()));
    keys::focus_selected(open);
    open.session.say(strings::edit::AHEAD_HINT);
}

/// A key in the tree; whether it was taken.
pub fn press(open: Open, event: &KeyboardEvent) -> bool {
    let Some(mut typed) = open.look.ahead.get_untracked() else { return false };
    let key = keyboard::typed(event);
    let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    match key.as_str() {
        "Escape" | "Enter" => open.look.ahead.set(None),
        "Backspace" => {
            typed.pop();
            open.look.ahead.set(Some(typed));
        }
        sign if sign.chars().nth(1).is_none() && !modified => {
            if typed.len() < MOST {
                typed.push_str(sign);
            }
            go(open, &typed);
            open.look.ahead.set(Some(typed));
        }
        // Not keys by themselves, or those of a word that is being composed.
        "" | "Shift" | "Control" | "Alt" | "AltGraph" | "Meta" | "CapsLock" | "Dead" => return true,
        _ => {
            open.look.ahead.set(None);
            return false;
        }
    }
    event.prevent_default();
    event.stop_propagation();
    true
}

/// Goes to the next step that fits, of those that are drawn.
fn go(open: Open, typed: &str) {
    let selected = open.selected.get_untracked();
    let found = open.scene.with_untracked(|scene| {
        let nodes = &scene.layout.nodes;
        let name = |id: &str| scene.card(id).map(|card| folded(&card.words.title)).unwrap_or_default();
        let names: Vec<String> = nodes.iter().map(|node| name(&node.id)).collect();
        let at = selected.and_then(|id| nodes.iter().position(|node| node.id == id));
        let next = search::ahead(&folded(typed), names.iter().map(String::as_str), at)?;
        nodes.get(next).map(|node| node.id.clone())
    });
    match found {
        Some(id) => keys::go_to(open, &id),
        None => open.session.say(strings::NOTHING_FITS),
    }
}

/// Ends it when the focus goes elsewhere.
pub fn left(open: Open, event: &FocusEvent) {
    let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
    let elsewhere = to.is_some_and(|to| to.closest("[role=tree]").ok().flatten().is_none());
    if elsewhere && open.look.ahead.with_untracked(Option::is_some) {
        open.look.ahead.set(None);
    }
}

/// What was typed.
#[component]
pub fn AheadHint() -> impl IntoView {
    let open = expect_context::<Open>();
    move || {
        open.look.ahead.get().map(|typed| {
            let hint = typed.is_empty().then_some(strings::edit::AHEAD_HINT);
            // Those who listen have heard it.
            view! {
                <div class="alone pointing-hint" aria-hidden="true">
                    <span>{strings::edit::AHEAD_FOR}</span>
                    <strong>{typed}</strong>
                    <span>{hint}</span>
                </div>
            }
        })
    }
}
