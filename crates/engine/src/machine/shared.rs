//! What of a state the next step depends on as long as nobody does anything, whenever the alert fired: what different
//! runs have in common when they come to one place in the same way.

use super::state::{Level, Paging, Phase, State, Status};
use super::{Alert, Context};
use crate::compile::{Kind, Place};
use crate::instant::{Instant, Seconds};

/// A state with its times counted from an instant, and without what only the past of its run tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Core {
    status: Status,
    phase: Phase,
    place: Option<Place>,
    handed: Vec<u32>,
    level: Option<Level>,
}

/// How often each repeat has gone back.
pub(crate) type Counters = Vec<(Place, u32)>;

impl State {
    /// What the event depends on that comes at an instant, and the counters of repeats. Nothing where it depends on more:
    /// on what was assumed, or on what somebody did.
    pub(crate) fn core(&self, at: Instant) -> Option<(Core, Counters)> {
        let is_quiet =
            !self.was_acked && self.repeat_at.is_none() && self.visits.is_empty() && self.outcomes.is_empty();
        if !is_quiet || self.outcome.is_some() {
            return None;
        }
        let mut core = Core {
            status: self.status,
            phase: self.phase.clone(),
            place: self.place,
            handed: self.handed.clone(),
            level: self.level.clone(),
        };
        match &mut core.phase {
            // The time of the node is up: for how long it was waited, and for whom, does not matter any more.
            Phase::Waiting { since, until: Some(until) } if *until <= at => {
                *since = at;
                core.level = None;
            }
            _ => {}
        }
        core.shift(Instant::from_unix(0) - at);
        Some((core, self.counters.clone()))
    }

    /// Whether nobody's turn begins and nobody is paged again before the walk goes on, whenever that is.
    pub(crate) fn waits_for_node_alone(&self, context: &Context<'_>) -> bool {
        let node = self.place.and_then(|place| context.path.node(place)).map(|node| &node.kind);
        let pages_again = matches!(node, Some(Kind::Level(level)) if level.retry.is_some());
        let turn = self.level.as_ref().and_then(|level| level.turn.as_ref());
        !pages_again && turn.is_none_or(|turn| turn.until.is_none())
    }
}

impl Core {
    /// A state that is like this at an instant.
    pub(crate) fn state(
        &self,
        at: Instant,
        fired_at: Instant,
        priority: Option<&str>,
        alert: Alert,
        counters: Counters,
    ) -> State {
        let mut core = self.clone();
        core.shift(at - Instant::from_unix(0));
        let Self { status, phase, place, handed, level } = core;
        State { status, phase, place, counters, handed, level, ..State::new(fired_at, priority, 0, alert) }
    }

    fn shift(&mut self, by: Seconds) {
        let moved = |at: &mut Instant| *at = *at + by;
        match &mut self.phase {
            Phase::Grace { until } | Phase::Snoozed { until } => moved(until),
            Phase::Waiting { since, until } => {
                moved(since);
                until.iter_mut().for_each(moved);
            }
            Phase::New { .. } | Phase::Acked | Phase::Ended => {}
        }
        if let Some(level) = &mut self.level {
            level.deadline.iter_mut().for_each(moved);
            level.turn.iter_mut().filter_map(|turn| turn.until.as_mut()).for_each(moved);
            for person in &mut level.people {
                if let Paging::Open { last, .. } = &mut person.paging {
                    moved(last);
                }
            }
        }
    }
}
