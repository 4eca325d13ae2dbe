//! Short texts by key that the browser keeps: for as long as the tab is open, or for good. Where it keeps nothing, as in
//! many frames of other sites, nothing is read.

use leptos::prelude::window;
use web_sys::Storage;

/// What is kept until the tab is closed.
pub fn of_tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// What is kept for good, and seen by every tab.
pub fn for_good() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// A text, if there is one.
pub fn read(storage: Option<Storage>, key: &str) -> Option<String> {
    storage?.get_item(key).ok().flatten()
}

/// Keeps a text; whether it could be kept.
pub fn write(storage: Option<Storage>, key: &str, text: &str) -> bool {
    storage.is_some_and(|storage| storage.set_item(key, text).is_ok())
}

/// Forgets a text.
pub fn remove(storage: Option<Storage>, key: &str) {
    if let Some(storage) = storage {
        let _not_there = storage.remove_item(key);
    }
}

/// The keys that begin so, in order.
pub fn keys(storage: Option<Storage>, begin: &str) -> Vec<String> {
    let Some(storage) = storage else { return Vec::new() };
    let count = storage.length().unwrap_or_default();
    let all = (0..count).filter_map(|position| storage.key(position).ok().flatten());
    let mut keys: Vec<String> = all.filter(|key| key.starts_with(begin)).collect();
    keys.sort_unstable();
    keys
}
