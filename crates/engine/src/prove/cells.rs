//! All instants of a horizon, divided into cells: as long as the alert fires within one, the run is the same.
//!
//! A run differs from another that begins a little later only where something that it asked the clock comes out
//! differently: whether working hours are active, who is on call, which of two things comes first. So each run is
//! played once, by the one state machine, at the first instant of its cell; then its steps are read again to find the
//! first instant at which one of those questions would have another answer. That is where the next cell begins.
//!
//! Within a cell each step happens either so long after the alert (it *moves* with the alert), or at an instant of its
//! own, because the walk has waited until working hours began or ended.

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::Hours;
use crate::compile::{CompiledPath, Condition, Kind, People, Place, Target};
use crate::index::{Id, Index};
use crate::instant::{Instant, Seconds, WEEK};
use crate::machine::{Open, Outcome, Step, What};
use crate::scenario::{Answer, Branch, Response, Scenario};
use crate::simulate::{Run, run};
use crate::stretch::{Assumed, Assumption, set_visit};
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
    /// Whether there are more ways for these alerts to go than were tried: of those in which a branch goes another way at
    /// another visit none was.
    pub is_partial: bool,
}

impl Cell {
    /// The steps of the run, each with when it happens.
    pub fn steps(&self) -> impl Iterator<Item = (&Step, Time)> {
        let timed = self.run.steps.iter().zip(&self.moves);
        timed.map(|(step, moves)| (step, if *moves { Time::After(step.at - self.from) } else { Time::At(step.at) }))
    }
}

/// At most so many ways to go through branches that cannot be decided, each time that the walk comes there, and through
/// levels that may decline are tried at one instant: two ways for each of ten.
const MAX_WAYS: usize = 1_024;

/// The same where each branch goes one way whenever the walk comes there.
const MAX_STEADY_WAYS: usize = 64;

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

/// A way for the run of an alert to go that was tried.
struct Tried {
    assumed: Assumed,
    run: Run,
    moves: Vec<bool>,
    /// The first later instant of the alert at which the run may differ.
    until: Instant,
}

/// A level that was entered, and somebody paged.
struct LevelEntry<'a> {
    /// The level's id, and how often it was entered.
    of: (&'a str, usize),
    /// Who was paged at once, and the number of that page among those to them.
    pages: Vec<(&'a Id, u32)>,
    /// Whether only one is paged at a time.
    in_turn: bool,
    /// Whether the next one is paged once that one's time is up.
    rotates: bool,
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
        let pinned = Assumed {
            branches: scenario.branches.clone(),
            branch_visits: scenario.branch_visits.clone(),
            ..Assumed::default()
        };
        let (mut at, mut count, mut work) = (from, 0, 0);
        while at < until {
            scenario.fired_at = at;
            let mut is_partial = false;
            let mut found = self.ways(&mut scenario, &pinned, is_partial, &mut work)?;
            if found.is_none() {
                is_partial = true;
                found = self.ways(&mut scenario, &pinned, is_partial, &mut work)?;
            }
            let Some(found) = found else { return Err(Incomplete::TooManyWays) };
            count += found.len();
            if count > most {
                return Err(Incomplete::TooManyCells(at));
            }
            // A cell is never empty, whatever was found.
            let end = found.iter().map(|found| found.until).min().unwrap_or(until).min(until).max(at + 1);
            for Tried { mut assumed, run, moves, .. } in found {
                assumed.conditions = self.conditions(&scenario, &run, &moves);
                each(Cell { from: at, until: end, assumed, run, moves, is_partial });
            }
            at = end;
        }
        Ok(count)
    }

    /// All ways for an alert to go, each with its run; nothing where there are too many. `is_steady`: a branch goes one
    /// way whenever the walk comes there.
    fn ways(
        &self,
        scenario: &mut Scenario,
        pinned: &Assumed,
        is_steady: bool,
        work: &mut usize,
    ) -> Result<Option<Vec<Tried>>, Incomplete> {
        let most = if is_steady && !self.declines { MAX_STEADY_WAYS } else { MAX_WAYS };
        let mut found = Vec::new();
        let mut ways = vec![Way { assumed: pinned.clone(), decided: 0 }];
        while let Some(mut way) = ways.pop() {
            scenario.branches.clone_from(&way.assumed.branches);
            scenario.branch_visits.clone_from(&way.assumed.branch_visits);
            scenario.responses.clone_from(&way.assumed.responses);
            let run = run(self.path, self.index, scenario);
            *work += run.steps.len();
            if *work > MAX_WORK {
                return Err(Incomplete::TooManyCells(scenario.fired_at));
            }
            if ways.len() + found.len() >= most {
                return Ok(None);
            }
            if let Some((node, visit)) = self.undecided_branch(&run) {
                // The last is tried first.
                for side in [Branch::Else, Branch::Then] {
                    let mut assumed = way.assumed.clone();
                    if is_steady {
                        assumed.branches.insert(node.to_string(), side);
                    } else {
                        set_visit(&mut assumed.branch_visits, node, visit, side);
                    }
                    ways.push(Way { assumed, ..way });
                }
                continue;
            }
            if self.declines {
                *work += self.decide_declines(scenario, &run, &mut way, &mut ways);
            }
            let (moves, until) = self.same_until(scenario, &run);
            found.push(Tried { assumed: way.assumed, run, moves, until });
        }
        Ok(Some(found))
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
                        let rotates = level.round_robin.is_some_and(|config| config.rotate_after.is_some());
                        entries.push(LevelEntry { of, pages: Vec::new(), in_turn, rotates, has_channel: false });
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
        // The walk stays where somebody in a channel may acknowledge, but the next person's turn may begin.
        entries.retain(|entry| !entry.pages.is_empty() && (entry.rotates || !entry.has_channel));
        entries
    }

    /// The branch at which a run stopped because its condition cannot be decided, and for the how-manieth time the walk
    /// came there.
    fn undecided_branch(&self, run: &Run) -> Option<(&'a Id, usize)> {
        let step = run.steps.last().filter(|_| run.outcome == Outcome::Undecided)?;
        let (id, _) = self.branch(step)?;
        let is_visit = |step: &&Step| step.what == What::Entered && self.branch(step).is_some_and(|(of, _)| of == id);
        Some((id, run.steps.iter().filter(is_visit).count()))
    }

    /// The branch that a step is at, if it is at one: its id and its conditions.
    fn branch(&self, step: &Step) -> Option<(&'a Id, &'a [Condition])> {
        let node = self.path.node(step.place?)?;
        if let Kind::Branch(branch) = &node.kind { Some((&node.id, &branch.conditions)) } else { None }
    }

    /// What a run assumes of conditions that cannot be decided, and when.
    fn conditions(&self, scenario: &Scenario, run: &Run, moves: &[bool]) -> BTreeMap<(Id, Time), Assumption> {
        let mut visits: BTreeMap<&Id, usize> = BTreeMap::new();
        let mut found = BTreeMap::new();
        for (step, moves) in run.steps.iter().zip(moves) {
            let Some((node, conditions)) = self.branch(step) else { continue };
            if step.what == What::Entered {
                *visits.entry(node).or_default() += 1;
            }
            let (What::Branched(side), Why::Pinned(_) | Why::DecidedBefore(_), Some(place)) =
                (&step.what, &step.why, step.place)
            else {
                continue;
            };
            let is_open = |condition: &&Condition| match condition {
                Condition::Foreign(..) => true,
                Condition::Priority(_) => scenario.priority_id.is_none(),
                Condition::Hours(hours) => {
                    let set = hours.as_ref().ok().and_then(|position| self.path.hours(place.0, *position));
                    set.is_none_or(|set| set.hours.is_none())
                }
            };
            let all: Vec<Open> = conditions.iter().filter(is_open).map(|condition| condition.open(place)).collect();
            // What an alert has does not change with time.
            let time = if all.iter().all(|open| open.lasts) {
                Time::After(Seconds::MIN)
            } else if *moves {
                Time::After(step.at - scenario.fired_at)
            } else {
                Time::At(step.at)
            };
            let all: BTreeSet<&str> = all.iter().map(|open| &*open.condition).collect();
            let all = Id::from(all.into_iter().collect::<Vec<_>>().join(" and ").as_str());
            let visit = visits.get(node).copied().unwrap_or(1);
            found.entry((all, time)).or_insert_with(|| Assumption { side: *side, node: node.to_string(), visit });
        }
        found
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
