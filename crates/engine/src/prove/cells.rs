//! All instants of a horizon, divided into cells: as long as the alert fires within one, the run is the same.
//!
//! A run differs from another that begins a little later only where something that it asked the clock comes out
//! differently: whether working hours are active, who is on call, which of two things comes first. So each run is
//! played once, by the one state machine, at the first instant of its cell; then its steps are read again to find the
//! first instant at which one of those questions would have another answer. That is where the next cell begins.
//!
//! Within a cell each step happens either so long after the alert (it *moves* with the alert), or at an instant of its
//! own, because the walk has waited until working hours began or ended.

use std::collections::BTreeMap;

use crate::calendar::Hours;
use crate::compile::{CompiledPath, Condition, Kind, People, Place, Target};
use crate::index::{Id, Index};
use crate::instant::{Instant, Seconds, WEEK};
use crate::machine::{Outcome, Step, What};
use crate::scenario::{Branch, Scenario};
use crate::simulate::{Run, run};
use crate::stretch::Assumed;
use crate::why::Why;

/// When something of a cell's run happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// So long after the alert, whenever in the cell it fires.
    After(Seconds),
    /// At this instant, whenever in the cell the alert fires.
    At(Instant),
}

/// A time in which, whenever the alert fires, the run is the same.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The first instant at which the alert may fire.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// Which way was assumed to be taken at branches that cannot be decided, by node id.
    pub assumed: Assumed,
    /// The run of an alert that fires at `from`.
    pub run: Run,
    /// For each step of the run, whether it moves with the alert.
    pub moves: Vec<bool>,
}

impl Cell {
    /// The steps of the run, each with when it happens.
    pub fn steps(&self) -> impl Iterator<Item = (&Step, Time)> {
        let timed = self.run.steps.iter().zip(&self.moves);
        timed.map(|(step, moves)| (step, if *moves { Time::After(step.at - self.from) } else { Time::At(step.at) }))
    }
}

/// At most so many ways to go through branches that cannot be decided are tried at one instant.
const MAX_WAYS: usize = 64;

/// The most steps that are played for one walk through the cells: some seconds of work.
pub const MAX_WORK: usize = 5_000_000;

/// Why not all cells were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// There are more cells than were asked for, or it takes too long; they are known until this instant.
    TooManyCells(Instant),
    /// There are too many branches that cannot be decided.
    TooManyWays,
}

/// What cells are found by: everything about a path and its world that depends on the clock.
#[derive(Debug)]
pub struct Cells<'a> {
    path: &'a CompiledPath,
    index: &'a Index,
    /// By path and position of the set: when its state changes, from the horizon's begin on.
    hours: Vec<Vec<Vec<Instant>>>,
    hours_until: Instant,
    /// By schedule: when who is on call may change.
    rosters: BTreeMap<Id, Vec<Instant>>,
    pauses: Vec<Instant>,
}

impl<'a> Cells<'a> {
    /// Prepares for alerts that fire from `from` until before `until`, in runs of at most `longest` seconds.
    #[must_use]
    pub fn new(path: &'a CompiledPath, index: &'a Index, from: Instant, until: Instant, longest: Seconds) -> Self {
        let hours_until = until + longest + WEEK;
        let of_set = |hours: Option<&Hours>| hours.map_or_else(Vec::new, |hours| changes(hours, from, hours_until));
        let of_plan = |plan: &crate::compile::Plan| plan.hours.iter().map(|set| of_set(set.hours.as_ref())).collect();
        let hours = path.plans().iter().map(of_plan).collect();
        let world = index.world();
        let known = [world.entries_from, world.entries_until];
        let mut rosters: BTreeMap<Id, Vec<Instant>> = BTreeMap::new();
        for schedule in &world.schedules {
            let of_schedule = rosters.entry(Id::from(schedule.id.as_str())).or_default();
            of_schedule.extend(schedule.entries.iter().flat_map(|entry| [entry.start_at, entry.end_at]));
            of_schedule.extend(known.into_iter().flatten());
        }
        for instants in rosters.values_mut() {
            instants.sort_unstable();
            instants.dedup();
        }
        let mut pauses: Vec<_> = world.pauses.iter().flat_map(|pause| [pause.starts_at, pause.ends_at]).collect();
        pauses.sort_unstable();
        Self { path, index, hours, hours_until, rosters, pauses }
    }

    /// Visits the cells of alerts like `scenario` to which nobody responds and with which nothing is done, that fire from `from` until before `until`, in order, and returns how
    /// many there were. Cells that differ only in what is assumed of a branch follow one another.
    ///
    /// # Errors
    /// Where there are more than `most`, more than [`MAX_WORK`] steps, or too many branches that cannot be decided.
    pub fn visit(
        &self,
        scenario: &Scenario,
        (from, until): (Instant, Instant),
        most: usize,
        mut each: impl FnMut(Cell),
    ) -> Result<usize, Incomplete> {
        let mut scenario = scenario.left_alone();
        let assumed_before = scenario.branches.clone();
        let (mut at, mut count, mut work) = (from, 0, 0);
        while at < until {
            let mut found = Vec::new();
            let mut end = until;
            let mut ways = vec![assumed_before.clone()];
            while let Some(way) = ways.pop() {
                scenario.fired_at = at;
                scenario.branches = way;
                let run = run(self.path, self.index, &scenario);
                work += run.steps.len();
                if work > MAX_WORK {
                    return Err(Incomplete::TooManyCells(at));
                }
                if let Some(node) = self.undecided_branch(&run) {
                    if ways.len() + found.len() >= MAX_WAYS {
                        return Err(Incomplete::TooManyWays);
                    }
                    // The last is tried first.
                    for side in [Branch::Else, Branch::Then] {
                        let mut way = scenario.branches.clone();
                        way.insert(node.to_string(), side);
                        ways.push(way);
                    }
                    continue;
                }
                let (moves, same_until) = self.same_until(&scenario, &run);
                end = end.min(same_until);
                found.push((std::mem::take(&mut scenario.branches), run, moves));
            }
            count += found.len();
            if count > most {
                return Err(Incomplete::TooManyCells(at));
            }
            // A cell is never empty, whatever was found.
            let end = end.max(at + 1);
            for (assumed, run, moves) in found {
                each(Cell { from: at, until: end, assumed, run, moves });
            }
            at = end;
        }
        Ok(count)
    }

    /// The branch at which a run stopped because its condition cannot be decided.
    fn undecided_branch(&self, run: &Run) -> Option<&'a Id> {
        let step = run.steps.last().filter(|_| run.outcome == Outcome::Undecided)?;
        let node = self.path.node(step.place?)?;
        matches!(node.kind, Kind::Branch(_)).then_some(&node.id)
    }

    /// For each step whether it moves with the alert, and the first later instant of the alert at which the run may
    /// differ.
    fn same_until(&self, scenario: &Scenario, run: &Run) -> (Vec<bool>, Instant) {
        let mut reading = Reading {
            cells: self,
            fired_at: scenario.fired_at,
            longest: scenario.semantics.cut_off_after_seconds,
            end: Instant::MAX,
            moves: true,
            entered_at: scenario.fired_at,
            last_page: None,
            waits: None,
        };
        let moves = run.steps.iter().map(|step| reading.step(scenario, step)).collect();
        (moves, reading.end)
    }

    fn next_change(&self, plan: u32, position: usize, at: Instant) -> Option<Instant> {
        if at < self.hours_until {
            let sets = self.hours.get(usize::try_from(plan).ok()?)?;
            return after(sets.get(position)?, at);
        }
        let hours = self.path.hours(plan, position)?.hours.as_ref()?;
        hours.first(at, !hours.is_active(at))
    }
}

/// When working hours become active or cease to be, after `from` and until `until`.
fn changes(hours: &Hours, from: Instant, until: Instant) -> Vec<Instant> {
    let mut changes = Vec::new();
    let mut state = hours.is_active(from);
    let mut at = from;
    while let Some(next) = hours.first(at, !state).filter(|next| *next < Instant::MAX) {
        changes.push(next);
        if next > until {
            break;
        }
        (at, state) = (next, !state);
    }
    changes
}

/// The first of some sorted instants that comes after `at`.
fn after(instants: &[Instant], at: Instant) -> Option<Instant> {
    instants.get(instants.partition_point(|instant| *instant <= at)).copied()
}

/// A run being read for what it asked the clock.
struct Reading<'a> {
    cells: &'a Cells<'a>,
    fired_at: Instant,
    longest: Seconds,
    /// The first later instant of the alert at which an answer would be another.
    end: Instant,
    /// Whether the present instant moves with the alert.
    moves: bool,
    /// When the present node was entered, and when somebody was last paged there.
    entered_at: Instant,
    last_page: Option<Instant>,
    /// While the walk waits: until when, and whether that moves with the alert.
    waits: Option<(Option<Instant>, bool)>,
}

impl Reading<'_> {
    /// Reads one step and says whether it moves with the alert.
    fn step(&mut self, scenario: &Scenario, step: &Step) -> bool {
        match &step.what {
            What::Entered => {
                if matches!(step.why, Why::NotAcked { .. } | Why::DelayOver) {
                    self.time_was_up();
                }
                (self.entered_at, self.last_page, self.waits) = (step.at, None, None);
                if let Some(place) = step.place {
                    self.asked_at(place, step.at);
                }
            }
            What::Paged { .. } => self.last_page = Some(step.at),
            What::Waiting(until) | What::Delayed(until) => self.waiting(*until, step.at, &step.why),
            What::Expired if self.waits.is_some_and(|(until, _)| until == Some(step.at)) => self.time_was_up(),
            What::Stopped(Outcome::CutOff) => {
                self.cut_off(scenario, step.at);
                self.moves = true;
            }
            _ => {}
        }
        self.moves
    }

    /// The answer to a question asked at `at` stays the same until before `change`.
    fn same_before(&mut self, change: Option<Instant>, at: Instant) {
        if let (true, Some(change)) = (self.moves, change) {
            self.end = self.end.min(self.fired_at + (change - at));
        }
    }

    /// What a node asks when it is entered.
    fn asked_at(&mut self, place: Place, at: Instant) {
        let Some(node) = self.cells.path.node(place) else { return };
        match &node.kind {
            Kind::Branch(branch) => {
                for condition in &branch.conditions {
                    if let Condition::Hours(Ok(position)) = condition {
                        self.same_before(self.cells.next_change(place.0, *position, at), at);
                    }
                }
            }
            Kind::Level(level) => {
                for target in &level.targets {
                    let Target::People(people, _) = target else { continue };
                    self.same_before(after(&self.cells.pauses, at), at);
                    if let People::OnCall(schedule, ..) | People::Next(schedule, _) = people {
                        let changes = self.cells.rosters.get(schedule);
                        self.same_before(changes.and_then(|changes| after(changes, at)), at);
                    }
                }
            }
            _ => {}
        }
    }

    /// R6, R14: for how long a node waits.
    fn waiting(&mut self, until: Option<Instant>, at: Instant, why: &Why) {
        let why = if let Why::InTurn(why) = why { why } else { why };
        let mut moves = self.moves;
        if let Why::WaitsForHours { plan, hours, now, .. } = why {
            self.same_before(self.cells.next_change(*plan, *hours, at), at);
            // Otherwise it goes on when the hours change, whenever the alert fired.
            moves &= *now;
        }
        self.waits = Some((until, moves));
    }

    /// The walk goes on because the node's time was up.
    fn time_was_up(&mut self) {
        let Some((Some(until), moves)) = self.waits.take() else { return };
        if self.moves && !moves {
            // What moves with the alert must still come before what does not.
            self.same_before(Some(until), self.last_page.unwrap_or(self.entered_at));
        }
        self.moves = moves;
    }

    /// R24: the run was cut off at `limit`, which moves with the alert.
    fn cut_off(&mut self, scenario: &Scenario, limit: Instant) {
        let next = match self.waits {
            // What comes next does not move with the alert. To know when it comes, the run is played on.
            Some(_) if !self.moves => {
                let mut longer = scenario.clone();
                longer.semantics.cut_off_after_seconds = self.longest + 2 * WEEK;
                let run = run(self.cells.path, self.cells.index, &longer);
                let next = run.steps.iter().find(|step| step.at > limit && step.what != What::Stopped(Outcome::CutOff));
                Some(next.map_or(limit + 2 * WEEK, |step| step.at))
            }
            Some((until, false)) => until,
            _ => None,
        };
        if let Some(next) = next {
            self.end = self.end.min(next - self.longest).max(self.fired_at + 1);
        }
    }
}
