//! Saving, and what is said when it does not work. The edit stays, whatever happens.

use escalation_api::ErrorSingle;
use escalation_editor::Editor;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::Open;
use crate::net::{self, NetError};
use crate::route::{self, Route};
use crate::strings;

/// How far saving has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Saving {
    /// Nothing is under way.
    Idle,
    /// On its way.
    Busy,
    /// It did not work.
    Failed {
        /// What is wrong, in a sentence.
        message: String,
        /// What the server says is wrong with the path.
        errors: Vec<ErrorSingle>,
    },
}

/// Saves the path as it is now.
pub fn save(open: Open) {
    if open.saving.get_untracked() == Saving::Busy {
        return;
    }
    open.saving.set(Saving::Busy);
    let session = open.session;
    session.say(strings::SAVING);
    let (id, path) = (open.id.get_untracked(), open.path.get_untracked());
    spawn_local(async move {
        match net::save(&id, &path).await {
            Ok(saved) => {
                open.editor.update(|editor| editor.mark_saved(&path));
                if id.is_empty() {
                    open.id.set(saved.id.clone());
                    route::rename(&Route::Path(saved.id.clone()));
                }
                session.saved(saved);
                open.saving.set(Saving::Idle);
                session.say(strings::SAVED);
            }
            Err(error) => {
                let (message, errors) = told(error);
                session.say(message.clone());
                open.saving.set(Saving::Failed { message, errors });
            }
        }
    });
}

fn told(error: NetError) -> (String, Vec<ErrorSingle>) {
    match error {
        NetError::Away => (strings::AWAY.to_string(), Vec::new()),
        NetError::Unreadable(_) => (strings::UNREADABLE.to_string(), Vec::new()),
        NetError::Refused(error) => (strings::REFUSED.to_string(), error.errors),
    }
}

/// Asks before a page with changes that are not saved is left.
pub fn warn_before_leaving(open: Open) {
    let listener = window_event_listener(leptos::ev::beforeunload, move |event| {
        if open.editor.with_untracked(Editor::is_dirty) {
            event.prevent_default();
            event.set_return_value("");
        }
    });
    on_cleanup(move || listener.remove());
}
