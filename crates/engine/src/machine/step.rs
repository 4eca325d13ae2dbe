//! What happens in a run.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Run, Who};
use crate::compile::{PageUrgency, Place};
use crate::index::Id;
use crate::instant::Instant;
use crate::scenario::Branch;
use crate::why::Why;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// At which node, if at any.
    pub place: Option<Place>,
    /// How often the walk had begun or gone back, from 1.
    pub pass: u32,
    /// What.
    pub what: StepKind,
    /// By which rule of docs/semantics.md.
    pub rule: Rule,
    /// Why.
    pub why: Why,
    /// The field of [`Semantics`](crate::Semantics) that decided it, if one did.
    pub decision: Option<&'static str>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// The grace period began.
    Pending(Instant),
    /// The walk begins.
    Triggered,
    /// The walk comes to a node.
    Entered,
    /// A branch was taken.
    Branched(Branch),
    /// Somebody is paged.
    Paged {
        /// Who.
        user: Id,
        /// How loudly.
        urgency: PageUrgency,
        /// For the how-manieth time on this level, or in this turn.
        attempt: u32,
        /// The id of the target that named the person.
        via: Id,
    },
    /// A channel is told.
    Posted(Id, PageUrgency),
    /// Somebody, or a rota with nobody in it, is not paged; the id of the target that named them.
    LeftOut(Option<Id>, Id),
    /// The level is passed over.
    SkippedEmpty,
    /// The walk waits; nothing: for ever.
    Waiting(Option<Instant>),
    /// Somebody has taken it; whether others on the level stay paged.
    Acked(Who, bool),
    /// Somebody cannot take it.
    Nacked(Who),
    /// Somebody puts it off.
    Snoozed(Who, Instant),
    /// A snooze is over.
    Resumed,
    /// The walk waits at a delay; nothing: for ever.
    Delayed(Option<Instant>),
    /// The walk goes back to a node.
    Repeated(Place),
    /// The walk goes on in another path.
    HandedOver(u32),
    /// It will page again at that instant.
    RepeatPending(Instant),
    /// It would page again too late, and will not.
    RepeatDropped,
    /// It pages again, from this node.
    RepeatStarted(Option<Place>),
    /// The path ran out.
    Expired,
    /// It was stopped.
    Cancelled,
    /// It is over.
    Resolved,
    /// The run cannot be followed any further.
    Stopped(Outcome),
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody has taken it.
    Acked,
    /// The path ran out and nobody had.
    Expired,
    /// It was stopped.
    Cancelled,
    /// What it was about is over.
    Resolved,
    /// R3, R22: what follows depends on something that is not known.
    Undecided,
    /// R24: it waits for something that never comes.
    WaitsForever,
    /// R16: a path was handed over to twice.
    HandoverCycle,
    /// R4: it is not known who is on call then.
    BeyondEntries,
    /// R24: it goes on for too long.
    CutOff,
}

impl Outcome {
    /// Whether it is known that nothing follows: the run was not left where it could not be followed any further.
    #[must_use]
    pub fn is_known(self) -> bool {
        !matches!(self, Self::Undecided | Self::BeyondEntries | Self::CutOff)
    }

    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acked => "acked",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Resolved => "resolved",
            Self::Undecided => "undecided",
            Self::WaitsForever => "waits_forever",
            Self::HandoverCycle => "handover_cycle",
            Self::BeyondEntries => "beyond_entries",
            Self::CutOff => "cut_off",
        }
    }
}

/// A rule of docs/semantics.md, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule(pub u8);

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", self.0)
    }
}

impl Run<'_> {
    /// Writes down that something happened at the node that the walk is on.
    pub(super) fn say(&mut self, what: StepKind, rule: u8, why: Why) {
        let decision = why.decision();
        self.say_decided(what, rule, why, decision);
    }

    pub(super) fn say_decided(&mut self, what: StepKind, rule: u8, why: Why, decision: Option<&'static str>) {
        self.state.steps += 1;
        let (at, place, pass) = (self.at, self.state.place, self.state.pass);
        self.steps.push(Step { at, place, pass, what, rule: Rule(rule), why, decision });
    }
}
