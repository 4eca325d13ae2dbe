//! What is kept with a path and is no part of it: by the server where it can, else by this browser.

use escalation_api::Value;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::net::{self, NetError};

/// Where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The path was never saved: for as long as the page is open, and with the path from then on.
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

fn key(id: &str, name: &str) -> String {
    format!("{name} {id}")
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The list of this name that is kept with the path.
pub async fn read(open: Open, name: &str) -> Result<Vec<Value>, NetError> {
    let id = open.id.get_untracked();
    match untrack(|| place(open, name)) {
        Place::Page => Ok(Vec::new()),
        Place::Server => net::kept(&id, name).await,
        Place::Browser => {
            let text = storage().and_then(|storage| storage.get_item(&key(&id, name)).ok().flatten());
            // What another program has left there is nothing to us.
            Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
        }
    }
}

/// Replaces the list.
pub async fn write(open: Open, name: &str, list: Vec<Value>) -> Result<(), NetError> {
    if untrack(|| open.session.only_reads()) {
        return Err(NetError::Forbidden(String::new()));
    }
    let id = open.id.get_untracked();
    match untrack(|| place(open, name)) {
        Place::Page => Ok(()),
        Place::Server => net::keep(&id, name, list).await,
        Place::Browser => {
            let written = storage().map(|storage| storage.set_item(&key(&id, name), &Value::Array(list).to_string()));
            written.and_then(Result::ok).ok_or(NetError::Away)
        }
    }
}
