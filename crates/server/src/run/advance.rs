//! One step of the engine, in the form in which it is stored.

use std::collections::BTreeMap;

use escalation_engine::machine::{Context, Event, Outcome, State, Status, step};
use escalation_engine::scenario::{Branch, Visits};
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::{CompiledPath, Index, Semantics, Trace};

/// How open questions are read: as the engine reads them unless told.
static SEMANTICS: std::sync::LazyLock<Semantics> = std::sync::LazyLock::new(Semantics::default);
/// A server has no scenario that says which way a branch goes that cannot be decided.
static NO_BRANCHES: BTreeMap<String, Branch> = BTreeMap::new();
static NO_VISITS: Visits = BTreeMap::new();

/// What an escalation goes by.
pub(super) fn context<'a>(
    path: &'a CompiledPath,
    index: &'a Index,
    round_robin: &'a BTreeMap<String, String>,
) -> Context<'a> {
    Context {
        path,
        index,
        semantics: &SEMANTICS,
        branches: &NO_BRANCHES,
        branch_visits: &NO_VISITS,
        round_robin,
        turn: 0,
    }
}

/// A state, and what led to it.
pub(super) struct Advanced {
    pub(super) state: State,
    pub(super) steps: Vec<TraceStep>,
}

impl Advanced {
    /// Takes one event. `round_robin` says who begins on a level, by node.
    pub(super) fn new(
        path: &CompiledPath,
        index: &Index,
        round_robin: &BTreeMap<String, String>,
        state: State,
        event: Event,
    ) -> Self {
        let context = context(path, index, round_robin);
        let (state, steps) = step(&context, state, event);
        // How it ends is told by its steps.
        let outcome = state.outcome.unwrap_or(Outcome::WaitsForever);
        let steps = Trace::new(&context, &state, outcome, &steps).steps;
        Self { state, steps }
    }

    /// R8: the level with round robin that was entered: its node, its path, and everybody on it, whose turn is decided
    /// there. `before` is the state before.
    pub(super) fn round_robin_entered(
        &self,
        path: &CompiledPath,
        before: &State,
    ) -> Option<(String, String, Vec<String>)> {
        let (place, people) = self.state.round_robin().filter(|_| self.state.entry() != before.entry())?;
        let (node, plan) = (path.node(place)?, path.plan(place.0)?);
        Some((node.id.to_string(), plan.id.to_string(), people.into_iter().map(ToString::to_string).collect()))
    }
}

/// The API's word for a status.
pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Triggered => "triggered",
        Status::Delayed => "delayed",
        Status::Snoozed => "snoozed",
        Status::Acked => "acked",
        Status::PendingRepeat => "pending_repeat",
        Status::Expired => "expired",
        Status::Cancelled => "cancelled",
        Status::Resolved => "resolved",
    }
}

/// The API's word for a step, if it has one.
pub(crate) fn event_of(step: StepName) -> Option<&'static str> {
    match step {
        StepName::Pending => Some("entered_grace_period"),
        StepName::Triggered => Some("triggered"),
        StepName::Paged => Some("notified_users"),
        StepName::Posted => Some("notified_channels"),
        StepName::Acked => Some("acked"),
        StepName::Expired => Some("expired"),
        StepName::Cancelled => Some("cancelled"),
        StepName::Resolved => Some("resolved"),
        _ => None,
    }
}
