//! Whether what is expected of a path holds for every instant of a horizon: exactly, not by samples.
//!
//! [`Cells`] divides the horizon; within a cell every run is the same but for the steps that do not move with the
//! alert. An expectation is then a question about each cell, whose answer is a set of intervals in which it fails.

mod cells;
mod expectation;
mod judge;
mod loudness;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use crate::stretch::{Assumed, Assumption};
pub use cells::{Cell, Cells, Incomplete, MAX_WORK, Time};
pub use expectation::{Expect, Expectation};

use crate::calendar::tzdata_version;
use crate::compile::{CompiledPath, Condition, Kind, Node};
use crate::index::Index;
use crate::instant::{DAY, Instant, Seconds};
use crate::read::ReadError;
use crate::scenario::Scenario;
use crate::simulate::trace;
use crate::stretch::joined;
use crate::trace::Trace;
use crate::words::duration;
use crate::world::OTHER_PRIORITY;

use judge::Judge;
use view::View;

/// The most cells that are looked at for one question.
pub const MAX_CELLS: usize = 1_000_000;

/// The longest horizon, in days.
pub const MAX_DAYS: i64 = 366;

/// Over what an expectation is proven.
#[derive(Debug, Clone, PartialEq)]
pub struct Horizon {
    /// The first instant at which the alert may fire.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// What is assumed of each alert: its path and how open questions are read. Its priority and the instant at which
    /// it fires are every priority and every instant; nobody responds.
    pub scenario: Scenario,
}

/// Whether an expectation holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It holds at every instant, for every priority in its scope.
    Proven,
    /// It does not; a counterexample shows it.
    Refuted,
    /// There is nothing that it could hold for.
    NotApplicable,
    /// It cannot be said for all of the scope, and nothing is known to be against it.
    Incomplete,
}

/// The verdict on an expectation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// What was expected.
    pub expectation: Expectation,
    /// Whether it holds.
    pub verdict: Answer,
    /// For what.
    pub scope: Scope,
    /// What shows that it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<Counterexample>,
    /// When it does not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refuted_during: Vec<During>,
    /// Whether one and the same alert may go either way: it depends on a condition that cannot be decided, or on who
    /// declines.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub depends: bool,
    /// When it cannot be said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_during: Vec<During>,
    /// The ids of nodes that are never reached, or branches of which a side never is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<String>,
}

/// For what a verdict was reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// The first instant.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// The ids of the priorities.
    pub priorities: Vec<String>,
    /// In how many cells the instants fall, over all priorities.
    pub cells: usize,
    /// What was assumed.
    pub assumed: Vec<String>,
    /// Where the search was given up, and by which limit; then what follows is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// The version of the time zone database.
    pub tzdata: String,
}

/// An alert that shows that an expectation does not hold, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counterexample {
    /// The alert.
    pub scenario: Scenario,
    /// What becomes of it.
    pub trace: Trace,
}

/// A time, for a priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct During {
    /// The first instant at which an alert fires.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// The id of its priority.
    pub priority_id: String,
}

impl During {
    /// The first alert of this time, with nobody responding. An empty id is an alert without a priority.
    #[must_use]
    pub fn first_alert(&self) -> Scenario {
        let priority_id = Some(self.priority_id.clone()).filter(|id| !id.is_empty());
        Scenario { priority_id, fired_at: self.from, ..Scenario::default() }
    }
}

/// Judges expectations over a horizon: all of them in one walk through its cells.
///
/// # Errors
/// Where the horizon is empty or too long, or an expectation has parameters that mean nothing.
pub fn prove(
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    expectations: &[Expectation],
) -> Result<Vec<Verdict>, ReadError> {
    let (from, until) = (horizon.from, horizon.until);
    if until <= from || until - from > MAX_DAYS * DAY {
        return Err(ReadError::new("until", format!("must be after `from`, by at most {MAX_DAYS} days")));
    }
    let mut judges = Vec::with_capacity(expectations.len());
    for (position, expectation) in expectations.iter().enumerate() {
        let at = |error: ReadError| ReadError::new(format!("expectations.{position}.{}", error.pointer), error.message);
        judges.push(Judge::new(expectation, path, index).map_err(at)?);
    }
    let named = expectations.iter().flat_map(|expectation| {
        let paired = expectation.pairs.iter().flatten().flat_map(|(low, high)| [low, high]);
        expectation.priorities.iter().flatten().chain(paired).map(String::as_str)
    });
    let classes = classes_with(&[path], index, named);
    let mut quiet = horizon.scenario.left_alone();
    let mut scopes = Vec::new();
    for declines in [false, true] {
        let mut judges: Vec<&mut Judge<'_>> =
            judges.iter_mut().filter(|judge| judge.with_declines() == declines).collect();
        let mut seen = Seen { declines, grace: quiet.grace_period_seconds, ..Seen::default() };
        // Where nothing asks for a priority, it does not matter which there are.
        if classes.iter().any(|class| !class.is_empty()) {
            seen.priorities = index.world().priorities_note();
        }
        if judges.is_empty() {
            scopes.push(seen.scope((from, until), path, index));
            continue;
        }
        let cells = Cells::new(path, index, from, until, quiet.semantics.cut_off_after_seconds);
        let cells = if declines { cells.with_declines() } else { cells };
        for (position, class) in classes.iter().enumerate() {
            if position >= MAX_CLASSES {
                seen.limit.get_or_insert_with(|| format!("given up: there are more than {MAX_CLASSES} priorities"));
                judges.iter_mut().for_each(|judge| judge.given_up(class, from, until));
                continue;
            }
            quiet.priority_id = class.first().cloned();
            let counted = cells.visit(&quiet, (from, until), MAX_CELLS, |cell| {
                seen.cells += 1;
                seen.cell(&cell, &quiet);
                let view = View::new(&cell);
                for judge in &mut judges {
                    judge.cell(class, &view);
                    if cell.is_partial {
                        judge.given_up(class, cell.from, cell.until);
                    }
                }
            });
            match counted {
                Ok(_) => {}
                Err(Incomplete::TooManyCells(at)) => {
                    seen.limit.get_or_insert_with(|| {
                        format!("given up at {at}: it takes more than {MAX_WORK} steps or {MAX_CELLS} cells")
                    });
                    judges.iter_mut().for_each(|judge| judge.given_up(class, at, until));
                }
                Err(Incomplete::TooManyWays) => {
                    seen.limit.get_or_insert_with(|| TOO_MANY_WAYS.to_string());
                    judges.iter_mut().for_each(|judge| judge.given_up(class, from, until));
                }
            }
        }
        scopes.push(seen.scope((from, until), path, index));
    }
    let verdict_of = |judge: Judge<'_>| {
        let scope = scopes.get(usize::from(judge.with_declines()))?;
        Some(verdict(judge, scope, path, index, &quiet))
    };
    Ok(judges.into_iter().filter_map(verdict_of).collect())
}

/// R18: each walk that begins again does what an alert does that fires then, and those are looked at, within the horizon.
const PAGES_AGAIN: &str = "paging again after an acknowledgement is looked at as an alert that fires then";

/// R18: what adds up over several walks is another question.
const PAGES_AGAIN_ADDS_UP: &str = "nobody acknowledges: what paging again after that adds to it is not looked at";

const TOO_MANY_WAYS: &str = "given up: there are too many ways for one alert to go";

/// R1: what is assumed where the scenario has no grace period.
pub const NO_GRACE_PERIOD: &str = "there is no grace period";

/// R8: what is assumed of a path with round robin.
pub const FIRST_BEGINS: &str = "round robin begins with the first in the schedule's order";

/// What was met on the way, for the scope.
#[derive(Default)]
struct Seen {
    cells: usize,
    assumed: BTreeSet<String>,
    declines: bool,
    grace: Seconds,
    /// Why there may be other priorities than those that are known.
    priorities: Option<&'static str>,
    limit: Option<String>,
}

impl Seen {
    fn cell(&mut self, cell: &Cell, quiet: &Scenario) {
        for Assumption { node, .. } in cell.assumed.conditions.values() {
            if !self.assumed.contains(node) && !quiet.branches.contains_key(node) {
                self.assumed.insert(node.clone());
            }
        }
        if cell.is_partial {
            self.limit.get_or_insert_with(|| TOO_MANY_WAYS.to_string());
        }
    }

    fn scope(&self, (from, until): (Instant, Instant), path: &CompiledPath, index: &Index) -> Scope {
        let responds = if self.declines {
            "whole levels may decline at once, in every way, and nobody else responds"
        } else {
            "nobody responds"
        };
        let grace = match self.grace {
            0 => NO_GRACE_PERIOD.to_string(),
            seconds => format!("a grace period of {}", duration(seconds)),
        };
        let mut assumed = vec![responds.to_string(), grace];
        assumed.extend(self.priorities.map(str::to_string));
        assumed.extend(
            self.assumed.iter().map(|node| format!("the condition of `{node}` may hold or not, each time anew")),
        );
        if path.plans().iter().any(|plan| plan.nodes.iter().any(Node::is_in_turn)) {
            assumed.push(FIRST_BEGINS.to_string());
        }
        assumed.extend(index.world().assumed());
        let tzdata = tzdata_version().to_string();
        let limit = self.limit.clone();
        Scope { from, until, priorities: Vec::new(), cells: self.cells, assumed, limit, tzdata }
    }
}

/// At most so many groups of priorities are looked at. An organisation has a handful.
pub const MAX_CLASSES: usize = 100;

/// All priorities that an alert can have, in groups that no condition of the paths tells apart: those that the world
/// lists and, where that list is not known to be complete, those that conditions name and
/// [any other](OTHER_PRIORITY). One group without a priority where none is known: nothing asks for it.
#[must_use]
pub fn classes(paths: &[&CompiledPath], index: &Index) -> Vec<Vec<String>> {
    classes_with(paths, index, std::iter::empty())
}

/// The same with other ids that are of interest, such as those that expectations are about.
fn classes_with<'a>(
    paths: &[&'a CompiledPath],
    index: &'a Index,
    also: impl Iterator<Item = &'a str>,
) -> Vec<Vec<String>> {
    let nodes = paths.iter().flat_map(|path| path.plans()).flat_map(|plan| &plan.nodes);
    let conditions =
        nodes.filter_map(|node| if let Kind::Branch(branch) = &node.kind { Some(&branch.conditions) } else { None });
    let among = conditions
        .flatten()
        .filter_map(|condition| if let Condition::Priority(among) = condition { Some(among) } else { None });
    let world = index.world();
    // Each id with the conditions that name it, in the order in which they are known.
    let mut ids: Vec<&str> = world.priorities.iter().map(|priority| priority.id.as_str()).collect();
    let mut named_by: BTreeMap<&str, Vec<usize>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    let is_complete = world.knows_all_priorities();
    for (condition, id) in among.enumerate().flat_map(|(condition, ids)| ids.iter().map(move |id| (condition, &**id))) {
        // A listed id may be the one that stands for all others; one that is not listed never is.
        if is_complete && !named_by.contains_key(id) || world.is_other_priority(id) {
            continue;
        }
        let conditions = named_by.entry(id).or_insert_with(|| {
            ids.push(id);
            Vec::new()
        });
        if conditions.last() != Some(&condition) {
            conditions.push(condition);
        }
    }
    for id in also.filter(|id| !is_complete && !world.is_other_priority(id)) {
        named_by.entry(id).or_insert_with(|| {
            ids.push(id);
            Vec::new()
        });
    }
    if !is_complete && !ids.is_empty() {
        ids.push(OTHER_PRIORITY);
    }
    let mut classes: Vec<Vec<String>> = Vec::new();
    let mut positions: BTreeMap<&[usize], usize> = BTreeMap::new();
    for id in ids {
        let told_by = named_by.get(id).map_or(&[][..], Vec::as_slice);
        let position = *positions.entry(told_by).or_insert(classes.len());
        match classes.get_mut(position) {
            Some(class) => class.push(id.to_string()),
            None => classes.push(vec![id.to_string()]),
        }
    }
    if classes.is_empty() { vec![Vec::new()] } else { classes }
}

fn verdict(judge: Judge<'_>, scope: &Scope, path: &CompiledPath, index: &Index, quiet: &Scenario) -> Verdict {
    let found = judge.finish();
    let mut scope = Scope { priorities: found.priorities, ..scope.clone() };
    if path.plan(0).is_some_and(|plan| plan.repeat.is_some()) {
        let adds_up = matches!(found.expectation.expect, Expect::AtMostPeopleBefore | Expect::EndsWithin);
        scope.assumed.push(if adds_up { PAGES_AGAIN_ADDS_UP } else { PAGES_AGAIN }.to_string());
    }
    let mut unknown_during = merged(found.unknown);
    let refuted_during = merged(found.refuted);
    // Where nothing is known from some instant on, the rest is proven until then.
    if refuted_during.is_empty() && found.never.is_empty() && !unknown_during.is_empty() {
        let first = unknown_during.iter().map(|during| during.from).min().unwrap_or(scope.until);
        let to_the_end = |during: &During| {
            during.until == scope.until
                || unknown_during.iter().any(|next| next.from == during.until && next.priority_id == during.priority_id)
        };
        if first > scope.from && unknown_during.iter().all(to_the_end) && !found.needs_all {
            scope.until = first;
            unknown_during.clear();
        }
    }
    let is_refuted = !refuted_during.is_empty() || (!found.never.is_empty() && unknown_during.is_empty());
    let verdict = if found.is_empty {
        Answer::NotApplicable
    } else if is_refuted {
        Answer::Refuted
    } else if unknown_during.is_empty() {
        Answer::Proven
    } else {
        Answer::Incomplete
    };
    let counterexample = found.example.map(|(priority_id, fired_at, assumed)| {
        let (branches, branch_visits) = assumed.in_short();
        let scenario = Scenario { priority_id, fired_at, branches, branch_visits, ..assumed.of(quiet) };
        let trace = trace(path, index, &scenario);
        Counterexample { scenario, trace }
    });
    Verdict {
        expectation: found.expectation,
        verdict,
        scope,
        counterexample,
        refuted_during,
        depends: found.depends,
        unknown_during,
        never: found.never,
    }
}

/// What a judge has found.
struct Found {
    expectation: Expectation,
    priorities: Vec<String>,
    refuted: Vec<During>,
    depends: bool,
    unknown: Vec<During>,
    never: Vec<String>,
    example: Option<(Option<String>, Instant, Assumed)>,
    /// Whether every instant of the horizon must be known.
    needs_all: bool,
    /// Whether there was nothing to judge.
    is_empty: bool,
}

/// Sorted by priority and time, with what touches joined.
pub(crate) fn merged(all: Vec<During>) -> Vec<During> {
    let mut by_priority: BTreeMap<String, Vec<(Instant, Instant)>> = BTreeMap::new();
    for During { from, until, priority_id } in all {
        by_priority.entry(priority_id).or_default().push((from, until));
    }
    let of_one = |(priority_id, stretches): (String, _)| {
        let during = move |(from, until)| During { from, until, priority_id: priority_id.clone() };
        joined(stretches).into_iter().map(during)
    };
    by_priority.into_iter().flat_map(of_one).collect()
}
