//! The keys of the tree.

use escalation_editor::command::{Kind, Piece};
use escalation_editor::layout::NodeBox;
use escalation_editor::{ListAt, Side, tree};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::card::{NODE, element_id};
use super::look::Coming;
use super::{ahead, folds, point, run};
use crate::editor::keys::press;
use crate::editor::state::Open;
use crate::parts::focus;
use crate::parts::keyboard::{self, pressed};
use crate::place::Place;
use crate::strings;

/// A key on the tree. What is not ours goes on to the page.
pub fn on_tree(open: Open, event: &KeyboardEvent) {
    if keyboard::is_composing(event) || open.look.drag.with_untracked(Option::is_some) {
        return;
    }
    if open.look.pointing.with_untracked(Option::is_some) {
        return pointing(open, event);
    }
    if ahead::press(open, event) {
        return;
    }
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        press(open, event, true);
        return;
    }
    let key = pressed(event);
    if key.starts_with("Arrow") {
        choose_focused(open);
    }
    let target = match key.as_str() {
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
            choose_focused(open);
            open.select(selected_or_first(open));
            focus_details(open);
            None
        }
        // First those chosen with it, then the node itself.
        "Escape" if open.look.to.with_untracked(Option::is_some) => {
            open.look.to.set(None);
            None
        }
        "Escape" => {
            open.select(None);
            None
        }
        _ => {
            press(open, event, true);
            return;
        }
    };
    event.prevent_default();
    if let Some(id) = target {
        go_to(open, &id);
    }
}

/// A key while it is being chosen where a repeat goes back to.
fn pointing(open: Open, event: &KeyboardEvent) {
    match pressed(event).as_str() {
        "ArrowDown" | "ArrowRight" => point::go(open, true),
        "ArrowUp" | "ArrowLeft" => point::go(open, false),
        "Enter" | " " => {
            let active = open.session.place.active().map(|element| element.id()).unwrap_or_default();
            if let Some(id) = active.strip_prefix(NODE) {
                point::choose(open, id);
            }
        }
        "Escape" => point::leave(open),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// Adds a level after the chosen node.
pub fn add_below(open: Open) {
    let Some(slot) = run::slot_below(open, &Piece::New(Kind::Level)) else {
        return open.refuse(strings::edit::NOTHING_BELOW);
    };
    let chosen = open.selected.get_untracked();
    let into_branch = matches!(&slot.list, ListAt::Of(branch, _) if Some(branch) == chosen.as_ref());
    let path = open.path.get_untracked();
    let here = chosen.and_then(|id| tree::find(&path, &id).map(|found| found.slot));
    let above = here.is_some_and(|here| here.list == slot.list && slot.index <= here.index);
    open.dispatch(run::making(open, slot, Kind::Level));
    if into_branch {
        open.session.say(strings::ADDED_INSIDE);
    } else if above {
        open.session.say(strings::ADDED_ABOVE);
    }
    focus_selected(open);
}

/// Chooses a node, shows it and puts the focus on it.
pub fn go_to(open: Open, id: &str) {
    open.select(Some(id.to_string()));
    focus_selected(open);
}

/// Puts the focus on the chosen node once it is drawn, or on the first if none is chosen.
pub fn focus_selected(open: Open) {
    let here = selected_or_first(open);
    open.look.focusing.set_value(here.clone().map_or(Coming::Place, Coming::Node));
    give_with_next_frame(open, move || match here {
        Some(id) => focus::give_to(&element_id(&id)),
        // Where there is no node, there is a place for one.
        None => focus::give(open.session.place.find(".plus")),
    });
}

/// Gives the focus with the next frame, when what it goes to is there; not where a key that came meanwhile has opened
/// something, which has it by then.
fn give_with_next_frame(open: Open, give: impl FnOnce() + 'static) {
    let in_front = move || {
        let side = open.side.try_with_untracked(Option::is_some)?;
        Some((open.look.menu.try_get_untracked()?, open.look.overlay.try_get_untracked()?, side))
    };
    let before = in_front();
    request_animation_frame(move || {
        let _left = open.look.focusing.try_set_value(Coming::Nothing);
        if in_front() == before {
            give();
        }
    });
}

/// Puts the focus on the details of the chosen node: where nobody is paged yet, on the field for that.
fn focus_details(open: Open) {
    let pages_nobody = open.selected.get_untracked().is_some_and(|id| {
        let path = open.path.get_untracked();
        tree::find(&path, &id).is_some_and(|found| tree::targets(found.node).is_some_and(<[_]>::is_empty))
    });
    if pages_nobody && !open.only_reads() {
        return focus_who(open);
    }
    give_with_next_frame(open, || focus::give_to("inspector"));
}

/// Puts the focus on the field that says who is paged, once the details are those of the chosen node. Where there are no
/// such details, on the node.
pub fn focus_who(open: Open) {
    focus_selected(open);
    give_with_next_frame(open, || focus::give_to("add-target"));
}

/// Chooses the node that has the focus where none is chosen: what is done then is done with it.
pub fn choose_focused(open: Open) {
    if open.selected.with_untracked(Option::is_none)
        && let Some(id) = focused(open)
    {
        open.select(Some(id));
    }
}

/// The node that has the focus, or is about to: a key that comes before the next frame is meant for that one.
pub fn focused(open: Open) -> Option<String> {
    if let Coming::Node(id) = open.look.focusing.get_value() {
        return Some(id);
    }
    in_focus()
}

/// The node that has the focus now.
pub fn in_focus() -> Option<String> {
    Place::in_use().active()?.id().strip_prefix(NODE).map(str::to_string)
}

/// Whether the focus is in the drawing, or nowhere: on a node, or on a place for one.
pub fn is_in_drawing() -> bool {
    let on_it = |active: Element| active.closest("[role=treeitem], .plus").is_ok_and(|found| found.is_some());
    focus::is_nowhere() || Place::in_use().active().is_some_and(on_it)
}

/// Gives the focus back to the node that has it, should it lose it now: cards that are drawn anew before a card can
/// take it out of the page for an instant.
pub fn keep_focus() {
    let active = Place::in_use().active().map(|element| element.id()).filter(|id| id.starts_with(NODE));
    let Some(id) = active else { return };
    queue_microtask(move || {
        if focus::is_nowhere() {
            focus_in_place(&id);
        }
    });
}

/// Puts the focus on the element with this id, and scrolls nothing to it.
pub fn focus_in_place(element: &str) {
    let element = Place::in_use().by_id(element);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _gone = element.focus_with_options(&options);
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
