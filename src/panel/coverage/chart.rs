//! The drawing: a row for the priorities that the path does not tell apart, on an axis of days.

use std::sync::Arc;

use escalation_editor::coverage::{
    AXIS, Band, Drawing, Line, Mark, Question, ROW, WAITS, What, band_at, before, clock_changes, fit, instant, moment,
    next, part_of_time, pixel, title, wait_words, words as words_of,
};
use escalation_engine::Instant;
use escalation_engine::instant::DAY;
use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent};

use super::{Found, nobody, nothing_yet, refuted, simulate, when};
use crate::editor::state::Open;
use crate::parts::size;
use crate::strings::coverage as words;

/// What is drawn.
pub struct Shown {
    found: Arc<Found>,
    question: Question,
    /// Of each row.
    bands: Vec<Vec<Band>>,
    marks: Vec<Vec<Mark>>,
    width: i64,
}

/// What is read: by the pointer, else where the keyboard is.
#[derive(Clone, Copy)]
struct Pointed(RwSignal<Option<(usize, Instant)>>);

#[derive(Clone, Copy)]
struct Drawn(Memo<Option<Arc<Shown>>>);

#[component]
pub fn Chart() -> impl IntoView {
    let open = expect_context::<Open>();
    let coverage = open.coverage;
    let width = RwSignal::new(0_i64);
    let pointed = RwSignal::new(None);
    let bands = Memo::new_with_compare(
        move |_| {
            let (found, question) = (coverage.found.get()?, coverage.question.get());
            let bands: Vec<_> = found.rows.iter().map(|row| row.bands(question)).collect();
            Some((found, question, bands))
        },
        |_, _| true,
    );
    let shown = Memo::new_with_compare(
        move |_| {
            let width = width.get();
            let (found, question, bands) = bands.get().filter(|_| width > 0)?;
            let marks = bands.iter().map(|bands| fit(bands, found.time, width)).collect();
            Some(Arc::new(Shown { found, question, bands, marks, width }))
        },
        |_, _| true,
    );
    provide_context(Pointed(pointed));
    provide_context(Drawn(shown));
    let names = move || {
        let found = coverage.found.get()?;
        let name = |row: &escalation_editor::coverage::Row| row.name(&found.index);
        let names = found.rows.iter().map(|row| view! { <li title=name(row)>{name(row)}</li> });
        Some(names.collect_view())
    };
    view! {
        <div class="cover-chart" class:stale=move || !coverage.is_fresh.get() class:empty=move || coverage.found.with(Option::is_none)>
            <ul class="cover-rows">{names}</ul>
            <Bands width shown pointed/>
        </div>
        <Show when=move || coverage.found.with(Option::is_none)>{nothing_yet}</Show>
        <Legend shown/>
    }
}

#[component]
fn Bands(
    width: RwSignal<i64>,
    shown: Memo<Option<Arc<Shown>>>,
    pointed: RwSignal<Option<(usize, Instant)>>,
) -> impl IntoView {
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
        let to = match event.key().as_str() {
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
        shown.get().map(|shown| read(open, &shown, row, at).join(". "))
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
fn Over(shown: Memo<Option<Arc<Shown>>>, pointed: RwSignal<Option<(usize, Instant)>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let coverage = open.coverage;
    let top = |row: usize| AXIS + ROW * i64::try_from(row).unwrap_or_default();
    let reading = move || {
        let shown = shown.get()?;
        let (row, at) = pointed.get().or(coverage.cursor.get())?;
        let (bands, marks) = (shown.bands.get(row)?, shown.marks.get(row)?);
        let band = band_at(bands, at)?;
        let mark = marks.iter().find(|mark| mark.bands.contains(&band))?;
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

/// What is said of a moment: when, what happens, since when and until when, and what is not true then.
fn read(open: Open, shown: &Shown, row: usize, at: Instant) -> Vec<String> {
    let (found, zone) = (&shown.found, open.zone());
    let Some((of, bands)) = found.rows.get(row).zip(shown.bands.get(row)) else { return Vec::new() };
    let head = words::moment(&of.name(&found.index), &when(open, at), &open.assumed.zone.get());
    let mut told = vec![head, moment(of, at, &found.index)];
    if let Some(band) = band_at(bands, at).and_then(|position| bands.get(position)) {
        let what = escalation_api::capitalised(&words_of(&band.what, &found.index));
        told.push(words::band(&what, &part_of_time((band.from, band.until), found.time, &zone)));
    }
    let mark = shown.marks.get(row).and_then(|marks| {
        let band = band_at(bands, at)?;
        marks.iter().find(|mark| mark.bands.contains(&band))
    });
    told.extend(mark.map(|mark| mark.bands.len()).filter(|count| *count > 1).map(words::several));
    let broken: Vec<String> = refuted(open, of)
        .into_iter()
        .filter(|(from, until, _)| (*from..*until).contains(&at))
        .map(|(.., sentence)| sentence)
        .collect();
    if !broken.is_empty() {
        told.push(words::not_true(&broken.join("; ")));
    }
    told
}

/// The moment that is pointed at, in words.
#[component]
pub fn Reading() -> impl IntoView {
    let open = expect_context::<Open>();
    let (Pointed(pointed), Drawn(shown)) = (expect_context::<Pointed>(), expect_context::<Drawn>());
    let at = Memo::new(move |_| pointed.get().or(open.coverage.cursor.get()));
    let told = move || {
        let said = at.get().zip(shown.get()).map(|((row, at), shown)| read(open, &shown, row, at));
        let Some([head, what, more @ ..]) = said.as_deref() else {
            return view! { <p class="hint">{words::HINT}" "{words::ASSUMED}</p> }.into_any();
        };
        let (head, what, more) = (head.clone(), what.clone(), more.join(". "));
        view! { <p><strong>{head}</strong>" "{what}"."</p><p class="hint">{more}</p> }.into_any()
    };
    let go = move |_| {
        if let Some((row, at)) = at.get_untracked() {
            simulate(open, row, at);
        }
    };
    view! {
        <div class="cover-reading" data-reading>
            <div class="grow">{told}</div>
            <Show when=move || at.get().is_some()>
                <button class="quiet" on:click=go>{words::SIMULATE_THIS}</button>
            </Show>
        </div>
    }
}

/// What the marks mean that are not people.
#[component]
fn Legend(shown: Memo<Option<Arc<Shown>>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let entries = move || {
        let shown = shown.get()?;
        let bands = || shown.bands.iter().flatten();
        let any = |is: fn(&What) -> bool| bands().any(|band| is(&band.what));
        let waits = (0..=WAITS.len()).filter(|class| bands().any(|band| band.what == What::Within(*class)));
        let mut all: Vec<(String, String)> =
            waits.map(|class| (format!("wait-{}", class + 1), wait_words(class))).collect();
        let mut add = |is_there: bool, class: &str, said: &str| {
            if is_there {
                all.push((class.to_string(), said.to_string()));
            }
        };
        let hole = if shown.question.rank() == 0 { "hole" } else { "none" };
        add(any(|what| *what == What::Nobody), hole, nobody(shown.question));
        add(any(|what| matches!(what, What::Depends(_))), "depends", words::DEPENDS);
        add(any(|what| *what == What::Unknown), "unknown", words::UNKNOWN);
        add(shown.marks.iter().flatten().any(|mark| mark.bands.len() > 1), "several", words::SEVERAL);
        let is_refuted = shown.found.rows.iter().any(|row| !refuted(open, row).is_empty());
        add(is_refuted, "refuted", words::NOT_TRUE);
        add(!clock_changes(shown.found.time, &open.zone()).is_empty(), "clock-swatch", words::CLOCK);
        let entry = |(class, said): (String, String)| {
            // As thin as it is drawn.
            let (y, height) = match class.as_str() {
                "refuted" => (4, 4),
                "clock-swatch" => (5, 2),
                _ => (0, 12),
            };
            let overlay = (class == "hole").then(|| view! { <rect class="hole-hatch" width="18" height="12"></rect> });
            view! {
                <li>
                    <svg class="swatch" width="18" height="12" aria-hidden="true">
                        <rect class=class y=y width="18" height=height></rect>
                        {overlay}
                    </svg>
                    {said}
                </li>
            }
        };
        (!all.is_empty()).then(|| view! { <ul class="cover-legend" aria-label=words::LEGEND>{all.into_iter().map(entry).collect_view()}</ul> })
    };
    view! {
        // The patterns of the marks, for the drawing and the legend.
        <svg class="patterns" width="0" height="0" aria-hidden="true">
            <defs>
                <pattern id="hatch-hole" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="2.5" height="7"></rect>
                </pattern>
                <pattern id="hatch-several" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="1.5" height="4"></rect></pattern>
                <pattern id="hatch-depends" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
                    <rect width="1.5" height="8"></rect>
                </pattern>
                <pattern id="dots-unknown" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1"></circle></pattern>
                <pattern id="texture-who" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="1.2" height="5"></rect>
                </pattern>
            </defs>
        </svg>
        {entries}
    }
}
