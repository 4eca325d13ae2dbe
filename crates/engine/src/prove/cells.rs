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
use crate::scenario::{Answer, Branch, Response, Scenario};
use crate::simulate::{Run, run};
use crate::stretch::Assumed;
use crate::why::Why;

/// When something of a cell's run happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// What is assumed of the run.
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

/// The same where levels may decline, which is two ways for each of ten levels.
const MAX_WAYS_WITH_DECLINES: usize = 1_024;

/// The most steps that are played for one walk through the cells: some seconds of work.
pub const MAX_WORK: usize = 5_000_000;

/// Why not all cells were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// There are more cells than were asked for, or it takes too long; they are known until this instant.
    TooManyCells(Instant),
    /// There are too many branches that cannot be decided, or levels that may decline.
    TooManyWays,
}

/// A way for the run of an alert to go that is still to be tried.
#[derive(Default)]
struct Way {
    assumed: Assumed,
    /// For so many entries of levels it is decided whether they decline.
    decided: usize,
}

/// A level that was entered, and somebody paged.
struct LevelEntry<'a> {
    /// The level's id, and how often it was entered.
    of: (&'a str, usize),
    /// Who was paged at once, and the number of that page among those to them.
    pages: Vec<(&'a Id, u32)>,
    /// Whether only one is paged at a time.
    in_turn: bool,
    /// Whether a channel was told too, in which somebody may yet acknowledge.
    has_channel: bool,
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
    /// Whether levels may decline.
    declines: bool,
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
        Self { path, index, hours, hours_until, rosters, pauses, declines: false }
    }

    /// The same with every way in which whole levels decline at once, instead of nobody responding.
    #[must_use]
    pub fn with_declines(self) -> Self {
        Self { declines: true, ..self }
    }

    /// Visits the cells of alerts like `scenario` with which nothing is done, that fire from `from` until before
    /// `until`, in order, and returns how many there were. Cells that differ only in what is assumed follow one another.
    ///
    /// # Errors
    /// Where there are more than `most`, more than [`MAX_WORK`] steps, or too many ways for one alert to go.
    pub fn visit(
        &self,
        scenario: &Scenario,
        (from, until): (Instant, Instant),
        most: usize,
        mut each: impl FnMut(Cell),
    ) -> Result<usize, Incomplete> {
        let mut scenario = scenario.left_alone();
        let pinned = Assumed { branches: scenario.branches.clone(), ..Assumed::default() };
        let most_ways = if self.declines { MAX_WAYS_WITH_DECLINES } else { MAX_WAYS };
        let (mut at, mut count, mut work) = (from, 0, 0);
        while at < until {
            let mut found = Vec::new();
            let mut end = until;
            let mut ways = vec![Way { assumed: pinned.clone(), decided: 0 }];
            while let Some(mut way) = ways.pop() {
                scenario.fired_at = at;
                scenario.branches.clone_from(&way.assumed.branches);
                scenario.responses.clone_from(&way.assumed.responses);
                let run = run(self.path, self.index, &scenario);
                work += run.steps.len();
                if work > MAX_WORK {
                    return Err(Incomplete::TooManyCells(at));
                }
                if ways.len() + found.len() >= most_ways {
                    return Err(Incomplete::TooManyWays);
                }
                if let Some(node) = self.undecided_branch(&run) {
                    // The last is tried first.
                    for side in [Branch::Else, Branch::Then] {
                        let mut assumed = way.assumed.clone();
                        assumed.branches.insert(node.to_string(), side);
                        ways.push(Way { assumed, ..way });
                    }
                    continue;
                }
                if self.declines {
                    work += self.decide_declines(&scenario, &run, &mut way, &mut ways);
                }
                let (moves, same_until) = self.same_until(&scenario, &run);
                end = end.min(same_until);
                found.push((way.assumed, run, moves));
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

    /// Decides for a run that no further level declines, and keeps the ways in which one more does for later. Returns
    /// how many steps were played for it.
    fn decide_declines(&self, scenario: &Scenario, run: &Run, way: &mut Way, ways: &mut Vec<Way>) -> usize {
        let mut work = 0;
        for (position, entry) in self.level_entries(run).into_iter().enumerate().skip(way.decided) {
            let mut declined = way.assumed.clone();
            decline(&mut declined.responses, &entry);
            // Where it is one after the other, the next one is known once the last has declined.
            let mut more = entry.in_turn;
            while more {
                let mut scenario = scenario.clone();
                scenario.responses.clone_from(&declined.responses);
                let run = crate::simulate::run(self.path, self.index, &scenario);
                work += run.steps.len();
                let before = declined.responses.len();
                if let Some(entry) = self.level_entries(&run).get(position) {
                    decline(&mut declined.responses, entry);
                }
                more = declined.responses.len() > before;
            }
            let of = (entry.of.0.to_string(), entry.of.1);
            declined.declines.insert(of.clone(), true);
            ways.push(Way { assumed: declined, decided: position + 1 });
            way.assumed.declines.insert(of, false);
        }
        work
    }

    /// The levels of a run that page somebody, and that are left if those decline.
    fn level_entries<'r>(&'r self, run: &'r Run) -> Vec<LevelEntry<'r>> {
        let mut entries: Vec<LevelEntry<'r>> = Vec::new();
        let mut entered: BTreeMap<Place, usize> = BTreeMap::new();
        let mut told: BTreeMap<&Id, u32> = BTreeMap::new();
        let mut now = None;
        for step in &run.steps {
            match &step.what {
                What::Entered => {
                    let node = step.place.and_then(|place| Some((place, self.path.node(place)?)));
                    now = None;
                    if let Some((place, node)) = node
                        && let Kind::Level(level) = &node.kind
                    {
                        let count = entered.entry(place).or_default();
                        *count += 1;
                        now = Some(step.at);
                        let of = (&*node.id, *count);
                        let in_turn = level.round_robin.is_some();
                        entries.push(LevelEntry { of, pages: Vec::new(), in_turn, has_channel: false });
                    }
                }
                What::Paged { user, .. } => {
                    let count = told.entry(user).or_default();
                    *count += 1;
                    if let Some(entry) = entries.last_mut().filter(|_| now == Some(step.at)) {
                        entry.pages.push((user, *count));
                    }
                }
                What::Posted(..) => {
                    if let Some(entry) = entries.last_mut().filter(|_| now == Some(step.at)) {
                        entry.has_channel = true;
                    }
                }
                _ => {}
            }
        }
        // The walk stays where somebody in a channel may acknowledge, unless it is one person's turn.
        entries.retain(|entry| !entry.pages.is_empty() && (entry.in_turn || !entry.has_channel));
        entries
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

/// Adds that everybody declines who was paged when a level was entered.
fn decline(responses: &mut Vec<Response>, entry: &LevelEntry<'_>) {
    for (user, page) in &entry.pages {
        let response = Response {
            user_id: Some(user.to_string()),
            channel_id: None,
            response: Answer::Nack,
            after_seconds: 0,
            to_page: Some(*page),
            snooze_seconds: None,
        };
        if !responses.contains(&response) {
            responses.push(response);
        }
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
