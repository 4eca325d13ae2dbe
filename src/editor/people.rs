//! What changes for people between two states of the path: in sentences, and for each time that they are about person by
//! person, before and after.

use std::sync::Arc;

use escalation_editor::beside::{PageComparison, PageTime, Row};
use escalation_editor::changes;
use escalation_editor::expect::occasions;
use escalation_editor::work::{Compared, ForPeople as Change, Request, Response};
use escalation_engine::instant::DAY;
use escalation_engine::prove::PriorityInterval;
use escalation_engine::simulate::{self, beginners};
use escalation_engine::words::date_and_time;
use escalation_engine::{CompiledPath, Scenario, Seconds};
use leptos::prelude::*;

use super::state::Open;
use crate::panel::expected;
use crate::parts::avatar::{Avatar, Of};
use crate::strings;
use crate::strings::people as words;
use crate::worker::For;

/// How far ahead the review looks, and how far where the page must do it.
pub const AHEAD: Seconds = 91 * DAY;
pub const LESS: Seconds = 28 * DAY;
/// So many changes for people are told one by one; of more the gist comes first, and they are to be opened.
const FEW: usize = 2;
/// So many are told at most.
const MOST: usize = 40;

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
        background.ask(For::Review, index, Request::Compare(about, before), move |reply, _| {
            if let Response::Compared(found) = reply {
                let _left = people.try_set(found.map_or(People::Unknown, |found| People::Known(Box::new(found))));
            }
        });
    });
    let told = move || match people.get() {
        People::Busy => view! { <p class="hint" aria-busy="true">{strings::save::FINDING_OUT}</p> }.into_any(),
        People::Unknown => view! { <p class="hint">{strings::save::PEOPLE_UNKNOWN}</p> }.into_any(),
        People::Known(found) => {
            let more = found.changes.len().saturating_sub(MOST);
            let rows = found.changes.iter().take(MOST).cloned().map(|change| view! { <ChangeRow change/> });
            let list = view! { <ul class="differences">{rows.collect_view()}</ul> };
            let more = (more > 0).then(|| view! { <p class="hint">{strings::save::and_more_changes(more)}</p> });
            let changes = if found.changes.len() <= FEW {
                list.into_any()
            } else {
                // One edit may mean something a little different at each handover: the longest times come first.
                let lead = found.lead.iter().cloned().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
                view! {
                    <ul class="lead" data-lead>{lead}</ul>
                    <details class="more-changes">
                        <summary>{strings::save::all_changes(found.changes.len())}</summary>
                        {list}
                        {more}
                    </details>
                }
                .into_any()
            };
            view! {
                {changes}
                <p class="hint" data-people>{rest(open, &found)}</p>
                {follows_otherwise(open).then(|| view! { <p class="hint" data-follows>{words::FOLLOWS_OTHERWISE}</p> })}
            }
            .into_any()
        }
    };
    view! {
        <h3>{strings::save::FOR_PEOPLE}</h3>
        {told}
    }
}

/// Whether the change is about what follows an acknowledgement, which is not compared.
fn follows_otherwise(open: Open) -> bool {
    let before = open.compared.get_untracked();
    before.is_some_and(|before| changes::follows_otherwise(&before, &open.path.get_untracked()))
}

/// What is said of all that no sentence is about.
fn rest(open: Open, found: &Compared) -> String {
    let zone = open.zone();
    let time = |at| date_and_time(&zone, at);
    if found.is_complete {
        let until = time(found.until);
        return if found.changes.is_empty() {
            strings::save::nobody_else_paged(&until)
        } else {
            strings::save::nothing_else_changes(&until)
        };
    }
    let said = if found.changes.is_empty() { strings::save::PEOPLE_INCOMPLETE } else { strings::save::REST_INCOMPLETE };
    let unknown = occasions(&found.unknown_during);
    match unknown.first() {
        Some(first) => {
            let times = words::time_span(&time(first.from), &time(first.until));
            format!("{said} {}", words::not_known(&times, unknown.len() - 1))
        }
        None => said.to_string(),
    }
}

/// One sentence, and what it means at one of its times.
#[component]
fn ChangeRow(change: Change) -> impl IntoView {
    let shown = RwSignal::new(false);
    let mut change = change;
    change.during.sort_by_key(|one| one.from);
    let sentence = change.sentence.clone();
    let first = change.during.first().cloned();
    let count = change.during.len();
    let change = StoredValue::new(change);
    let label = [words::SHOW, words::HIDE].map(|word| words::before_and_after(word, &sentence));
    let [to_show, to_hide] = label;
    view! {
        <li class="difference for-people">
            <div class="grow">
                <span>{sentence}</span>
                <div class="for-people-actions">
                    <button
                        class="link"
                        aria-label=move || if shown.get() { to_hide.clone() } else { to_show.clone() }
                        aria-expanded=move || shown.get().to_string()
                        on:click=move |_| shown.update(|shown| *shown = !*shown)
                    >
                        {move || if shown.get() { words::HIDE } else { words::SHOW }}
                    </button>
                    {first.map(|first| view! { <Play change during=Signal::stored(first)/> })}
                </div>
                <Show when=move || shown.get()><Instances change count/></Show>
            </div>
        </li>
    }
}

/// Plays the first alert of such a time in the simulation.
#[component]
fn Play(change: StoredValue<Change>, during: Signal<PriorityInterval>) -> impl IntoView {
    let open = expect_context::<Open>();
    let play = move |_| {
        let mut alert = during.with_untracked(|during| change.with_value(|change| change.alert(during)));
        // Where everybody's turn is alike, nobody in particular begins.
        if alert.turn > 0 {
            alert.round_robin = untrack(|| beginners(&open.compiled.get(), &open.session.index.get(), &alert));
            alert.turn = 0;
        }
        open.simulate(&alert);
        open.session.say(strings::save::SIMULATED);
    };
    view! { <button class="link" on:click=play>{strings::save::SIMULATE_IT}</button> }
}

/// The times at which something changes, one after the other.
#[component]
fn Instances(change: StoredValue<Change>, count: usize) -> impl IntoView {
    let open = expect_context::<Open>();
    let at = RwSignal::new(0_usize);
    let now = Memo::new(move |_| change.with_value(|change| change.during.get(at.get()).cloned()));
    let caption = move || {
        let now = now.get()?;
        let (zone, index) = (open.zone(), open.session.index.get());
        let priority = if now.priority_id.is_empty() { "" } else { index.priority_name(&now.priority_id) };
        let (from, until) = (date_and_time(&zone, now.from), date_and_time(&zone, now.until));
        Some(words::caption(priority, &from, &until, &open.assumed.zone.get()))
    };
    let go = move |by: isize| {
        at.update(|at| *at = at.saturating_add_signed(by).min(count.saturating_sub(1)));
        open.session.say(untrack(caption).unwrap_or_default());
    };
    let is_first = move || at.get() == 0;
    let is_last = move || at.get() + 1 >= count;
    let table = move || {
        let during = now.get()?;
        Some(compared(open, &change.with_value(|change| change.alert(&during))))
    };
    view! {
        <div class="instances">
            <button class="tool" aria-label=words::EARLIER title=words::EARLIER aria-disabled=move || is_first().to_string() on:click=move |_| go(-1)>"‹"</button>
            <span class="hint">{move || words::instance(at.get() + 1, count)}</span>
            <button class="tool" aria-label=words::LATER title=words::LATER aria-disabled=move || is_last().to_string() on:click=move |_| go(1)>"›"</button>
        </div>
        <p class="hint" data-instance>{caption}</p>
        {table}
        {move || now.get().map(|now| view! { <Play change during=Signal::stored(now)/> })}
    }
}

/// Who is told when at such a time, before and after.
fn compared(open: Open, alert: &Scenario) -> impl IntoView + use<> {
    let (index, id, zone) = (open.session.index.get(), open.id.get_untracked(), open.zone());
    let before = open.compared.get().unwrap_or_else(|| open.path.get());
    let [before, after] = [before, open.path.get()]
        .map(|path: Arc<_>| simulate::trace(&CompiledPath::new(&id, &path, &index), &index, alert));
    let beside = PageComparison::new(&before, &after, &index);
    let length = beside.length.max(60);
    let cell = move |all: &[PageTime]| {
        let told = all.iter().map(|told| {
            let low = told.is_low.then(|| view! { " "<em>{words::LOW}</em> });
            view! { <span class="told">{strings::after(told.after)}{low}</span> }
        });
        let dots = all.iter().map(|told| {
            let class = if told.is_low { "dot page low" } else { "dot page" };
            // Hundredths of a percent are as fine as anybody sees.
            let place = told.after.saturating_mul(10_000) / length;
            view! { <i class=class style:left=format!("{}.{:02}%", place / 100, place % 100)></i> }
        });
        let none = all.is_empty().then(|| view! { <span class="hint">{words::NOT_TOLD}</span> });
        view! {
            <td>
                <div class="day-line" aria-hidden="true"><div>{dots.collect_view()}</div></div>
                {told.collect_view()}
                {none}
            </td>
        }
    };
    let row = |row: &Row| {
        let of = if row.is_channel { Of::Channel } else { Of::Person };
        view! {
            <tr class:differs=row.differs()>
                <th scope="row"><span class="who"><Avatar name=row.name.clone() of/>{row.name.clone()}</span></th>
                {cell(&row.before)}
                {cell(&row.after)}
            </tr>
        }
    };
    let ends = |trace: &escalation_engine::Trace| date_and_time(&zone, trace.ended_at);
    let (was, is) = (ends(&before), ends(&after));
    view! {
        <table class="before-after">
            <thead>
                <tr>
                    <th scope="col"><span class="spoken">{words::WHO}</span></th>
                    <th scope="col">{words::BEFORE}</th>
                    <th scope="col">{words::AFTER}</th>
                </tr>
            </thead>
            <tbody>{beside.rows.iter().map(row).collect_view()}</tbody>
            <tfoot>
                <tr class:differs=was != is>
                    <th scope="row">{words::ENDS}</th>
                    <td>{was.clone()}</td>
                    <td>{is.clone()}</td>
                </tr>
            </tfoot>
        </table>
    }
}
