//! The grid of a week, to be painted on with the mouse or by keys.

use escalation_editor::Command;
use escalation_editor::week::{Cell, Cursor, DAYS, QUARTERS, Step, Week};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, KeyboardEvent, PointerEvent};

use super::hours::SetMemo;
use crate::editor::state::Open;
use crate::parts::hold;
use crate::parts::keyboard::pressed;
use crate::session::session;
use crate::strings;

/// Nine o'clock on Monday.
const START: Cursor = Cursor { day: 0, quarter: 36 };

#[component]
pub fn WeekGrid(set: SetMemo, zone: Memo<String>) -> impl IntoView {
    let open = expect_context::<Open>();
    let frame = NodeRef::<html::Div>::new();
    let week = Memo::new(move |_| Week::new(set.get().map(|set| set.weekday_intervals).as_deref().unwrap_or_default()));
    // What is marked: all between the two corners.
    let corner = RwSignal::new(START);
    let cursor = RwSignal::new(START);
    // What the mouse paints, while it does.
    let painting = RwSignal::new(None::<bool>);

    let marked = move || Marked::new(corner.get(), cursor.get());
    let shown = Memo::new(move |_| match painting.get() {
        Some(on) => marked().painted(&week.get(), on),
        None => week.get(),
    });
    let paint = move |on: bool| {
        let Some(set) = set.get_untracked() else { return };
        let marked = untrack(marked);
        let after = marked.painted(&week.get_untracked(), on);
        open.dispatch(Command::SetHoursIntervals(set.id, after.intervals().to_vec()));
        session().say(strings::forms::painted(on, &marked.words(), &after.words()));
    };
    let tell = move || {
        let cell = week.with_untracked(|week| week.cell(cursor.get_untracked().day, cursor.get_untracked().quarter));
        let state = match cell {
            Cell::On => strings::forms::INSIDE,
            Cell::Part => strings::forms::PARTLY,
            Cell::Off => strings::forms::OUTSIDE,
        };
        session().say(format!("{}, {state}", untrack(marked).words()));
    };

    let keys = move |event: KeyboardEvent| {
        let step = match (pressed(&event).as_str(), event.ctrl_key()) {
            ("ArrowLeft", false) => Step::Earlier,
            ("ArrowRight", false) => Step::Later,
            ("ArrowLeft", true) | ("PageUp", _) => Step::HourEarlier,
            ("ArrowRight", true) | ("PageDown", _) => Step::HourLater,
            ("ArrowUp", _) => Step::DayBefore,
            ("ArrowDown", _) => Step::DayAfter,
            ("Home", _) => Step::DayStart,
            ("End", _) => Step::DayEnd,
            (" " | "Enter", _) => {
                event.prevent_default();
                event.stop_propagation();
                return paint(!untrack(|| marked().is_full(&week.get())));
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        cursor.update(|cursor| *cursor = cursor.stepped(step));
        if !event.shift_key() {
            corner.set(cursor.get_untracked());
        }
        tell();
    };

    let place = move |event: &PointerEvent| {
        let rect = frame.get_untracked()?.get_bounding_client_rect();
        let part = |at: f64, from: f64, size: f64, count: usize| {
            let part = (at - from) / size.max(1.0) * count as f64;
            (part.max(0.0) as usize).min(count.saturating_sub(1))
        };
        Some(Cursor {
            day: part(event.client_y().into(), rect.top(), rect.height(), DAYS),
            quarter: part(event.client_x().into(), rect.left(), rect.width(), QUARTERS),
        })
    };
    let down = move |event: PointerEvent| {
        let Some(at) = place(&event).filter(|_| event.button() == 0) else { return };
        hold::capture(&event);
        corner.set(at);
        cursor.set(at);
        painting.set(Some(week.with_untracked(|week| week.cell(at.day, at.quarter)) != Cell::On));
    };
    // What is painted while the pointer is lost is not meant.
    let element = move || frame.get_untracked().map(|frame| frame.unchecked_into::<Element>());
    hold::watch(element, move |_| painting.get_untracked().is_some(), move || painting.set(None));
    let moved = move |event: PointerEvent| {
        if let Some(at) = place(&event).filter(|_| painting.get_untracked().is_some()) {
            cursor.set(at);
        }
    };
    let up = move |_: PointerEvent| {
        if let Some(on) = painting.get_untracked() {
            painting.set(None);
            paint(on);
        }
    };

    let spans = move || {
        let week = shown.get();
        let days = (0..DAYS).flat_map(|day| week.spans(day).into_iter().map(move |span| (day, span)));
        let bars = days.map(|(day, span)| {
            let (x, width) = (span.from.to_string(), (span.until - span.from).to_string());
            view! { <rect class="week-on" x=x y=(day * 100 + 12).to_string() width=width height="76"/> }
        });
        bars.collect::<Vec<_>>()
    };
    let mark = move || {
        let Marked { days, quarters } = marked();
        view! {
            <rect
                class="week-mark"
                x=(quarters.0 * 15).to_string()
                y=(days.0 * 100 + 4).to_string()
                width=((quarters.1 - quarters.0 + 1) * 15).to_string()
                height=((days.1 - days.0 + 1) * 100 - 8).to_string()
            />
        }
    };
    // Each hour; those of a quarter of the day are stronger.
    let lines = |of: fn(usize) -> bool| {
        (1..24).filter(|hour| of(*hour)).map(|hour| format!("M{} 0V700", hour * 60)).collect::<String>()
    };
    let label = move || strings::forms::week_label(&week.with(Week::words), &zone.get());
    view! {
        <div class="week">
            <div class="week-hours" aria-hidden="true"><span>"00"</span><span>"06"</span><span>"12"</span><span>"18"</span><span>"24"</span></div>
            <div class="week-days" aria-hidden="true">
                {strings::forms::DAYS.iter().map(|day| view! { <span>{day.get(..3).unwrap_or(day)}</span> }).collect_view()}
            </div>
            <div
                class="week-grid"
                role="application"
                aria-roledescription=strings::forms::GRID
                aria-label=label
                aria-describedby="week-help"
                tabindex="0"
                node_ref=frame
                on:keydown=keys
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
            >
                <svg viewBox="0 0 1440 700" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                    <path class="week-line" d=lines(|hour| !hour.is_multiple_of(6))/>
                    {spans}
                    <path class="week-line strong" d=lines(|hour| hour.is_multiple_of(6))/>
                    {mark}
                </svg>
            </div>
        </div>
        <p class="hint" id="week-help">{strings::forms::WEEK_HELP}</p>
    }
}

/// What is marked on the grid: days and quarters of an hour, first and last.
#[derive(Clone, Copy)]
struct Marked {
    days: (usize, usize),
    quarters: (usize, usize),
}

impl Marked {
    fn new(one: Cursor, other: Cursor) -> Self {
        Self {
            days: (one.day.min(other.day), one.day.max(other.day)),
            quarters: (one.quarter.min(other.quarter), one.quarter.max(other.quarter)),
        }
    }

    fn painted(self, week: &Week, on: bool) -> Week {
        let (from, last) = self.quarters;
        (self.days.0..=self.days.1).fold(week.clone(), |week, day| week.paint(day, from, last + 1, on))
    }

    fn is_full(self, week: &Week) -> bool {
        self.painted(week, true) == *week
    }

    /// `Monday to Friday 09:00-09:15`.
    fn words(self) -> String {
        strings::forms::marked(self.days, self.quarters)
    }
}
