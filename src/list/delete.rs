//! Deleting a path, which asks for its name.

use std::sync::Arc;

use escalation_api::{NodeKind, PathPayload};
use escalation_editor::bidi::without_controls;
use escalation_editor::tree;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::row::Row;
use crate::net::{Net, NetError};
use crate::parts::dialog::Dialog;
use crate::session::{Session, session};
use crate::strings;

#[component]
pub fn DeleteDialog(
    /// What is to be deleted.
    row: Arc<Row>,
    /// Which it is; nothing once it is left.
    deleting: RwSignal<Option<Arc<Row>>>,
) -> impl IntoView {
    let session = session();
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(String::new());
    let leave = move || deleting.set(None);
    // Marks that turn the order round are not shown, and cannot be typed.
    let name = without_controls(row.name.trim()).into_owned();
    let fits = Memo::new(move |_| typed.with(|typed| without_controls(typed.trim()) == name));
    let referring = referring(session, &row.id);
    let (id, label) = (row.id.clone(), strings::transfer::delete(&row.name));
    let told = row.name.clone();
    let delete = move || {
        if !fits.get_untracked() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (id, name) = (id.clone(), told.clone());
        spawn_local(async move {
            match gone(session.net, &id).await {
                Ok(()) => {
                    session.deleted(&id);
                    session.tell_deleted(&id);
                    session.say(strings::transfer::deleted(&name));
                    let _left = deleting.try_set(None);
                }
                Err(error) => {
                    let _left = trouble.try_set(why(error));
                    let _left = busy.try_set(false);
                }
            }
        });
    };
    view! {
        <Dialog label=label.clone() leave>
            <form on:submit=move |event| {
                event.prevent_default();
                delete();
            }>
                <h2>{label}</h2>
                {(!referring.is_empty()).then(|| view! { <p class="fault">{strings::transfer::handed_over_by(&referring)}</p> })}
                <label class="field-label" for="delete-name">{strings::transfer::type_name(&row.name)}</label>
                <input
                    id="delete-name"
                    class="field"
                    autofocus=true
                    autocomplete="off"
                    dir="auto"
                    prop:value=move || typed.get()
                    on:input=move |event| typed.set(event_target_value(&event))
                />
                <p class="fault" role="alert">{move || trouble.get()}</p>
                <div class="dialog-actions">
                    <button type="button" class="quiet" on:click=move |_| leave()>{strings::transfer::CANCEL}</button>
                    <span class="spring"></span>
                    <button class="quiet danger" disabled=move || !fits.get() || busy.get()>{strings::DELETE}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// The names of the paths that hand over to a path.
fn referring(session: Session, id: &str) -> Vec<String> {
    session.index.with_untracked(|index| {
        let refers = |path: &escalation_api::Path| {
            let mut found = false;
            tree::walk(&PathPayload::from(path), |node| {
                if let NodeKind::HandOver(over) = &node.node.kind {
                    found |= over.escalation_path_id == id;
                }
            });
            found && path.id != id
        };
        index.world().paths.iter().filter(|path| refers(path)).map(|path| path.name.clone()).collect()
    })
}

/// Deletes a path. One that is not there any more is deleted: the answer to an earlier try may have been lost.
async fn gone(net: Net, id: &str) -> Result<(), NetError> {
    match net.delete(id).await {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer,
    }
}

fn why(error: NetError) -> String {
    match error {
        NetError::Away => strings::transfer::DELETE_AWAY.to_string(),
        NetError::SignedOut => strings::rights::DELETE_SIGNED_OUT.to_string(),
        NetError::Forbidden(said) => strings::rights::refused(strings::rights::DELETE_FORBIDDEN, &said),
        NetError::Unsure(said) => said,
        NetError::Busy(_) => strings::transfer::DELETE_BUSY.to_string(),
        NetError::Unreadable(status) => strings::status(status.into()),
        NetError::Refused(error) => {
            let said = error.errors.first().map(|error| error.message.clone());
            said.unwrap_or_else(|| strings::status(error.status))
        }
    }
}
