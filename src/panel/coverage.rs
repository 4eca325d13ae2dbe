//! Who is paged when, over some weeks, for every priority: drawn, listed and by person.

mod beside;
mod chart;
mod find;
mod legend;
mod reading;
mod shown;
mod table;

use std::sync::Arc;

use escalation_editor::coverage::{CoverageQuestion, RANKS, Row, broken, csv, title};
use escalation_editor::expect::State;
use escalation_engine::index::Id;
use escalation_engine::words::civil;
use escalation_engine::{CompiledPath, Index, Instant};
use leptos::prelude::*;

use super::Tab;
use crate::editor::state::Open;
use crate::parts::focus;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::segments::Segments;
use crate::simulate::controls::PrioritiesNote;
use crate::strings::coverage as words;
use crate::transfer::{Offered, file_name, offer_text};
use beside::CoverageSidebar;
use chart::Chart;
use legend::Legend;
use reading::Reading;
use table::Table;

/// How many weeks can be looked at.
const WEEKS: [i64; 3] = [1, 4, 13];

/// So many weeks ahead and back of today can be looked at: little is known further away.
const MOST_SHIFT: i64 = 52;

/// What is looked at, and what was found.
#[derive(Clone, Copy)]
pub struct Coverage {
    /// How long: a position in [`WEEKS`].
    weeks: RwSignal<usize>,
    /// By how many weeks it begins after today.
    shift: RwSignal<i64>,
    question: RwSignal<CoverageQuestion>,
    /// What was found last.
    found: RwSignal<Option<Arc<CoverageResult>>>,
    /// The same for what is listed beside it, which comes a frame after the drawing.
    listed: RwSignal<Option<Arc<CoverageResult>>>,
    /// Whether that is of the path as it is now.
    is_fresh: RwSignal<bool>,
    /// How much of it is found, while it is looked for.
    percent: RwSignal<usize>,
    /// The row and the instant that the keyboard is at.
    cursor: RwSignal<Option<(usize, Instant)>>,
    /// How it stood when it was told last, to those who listen.
    told: StoredValue<Option<(State, usize)>>,
    /// Counts what was asked for; only the last is answered.
    asked: StoredValue<u64>,
}

/// The row and the instant that the pointer is at.
type Pointed = RwSignal<Option<(usize, Instant)>>;

/// What was found.
pub struct CoverageResult {
    /// Of what.
    compiled: Arc<CompiledPath>,
    index: Arc<Index>,
    time: (Instant, Instant),
    /// When it was found.
    now: Instant,
    rows: Vec<Row>,
    /// Everybody in it, in the order of their colours.
    people: Vec<Id>,
}

impl Coverage {
    pub fn new() -> Self {
        Self {
            weeks: RwSignal::new(0),
            shift: RwSignal::new(0),
            question: RwSignal::new(CoverageQuestion::Rank(0)),
            found: RwSignal::new(None),
            listed: RwSignal::new(None),
            is_fresh: RwSignal::new(false),
            percent: RwSignal::new(0),
            cursor: RwSignal::new(None),
            told: StoredValue::new(None),
            asked: StoredValue::new(0),
        }
    }
}

/// Simulates an alert of a row at an instant: of the priority that is simulated already, if it is one of the row's.
fn simulate(open: Open, row: usize, at: Instant) {
    let Some(found) = open.coverage.found.get_untracked() else { return };
    let Some(row) = found.rows.get(row) else { return };
    let now = open.assumed.priority.get_untracked();
    if !now.is_some_and(|id| row.priorities.contains(&id)) {
        open.assumed.priority.set(row.priorities.first().cloned());
    }
    open.assumed.at.set(at);
    open.show_tab(Tab::Simulate);
    open.session.say(words::simulated(&untrack(|| when(open, at))));
    focus::give_to("tab-simulate");
}

/// `Sat 28 Mar 03:10`, where the times are told.
fn when(open: Open, at: Instant) -> String {
    escalation_engine::words::date_and_time(&open.zone(), at)
}

#[component]
pub fn CoverageView() -> impl IntoView {
    let open = expect_context::<Open>();
    find::follow(open);
    let width = RwSignal::new(0);
    let (shown, pointed) = (shown::shown(open, width), Pointed::new(None));
    view! {
        <div class="cover">
            <Head/>
            <PrioritiesNote/>
            <Chart width shown pointed/>
            <Legend shown/>
            <Table/>
            <Reading shown pointed/>
        </div>
        <CoverageSidebar/>
    }
}

/// What is looked at, and the way out.
#[component]
fn Head() -> impl IntoView {
    let open = expect_context::<Open>();
    let coverage = open.coverage;
    let questions = (0..RANKS).map(CoverageQuestion::Rank).chain([CoverageQuestion::Wait]).collect::<Vec<_>>();
    let all = StoredValue::new(questions);
    let chosen = Signal::derive(move || {
        let now = coverage.question.get();
        all.with_value(|all| all.iter().position(|question| *question == now))
    });
    let choose = move |position: usize| {
        if let Some(question) = all.with_value(|all| all.get(position).copied()) {
            coverage.question.set(question);
            open.session.say(title(question));
        }
    };
    let weeks = Signal::derive(move || Some(coverage.weeks.get()));
    let choose_weeks = move |position: usize| {
        coverage.weeks.set(position);
        open.session.say(words::WEEKS.get(position).copied().unwrap_or_default());
    };
    let time = move || find::time(open);
    let told = move || {
        let (zone, (from, until)) = (open.zone(), time());
        let date = |at: Instant| {
            let text = when(open, at);
            text.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")
        };
        let year = civil(zone.wall(until - 1)).0;
        words::time(&date(from), &format!("{} {year}", date(until - 1)), &open.assumed.zone.get())
    };
    let shift = move |by: i64| {
        coverage.shift.update(|shift| *shift = if by == 0 { 0 } else { (*shift + by).clamp(-MOST_SHIFT, MOST_SHIFT) });
        open.session.say(untrack(told));
    };
    let export = move |_| {
        let (Some(found), path) = (coverage.found.get_untracked(), open.path.get_untracked()) else { return };
        let name = file_name(&format!("{} coverage", path.name), "csv");
        let offered = offer_text(&name, "text/csv", &csv(&found.rows, &found.index));
        let told = offered.words(&words::exported(&name));
        if offered == Offered::Taken { open.session.say(told) } else { open.refuse(told) }
    };
    let cannot = move || !coverage.is_fresh.get();
    view! {
        <div class="cover-head">
            <Segments label=words::HOW_LONG options=words::WEEKS.to_vec() chosen=weeks choose=choose_weeks/>
            <Segments label=words::WHAT options=words::QUESTIONS.to_vec() chosen=chosen choose=choose/>
            <span class="cover-time">
                <button class="tool icon-only back" aria-label=words::EARLIER title=words::EARLIER on:click=move |_| shift(-1)>
                    <Icon glyph=Glyph::Down/>
                </button>
                <span data-time>{told}</span>
                <button class="tool icon-only on" aria-label=words::LATER title=words::LATER on:click=move |_| shift(1)>
                    <Icon glyph=Glyph::Down/>
                </button>
                <Show when=move || coverage.shift.get() != 0>
                    <button class="link" on:click=move |_| shift(0)>{words::TODAY}</button>
                </Show>
            </span>
            <span class="spring"></span>
            <Show when=cannot>
                <span class="hint" data-working>{move || words::working(coverage.percent.get())}</span>
            </Show>
            <button class="tool" aria-label=words::EXPORT title=words::EXPORT disabled=cannot on:click=export>{words::CSV}</button>
        </div>
    }
}

/// What is not true for alerts of a row: from when until when, and the sentence.
fn refuted(open: Open, row: &Row) -> Vec<(Instant, Instant, String)> {
    let index = open.session.index.get();
    open.expected.judged.with(|all| broken(row, all, &index))
}
