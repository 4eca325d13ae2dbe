//! How alerts of different priorities compare.

use super::view::{CellVerdict, CellView, Intervals, interval};
use crate::compile::PageUrgency;
use crate::instant::Instant;
use crate::stretch::Time;
use crate::stretch::TimedInterval;

/// How an alert makes itself heard.
pub(super) struct PagingProfile {
    first: Option<Time>,
    loudest: Option<PageUrgency>,
    people: usize,
    /// Where the run cannot be followed to its end: until when it can.
    known_until: Option<Time>,
}

impl PagingProfile {
    /// In a cell.
    pub(super) fn new(view: &CellView<'_>) -> TimedInterval<Self> {
        let heard = Self {
            first: view.pages.first().map(|page| page.time),
            loudest: view.pages.iter().map(|page| page.loud).max(),
            people: view.people.len(),
            known_until: view.known_until,
        };
        let (from, until) = (view.from, view.until);
        TimedInterval { from, until, assumed: view.assumed.clone(), what: heard }
    }

    /// Whether the run can be followed to its end.
    pub(super) fn is_known(&self) -> bool {
        self.known_until.is_none()
    }

    /// When, between two instants, this one is heard sooner, louder or by more people than another.
    pub(super) fn is_louder(&self, than: &Self, both: (Instant, Instant)) -> CellVerdict {
        let whole = || interval(both.0, both.1);
        let is_quieter = self.loudest <= than.loudest && self.people <= than.people;
        let fails = match (self.first, than.first, than.known_until) {
            // What is known of this one can only become more.
            _ if than.known_until.is_none() && !is_quieter => whole(),
            (Some(one), Some(other), _) => sooner(one, other, both),
            // Either the other pages later yet, or it never does.
            (Some(one), None, Some(known)) => sooner(one, known, both),
            _ => Vec::new(),
        };
        // As the other can only become more, too, it is not needed to its end where it is as loud as this one already.
        let is_enough = than.known_until.is_none() || is_quieter && (self.first.is_none() || than.first.is_some());
        let is_known = self.known_until.is_none() && is_enough;
        CellVerdict { fails, unknown: if is_known { Vec::new() } else { whole() } }
    }
}

/// When, between two instants, one time comes before another.
fn sooner(one: Time, other: Time, (from, until): (Instant, Instant)) -> Intervals {
    match (one, other) {
        (Time::After(one), Time::After(other)) if one < other => interval(from, until),
        (Time::At(one), Time::At(other)) if one < other => interval(from, until),
        // How long after the alert a fixed instant comes falls by a second each second.
        (Time::At(one), Time::After(other)) => interval(from.max(one - other + 1), until),
        (Time::After(one), Time::At(other)) => interval(from, until.min(other - one)),
        _ => Vec::new(),
    }
}
