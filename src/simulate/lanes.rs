//! A lane for each person and channel on an axis of time.

use escalation_editor::play::{Lane, Mark, MarkKind, ticks};
use escalation_engine::Seconds;
use leptos::prelude::*;

use super::behaviour::{LaneName, Who};
use crate::editor::state::Open;
use crate::strings;

/// About how many times are written on the axis.
const TICKS: i64 = 6;

/// The place on the axis, in percent of its length.
fn percent(after: Seconds, length: Seconds) -> String {
    // Thousandths are as fine as anybody sees, and whole numbers the same everywhere.
    let thousandths = after.saturating_mul(100_000) / length.max(1);
    format!("{}.{:03}%", thousandths / 1000, thousandths % 1000)
}

#[component]
pub fn Lanes() -> impl IntoView {
    let open = expect_context::<Open>();
    let length = Memo::new(move |_| open.play.with(|play| play.lasted.max(60)));
    let axis = move || {
        let length = length.get();
        let tick = |after: Seconds| {
            view! {
                <span class="tick" style:left=percent(after, length)>
                    <b>{open.time_of(after)}</b>
                    <i>{strings::after(after)}</i>
                </span>
            }
        };
        ticks(length, TICKS).into_iter().map(tick).collect_view()
    };
    let lanes = move || open.play.with(|play| play.lanes.clone());
    let none = move || {
        open.play.with(|play| play.lanes.is_empty()).then(|| view! { <p class="nobody">{strings::NOBODY_TOLD}</p> })
    };
    view! {
        <div class="timeline" role="group" aria-label=strings::TIMELINE tabindex="0">
            <div class="axis" aria-hidden="true"><div class="track">{axis}</div></div>
            // A lane is drawn anew when anything on it changes: it is small.
            <For each=lanes key=Lane::clone let(lane)>
                <LaneRow lane length/>
            </For>
            {none}
        </div>
    }
}

#[component]
fn LaneRow(lane: Lane, length: Memo<Seconds>) -> impl IntoView {
    let who = Who { id: lane.id.clone(), name: lane.name.clone(), is_channel: lane.is_channel };
    let spoken = spoken(&lane);
    let marks = lane.marks.into_iter().map(|mark| view! { <MarkView mark length/> });
    view! {
        <div class="lane">
            <LaneName who/>
            <div class="track" role="img" aria-label=spoken>{marks.collect_view()}</div>
        </div>
    }
}

#[component]
fn MarkView(mark: Mark, length: Memo<Seconds>) -> impl IntoView {
    let class = match mark.kind {
        MarkKind::Page => "dot page",
        MarkKind::Retry => "dot retry",
        MarkKind::Ack => "dot ack",
        MarkKind::Nack => "dot nack",
        MarkKind::Snooze => "dot snooze",
    };
    let after = mark.after;
    let stretch = mark.until.map(|until| {
        view! {
            <i
                class="stretch"
                style:left=move || percent(after, length.get())
                style:width=move || percent(until - after, length.get())
            ></i>
        }
    });
    view! {
        {stretch}
        <i class=class style:left=move || percent(after, length.get()) title=word(mark.kind, after)></i>
    }
}

fn word(kind: MarkKind, after: Seconds) -> String {
    let what = match kind {
        MarkKind::Page => "paged",
        MarkKind::Retry => "paged again",
        MarkKind::Ack => "acknowledges",
        MarkKind::Nack => "declines",
        MarkKind::Snooze => "snoozes",
    };
    format!("{what} at {}", strings::after(after))
}

fn spoken(lane: &Lane) -> String {
    let marks: Vec<String> = lane.marks.iter().map(|mark| word(mark.kind, mark.after)).collect();
    format!("{}: {}", lane.name, marks.join(", "))
}
