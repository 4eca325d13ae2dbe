//! A cell as far as expectations ask about it.

use std::collections::BTreeSet;

use super::cells::Cell;
use super::legs::Legs;
use crate::compile::{PageUrgency, Place};
use crate::index::Id;
use crate::instant::{Instant, Seconds, merge_overlapping};
use crate::machine::{Outcome, StepKind};
use crate::scenario::Branch;
use crate::stretch::Assumed;
use crate::stretch::Time;

/// Stretches within a cell, in which the alert fires.
pub(super) type Intervals = Vec<(Instant, Instant)>;

/// What can be said of a cell.
pub(super) struct CellVerdict {
    /// The expectation fails when the alert fires in these intervals.
    pub(super) fails: Intervals,
    /// Elsewhere in these the run cannot be followed far enough to say. It holds in the rest.
    pub(super) unknown: Intervals,
}

pub(super) const HOLDS: CellVerdict = CellVerdict { fails: Vec::new(), unknown: Vec::new() };

impl CellVerdict {
    /// The same where it is not certain that it fails.
    pub(super) fn in_doubt(self) -> Self {
        unknown(merge_overlapping(self.fails.into_iter().chain(self.unknown).collect()))
    }
}

/// It fails in these intervals and holds otherwise.
pub(super) fn fails(fails: Intervals) -> CellVerdict {
    CellVerdict { fails, unknown: Vec::new() }
}

/// It cannot be said in these intervals, and holds otherwise.
pub(super) fn unknown(unknown: Intervals) -> CellVerdict {
    CellVerdict { fails: Vec::new(), unknown }
}

/// The instants from one until before another, if there are any.
pub(super) fn interval(from: Instant, until: Instant) -> Intervals {
    if from < until { vec![(from, until)] } else { Vec::new() }
}

/// A page to a person.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) user: &'a Id,
    pub(super) loud: PageUrgency,
    pub(super) time: Time,
}

/// What happens at a node, as far as expectations ask about it.
#[derive(Clone, Copy)]
pub(super) enum Beat<'a> {
    Entered(Place),
    Branched(Place, Branch),
    Paged(&'a Id),
}

/// Where what happens in a cell is written down.
enum Source<'a> {
    Cell(&'a Cell),
    Legs(&'a Legs<'a>),
}

/// A cell with its pages.
pub(super) struct CellView<'a> {
    /// The first instant at which the alert may fire.
    pub(super) from: Instant,
    /// The first instant after the last.
    pub(super) until: Instant,
    /// What is assumed of the run.
    pub(super) assumed: &'a Assumed,
    /// How it ends.
    pub(super) outcome: Outcome,
    /// Whether there are more ways for these alerts to go than were tried.
    pub(super) is_partial: bool,
    /// All pages to people, in order.
    pub(super) pages: Vec<Page<'a>>,
    /// The first page to each person, in order.
    pub(super) people: Vec<Page<'a>>,
    /// When the last thing happens.
    pub(super) end: Time,
    /// The same, if the run cannot be followed any further.
    pub(super) known_until: Option<Time>,
    source: Source<'a>,
}

impl<'a> CellView<'a> {
    /// Of the run that was found last.
    pub(super) fn of_legs(legs: &'a Legs<'a>, (from, until): (Instant, Instant), assumed: &'a Assumed) -> Option<Self> {
        let run = legs.last();
        let (end, outcome) = (run.end.unwrap_or(Time::After(0)), run.outcome?);
        let [pages, people] = legs.pages();
        let known_until = (!outcome.is_known()).then_some(end);
        let (is_partial, source) = (false, Source::Legs(legs));
        Some(Self { from, until, assumed, outcome, is_partial, pages, people, end, known_until, source })
    }

    /// Visits what happens in it, in order; what happened before in this search may be left out.
    pub(super) fn each_beat(&self, may_skip: bool, mut each: impl FnMut(Beat<'a>)) {
        match &self.source {
            Source::Legs(legs) => legs.beats(may_skip).for_each(each),
            Source::Cell(cell) => {
                for step in &cell.run.steps {
                    match (&step.what, step.place) {
                        (StepKind::Entered, Some(place)) => each(Beat::Entered(place)),
                        (StepKind::Branched(side), Some(place)) => each(Beat::Branched(place, *side)),
                        (StepKind::Paged { user, .. }, _) => each(Beat::Paged(user)),
                        _ => {}
                    }
                }
            }
        }
    }

    pub(super) fn new(cell: &'a Cell) -> Self {
        let pages = cell.steps().filter_map(|(step, time)| match &step.what {
            StepKind::Paged { user, urgency, .. } => Some(Page { user, loud: *urgency, time }),
            _ => None,
        });
        let pages: Vec<Page<'_>> = pages.collect();
        let mut seen = BTreeSet::new();
        let people = pages.iter().filter(|page| seen.insert(page.user)).copied().collect();
        let end = cell.steps().last().map_or(Time::After(0), |(_, time)| time);
        let Cell { from, until, assumed, run, is_partial, .. } = cell;
        let known_until = (!run.outcome.is_known()).then_some(end);
        let (from, until, outcome, source) = (*from, *until, run.outcome, Source::Cell(cell));
        Self { from, until, assumed, outcome, is_partial: *is_partial, pages, people, end, known_until, source }
    }

    pub(super) fn whole(&self) -> Intervals {
        vec![(self.from, self.until)]
    }

    /// The whole cell, or nothing of it.
    fn all_if(&self, all: bool) -> Intervals {
        if all { self.whole() } else { Vec::new() }
    }

    /// When the alert must fire for `time` to come more than `seconds` after it.
    pub(super) fn later_than(&self, time: Time, seconds: Seconds) -> Intervals {
        match time {
            Time::After(after) => self.all_if(after > seconds),
            Time::At(at) => interval(self.from, self.until.min(at - seconds)),
        }
    }

    /// When the alert must fire for `time` to come less than `seconds` after it.
    pub(super) fn sooner_than(&self, time: Time, seconds: Seconds) -> Intervals {
        match time {
            Time::After(after) => self.all_if(after < seconds),
            Time::At(at) => interval(self.from.max(at - seconds + 1), self.until),
        }
    }

    /// That something comes within `seconds`: `first` is the first time that it does.
    pub(super) fn within(&self, first: Option<Time>, seconds: Seconds) -> CellVerdict {
        match (first, self.known_until) {
            (Some(time), _) => fails(self.later_than(time, seconds)),
            (None, None) => fails(self.whole()),
            // Where what is known goes on for long enough, it does not come in time.
            (None, Some(known)) => CellVerdict { fails: self.later_than(known, seconds), unknown: self.whole() },
        }
    }
}
