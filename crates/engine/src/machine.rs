//! The one state machine. The simulator drives it with assumed time, a server with real time.

mod event;
mod level;
mod node;
mod outcomes;
mod respond;
mod shared;
mod state;
mod step;

use std::collections::BTreeMap;

use crate::compile::CompiledPath;
use crate::index::Index;
use crate::scenario::{Branch, Visits};
use crate::semantics::Semantics;

pub(crate) use level::choose;
pub(crate) use outcomes::Open;
pub(crate) use shared::{Core, Counters};

pub use event::{Event, EventKind, Who};
pub use state::{Alert, State, Status};
pub use step::{Outcome, Rule, Step, StepKind};

/// What a run goes by: it does not change while the run lasts.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The path, with those that it may hand over to.
    pub path: &'a CompiledPath,
    /// The world.
    pub index: &'a Index,
    /// How open questions are read.
    pub semantics: &'a Semantics,
    /// Which way to go at a branch that cannot be decided, by node id.
    pub branches: &'a BTreeMap<String, Branch>,
    /// The same for each visit.
    pub branch_visits: &'a Visits,
    /// Whose turn it is first, by node id.
    pub round_robin: &'a BTreeMap<String, String>,
    /// The same for levels that it does not name: which of their people, counted from 0 and over again.
    pub turn: usize,
}

/// Takes one event and returns the state after it and what happened, in order.
///
/// A timer that is due at the same instant as others is one event: call again while [`State::due`] is not later than
/// now. Answers that arrive at that instant go first (R21).
#[must_use]
pub fn step(context: &Context<'_>, state: State, event: Event) -> (State, Vec<Step>) {
    let mut steps = Vec::new();
    let mut run = Run { context, state, at: event.at, steps: &mut steps };
    run.take(event.kind);
    let state = run.state;
    (state, steps)
}

/// A state being changed at an instant.
struct Run<'a> {
    context: &'a Context<'a>,
    state: State,
    at: crate::Instant,
    steps: &'a mut Vec<Step>,
}
