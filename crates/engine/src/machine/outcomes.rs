//! R3: what conditions turn out to be that cannot be decided here. One condition has one outcome at one instant,
//! wherever it is asked; at another instant it may have another.

use std::collections::BTreeSet;

use escalation_api::condition::PRIORITY;
use serde::{Deserialize, Serialize};

use crate::compile::{Condition, Place};
use crate::index::Id;
use crate::instant::Instant;
use crate::scenario::Branch;
use crate::world::World;

/// A condition that cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Open {
    /// All of it, as text.
    pub(crate) condition: Id,
    /// Whether its outcome stays the same as long as the run lasts: an alert has one priority.
    pub(crate) lasts: bool,
}

/// Whether a condition is about the priority of the alert, or about something of that, such as its rank.
fn is_of_priority(subject: &str) -> bool {
    subject.strip_prefix(PRIORITY).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

impl Condition {
    /// Whether a condition on priority cannot be decided for an alert: it has none, or it has any other than those that
    /// are named, and the condition names the very id that stands for that.
    pub(crate) fn is_open_on_priority(among: &[Id], priority: Option<&str>, world: &World) -> bool {
        let Some(priority) = priority.filter(|id| !id.is_empty()) else { return true };
        let may_be = || world.is_other_priority(priority) && !world.knows_all_priorities();
        among.iter().any(|id| **id == *priority) && may_be()
    }

    /// Whether its outcome is one for each priority and not known of any, as what it compares with is not known.
    pub(crate) fn is_open_for_each_priority(&self, world: &World) -> bool {
        match self {
            Self::Foreign(subject, _) => is_of_priority(subject),
            Self::Priority(among) => {
                !world.knows_all_priorities() && among.iter().any(|id| world.is_other_priority(id))
            }
            Self::Hours(_) => false,
        }
    }

    /// The condition as one that cannot be decided for alerts of a priority.
    pub(crate) fn open(&self, place: Place, priority: Option<&str>) -> Open {
        match (self, priority.filter(|id| !id.is_empty())) {
            // What it compares with may be another at each instant for all that is known, but not for one alert.
            (Self::Foreign(subject, text), priority) if is_of_priority(subject) => {
                let condition = priority.map_or_else(|| text.clone(), |id| Id::from(format!("{text} for {id:?}")));
                Open { condition, lasts: true }
            }
            // Whether it is the one with that very id.
            (Self::Priority(_), Some(priority)) => {
                Open { condition: Id::from(format!("priority is {priority:?}")), lasts: true }
            }
            _ => self.open_for_any(place),
        }
    }

    fn open_for_any(&self, place: Place) -> Open {
        match self {
            Self::Foreign(_, text) => Open { condition: text.clone(), lasts: false },
            Self::Priority(among) => {
                let among: BTreeSet<&str> = among.iter().map(|id| &**id).collect();
                Open { condition: Id::from(format!("priority {among:?}")), lasts: true }
            }
            // Each path has its own.
            Self::Hours(hours) => Open { condition: Id::from(format!("hours {} {hours:?}", place.0)), lasts: false },
        }
    }
}

/// What is known of such conditions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outcomes {
    /// When it was found.
    at: Option<Instant>,
    holds: Vec<Open>,
    /// Of each of these at least one does not hold.
    not_all: Vec<Vec<Open>>,
}

impl Outcomes {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Forgets what may be otherwise at this instant.
    pub(super) fn come_to(&mut self, at: Instant) {
        if self.at.replace(at) != Some(at) {
            self.holds.retain(|open| open.lasts);
            self.not_all.retain(|all| all.iter().all(|open| open.lasts));
        }
    }

    /// Which way a branch goes for which all of these must hold, if that follows from what is known.
    pub(super) fn side(&self, all: &[Open]) -> Option<Branch> {
        let holds = |open: &Open| self.holds.contains(open);
        if all.iter().all(holds) {
            return Some(Branch::Then);
        }
        let cannot = |some: &Vec<Open>| some.iter().all(|open| holds(open) || all.contains(open));
        self.not_all.iter().any(cannot).then_some(Branch::Else)
    }

    /// Notes which way such a branch went.
    pub(super) fn note(&mut self, all: Vec<Open>, side: Branch) {
        match side {
            Branch::Then => self.holds.extend(all),
            Branch::Else => self.not_all.push(all),
        }
    }
}
