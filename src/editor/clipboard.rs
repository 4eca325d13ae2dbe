//! Cutting, copying and pasting nodes by the browser's own events: they need no permission, and what is copied can be
//! pasted into another window.

use escalation_editor::command::Piece;
use escalation_editor::{Command, clipboard, import};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{ClipboardEvent, Element, HtmlDocument};

use super::state::Open;
use super::transfer;
use crate::canvas::look::MenuOf;
use crate::canvas::{self, run};
use crate::later;
use crate::strings;

/// Takes what is pasted while the screen is there: from its first moment on, and put in its place when that can be done.
pub fn listen_for_paste(open: Open) {
    open.session.place.listen(leptos::ev::paste, move |event| pasted(open, &event));
}

/// Copies and cuts while the screen is there.
pub fn listen(open: Open) {
    let place = open.session.place;
    place.listen(leptos::ev::copy, move |event| {
        copied(open, &event);
    });
    place.listen(leptos::ev::cut, move |event| {
        if copied(open, &event) {
            run::cut(open);
        }
    });
}

/// Whether the event is about the drawing: not about what is typed in a field or marked as text, nor about something in
/// front.
fn is_ours(event: &ClipboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let elsewhere = element.is_some_and(|element| {
        element.closest("input, textarea, select, dialog, .inspector, .panel").ok().flatten().is_some()
    });
    let marked = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    !event.default_prevented() && !elsewhere && !marked
}

/// Puts the chosen nodes on the clipboard; whether it did.
fn copied(open: Open, event: &ClipboardEvent) -> bool {
    if !is_ours(event) {
        return false;
    }
    canvas::choose_focused(open);
    let run = run::now(open);
    let (Some(run), Some(data)) = (run, event.clipboard_data()) else { return false };
    let path = open.path.get_untracked();
    let Ok(text) = clipboard::write(&path, &run) else { return false };
    if data.set_data("text/plain", &text).is_err() {
        return false;
    }
    event.prevent_default();
    open.look.copied.set(Some(text));
    open.session.say(strings::copied(run.nodes(&path).map_or(1, <[_]>::len)));
    true
}

fn pasted(open: Open, event: &ClipboardEvent) {
    if !is_ours(event) {
        return;
    }
    let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
    if text.trim().is_empty() {
        return;
    }
    event.prevent_default();
    later::with_rest(open, move |rest| (rest.paste)(open, &text));
}

/// Puts nodes that are given as text behind the chosen ones, or where a menu is open.
pub fn paste(open: Open, text: &str) {
    let clip = match clipboard::read(text) {
        Ok(clip) => clip,
        // A whole path goes in the place of this one.
        Err(_) if import::read(text).is_ok() => return transfer::take(open, Ok(text.to_string())),
        Err(fault) => return open.refuse(fault.to_string()),
    };
    let menu = open.look.menu.get_untracked();
    open.look.menu.set(None);
    let slot = match menu.map(|menu| menu.of) {
        Some(MenuOf::Slot(slot)) => Some(slot),
        _ => {
            canvas::choose_focused(open);
            run::slot_below(open, &Piece::Clip(&clip))
        }
    };
    match slot {
        Some(slot) => {
            open.dispatch(Command::Paste(slot, Box::new(clip)));
            canvas::focus_selected(open);
        }
        None => open.refuse(strings::NO_PLACE),
    }
}

/// Has the browser copy or cut, as if its key had been pressed.
pub fn command(open: Open, name: &str) {
    let done = document().dyn_ref::<HtmlDocument>().is_some_and(|page| page.exec_command(name).unwrap_or(false));
    if !done {
        open.refuse(strings::NOT_COPIED.to_string());
    }
}
