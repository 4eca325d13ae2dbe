//! What is kept with a path and is no part of it: by the server where it can, else by this browser. Of a path that was
//! never saved it is kept beside the draft, for as long as the tab is open.

use escalation_api::Value;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::net::{self, NetError};

/// Where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The path was never saved: for as long as the tab is open, and with the path from then on.
    Page,
    /// This browser.
    Browser,
    /// The server.
    Server,
}

/// Where lists of this name are kept.
pub fn place(open: Open, name: &str) -> Place {
    if open.id.with(String::is_empty) {
        Place::Page
    } else if open.session.has(name) {
        Place::Server
    } else {
        Place::Browser
    }
}

/// The key of a list, by the id of its path; for one that was never saved, by the key of its draft.
fn key(id: &str, name: &str) -> String {
    format!("{name} {id}")
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn of_tab() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn stored(storage: Option<web_sys::Storage>, key: &str) -> Vec<Value> {
    let text = storage.and_then(|storage| storage.get_item(key).ok().flatten());
    // What another program has left there is nothing to us.
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps a list beside the draft of a path that was never saved.
pub fn beside(draft: &str, name: &str, list: Vec<Value>) {
    // Where the browser keeps nothing, the page has it for as long as the path is open.
    if let Some(storage) = of_tab() {
        let _in_memory = storage.set_item(&key(draft, name), &Value::Array(list).to_string());
    }
}

/// The list of this name that is kept with the path.
pub async fn read(open: Open, name: &str) -> Result<Vec<Value>, NetError> {
    let id = open.id.get_untracked();
    match untrack(|| place(open, name)) {
        Place::Page => Ok(stored(of_tab(), &key(&open.draft.get_untracked(), name))),
        Place::Server => net::kept(&id, name).await,
        Place::Browser => Ok(stored(storage(), &key(&id, name))),
    }
}

/// Replaces the list.
pub async fn write(open: Open, name: &str, list: Vec<Value>) -> Result<(), NetError> {
    if untrack(|| open.session.only_reads()) {
        return Err(NetError::Forbidden(String::new()));
    }
    let id = open.id.get_untracked();
    match untrack(|| place(open, name)) {
        Place::Page => {
            beside(&open.draft.get_untracked(), name, list);
            Ok(())
        }
        Place::Server => net::keep(&id, name, list).await,
        Place::Browser => {
            let written = storage().map(|storage| storage.set_item(&key(&id, name), &Value::Array(list).to_string()));
            written.and_then(Result::ok).ok_or(NetError::Away)
        }
    }
}
