//! The keys of the tree.

use escalation_editor::layout::NodeBox;
use escalation_editor::{Side, Slot};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent};

use super::card::element_id;
use super::{add_level, folds};
use crate::editor::actions;
use crate::editor::state::Open;

/// A key on the tree. What is not ours goes on to the page.
pub fn on_tree(open: Open, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let target = match event.key().as_str() {
        "ArrowDown" => step(open, 1),
        "ArrowUp" => step(open, -1),
        // A branch is opened and closed before it is gone into and out of.
        "ArrowRight" => {
            if folds::open_closed(open) {
                None
            } else {
                into(open)
            }
        }
        "ArrowLeft" => {
            if folds::close(open) {
                None
            } else {
                out(open)
            }
        }
        "Home" => open.scene.with_untracked(|scene| scene.layout.nodes.first().map(|node| node.id.clone())),
        "End" => open.scene.with_untracked(|scene| scene.layout.nodes.last().map(|node| node.id.clone())),
        "Enter" | " " => {
            let here = selected_or_first(open);
            open.select(here);
            request_animation_frame(|| focus("inspector"));
            None
        }
        "Escape" => {
            open.select(None);
            None
        }
        _ => {
            actions::press(open, event, true);
            return;
        }
    };
    event.prevent_default();
    if let Some(id) = target {
        go_to(open, &id);
    }
}

/// Adds a level after the chosen node.
pub fn add_below(open: Open) {
    if let Some(slot) = slot_after_selected(open) {
        add_level(open, slot);
        focus_selected(open);
    }
}

/// Chooses a node, shows it and puts the focus on it.
pub fn go_to(open: Open, id: &str) {
    open.select(Some(id.to_string()));
    focus_selected(open);
}

/// Puts the focus on the chosen node once it is drawn, or on the first if none is chosen.
pub fn focus_selected(open: Open) {
    let here = selected_or_first(open);
    request_animation_frame(move || {
        match here {
            Some(id) => focus(&element_id(&id)),
            // Where there is no node, there is a place for one.
            None => put_focus(document().query_selector(".plus").ok().flatten()),
        }
    });
}

/// Puts the focus on the element with this id.
pub fn focus(element: &str) {
    put_focus(document().get_element_by_id(element));
}

fn put_focus(element: Option<web_sys::Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _gone = element.focus();
    }
}

fn selected_or_first(open: Open) -> Option<String> {
    let first = || open.scene.with_untracked(|scene| scene.layout.nodes.first().map(|node| node.id.clone()));
    open.selected.get_untracked().or_else(first)
}

fn with_here<T>(open: Open, get: impl FnOnce(&NodeBox, &[NodeBox]) -> Option<T>) -> Option<T> {
    let here = selected_or_first(open)?;
    open.scene.with_untracked(|scene| get(scene.layout.node(&here)?, &scene.layout.nodes))
}

/// The node so many further in the order of the text. Without a choice the first.
fn step(open: Open, by: isize) -> Option<String> {
    if open.selected.with_untracked(Option::is_none) {
        return selected_or_first(open);
    }
    with_here(open, |here, all| {
        let now = all.iter().position(|node| node.id == here.id)?;
        all.get(now.checked_add_signed(by)?).map(|node| node.id.clone())
    })
}

/// The first node in the branch.
fn into(open: Open) -> Option<String> {
    with_here(open, |here, all| {
        let inside = |side: Side| {
            all.iter().find(move |node| node.around.as_ref().is_some_and(|(id, of)| *id == here.id && *of == side))
        };
        inside(Side::Then).or_else(|| inside(Side::Else)).map(|node| node.id.clone())
    })
}

/// The branch around the node.
fn out(open: Open) -> Option<String> {
    with_here(open, |here, _| here.around.as_ref().map(|(id, _)| id.clone()))
}

/// The place after the chosen node, or the nearest before it where nothing may come after; for a path without nodes
/// its only place.
fn slot_after_selected(open: Open) -> Option<Slot> {
    let slots = open.scene.with_untracked(|scene| scene.layout.slots.clone());
    let after = with_here(open, |here, _| Some((here.slot.list.clone(), here.slot.index + 1)));
    let Some((list, index)) = after else { return slots.first().map(|mark| mark.slot.clone()) };
    let here = slots.iter().filter(|mark| mark.slot.list == list && mark.slot.index <= index);
    here.map(|mark| mark.slot.clone()).max_by_key(|slot| slot.index)
}
