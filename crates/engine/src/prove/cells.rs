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

use super::legs::Legs;
use super::view::CellView;
use crate::compile::{CompiledPath, Condition, Kind, People, Place, Target};
use crate::index::{Id, Index};
use crate::instant::{Instant, Seconds, WEEK};
use crate::machine::{Open, Outcome, Step, StepKind};
use crate::pace::{Pace, Sliced};
use crate::scenario::{Answer, Branch, Response, Scenario};
use crate::simulate::{Run, run};
use crate::stretch::{Assumed, Assumption, Time, set_visit};
use crate::why::Why;

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

/// The most steps, over one walk through the cells, that searches visit by visit may play which then prove to have too
/// many ways. They have a budget of their own: what is certain by ways in which each branch goes one way must not be
/// lost because others were tried in vain.
const MAX_VAIN_WORK: usize = MAX_WORK / 5;

/// The most that is held for the ways of one alert: steps of runs, and what is assumed of them. Each of these takes some
/// hundred bytes.
const MAX_HELD: usize = 1_000_000;

/// To look up so many steps takes as long as to play one.
const LOOKED_UP: usize = 16;

/// A cell that was found.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and each is used up at once")]
pub(super) enum Found<'c> {
    /// It was played.
    Cell(Cell),
    /// It was looked up.
    View(CellView<'c>),
}

/// Why not all cells were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// There are more cells than were asked for, or it takes too long; they are known until this instant.
    TooManyCells(Instant),
    /// There are so many branches that cannot be decided, or levels that may decline, that not one way for an alert to go
    /// was found at this instant; the cells are known until then.
    TooManyWays(Instant),
}

/// A way for the run of an alert to go that is still to be tried.
#[derive(Default)]
struct BranchRun {
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

/// How the ways of an alert are searched.
#[derive(Clone, Copy)]
struct Bounds {
    /// Whether a branch goes one way whenever the walk comes there.
    is_steady: bool,
    /// The most ways.
    ways: usize,
    /// The most steps that are played.
    work: usize,
    /// Where there are more ways, some of them are tried all the same, until one is found and so many steps are played.
    /// Nothing: the search ends there.
    some: Option<usize>,
}

/// A search for the ways of an alert.
struct Search<'s> {
    scenario: &'s mut Scenario,
    bounds: Bounds,
    waiting: Vec<BranchRun>,
    found: Vec<Tried>,
    /// How many steps were played.
    work: usize,
    /// How much is held of the ways that are waiting and of those that were found.
    held: usize,
    /// Whether there are ways that are not tried.
    is_partial: bool,
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

/// What cells are found by. It holds nothing of its own: what a world says of the clock is in its index, made once.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    pub(super) path: &'a CompiledPath,
    pub(super) index: &'a Index,
    /// Whether levels may decline.
    pub(super) declines: bool,
}

impl<'a> Cells<'a> {
    /// The cells of alerts that take this path in a world.
    #[must_use]
    pub fn new(path: &'a CompiledPath, index: &'a Index) -> Self {
        Self { path, index, declines: false }
    }

    /// The same with every way in which whole levels decline at once, instead of nobody responding.
    #[must_use]
    pub fn with_declines(self) -> Self {
        Self { declines: true, ..self }
    }

    /// Visits the cells of alerts like `scenario` with which nothing is done, that fire from `from` until before
    /// `until`, in order, and returns how many there were. Cells that differ only in what is assumed follow one another.
    ///
    /// Where there are more ways for one alert to go than are tried, its cells are [partial](Cell::is_partial).
    ///
    /// # Errors
    /// Where there are more than `most`, or more than [`MAX_WORK`] steps, or not one way for an alert to go was found.
    pub fn visit(
        &self,
        scenario: &Scenario,
        time: (Instant, Instant),
        most: usize,
        each: impl FnMut(Cell),
    ) -> Result<usize, Incomplete> {
        Sliced::new(|pace| async move { self.visit_at(&pace, scenario, time, most, each).await }).finish()
    }

    /// The same in slices.
    pub(crate) async fn visit_at(
        &self,
        pace: &Pace,
        scenario: &Scenario,
        time: (Instant, Instant),
        most: usize,
        mut each: impl FnMut(Cell),
    ) -> Result<usize, Incomplete> {
        let each = |found: Found<'_>| {
            if let Found::Cell(cell) = found {
                each(cell);
            }
        };
        self.search(pace, scenario, time, most, &mut None, each).await
    }

    /// The same, where cells of which all is known by their legs are not played.
    pub(super) async fn search(
        &self,
        pace: &Pace,
        scenario: &Scenario,
        (from, until): (Instant, Instant),
        most: usize,
        legs: &mut Option<Legs<'a>>,
        mut each: impl FnMut(Found<'_>),
    ) -> Result<usize, Incomplete> {
        // The path is compiled: the document is not copied with each alert.
        let mut scenario = Scenario { path: None, ..scenario.left_alone() };
        let pinned = Assumed {
            branches: scenario.branches.clone(),
            branch_visits: scenario.branch_visits.clone(),
            ..Assumed::default()
        };
        let (mut at, mut count, mut work, mut vain) = (from, 0, 0, MAX_VAIN_WORK);
        if let Some(legs) = legs {
            legs.begin();
        }
        while at < until {
            scenario.fired_at = at;
            let work_left = MAX_WORK.saturating_sub(work).min(2 * MAX_VAIN_WORK);
            if let Some(legs) = legs.as_mut().filter(|_| vain > 0)
                && let Some(of_run) = legs.run(&scenario).filter(|of_run| *of_run <= work_left)
                && let Some(end) = legs.last().until
            {
                pace.spend(of_run.div_ceil(LOOKED_UP)).await;
                work += of_run;
                count += 1;
                if count > most {
                    return Err(Incomplete::TooManyCells(at));
                }
                let end = end.min(until).max(at + 1);
                if let Some(view) = CellView::of_legs(legs, (at, end), &pinned) {
                    each(Found::View(view));
                }
                at = end;
                continue;
            }
            let (mut found, mut is_partial) = (Vec::new(), true);
            if vain > 0 {
                let bounds = Bounds { is_steady: false, ways: MAX_WAYS, work: work_left, some: None };
                let steps;
                (found, steps, is_partial) = self.ways(pace, &mut scenario, &pinned, bounds).await;
                if is_partial { vain = vain.saturating_sub(steps) } else { work += steps }
            }
            if is_partial {
                let ways = if self.declines { MAX_WAYS } else { MAX_STEADY_WAYS };
                let left = MAX_WORK.saturating_sub(work);
                // Where it takes some ways only, much is left for the cells to come.
                let bounds = Bounds { is_steady: true, ways, work: left, some: Some(left / 64) };
                let steps;
                (found, steps, is_partial) = self.ways(pace, &mut scenario, &pinned, bounds).await;
                work += steps;
                // Where the walk comes to no branch again, these are all ways.
                is_partial = is_partial || found.iter().any(|way| self.comes_again(&way.run));
            }
            if work > MAX_WORK {
                return Err(Incomplete::TooManyCells(at));
            }
            if found.is_empty() {
                return Err(Incomplete::TooManyWays(at));
            }
            count += found.len();
            if count > most {
                return Err(Incomplete::TooManyCells(at));
            }
            // A cell is never empty, whatever was found.
            let end = found.iter().map(|found| found.until).min().unwrap_or(until).min(until).max(at + 1);
            for Tried { mut assumed, run, moves, .. } in found {
                assumed.conditions = self.conditions(&scenario, &run, &moves);
                each(Found::Cell(Cell { from: at, until: end, assumed, run, moves, is_partial }));
            }
            at = end;
        }
        Ok(count)
    }

    /// Ways for an alert to go, each with its run; how many steps were played to find them, and whether there are more.
    async fn ways(
        &self,
        pace: &Pace,
        scenario: &mut Scenario,
        pinned: &Assumed,
        bounds: Bounds,
    ) -> (Vec<Tried>, usize, bool) {
        let mut search = Search {
            scenario,
            bounds,
            waiting: vec![BranchRun { assumed: pinned.clone(), decided: 0 }],
            found: Vec::new(),
            work: 0,
            held: pinned.size(),
            is_partial: false,
        };
        while let Some(mut way) = search.waiting.pop() {
            let is_enough = |some| !search.found.is_empty() && search.work > some;
            if search.is_partial && bounds.some.is_none_or(is_enough) {
                break;
            }
            search.held -= way.assumed.size();
            search.scenario.branches.clone_from(&way.assumed.branches);
            search.scenario.branch_visits.clone_from(&way.assumed.branch_visits);
            search.scenario.responses.clone_from(&way.assumed.responses);
            let run = run(self.path, self.index, search.scenario);
            pace.spend(run.work).await;
            if !search.may_play(run.work) {
                break;
            }
            if let Some((node, visit)) = self.undecided_branch(&run) {
                // The last is tried first.
                for side in [Branch::Else, Branch::Then] {
                    if side == Branch::Else && !search.has_room(way.assumed.size(), 2) {
                        continue;
                    }
                    let mut assumed = way.assumed.clone();
                    if bounds.is_steady {
                        assumed.branches.insert(node.to_string(), side);
                    } else {
                        set_visit(&mut assumed.branch_visits, node, visit, side);
                    }
                    search.wait(BranchRun { assumed, ..way });
                }
                continue;
            }
            if self.declines {
                self.decide_declines(pace, &run, &mut way, &mut search).await;
            }
            // The first way that is found is kept, whatever it takes: one run has a bound of its own.
            let held = way.assumed.size() + run.steps.len();
            if !search.found.is_empty() && search.held + held > MAX_HELD {
                search.is_partial = true;
                break;
            }
            search.held += held;
            let (moves, until) = self.same_until(search.scenario, &run);
            search.found.push(Tried { assumed: way.assumed, run, moves, until });
        }
        (search.found, search.work, search.is_partial)
    }

    /// Decides for a run that no further level declines, and keeps the ways in which one more does for later.
    async fn decide_declines(&self, pace: &Pace, run: &Run, way: &mut BranchRun, search: &mut Search<'_>) {
        let entries = self.level_entries(run);
        // Each of these is a way of its own. Where they are too many, that is known before one of them is made.
        let count = entries.len().saturating_sub(way.decided);
        if !search.has_room(way.assumed.size() + count, count + 1) && search.bounds.some.is_none() {
            return;
        }
        let mut declining = Vec::new();
        for (position, entry) in entries.iter().enumerate().skip(way.decided) {
            let of = (entry.of.0.to_string(), entry.of.1);
            if search.has_room(way.assumed.size() + entry.pages.len() + 1, declining.len() + 2)
                && let Some(responses) = self.all_declining(pace, &way.assumed.responses, position, entry, search).await
            {
                let mut assumed = Assumed { responses, ..way.assumed.clone() };
                assumed.declines.insert(of.clone(), true);
                declining.push(BranchRun { assumed, decided: position + 1 });
            }
            way.assumed.declines.insert(of, false);
        }
        search.scenario.responses.clone_from(&way.assumed.responses);
        declining.into_iter().for_each(|way| search.wait(way));
    }

    /// What is answered where, besides, everybody declines whom the level that is entered at this position pages. Nothing
    /// where that takes more steps than may be played.
    async fn all_declining(
        &self,
        pace: &Pace,
        before: &[Response],
        position: usize,
        entry: &LevelEntry<'_>,
        search: &mut Search<'_>,
    ) -> Option<Vec<Response>> {
        let mut responses = before.to_vec();
        let mut added: BTreeSet<(Id, u32)> = BTreeSet::new();
        decline(&mut responses, &mut added, entry);
        // Where it is one after the other, the next one is known once the last has declined.
        let mut more = entry.in_turn;
        while more {
            search.scenario.responses.clone_from(&responses);
            let run = run(self.path, self.index, search.scenario);
            pace.spend(run.work).await;
            if !search.may_play(run.work) {
                return None;
            }
            let count = responses.len();
            if let Some(entry) = self.level_entries(&run).get(position) {
                decline(&mut responses, &mut added, entry);
            }
            more = responses.len() > count;
        }
        Some(responses)
    }

    /// The levels of a run that page somebody, and that are left if those decline.
    fn level_entries<'r>(&'r self, run: &'r Run) -> Vec<LevelEntry<'r>> {
        let mut entries: Vec<LevelEntry<'r>> = Vec::new();
        let mut entered: BTreeMap<Place, usize> = BTreeMap::new();
        let mut told: BTreeMap<&Id, u32> = BTreeMap::new();
        let mut now = None;
        for step in &run.steps {
            match &step.what {
                StepKind::Entered => {
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
                StepKind::Paged { user, .. } => {
                    let count = told.entry(user).or_default();
                    *count += 1;
                    if let Some(entry) = entries.last_mut().filter(|_| now == Some(step.at)) {
                        entry.pages.push((user, *count));
                    }
                }
                StepKind::Posted(..) => {
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
        let is_visit =
            |step: &&Step| step.what == StepKind::Entered && self.branch(step).is_some_and(|(of, _)| of == id);
        Some((id, run.steps.iter().filter(is_visit).count()))
    }

    /// Whether a run comes again to a branch that cannot be decided, or to another with its id, which may go another way
    /// then.
    fn comes_again(&self, run: &Run) -> bool {
        let mut seen = BTreeSet::new();
        let assumed = run.steps.iter().filter(|step| matches!(step.why, Why::Pinned(_)));
        assumed.filter_map(|step| self.branch(step)).any(|(id, _)| !seen.insert(id))
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
            if step.what == StepKind::Entered {
                *visits.entry(node).or_default() += 1;
            }
            let (StepKind::Branched(side), Why::Pinned(_) | Why::DecidedBefore(_), Some(place)) =
                (&step.what, &step.why, step.place)
            else {
                continue;
            };
            let is_open = |condition: &&Condition| match condition {
                Condition::Foreign(..) => true,
                Condition::Priority(among) => {
                    Condition::is_open_on_priority(among, scenario.priority_id.as_deref(), self.index.world())
                }
                Condition::Hours(hours) => {
                    let set = hours.as_ref().ok().and_then(|position| self.path.hours(place.0, *position));
                    set.is_none_or(|set| set.hours.is_none())
                }
            };
            let priority = scenario.priority_id.as_deref();
            let open = conditions.iter().filter(is_open).map(|condition| condition.open(place, priority));
            let all: Vec<Open> = open.collect();
            // What an alert has does not change with time.
            let time = if all.iter().all(|open| open.lasts) {
                Time::ALWAYS
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
        let mut reading = Reading::new(self, scenario);
        let moves = run.steps.iter().map(|step| reading.step(scenario, step)).collect();
        (moves, reading.end)
    }

    /// When something that a node asks when it is entered has another answer next, after `at`.
    fn next_answer(&self, place: Place, at: Instant) -> Option<Instant> {
        match &self.path.node(place)?.kind {
            Kind::Branch(branch) => {
                let hours = branch.conditions.iter().filter_map(|condition| match condition {
                    Condition::Hours(Ok(position)) => self.next_change(place.0, *position, at),
                    _ => None,
                });
                hours.min()
            }
            Kind::Level(level) => {
                let people = level.targets.iter().filter_map(|target| match target {
                    Target::People(people, _) => Some(people),
                    Target::Channel(_) => None,
                });
                let of_people = |people: &People| {
                    let roster = match people {
                        People::OnCall(schedule, ..) | People::Next(schedule, _) => self.index.schedule(schedule),
                        People::User(_) | People::All(..) => None,
                    };
                    let edge = roster.and_then(|roster| roster.next_edge(at));
                    [self.index.next_pause_edge(at), edge].into_iter().flatten().min()
                };
                people.filter_map(of_people).min()
            }
            _ => None,
        }
    }

    /// What is to be read of the steps of one event, all at one instant.
    pub(super) fn read_leg(&self, steps: &[Step], at: Instant) -> LegReading {
        let mut read = LegReading::default();
        for step in steps {
            match &step.what {
                StepKind::Entered => {
                    if matches!(step.why, Why::NotAcked { .. } | Why::DelayOver) {
                        read.time_up = TimeUp::Enters;
                    }
                    (read.is_entered, read.is_paged, read.waits) = (true, false, None);
                    let change = step.place.and_then(|place| self.next_answer(place, at));
                    read.change = read.change.into_iter().chain(change).min();
                }
                StepKind::Paged { .. } => read.is_paged = true,
                StepKind::Waiting(until) | StepKind::Delayed(until) => {
                    let why = if let Why::InTurn(why) = &step.why { why } else { &step.why };
                    read.waits = Some(match (why, until) {
                        (Why::WaitsForHours { now: false, .. }, Some(until)) => Waits::At(*until),
                        (Why::WaitsForHours { now: false, .. }, None) => Waits::Never { moves: false },
                        (_, Some(until)) => Waits::After(*until - at),
                        (_, None) => Waits::Never { moves: true },
                    });
                    if let Why::WaitsForHours { plan, hours, .. } = why {
                        let change = self.next_change(*plan, *hours, at);
                        read.change = read.change.into_iter().chain(change).min();
                    }
                }
                StepKind::Expired if !read.is_entered => read.time_up = TimeUp::Expires,
                _ => {}
            }
        }
        read
    }

    /// When a set of working hours begins or ends next, after `at`.
    pub(super) fn next_change(&self, plan: u32, position: usize, at: Instant) -> Option<Instant> {
        let hours = self.path.hours(plan, position)?.hours.as_ref()?;
        hours.first(at, !hours.is_active(at))
    }
}

impl Search<'_> {
    /// Counts the work of a run; false where that is more than may be done.
    fn may_play(&mut self, work: usize) -> bool {
        self.work += work;
        let may_play = self.work <= self.bounds.work;
        self.is_partial |= !may_play;
        may_play
    }

    /// Whether so many more ways, each of this size, may be kept. The way at hand is one of them.
    fn has_room(&mut self, size: usize, more: usize) -> bool {
        let ways = self.waiting.len() + self.found.len() + more;
        let has_room = ways <= self.bounds.ways && self.held + size.saturating_mul(more) <= MAX_HELD;
        self.is_partial |= !has_room;
        has_room
    }

    fn wait(&mut self, way: BranchRun) {
        self.held += way.assumed.size();
        self.waiting.push(way);
    }
}

/// Adds that everybody declines who was paged when a level was entered, unless that was added before.
fn decline(responses: &mut Vec<Response>, added: &mut BTreeSet<(Id, u32)>, entry: &LevelEntry<'_>) {
    for (user, page) in &entry.pages {
        if added.insert(((*user).clone(), *page)) {
            responses.push(Response {
                user_id: Some(user.to_string()),
                channel_id: None,
                response: Answer::Nack,
                after_seconds: 0,
                to_page: Some(*page),
                snooze_seconds: None,
            });
        }
    }
}

/// What is to be read of one event of a run, whenever it comes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LegReading {
    time_up: TimeUp,
    /// The first later instant at which something that was asked has another answer.
    pub(super) change: Option<Instant>,
    /// Whether a node was entered, and somebody was paged at the last one.
    is_entered: bool,
    is_paged: bool,
    pub(super) waits: Option<Waits>,
}

/// Whether the walk goes on because the time of a node was up.
#[derive(Debug, Clone, Copy, Default)]
enum TimeUp {
    #[default]
    No,
    Enters,
    /// Nothing follows.
    Expires,
}

/// Until when a node waits.
#[derive(Debug, Clone, Copy)]
pub(super) enum Waits {
    After(Seconds),
    At(Instant),
    Never { moves: bool },
}

/// A run being read for what it asked the clock.
pub(super) struct Reading<'a> {
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

impl<'a> Reading<'a> {
    pub(super) fn new(cells: &'a Cells<'a>, scenario: &Scenario) -> Self {
        Self {
            cells,
            fired_at: scenario.fired_at,
            longest: scenario.semantics.cut_off_after_seconds,
            end: Instant::MAX,
            moves: true,
            entered_at: scenario.fired_at,
            last_page: None,
            waits: None,
        }
    }

    /// The first later instant of the alert at which the run may differ.
    pub(super) fn end(&self) -> Instant {
        self.end
    }

    /// When something happens at the present instant.
    pub(super) fn time(&self, at: Instant) -> Time {
        if self.moves { Time::After(at - self.fired_at) } else { Time::At(at) }
    }

    /// Reads all steps of one event.
    pub(super) fn leg(&mut self, read: &LegReading, at: Instant) {
        match read.time_up {
            TimeUp::No => {}
            TimeUp::Enters => self.time_was_up(),
            TimeUp::Expires if self.waits.is_some_and(|(until, _)| until == Some(at)) => self.time_was_up(),
            TimeUp::Expires => {}
        }
        if read.is_entered {
            (self.entered_at, self.last_page, self.waits) = (at, None, None);
        }
        if read.is_paged {
            self.last_page = Some(at);
        }
        self.same_before(read.change, at);
        if let Some(waits) = read.waits {
            self.waits = Some(match waits {
                Waits::After(seconds) => (Some(at + seconds), self.moves),
                Waits::At(until) => (Some(until), false),
                Waits::Never { moves } => (None, self.moves && moves),
            });
        }
    }

    /// Reads one step and says whether it moves with the alert.
    fn step(&mut self, scenario: &Scenario, step: &Step) -> bool {
        if step.what == StepKind::Stopped(Outcome::CutOff) {
            self.cut_off(scenario, step.at);
            self.moves = true;
        } else {
            let read = self.cells.read_leg(std::slice::from_ref(step), step.at);
            self.leg(&read, step.at);
        }
        self.moves
    }

    /// The answer to a question asked at `at` stays the same until before `change`.
    fn same_before(&mut self, change: Option<Instant>, at: Instant) {
        if let (true, Some(change)) = (self.moves, change) {
            self.end = self.end.min(self.fired_at + (change - at));
        }
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
                let next =
                    run.steps.iter().find(|step| step.at > limit && step.what != StepKind::Stopped(Outcome::CutOff));
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
