//! Whether what is expected of a path holds for every instant of a horizon: exactly, not by samples.
//!
//! [`Cells`] divides the horizon; within a cell every run is the same but for the steps that do not move with the
//! alert. An expectation is then a question about each cell, whose answer is a set of intervals in which it fails.

mod cells;
mod expectation;
mod judge;
mod legs;
mod loudness;
mod view;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

pub use crate::stretch::{Assumed, Assumption, Time};
pub use cells::{Cell, Cells, Incomplete, MAX_WORK};
pub use expectation::{Expect, Expectation};

use crate::calendar::tzdata_version;
use crate::compile::{CompiledPath, Condition, Kind, Node};
use crate::index::Index;
use crate::instant::{DAY, Instant, Seconds, merge_overlapping};
use crate::pace::{Pace, Sliced};
use crate::read::ReadError;
use crate::scenario::Scenario;
use crate::simulate::trace;
use crate::trace::Trace;
use crate::words::duration;

use cells::Found;
use judge::{Judge, Ruling};
use legs::Legs;
use view::CellView;

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
pub enum VerdictKind {
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
    pub verdict: VerdictKind,
    /// For what.
    pub scope: Scope,
    /// What shows that it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<Counterexample>,
    /// When it does not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refuted_during: Vec<PriorityInterval>,
    /// Whether one and the same alert may go either way: it depends on a condition that cannot be decided, or on who
    /// declines.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub depends: bool,
    /// When it cannot be said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_during: Vec<PriorityInterval>,
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
pub struct PriorityInterval {
    /// The first instant at which an alert fires.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// The id of its priority.
    pub priority_id: String,
}

impl PriorityInterval {
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
    Sliced::new(|pace| async move { prove_at(&pace, path, index, horizon, expectations).await }).finish()
}

/// The same, where each run is played as a whole and shares nothing with others: what tests hold [`prove`] to.
#[doc(hidden)]
pub fn prove_one_by_one(
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    expectations: &[Expectation],
) -> Result<Vec<Verdict>, ReadError> {
    Sliced::new(|pace| async move { prove_with(&pace, false, path, index, horizon, expectations).await }).finish()
}

/// The same in [slices](crate::pace).
///
/// # Errors
/// Where [`prove`] has some.
pub async fn prove_at(
    pace: &Pace,
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    expectations: &[Expectation],
) -> Result<Vec<Verdict>, ReadError> {
    prove_with(pace, true, path, index, horizon, expectations).await
}

async fn prove_with(
    pace: &Pace,
    shares: bool,
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
        let cells = Cells::new(path, index);
        let cells = if declines { cells.with_declines() } else { cells };
        let mut legs = if shares { Legs::new(cells, &quiet, (from, until)) } else { None };
        for (position, class) in classes.iter().enumerate() {
            judges.iter_mut().for_each(|judge| judge.begin(class));
            if position >= MAX_CLASSES {
                seen.limit.get_or_insert_with(|| format!("given up: there are more than {MAX_CLASSES} priorities"));
                judges.iter_mut().for_each(|judge| judge.given_up(from, until));
                continue;
            }
            quiet.priority_id = class.first().cloned();
            let mut look = |view: &CellView<'_>| {
                seen.cells += 1;
                seen.cell(view, &quiet);
                for judge in &mut judges {
                    judge.cell(view);
                    if view.is_partial {
                        judge.given_up(view.from, view.until);
                    }
                }
            };
            let each = |found: Found<'_>| match found {
                Found::Cell(cell) => look(&CellView::new(&cell)),
                Found::View(view) => look(&view),
            };
            match cells.search(pace, &quiet, (from, until), MAX_CELLS, &mut legs, each).await {
                Ok(_) => {}
                Err(Incomplete::TooManyCells(at)) => {
                    seen.limit.get_or_insert_with(|| {
                        format!("given up at {at}: it takes more than {MAX_WORK} steps or {MAX_CELLS} cells")
                    });
                    judges.iter_mut().for_each(|judge| judge.given_up(at, until));
                }
                Err(Incomplete::TooManyWays(at)) => {
                    seen.limit.get_or_insert_with(|| TOO_MANY_WAYS.to_string());
                    judges.iter_mut().for_each(|judge| judge.given_up(at, until));
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

const TOO_MUCH: &str = "given up: there is more to compare, or there are more times to tell, than is taken";

const TOO_MANY_WAYS: &str = "given up: there are too many ways for one alert to go";

/// R1: what is assumed where the scenario has no grace period.
pub const NO_GRACE_PERIOD: &str = "there is no grace period";

/// R8: what is assumed of a path with round robin.
pub const FIRST_BEGINS: &str = "round robin begins with the first in the schedule's order";

/// What was met on the way, for the scope.
#[derive(Default)]
struct Seen {
    cells: usize,
    /// Branches that cannot be decided, and whether each goes one way as long as a run lasts.
    assumed: BTreeMap<String, bool>,
    declines: bool,
    grace: Seconds,
    /// Why there may be other priorities than those that are known.
    priorities: Option<&'static str>,
    limit: Option<String>,
}

impl Seen {
    fn cell(&mut self, cell: &CellView<'_>, quiet: &Scenario) {
        for ((_, time), Assumption { node, .. }) in &cell.assumed.conditions {
            if !quiet.branches.contains_key(node) {
                let lasts = *time == Time::ALWAYS;
                match self.assumed.get_mut(node) {
                    Some(all_last) => *all_last &= lasts,
                    None => drop(self.assumed.insert(node.clone(), lasts)),
                }
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
        assumed.extend(self.assumed.iter().map(|(node, lasts)| {
            let when = if *lasts { "for all of a run" } else { "each time anew" };
            format!("the condition of `{node}` may hold or not, {when}")
        }));
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
    let other = world.other_priority();
    // Each id with the conditions that name it, in the order in which they are known.
    let mut named_by: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut ids: Vec<&str> = Vec::new();
    for id in world.priorities.iter().map(|priority| priority.id.as_str()).filter(|id| !id.is_empty()) {
        named_by.entry(id).or_insert_with(|| {
            ids.push(id);
            Vec::new()
        });
    }
    let is_complete = world.knows_all_priorities();
    for (condition, id) in among.enumerate().flat_map(|(condition, ids)| ids.iter().map(move |id| (condition, &**id))) {
        // Without an id it is nothing that an alert can have.
        if is_complete && !named_by.contains_key(id) || id.is_empty() {
            continue;
        }
        let conditions = named_by.entry(id).or_insert_with(|| {
            // Any other priority may be one with that very id, so that a condition that names it tells it apart.
            if other != *id {
                ids.push(id);
            }
            Vec::new()
        });
        if conditions.last() != Some(&condition) {
            conditions.push(condition);
        }
    }
    for id in also.filter(|id| !is_complete && !id.is_empty() && other != **id) {
        named_by.entry(id).or_insert_with(|| {
            ids.push(id);
            Vec::new()
        });
    }
    if !is_complete && !ids.is_empty() {
        ids.push(&other);
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
    let (refuted_during, mut unknown_during, is_cut) = spread(found.rulings);
    if is_cut || found.is_cut {
        scope.limit.get_or_insert_with(|| TOO_MUCH.to_string());
    }
    // Where nothing is known from some instant on, the rest is proven until then.
    if refuted_during.is_empty() && found.never.is_empty() && !unknown_during.is_empty() {
        let first = unknown_during.iter().map(|during| during.from).min().unwrap_or(scope.until);
        let to_the_end = |during: &PriorityInterval| {
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
        VerdictKind::NotApplicable
    } else if is_refuted {
        VerdictKind::Refuted
    } else if unknown_during.is_empty() {
        VerdictKind::Proven
    } else {
        VerdictKind::Incomplete
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
struct JudgeResult {
    expectation: Expectation,
    priorities: Vec<String>,
    rulings: Vec<Ruling>,
    depends: bool,
    never: Vec<String>,
    example: Option<(Option<String>, Instant, Assumed)>,
    /// Whether every instant of the horizon must be known.
    needs_all: bool,
    /// Whether there was nothing to judge.
    is_empty: bool,
    /// Whether there was more to compare than is compared.
    is_cut: bool,
}

/// The most times that a verdict tells of all priorities together.
const MAX_TIMES: usize = 100_000;

/// When it fails and when that is not known, for each priority; and whether that was more than is told. What is not told
/// of a priority is not known of it from the first of its times to the last.
fn spread(rulings: Vec<Ruling>) -> (Vec<PriorityInterval>, Vec<PriorityInterval>, bool) {
    let (mut refuted, mut unknown) = (Vec::new(), Vec::new());
    for Ruling { priorities, refuted: fails, unknown: open } in rulings {
        let priorities = Rc::new(priorities);
        refuted.push((priorities.clone(), fails.finish()));
        unknown.push((priorities, open.finish()));
    }
    let (refuted, rest) = of_each(&refuted);
    let (unknown, open) = of_each(&unknown);
    let is_cut = !(rest.is_empty() && open.is_empty());
    (refuted, merged(unknown.into_iter().chain(rest).chain(open).collect()), is_cut)
}

/// Some priorities, and times, sorted and apart.
type OfPriorities = (Rc<Vec<String>>, Vec<(Instant, Instant)>);

/// Times of each of some priorities, sorted and joined; and one time for each priority of which there are too many.
fn of_each(all: &[OfPriorities]) -> (Vec<PriorityInterval>, Vec<PriorityInterval>) {
    let mut by_priority: BTreeMap<&str, Vec<&[(Instant, Instant)]>> = BTreeMap::new();
    for (priorities, times) in all.iter().filter(|(_, times)| !times.is_empty()) {
        priorities.iter().for_each(|id| by_priority.entry(id).or_default().push(times));
    }
    let (mut told, mut rest) = (Vec::new(), Vec::new());
    for (priority_id, times) in by_priority {
        let during = |(from, until)| PriorityInterval { from, until, priority_id: priority_id.to_string() };
        let count: usize = times.iter().map(|times| times.len()).sum();
        if told.len() + count > MAX_TIMES {
            let from = times.iter().filter_map(|times| Some(times.first()?.0)).min();
            let until = times.iter().filter_map(|times| Some(times.last()?.1)).max();
            rest.extend(from.zip(until).map(during));
        } else {
            told.extend(merge_overlapping(times.concat()).into_iter().map(during));
        }
    }
    (told, rest)
}

/// Sorted by priority and time, with what touches joined.
pub(crate) fn merged(all: Vec<PriorityInterval>) -> Vec<PriorityInterval> {
    let mut by_priority: BTreeMap<String, Vec<(Instant, Instant)>> = BTreeMap::new();
    for PriorityInterval { from, until, priority_id } in all {
        by_priority.entry(priority_id).or_default().push((from, until));
    }
    let of_one = |(priority_id, stretches): (String, _)| {
        let during = move |(from, until)| PriorityInterval { from, until, priority_id: priority_id.clone() };
        merge_overlapping(stretches).into_iter().map(during)
    };
    by_priority.into_iter().flat_map(of_one).collect()
}
