//! What is different between two states of the path, node by node.

use escalation_editor::changes::{Change, NodeChange};
use leptos::prelude::*;

use super::state::Open;
use crate::canvas;
use crate::strings;

/// The differences between the compared state and the path as it is.
#[component]
pub fn Differences() -> impl IntoView {
    let open = expect_context::<Open>();
    let rows = move || {
        let changes = open.changes.get();
        let rows = changes.iter().cloned().map(|change| view! { <DifferenceRow change leads=true/> }).collect_view();
        if changes.is_empty() {
            view! { <p class="hint">{strings::save::SAME}</p> }.into_any()
        } else {
            view! { <ul class="differences">{rows}</ul> }.into_any()
        }
    };
    view! {
        <h3>{strings::save::IN_THE_PATH}</h3>
        {rows}
    }
}

/// One difference.
#[component]
pub fn DifferenceRow(
    /// What is different.
    change: Change,
    /// Whether its node can be gone to, or the place where it was.
    leads: bool,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let is_gone = change.became == NodeChange::Removed;
    let id = change.node_id.clone().filter(|_| leads);
    let details = change.details.into_iter().map(|line| view! { <span class="detail">{line}</span> }).collect_view();
    let title = match id {
        Some(id) => {
            let go = move |_| if is_gone { open.show_gone(&id) } else { open.select(Some(id.clone())) };
            view! { <button class="link" on:click=go>{change.title}</button> }.into_any()
        }
        None => view! { <strong>{change.title}</strong> }.into_any(),
    };
    view! {
        <li class=format!("difference {}", canvas::became_class(change.became))>
            <span class="chip">{strings::save::became(change.became)}</span>
            " "
            <div class="grow">{title}" "{details}</div>
        </li>
    }
}
