//! A cell as far as expectations ask about it.

use std::collections::BTreeSet;

use super::cells::{Cell, Time};
use crate::compile::PageUrgency;
use crate::index::Id;
use crate::instant::{Instant, Seconds, merge_overlapping};
use crate::machine::StepKind;

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

/// A cell with its pages.
pub(super) struct CellView<'a> {
    pub(super) cell: &'a Cell,
    /// All pages to people, in order.
    pub(super) pages: Vec<Page<'a>>,
    /// The first page to each person, in order.
    pub(super) people: Vec<Page<'a>>,
    /// When the last thing happens.
    pub(super) end: Time,
    /// The same, if the run cannot be followed any further.
    pub(super) known_until: Option<Time>,
}

impl<'a> CellView<'a> {
    pub(super) fn new(cell: &'a Cell) -> Self {
        let pages = cell.steps().filter_map(|(step, time)| match &step.what {
            StepKind::Paged { user, urgency, .. } => Some(Page { user, loud: *urgency, time }),
            _ => None,
        });
        let pages: Vec<Page<'_>> = pages.collect();
        let mut seen = BTreeSet::new();
        let people = pages.iter().filter(|page| seen.insert(page.user)).copied().collect();
        let end = cell.steps().last().map_or(Time::After(0), |(_, time)| time);
        Self { cell, pages, people, end, known_until: (!cell.run.outcome.is_known()).then_some(end) }
    }

    pub(super) fn whole(&self) -> Intervals {
        vec![(self.cell.from, self.cell.until)]
    }

    /// The whole cell, or nothing of it.
    fn all_if(&self, all: bool) -> Intervals {
        if all { self.whole() } else { Vec::new() }
    }

    /// When the alert must fire for `time` to come more than `seconds` after it.
    pub(super) fn later_than(&self, time: Time, seconds: Seconds) -> Intervals {
        match time {
            Time::After(after) => self.all_if(after > seconds),
            Time::At(at) => interval(self.cell.from, self.cell.until.min(at - seconds)),
        }
    }

    /// When the alert must fire for `time` to come less than `seconds` after it.
    pub(super) fn sooner_than(&self, time: Time, seconds: Seconds) -> Intervals {
        match time {
            Time::After(after) => self.all_if(after < seconds),
            Time::At(at) => interval(self.cell.from.max(at - seconds + 1), self.cell.until),
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
