//! Every step with its time, its reason and its rule.

use escalation_editor::words::{self, StepWords};
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::session::session;
use crate::strings;

/// A step as it is listed.
struct Row {
    after: String,
    time: String,
    words: StepWords,
    rule: String,
    node_id: Option<String>,
}

/// So many steps are listed: nobody reads more, and a path may repeat itself a thousand times.
const MOST: usize = 500;

#[component]
pub fn Steps() -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let pages_only = RwSignal::new(false);
    let rows = move || {
        let (trace, path, id, index, zone) =
            (open.trace.get(), open.path.get(), open.id.get(), index.get(), open.zone());
        let row = |step: &escalation_engine::trace::TraceStep| {
            let words = words::step(step, &path, &id, &index, &zone)?;
            if pages_only.get() && !words.is_page {
                return None;
            }
            Some(Row {
                after: strings::after(step.after_seconds),
                time: open.time_of(step.after_seconds),
                words,
                rule: step.rule.clone(),
                node_id: step.node_id.clone(),
            })
        };
        let mut steps = trace.steps.iter();
        let rows: Vec<_> = steps.by_ref().filter_map(row).take(MOST).collect();
        let more = steps.len();
        let rows = rows.into_iter().map(|row| view! { <StepRow row/> }).collect_view();
        let more = (more > 0).then(|| view! { <li class="more">{strings::and_more(more)}</li> });
        (rows, more)
    };
    view! {
        <div class="steps">
            <div class="steps-head">
                <h3>{strings::WHAT_HAPPENS}</h3>
                <label class="check">
                    <input type="checkbox" prop:checked=move || pages_only.get() on:change=move |event| pages_only.set(event_target_checked(&event))/>
                    {strings::PAGES_ONLY}
                </label>
            </div>
            <ol tabindex="0" aria-label=strings::WHAT_HAPPENS>{rows}</ol>
        </div>
    }
}

#[component]
fn StepRow(row: Row) -> impl IntoView {
    let open = expect_context::<Open>();
    let Row { after, time, words, rule, node_id } = row;
    let here = node_id.clone();
    let is_here = move || here.is_some() && open.selected.with(|selected| *selected == here);
    view! {
        <li class="step" class:page=words.is_page class:bad=words.is_bad class:here=is_here on:click=move |_| {
            if let Some(id) = &node_id {
                open.select(Some(id.clone()));
            }
        }>
            <span class="step-time"><b>{time}</b><i>{after}</i></span>
            <span class="step-words">
                <strong>{words.what}</strong>
                <span>{words.why}" "<code>{rule}</code></span>
            </span>
        </li>
    }
}
