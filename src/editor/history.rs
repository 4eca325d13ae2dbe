//! What was done since the path was opened: each change by its name, and the way to how the path was after it.

use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::Entry;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::side::{Side, SidePanel};
use super::state::Open;
use crate::parts::focus;
use crate::parts::keyboard::pressed;
use crate::strings;

/// Shows the list.
pub fn show(open: Open) {
    open.show_side(Side::History, None);
}

/// A state of the path in the list.
#[derive(Clone, PartialEq)]
struct Row {
    entry: Entry,
    /// The step that was changed, in words.
    about: Option<String>,
    /// What became of it, in words.
    detail: Option<String>,
    /// Whether it was taken back.
    is_undone: bool,
}

/// What was said of a change from one document to another: to find it out anew for each of them would hold up undo.
struct Known {
    documents: (Arc<PathPayload>, Arc<PathPayload>),
    about: Option<String>,
    detail: Option<String>,
}

/// All states, the oldest first.
fn rows(open: Open, known: StoredValue<Vec<Known>>) -> Vec<Row> {
    let index = open.session.index.get();
    open.editor.with(|editor| {
        let entries = editor.history();
        let now = entries.iter().position(|entry| entry.is_now).unwrap_or_default();
        let row = |(state, entry)| {
            let (about, detail) = editor.documents(state).map_or((None, None), |documents| {
                let same = |known: &&Known| {
                    Arc::ptr_eq(&known.documents.0, &documents.0) && Arc::ptr_eq(&known.documents.1, &documents.1)
                };
                let said = known
                    .with_value(|all| all.iter().find(same).map(|known| (known.about.clone(), known.detail.clone())));
                said.unwrap_or_else(|| {
                    let (about, detail) = (editor.about(state, &index), editor.detail(state, &index));
                    known.update_value(|all| {
                        all.push(Known { documents, about: about.clone(), detail: detail.clone() });
                    });
                    (about, detail)
                })
            });
            Row { entry, about, detail, is_undone: state > now }
        };
        entries.into_iter().enumerate().map(row).collect()
    })
}

fn element_id(state: usize) -> String {
    format!("history-{state}")
}

#[component]
pub fn History() -> impl IntoView {
    let open = expect_context::<Open>();
    let known = StoredValue::new(Vec::new());
    let all = Memo::new(move |_| rows(open, known));
    let count = Memo::new(move |_| all.with(Vec::len));
    let now = Memo::new(move |_| all.with(|all| all.iter().position(|row| row.entry.is_now).unwrap_or_default()));
    // The list is one stop of the Tab key: the state that has the focus, or the one that is now.
    let at = RwSignal::new(None::<usize>);
    let stop = Memo::new(move |_| at.get().filter(|at| *at < count.get()).unwrap_or(now.get()));
    let keys = move |event: KeyboardEvent| {
        let (here, last) = (stop.get_untracked(), count.get_untracked().saturating_sub(1));
        // The latest is at the top.
        let to = match pressed(&event).as_str() {
            "ArrowUp" => (here + 1).min(last),
            "ArrowDown" => here.saturating_sub(1),
            "Home" => last,
            "End" => 0,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        focus::give_to(&element_id(to));
    };
    let row = move |state: usize| {
        let row = Memo::new(move |_| all.with(|all| all.get(state).cloned()));
        view! { <StateRow state count row stop=Signal::derive(move || stop.get() == state) at/> }
    };
    view! {
        <SidePanel title=strings::edit::HISTORY.to_string()>
            <div class="side-body">
                <p class="hint">{strings::edit::HISTORY_HINT}</p>
                <ol class="revisions history" aria-label=strings::edit::HISTORY on:keydown=keys>
                    <For each=move || (0..count.get()).rev() key=|state| *state children=row/>
                </ol>
            </div>
        </SidePanel>
    }
}

#[component]
fn StateRow(
    state: usize,
    /// Of how many.
    count: Memo<usize>,
    row: Memo<Option<Row>>,
    /// Whether Tab comes here.
    stop: Signal<bool>,
    /// Set to this one when it gets the focus.
    at: RwSignal<Option<usize>>,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let is_now = move || row.with(|row| row.as_ref().is_some_and(|row| row.entry.is_now));
    let is_saved = move || row.with(|row| row.as_ref().is_some_and(|row| row.entry.is_saved));
    let is_undone = move || row.with(|row| row.as_ref().is_some_and(|row| row.is_undone));
    let go = move |_| {
        open.jump(state);
        if let Some(row) = row.get_untracked() {
            let count = count.get_untracked();
            open.session.say(strings::edit::jumped(row.entry.name, row.about.as_deref(), state + 1, count));
        }
    };
    view! {
        <li>
            <button
                class="revision"
                class:undone=is_undone
                id=element_id(state)
                tabindex=move || if stop.get() { "0" } else { "-1" }
                aria-current=move || is_now().then_some("step")
                data-first=move || is_now().then_some("")
                on:focus=move |_| at.set(Some(state))
                on:click=go
            >
                <span class="grow">
                    <strong>{move || row.get().map(|row| row.entry.name)}</strong>
                    " "
                    <span class="step-about">{move || row.get().and_then(|row| row.about)}</span>
                    " "
                    <span class="detail">{move || row.get().and_then(|row| row.detail)}</span>
                </span>
                {move || is_saved().then(|| view! { <span class="pill">{strings::edit::IS_SAVED}</span> })}
                {move || is_now().then(|| view! { <span class="pill changed">{strings::edit::IS_NOW}</span> })}
            </button>
        </li>
    }
}
