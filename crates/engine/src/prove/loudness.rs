//! How alerts of different priorities compare.

use super::cells::Time;
use super::view::{Intervals, Said, View, interval};
use crate::compile::Loud;
use crate::instant::Instant;
use crate::stretch::Stretch;

/// How an alert makes itself heard.
pub(super) struct Heard {
    first: Option<Time>,
    loudest: Option<Loud>,
    people: usize,
    is_known: bool,
}

impl Heard {
    /// In a cell.
    pub(super) fn new(view: &View<'_>) -> Stretch<Self> {
        let heard = Self {
            first: view.pages.first().map(|page| page.time),
            loudest: view.pages.iter().map(|page| page.loud).max(),
            people: view.people.len(),
            is_known: view.known_until.is_none(),
        };
        let (from, until) = (view.cell.from, view.cell.until);
        Stretch { from, until, assumed: view.cell.assumed.clone(), what: heard }
    }

    /// When, between two instants, this one is heard sooner, louder or by more people than another.
    pub(super) fn is_louder(&self, than: &Self, (from, until): (Instant, Instant)) -> Said {
        let whole = || interval(from, until);
        let sooner: Intervals = match (self.first, than.first) {
            (Some(Time::After(one)), Some(Time::After(other))) if one < other => whole(),
            (Some(Time::At(one)), Some(Time::At(other))) if one < other => whole(),
            // How long after the alert a fixed instant comes falls by a second each second.
            (Some(Time::At(one)), Some(Time::After(other))) => interval(from.max(one - other + 1), until),
            (Some(Time::After(one)), Some(Time::At(other))) => interval(from, until.min(other - one)),
            _ => Vec::new(),
        };
        // What is not known of the other may be louder yet; what is not known of this one makes it no quieter.
        let more = than.is_known && (self.loudest > than.loudest || self.people > than.people);
        Said { fails: if more { whole() } else { sooner }, rest_is_known: self.is_known && than.is_known }
    }
}
