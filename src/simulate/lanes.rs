//! A lane for each person and channel on an axis of time.

use escalation_editor::Axis;
use escalation_editor::card::text_width;
use escalation_editor::play::{Lane, Mark, MarkKind};
use escalation_editor::words;
use escalation_engine::Seconds;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use super::behaviour::{LaneName, Who};
use super::playback::{now, seek};
use super::scrubber::{Scrubber, Transport};
use super::walk::WalkRow;
use crate::editor::state::Open;
use crate::later;
use crate::parts::size;
use crate::strings;

/// On an axis of at most this width everything is drawn, wherever it is scrolled to.
const ALL: i64 = 3_000;
/// Of a wider one, what is drawn is looked at anew when it was scrolled by so much.
const GRAIN: i64 = 512;
/// The room beside the axis: before its first event, and behind its last.
const BESIDE: i64 = 40;
/// The size of a mark.
const DOT: i64 = 14;

/// The part of the axis that is near what is seen, in pixels.
#[derive(Clone, Copy)]
pub struct Window(RwSignal<(i64, i64)>);

impl Window {
    /// Whether something from one time to another is near.
    pub fn shows(self, axis: &Axis, from: Seconds, until: Seconds) -> bool {
        if axis.width <= ALL {
            return true;
        }
        let (left, right) = self.0.get();
        axis.x(from) <= right && axis.x(until) >= left
    }

    /// Looks where it is scrolled to.
    fn look(self, timeline: &web_sys::HtmlElement) {
        let left = i64::from(timeline.scroll_left()).div_euclid(GRAIN) * GRAIN;
        let near = (left - GRAIN, left + i64::from(timeline.client_width()) + 2 * GRAIN);
        if self.0.get_untracked() != near {
            self.0.set(near);
        }
    }
}

#[component]
pub fn Lanes() -> impl IntoView {
    let open = expect_context::<Open>();
    let window = Window(RwSignal::new((0, ALL)));
    provide_context(window);
    let frame = NodeRef::<html::Div>::new();
    let names = NodeRef::<html::Div>::new();
    watch_room(frame, names, open, window);
    follow(frame, names, open);
    // What cannot be seen does not play.
    on_cleanup(move || open.playback.running.set(false));

    let lanes = move || open.play.with(|play| play.lanes.clone());
    let none = move || {
        open.play.with(|play| {
            let words = if play.outcome.is_known() { strings::NOBODY_TOLD } else { strings::NOT_KNOWN_WHO };
            play.lanes.is_empty().then(|| view! { <p class="nobody">{words}</p> })
        })
    };
    let bands = move || {
        let band = |fold: &escalation_editor::axis::AxisSegment| {
            view! {
                <i
                    class="fold-band"
                    style:transform=format!("translateX({}px)", fold.x)
                    style:width=format!("{}px", fold.width)
                ></i>
            }
        };
        open.axis.get().folds().map(band).collect_view()
    };
    let x = Memo::new(move |_| open.axis.get().x(now(open)));
    let at_end = move || open.until.get() == Seconds::MAX;
    // A mark is where it is seen; it leads to its time and its step.
    let click = move |event: web_sys::MouseEvent| {
        let mark = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let step = mark.and_then(|mark| mark.get_attribute("data-step")).and_then(|step| step.parse::<usize>().ok());
        let found = step.and_then(|step| {
            open.trace.with_untracked(|trace| {
                trace.steps.get(step).map(|step| (step.after_seconds, step.node_id.clone(), step.path_id.clone()))
            })
        });
        if let Some((after, node, path)) = found {
            seek(open, after);
            if node.is_some() && path.unwrap_or_default() == open.id.get_untracked() {
                open.select(node);
            }
        }
    };
    view! {
        <div
            class="timeline"
            role="group"
            aria-label=strings::TIMELINE
            tabindex="0"
            node_ref=frame
            style=("--track", move || format!("{}px", open.axis.get().width))
            on:keydown=move |event| later::press_in_simulation(open, &event)
            on:scroll=move |_| {
                if let Some(frame) = frame.get_untracked() {
                    window.look(&frame);
                }
            }
        >
            <div class="axis">
                <div class="axis-names" node_ref=names><Transport/></div>
                <Scrubber/>
            </div>
            <div class="lanes" on:click=click>
                <div class="bands" aria-hidden="true">{bands}</div>
                <WalkRow/>
                // A lane is drawn anew when anything on it changes: it is small.
                <For each=lanes key=Lane::clone let(lane)>
                    <LaneRow lane/>
                </For>
                <div class="bands over" class:at-end=at_end aria-hidden="true">
                    <i class="ahead" style:transform=move || format!("translateX({}px)", x.get())></i>
                    <i class="play-line" style:transform=move || format!("translateX({}px)", x.get())></i>
                </div>
            </div>
            {none}
        </div>
    }
}

/// Keeps the room for the axis.
fn watch_room(frame: NodeRef<html::Div>, names: NodeRef<html::Div>, open: Open, window: Window) {
    Effect::new(move |_| {
        let (Some(frame), Some(names)) = (frame.get(), names.get()) else { return };
        let measured = frame.clone();
        let measure = move || {
            let room = i64::from(measured.client_width() - names.offset_width()) - BESIDE;
            if room > 0 && open.playback.room.try_get_untracked().is_some_and(|known| known != room) {
                open.playback.room.set(room);
            }
            window.look(&measured);
        };
        size::watch(&frame, move |_| measure());
    });
}

/// Scrolls an axis that is wider than its room to the time that is looked at.
fn follow(frame: NodeRef<html::Div>, names: NodeRef<html::Div>, open: Open) {
    let place = Memo::new(move |_| {
        let axis = open.axis.get();
        let room = open.playback.room.get();
        (axis.width > room).then(|| open.playback.at.get()).flatten().map(|at| axis.x(at))
    });
    Effect::new(move |_| {
        let (Some(x), Some(frame), Some(names)) = (place.get(), frame.get_untracked(), names.get_untracked()) else {
            return;
        };
        let (x, left) = (i32::try_from(x).unwrap_or(i32::MAX), frame.scroll_left());
        let room = frame.client_width() - names.offset_width();
        if x < left || x > left + room - 80 {
            frame.set_scroll_left(x - room / 4);
        }
    });
}

#[component]
fn LaneRow(lane: Lane) -> impl IntoView {
    let who = Who { id: lane.id.clone(), name: lane.name.clone(), is_channel: lane.is_channel };
    let open = expect_context::<Open>();
    let window = expect_context::<Window>();
    let spoken = spoken(&lane);
    let first = lane.marks.first().map_or(0, |mark| mark.after);
    let is_channel = lane.is_channel;
    let marks = lane.marks;
    let marks = move || {
        let axis = open.axis.get();
        let near = marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| window.shows(&axis, mark.after, mark.until.unwrap_or(mark.after)));
        let drawn = near.map(|(position, mark)| {
            let next = marks.get(position + 1).map_or(axis.width + BESIDE, |next| axis.x(next.after));
            draw_mark(open, *mark, is_channel, next)
        });
        drawn.collect_view()
    };
    view! {
        <div class="lane" class:not-yet=move || open.until.get() < first>
            <LaneName who/>
            <div class="track" role="img" aria-label=spoken>{marks}</div>
        </div>
    }
}

/// A mark, its stretch, and its word where there is room before the `next` mark.
fn draw_mark(open: Open, mark: Mark, is_channel: bool, next: i64) -> impl IntoView {
    let (class, word) = match mark.kind {
        MarkKind::Page if is_channel => ("dot page", strings::playback::MARK_TOLD),
        MarkKind::Page if mark.is_low => ("dot page low", strings::playback::MARK_PAGED_LOW),
        MarkKind::Page => ("dot page", strings::playback::MARK_PAGED),
        MarkKind::Retry if mark.is_low => ("dot retry low", strings::playback::MARK_AGAIN),
        MarkKind::Retry => ("dot retry", strings::playback::MARK_AGAIN),
        MarkKind::Ack => ("dot ack", strings::playback::MARK_ACKS),
        MarkKind::Nack => ("dot nack", strings::playback::MARK_DECLINES),
        MarkKind::Snooze => ("dot snooze", strings::playback::MARK_SNOOZES),
    };
    let axis = open.axis.get();
    let x = axis.x(mark.after);
    let stretch = mark.until.map(|until| {
        let width = format!("{}px", axis.x(until) - x);
        view! { <i class="stretch" class:low=mark.is_low style:transform=format!("translateX({x}px)") style:width=width></i> }
    });
    let has_room = next - x - 2 * DOT > i64::from(text_width(word));
    let word = has_room.then(|| {
        view! { <span class="mark-word" style:transform=format!("translateX({}px)", x + DOT - 3)>{word}</span> }
    });
    let time = open.time_of(mark.after);
    let title = open.tell(|told| {
        let step = told.trace.steps.get(mark.step);
        let words = step.and_then(|step| words::step(step, told.path, told.path_id, told.index, told.zone));
        words.map(|words| format!("{time}, {}: {}; {}", strings::after(mark.after), words.what, words.why))
    });
    view! {
        {stretch}
        {word}
        <i
            class=class
            title=title
            data-step=mark.step.to_string()
            style:transform=format!("translateX({}px)", x - DOT / 2)
        ></i>
    }
}

fn word(mark: &Mark, is_channel: bool) -> &'static str {
    match mark.kind {
        MarkKind::Page if is_channel => strings::playback::MARK_TOLD,
        MarkKind::Page if mark.is_low => strings::playback::MARK_PAGED_LOW,
        MarkKind::Page => strings::playback::MARK_PAGED,
        MarkKind::Retry if is_channel => strings::playback::MARK_TOLD_AGAIN,
        MarkKind::Retry => strings::playback::MARK_PAGED_AGAIN,
        MarkKind::Ack => strings::playback::MARK_ACKNOWLEDGES,
        MarkKind::Nack => strings::playback::MARK_DECLINES,
        MarkKind::Snooze => strings::playback::MARK_SNOOZES,
    }
}

fn spoken(lane: &Lane) -> String {
    let words = |mark: &Mark| strings::playback::mark(word(mark, lane.is_channel), &strings::after(mark.after));
    let marks: Vec<String> = lane.marks.iter().map(words).collect();
    format!("{}: {}", lane.name, marks.join(", "))
}
