//! The address of a node: it follows what is chosen, can be copied, and opens the path at that node.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{ClipboardEvent, HtmlDocument};

use super::state::Open;
use crate::canvas;
use crate::route::{self, Route};
use crate::simulate::share;
use crate::strings;

/// Opens the path at the node that the address names, and keeps the address at what is chosen.
pub fn follow(open: Open) {
    let go = move || {
        share::take(open);
        let Some(node) = route::node() else { return };
        if open.path.with_untracked(|path| escalation_editor::tree::find(path, &node).is_some()) {
            if open.selected.get_untracked().as_ref() != Some(&node) {
                open.select(Some(node));
            }
        } else {
            open.refuse(strings::no_node(&node));
        }
    };
    go();
    let listener = window_event_listener_untyped("hashchange", move |_| go());
    on_cleanup(move || listener.remove());
    // Not at once: changing the address costs more than an edit, and browsers bound how often it may be done.
    let waits = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waits.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move || {
        let address = address(open);
        stop();
        if let Some(address) = address {
            let before = here();
            // Whoever has gone elsewhere meanwhile is not called back.
            let say = move || {
                if here() == before {
                    route::replace(&address);
                }
            };
            let handle = set_timeout_with_handle(say, SOON);
            waits.set_value(handle.ok());
        }
    });
    on_cleanup(stop);
}

fn here() -> Option<String> {
    window().location().hash().ok()
}

/// How long what is chosen stays so before the address says it.
const SOON: Duration = Duration::from_millis(200);

/// The address of what is chosen; nothing for a path that was never saved.
fn address(open: Open) -> Option<String> {
    let (id, node) = (open.id.get(), open.selected.get());
    let query = share::still(open).map_or(String::new(), |query| format!("?{query}"));
    (!id.is_empty()).then(|| Route::Path(id).at(node.as_deref()) + &query)
}

/// Copies the address of what is chosen.
pub fn copy(open: Open) {
    if let Some(address) = untrack(|| address(open)) {
        route::replace(&address);
    }
    put(&window().location().href().unwrap_or_default());
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
