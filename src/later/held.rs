//! Keys that are pressed before the part is there that knows what they do: they are held, and pressed again then.

use std::cell::RefCell;
use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, EventTarget, HtmlDocument, HtmlElement, KeyboardEvent, KeyboardEventInit};

use super::gone;
use crate::clock;
use crate::editor::state::Open;
use crate::parts::keyboard::{is_composing, pressed};
use crate::place::Place;

/// So many keys are held; more are not typed in the time that it takes.
const MAX_HELD: usize = 100;

/// Keys with Ctrl that mean something here. All others are the browser's.
const WITH_CONTROL: [&str; 6] = ["s", "z", "y", "d", "f", "k"];

thread_local! {
    static HELD: RefCell<VecDeque<KeyboardEventInit>> = RefCell::default();
}

/// Forgets what is held.
pub(super) fn forget() {
    HELD.take();
}

/// Holds keys while the screen of a path is there without what does them.
pub fn hold_keys(open: Open) {
    if untrack(super::edit).is_some() {
        return;
    }
    forget();
    let done = StoredValue::new(false);
    open.session.place.listen_first(&["keydown"], move |event| {
        let Ok(event) = event.dyn_into::<KeyboardEvent>() else { return };
        // Those that are pressed again have nobody's finger on them.
        if done.get_value() || !event.is_trusted() || gone::is_told() {
            return;
        }
        HELD.with_borrow_mut(|held| {
            if held.len() < MAX_HELD && is_for_later(&event, !held.is_empty()) {
                event.prevent_default();
                event.stop_immediate_propagation();
                held.push_back(copy(&event));
            }
        });
    });
    super::with_edit(open, move |_| {
        // What the part draws is there with the next task, and so are those who listen. Each key waits for what the one
        // before has done: it may have moved the focus. Until all are done further ones wait behind them.
        spawn_local(async move {
            clock::pause(0).await;
            while let Some(key) = HELD.with_borrow_mut(VecDeque::pop_front) {
                press(&key);
                clock::pause(0).await;
            }
            let _left = done.try_set_value(true);
        });
    });
}

/// Whether a key waits. Those that go through the tree need nothing that is not there, unless others wait already.
fn is_for_later(event: &KeyboardEvent, others_wait: bool) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_in = |selector: &str| target.as_ref().is_some_and(|target| target.matches(selector).unwrap_or(false));
    if is_composing(event) || is_in("input, textarea, select") && !others_wait {
        return false;
    }
    let key = pressed(event);
    if event.ctrl_key() || event.meta_key() {
        return WITH_CONTROL.contains(&key.to_lowercase().as_str());
    }
    match key.as_str() {
        "" | "Tab" | "Shift" | "Control" | "Alt" | "Meta" | "CapsLock" | "Escape" => false,
        "Enter" | " " => others_wait && !is_in("button, a, summary"),
        "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight" | "Home" | "End" => {
            others_wait || event.alt_key() || event.shift_key()
        }
        "F8" | "F10" | "Delete" | "Backspace" | "ContextMenu" => true,
        // One sign is a letter of ours; all else is the browser's.
        sign => sign.chars().count() == 1,
    }
}

#[expect(clippy::disallowed_methods, reason = "what was pressed is pressed again, as it was")]
fn copy(event: &KeyboardEvent) -> KeyboardEventInit {
    let copy = KeyboardEventInit::new();
    copy.set_key(&event.key());
    copy.set_code(&event.code());
    copy.set_alt_key(event.alt_key());
    copy.set_ctrl_key(event.ctrl_key());
    copy.set_meta_key(event.meta_key());
    copy.set_shift_key(event.shift_key());
    copy.set_bubbles(true);
    copy.set_cancelable(true);
    copy
}

/// Presses a key where the focus is now: what was pressed before may have moved it.
#[expect(clippy::disallowed_methods, reason = "what was pressed is typed, as it was")]
fn press(key: &KeyboardEventInit) {
    let place = Place::in_use();
    let active = place.active().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let target = active.map(EventTarget::from).or_else(|| place.body().map(EventTarget::from));
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", key).ok();
    let (Some(target), Some(event)) = (target, event) else { return };
    // A key that is pressed by a program types nothing by itself.
    let types = event.key().chars().count() == 1 && !(event.ctrl_key() || event.meta_key() || event.alt_key());
    let is_field = || place.active().is_some_and(|element| element.matches("input, textarea").unwrap_or(false));
    let had_field = is_field();
    let is_left_alone = target.dispatch_event(&event).unwrap_or(false);
    if types && is_left_alone && had_field && is_field() {
        let page = document().unchecked_into::<HtmlDocument>();
        let _typed = page.exec_command_with_show_ui_and_value("insertText", false, &event.key());
    }
}
