//! The address of a node: it follows what is chosen, can be copied, and opens the path at that node.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{ClipboardEvent, HtmlDocument};

use super::state::Open;
use crate::canvas;
use crate::route::{self, Route};
use crate::strings;

/// Opens the path at the node that the address names, and keeps the address at what is chosen.
pub fn follow(open: Open) {
    let go = move || {
        let Some(node) = route::node() else { return };
        if open.path.with_untracked(|path| escalation_editor::tree::find(path, &node).is_some()) {
            if open.selected.get_untracked().as_ref() != Some(&node) {
                open.select(Some(node));
            }
        } else {
            open.session.say(strings::no_node(&node));
        }
    };
    go();
    let listener = window_event_listener_untyped("hashchange", move |_| go());
    on_cleanup(move || listener.remove());
    Effect::new(move || {
        let (id, node) = (open.id.get(), open.selected.get());
        if !id.is_empty() {
            route::replace(&Route::Path(id).at(node.as_deref()));
        }
    });
}

/// Copies the address of what is chosen.
pub fn copy(open: Open) {
    let address = window().location().href().unwrap_or_default();
    put(&address);
    open.session.say(strings::LINK_COPIED);
    canvas::focus_selected(open);
}

/// Puts a text on the clipboard, in answer to a key or a click. Done by the event of copying, which browsers allow
/// without asking and on pages without TLS.
pub fn put(text: &str) {
    let text = text.to_string();
    let copied = Closure::<dyn Fn(ClipboardEvent)>::new(move |event: ClipboardEvent| {
        if let Some(data) = event.clipboard_data() {
            let _full = data.set_data("text/plain", &text);
            event.prevent_default();
            event.stop_propagation();
        }
    });
    let page = document();
    let listener = copied.as_ref().unchecked_ref();
    let _known = page.add_event_listener_with_callback_and_bool("copy", listener, true);
    if let Some(page) = page.dyn_ref::<HtmlDocument>() {
        let _refused = page.exec_command("copy");
    }
    let _known = page.remove_event_listener_with_callback_and_bool("copy", listener, true);
}
