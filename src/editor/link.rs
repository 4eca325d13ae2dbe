//! The address of a node: it follows what is chosen, can be copied, and opens the path at that node.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Clipboard, ClipboardEvent, HtmlDocument};

use super::state::Open;
use crate::canvas;
use crate::later;
use crate::route::{self, Route};
use crate::simulate::share;
use crate::strings;

/// Opens the path at the node that the address names, and keeps the address at what is chosen.
pub fn follow(open: Open) {
    let go = move || {
        // What was read when the part came is not read again.
        if let Some(run) = untrack(later::run) {
            (run.take_address)(open);
        }
        let Some(node) = route::node(open.session.place) else { return };
        if open.path.with_untracked(|path| escalation_editor::tree::find(path, &node).is_some()) {
            if open.selected.get_untracked().as_ref() != Some(&node) {
                open.select(Some(node));
            }
        } else {
            open.refuse(strings::no_node(&node));
        }
    };
    go();
    let place = open.session.place;
    place.listen_moved(go);
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
            let before = place.hash();
            // Whoever has gone elsewhere meanwhile is not called back.
            let say = move || {
                if place.hash() == before {
                    place.replace(&address);
                }
            };
            let handle = set_timeout_with_handle(say, SOON);
            waits.set_value(handle.ok());
        }
    });
    on_cleanup(stop);
}

/// How long what is chosen stays so before the address says it.
const SOON: Duration = Duration::from_millis(200);

/// The address of what is chosen; nothing for a path that was never saved, and while it is not known what it brought.
fn address(open: Open) -> Option<String> {
    // Until what the address brought is read, it stays as it is.
    later::run()?;
    let (id, node) = (open.id.get(), open.selected.get());
    let query = share::still(open).map_or(String::new(), |query| format!("?{query}"));
    (!id.is_empty()).then(|| Route::Path(id).at(node.as_deref()) + &query)
}

/// Copies the address of what is chosen.
pub fn copy(open: Open) {
    let place = open.session.place;
    if let Some(address) = untrack(|| address(open)) {
        place.replace(&address);
    }
    let link = place.link(&place.hash());
    put(link, move |copied| told(open, copied, strings::LINK_COPIED));
    canvas::focus_selected(open);
}

/// Says whether something was copied; that it was not is seen, too.
pub fn told(open: Open, copied: bool, words: &str) {
    if copied { open.session.say(words) } else { open.refuse(strings::NOT_COPIED.to_string()) }
}

/// Puts a text on the clipboard, in answer to a key or a click, and tells whether it is there.
pub fn put(text: String, then: impl FnOnce(bool) + 'static) {
    spawn_local(async move {
        let copied = put_by_clipboard(&text).await || put_by_copying(&text);
        then(copied);
    });
}

/// By the browser's clipboard, which is there on pages with TLS that may use it.
async fn put_by_clipboard(text: &str) -> bool {
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    let Some(clipboard) = clipboard.ok().and_then(|clipboard| clipboard.dyn_into::<Clipboard>().ok()) else {
        return false;
    };
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// By the event of copying, which browsers allow without asking and on pages without TLS. That it was allowed does not
/// say that it was done: whoever was asked for the text has it.
fn put_by_copying(text: &str) -> bool {
    let taken = Rc::new(Cell::new(false));
    let (text, takes) = (text.to_string(), taken.clone());
    let copied = Closure::<dyn Fn(ClipboardEvent)>::new(move |event: ClipboardEvent| {
        if let Some(data) = event.clipboard_data() {
            takes.set(data.set_data("text/plain", &text).is_ok());
            event.prevent_default();
            event.stop_propagation();
        }
    });
    let page = document();
    let listener = copied.as_ref().unchecked_ref();
    let _known = page.add_event_listener_with_callback_and_bool("copy", listener, true);
    let allowed = page.dyn_ref::<HtmlDocument>().is_some_and(|page| page.exec_command("copy").unwrap_or(false));
    let _known = page.remove_event_listener_with_callback_and_bool("copy", listener, true);
    allowed && taken.get()
}
