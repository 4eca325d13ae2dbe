//! What is different between two states of the path: node by node, and for people.

use escalation_editor::changes::{Became, Change};
use escalation_editor::work::{Compared, Question, Reply};
use escalation_engine::instant::DAY;
use escalation_engine::prove::During;
use escalation_engine::words::date_and_time;
use leptos::prelude::*;

use super::state::Open;
use crate::canvas;
use crate::panel::{Tab, expected};
use crate::strings;
use crate::worker::For;

/// How far ahead it is looked what changes for people, and how far where the page must do it.
const AHEAD: i64 = 91 * DAY;
const LESS: i64 = 28 * DAY;
/// The most changes for people that are told.
const MOST: usize = 12;

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
    /// Whether its node can be gone to.
    leads: bool,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let is_gone = change.became == Became::Removed;
    let id = change.node_id.clone().filter(|_| leads && !is_gone);
    let details = change.details.into_iter().map(|line| view! { <span class="detail">{line}</span> }).collect_view();
    let title = match id {
        Some(id) => {
            let go = move |_| open.select(Some(id.clone()));
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

/// What is known of what changes for people.
#[derive(Clone, PartialEq)]
enum People {
    /// It is being found out.
    Busy,
    /// It is known, for a time ahead.
    Known(Box<Compared>),
    /// It cannot be said.
    Unknown,
}

/// What changes for people between the compared state and the path as it is.
#[component]
pub fn ForPeople() -> impl IntoView {
    let open = expect_context::<Open>();
    let people = RwSignal::new(People::Busy);
    Effect::new(move |_| {
        open.path.track();
        let Some(before) = open.compared.get() else { return };
        people.set(People::Busy);
        let (background, index) = (open.session.background, open.session.index.get());
        let about = expected::about(open, if background.is_there() { AHEAD } else { LESS });
        background.ask(For::Review, index, Question::Compare(about, before), move |reply, _| {
            if let Reply::Compared(found) = reply {
                let _left = people.try_set(found.map_or(People::Unknown, |found| People::Known(Box::new(found))));
            }
        });
    });
    let told = move || match people.get() {
        People::Busy => view! { <p class="hint" aria-busy="true">{strings::save::FINDING_OUT}</p> }.into_any(),
        People::Unknown => view! { <p class="hint">{strings::save::PEOPLE_UNKNOWN}</p> }.into_any(),
        People::Known(found) => {
            let until = date_and_time(&open.zone(), found.until);
            let end = match (found.changes.is_empty(), found.is_complete) {
                (true, true) => strings::save::nobody_else_paged(&until),
                (true, false) => strings::save::PEOPLE_INCOMPLETE.to_string(),
                (false, true) => strings::save::nothing_else_changes(&until),
                (false, false) => strings::save::REST_INCOMPLETE.to_string(),
            };
            let more = found.changes.len().saturating_sub(MOST);
            let rows = found.changes.iter().take(MOST).map(|change| {
                let first = change.during.iter().min_by_key(|during| during.from).cloned();
                view! {
                    <li class="difference">
                        <div class="grow">
                            <span>{change.sentence.clone()}</span>
                            " "
                            {first.map(|first| view! { <First first/> })}
                        </div>
                    </li>
                }
            });
            view! {
                <ul class="differences">{rows.collect_view()}</ul>
                {(more > 0).then(|| view! { <p class="hint">{strings::save::and_more_changes(more)}</p> })}
                <p class="hint" data-people>{end}</p>
            }
            .into_any()
        }
    };
    view! {
        <h3>{strings::save::FOR_PEOPLE}</h3>
        {told}
    }
}

/// Looks at the first time that something changes.
#[component]
fn First(first: During) -> impl IntoView {
    let open = expect_context::<Open>();
    let play = move |_| {
        open.assumed.at.set(first.from);
        open.assumed.priority.set(Some(first.priority_id.clone()).filter(|id| !id.is_empty()));
        open.tab.set(Tab::Simulate);
        open.panel.set(true);
        open.session.say(strings::save::SIMULATED);
    };
    view! { <button class="link" on:click=play>{strings::save::SIMULATE_IT}</button> }
}
