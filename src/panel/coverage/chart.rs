//! The drawing: a row for the priorities that the path does not tell apart, on an axis of days.

use escalation_editor::coverage::{AXIS, Drawing, Line, ROW, before, instant, next, pixel, title};
use escalation_engine::Instant;
use escalation_engine::instant::DAY;
use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent};

use super::shown::{Drawn, Shown};
use super::{Pointed, refuted, simulate};
use crate::editor::state::Open;
use crate::parts::keyboard::pressed;
use crate::parts::size;
use crate::strings::{self, coverage as words};

#[component]
pub fn Chart(width: RwSignal<i64>, shown: Drawn, pointed: Pointed) -> impl IntoView {
    let open = expect_context::<Open>();
    let coverage = open.coverage;
    let names = move || {
        let found = coverage.found.get()?;
        let name = |row: &escalation_editor::coverage::Row| row.name(&found.index);
        let names = found.rows.iter().map(|row| view! { <li title=name(row)><span>{name(row)}</span></li> });
        Some(names.collect_view())
    };
    view! {
        <div class="cover-chart" class:stale=move || !coverage.is_fresh.get() class:not-found-yet=move || coverage.found.with(Option::is_none)>
            <ul class="cover-rows">{names}</ul>
            <Bands width shown pointed/>
        </div>
        <Show when=move || coverage.found.with(Option::is_none)><p class="hint nothing">{strings::LOADING}</p></Show>
    }
}

#[component]
fn Bands(width: RwSignal<i64>, shown: Drawn, pointed: Pointed) -> impl IntoView {
    let open = expect_context::<Open>();
    let coverage = open.coverage;
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(element) = place.get() {
            size::watch(&element, move |(wide, _)| {
                let wide = wide as i64;
                if width.get_untracked() != wide {
                    width.set(wide);
                }
            });
        }
    });
    let drawing = move || shown.get().map(|shown| draw(open, &shown)).unwrap_or_default();
    let height = move || {
        let rows = coverage.found.with(|found| found.as_ref().map_or(0, |found| found.rows.len()));
        format!("{}px", AXIS + ROW * i64::try_from(rows).unwrap_or_default())
    };
    let meant = move |event: &MouseEvent| {
        let shown = shown.get_untracked()?;
        let row = usize::try_from((i64::from(event.offset_y()) - AXIS).div_euclid(ROW)).ok()?;
        let (bands, marks) = (shown.bands.get(row)?, shown.marks.get(row)?);
        Some((row, instant(event.offset_x().into(), bands, marks, shown.found.time, shown.width)?))
    };
    // A finger reads at first: there is a button to simulate.
    let by_finger = StoredValue::new(false);
    let press = move |event: KeyboardEvent| {
        let Some(shown) = shown.get_untracked() else { return };
        let Some((row, at)) = coverage.cursor.get_untracked() else { return };
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let bands = shown.bands.get(row).map(Vec::as_slice).unwrap_or_default();
        let (from, until) = shown.found.time;
        let to = match pressed(&event).as_str() {
            "ArrowRight" => (row, next(bands, at)),
            "ArrowLeft" => (row, before(bands, at)),
            "ArrowDown" => ((row + 1).min(shown.bands.len().saturating_sub(1)), at),
            "ArrowUp" => (row.saturating_sub(1), at),
            "PageDown" => (row, (at + DAY).min(until - 1)),
            "PageUp" => (row, (at - DAY).max(from)),
            "Home" => (row, from),
            "End" => (row, bands.last().map_or(at, |band| band.from)),
            "Enter" | " " => {
                event.prevent_default();
                event.stop_propagation();
                simulate(open, row, at);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        pointed.set(None);
        coverage.cursor.set(Some(to));
    };
    let focus = move |_| {
        if let (Some(shown), None) = (shown.get_untracked(), coverage.cursor.get_untracked()) {
            let (from, until) = shown.found.time;
            let now = shown.found.now;
            coverage.cursor.set(Some((0, if (from..until).contains(&now) { now } else { from })));
        }
    };
    let value = move || {
        let (_, at) = coverage.cursor.get()?;
        let from = shown.get()?.found.time.0;
        Some(((at - from) / 60).to_string())
    };
    let most = move || shown.get().map(|shown| ((shown.found.time.1 - shown.found.time.0) / 60).to_string());
    let spoken = move || {
        let (row, at) = coverage.cursor.get()?;
        shown.get().map(|shown| shown.read(open, row, at).join(". "))
    };
    view! {
        <div
            class="cover-bands"
            role="slider"
            tabindex="0"
            aria-label=move || title(coverage.question.get())
            aria-valuemin="0"
            aria-valuemax=move || most().unwrap_or_else(|| "0".to_string())
            aria-valuenow=move || value().unwrap_or_else(|| "0".to_string())
            aria-valuetext=move || spoken().unwrap_or_else(|| words::HINT.to_string())
            node_ref=place
            style:height=height
            on:pointerdown=move |event: PointerEvent| by_finger.set_value(event.pointer_type() == "touch")
            on:pointermove=move |event: PointerEvent| {
                let now = meant(&event);
                if pointed.get_untracked() != now {
                    pointed.set(now);
                }
            }
            on:pointerleave=move |event: PointerEvent| {
                if event.pointer_type() != "touch" {
                    pointed.set(None);
                }
            }
            on:click=move |event: MouseEvent| {
                if let Some((row, at)) = meant(&event) {
                    coverage.cursor.set(Some((row, at)));
                    if by_finger.get_value() {
                        pointed.set(Some((row, at)));
                    } else {
                        simulate(open, row, at);
                    }
                }
            }
            on:focus=focus
            on:keydown=press
        >
            <svg class="cover-drawing" aria-hidden="true" inner_html=drawing></svg>
            <Over shown pointed/>
        </div>
    }
}

fn draw(open: Open, shown: &Shown) -> String {
    let Shown { found, question, bands, marks, width } = shown;
    let refuted: Vec<Vec<(Instant, Instant)>> = found
        .rows
        .iter()
        .map(|row| refuted(open, row).into_iter().map(|(from, until, _)| (from, until)).collect())
        .collect();
    let rows = bands.iter().zip(marks).zip(&refuted);
    let rows: Vec<Line<'_>> = rows.map(|((bands, marks), refuted)| Line { bands, marks, refuted }).collect();
    let zone = open.zone();
    let drawing = Drawing {
        question: *question,
        time: found.time,
        now: found.now,
        zone: &zone,
        width: *width,
        index: &found.index,
        people: &found.people,
    };
    drawing.svg(&rows)
}

/// What lies over the drawing: the moment that is read, with its band, and the one that is simulated.
#[component]
fn Over(shown: Drawn, pointed: Pointed) -> impl IntoView {
    let open = expect_context::<Open>();
    let coverage = open.coverage;
    let top = |row: usize| AXIS + ROW * i64::try_from(row).unwrap_or_default();
    let reading = move || {
        let shown = shown.get()?;
        let (row, at) = pointed.get().or(coverage.cursor.get())?;
        let (_, mark) = shown.at(row, at)?;
        let x = pixel(at, shown.found.time, shown.width);
        let line = format!("M{x}.5 {}V{}", AXIS, top(shown.bands.len()));
        Some(view! {
            <path class="reading-line" d=line></path>
            <rect class="reading-band" x=mark.x y=top(row) + 7 width=mark.width.max(2) height=ROW - 10 rx="3"></rect>
        })
    };
    let simulated = move || {
        let (shown, at, priority) = (shown.get()?, open.assumed.at.get(), open.assumed.priority.get());
        let (from, until) = shown.found.time;
        let is_of = |row: &escalation_editor::coverage::Row| match &priority {
            Some(id) => row.priorities.contains(id),
            None => row.priorities.is_empty(),
        };
        let row = shown.found.rows.iter().position(is_of).filter(|_| (from..until).contains(&at))?;
        let x = pixel(at, shown.found.time, shown.width);
        Some(view! { <circle class="simulated-at" cx=x cy=top(row) + 22 r="5"></circle> })
    };
    view! { <svg class="cover-over" aria-hidden="true">{simulated}{reading}</svg> }
}
