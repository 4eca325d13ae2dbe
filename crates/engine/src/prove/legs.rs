//! What runs have in common. A run is a chain of legs: what one event does, and when the next one comes. As long as
//! nobody does anything, a leg depends on where the walk stands and on the instant alone, not on when the alert fired or on
//! how the walk came there. So each is played once, by the one state machine, for all alerts that come to it between two
//! instants at which anything that it may ask the clock changes; the run of an alert is then looked up leg by leg.

use std::collections::BTreeMap;

use super::Time;
use super::cells::{Cells, LegReading, Reading, Waits};
use super::view::{Beat, Page};
use crate::compile::{Condition, Kind, PageUrgency, People, Place, Target};
use crate::index::Id;
use crate::instant::{Instant, Seconds};
use crate::machine::{Core, Counters, Event, EventKind, Outcome, State, Step, StepKind, step};
use crate::scenario::{Branch, Scenario};
use crate::simulate::{alert, context};

/// The most instants at which something changes that a leg may ask about; where there are more, nothing is shared.
const MAX_EDGES: usize = 50_000;

/// The most room for legs that may be looked up: of four bytes each.
const MAX_ROOM: usize = 4_000_000;

/// The most legs that are kept, of some hundred bytes each.
const MAX_LEGS: usize = 400_000;

/// What one event does.
struct Leg {
    beats: Vec<LegBeat>,
    /// Who is paged, by the number of the person.
    pages: Vec<(u32, Id, PageUrgency)>,
    /// How many steps it has, and how much work it was.
    steps: usize,
    work: usize,
    /// What is read of it for when it may be another.
    reading: LegReading,
    exit: Exit,
    /// The last search for cells in which it occurred.
    seen: u32,
}

/// What happens at a node, as far as expectations ask about it.
enum LegBeat {
    Entered(Place),
    Branched(Place, Branch),
    /// By its position among the pages of the leg.
    Paged(usize),
}

/// How a leg ends.
#[derive(Clone, Copy)]
enum Exit {
    Ended(Outcome),
    /// Nothing more is due.
    Forever,
    /// So long after it.
    After(Seconds, Stand),
    /// At an instant, whenever this one was.
    At(Instant, Stand),
    /// What follows is not the same for all that it stands for.
    Alone,
}

/// Where the walk stands when an event comes.
#[derive(Clone, Copy)]
struct Stand {
    core: u32,
    /// The counters of repeats, for the priority at hand; nothing: as they were.
    extra: Option<u32>,
}

/// From which number of edges until before which other it is which leg, sorted.
type Spans = Vec<(usize, usize, u32)>;

/// The legs of the runs of one proof.
pub(super) struct Legs<'a> {
    cells: Cells<'a>,
    /// The instants at which an answer may change, sorted.
    edges: Vec<Instant>,
    legs: Vec<Leg>,
    cores: Vec<Core>,
    core_numbers: BTreeMap<Core, u32>,
    /// By core, and by the number of the edges that have passed: the leg, [`NONE`] or [`DEPENDS`].
    found: Vec<Vec<u32>>,
    /// How many cores have such a list.
    rooms: usize,
    /// The same for legs that depend on the priority or on counters, by core and extra.
    spans: BTreeMap<(u32, u32), Spans>,
    extras: Vec<Counters>,
    extra_numbers: BTreeMap<(u32, Counters), u32>,
    users: BTreeMap<Id, u32>,
    /// The search at hand.
    search: u32,
    is_full: bool,
    run: LegRun,
    /// By person, the last run in which they were seen.
    met: Vec<u32>,
    runs: u32,
}

const NONE: u32 = u32::MAX;
const DEPENDS: u32 = u32::MAX - 1;

/// A run, by its legs.
#[derive(Default)]
pub(super) struct LegRun {
    /// The positions of its legs.
    legs: Vec<u32>,
    /// Those that were not met before in this search.
    fresh: Vec<u32>,
    /// By leg, person and page: when each is paged.
    pages: Vec<(u32, u32, Time)>,
    people: Vec<(u32, u32, Time)>,
    pub(super) end: Option<Time>,
    pub(super) outcome: Option<Outcome>,
    pub(super) work: usize,
    /// The first later instant of the alert at which the run may differ.
    pub(super) until: Option<Instant>,
}

impl<'a> Legs<'a> {
    /// For alerts that fire between two instants. Nothing where it would take too much room.
    pub(super) fn new(cells: Cells<'a>, scenario: &Scenario, (from, until): (Instant, Instant)) -> Option<Self> {
        let is_plain = !cells.declines && scenario.branches.is_empty() && scenario.branch_visits.is_empty();
        if !is_plain {
            return None;
        }
        let until = until + scenario.semantics.cut_off_after_seconds;
        let edges = edges(cells, (from, until))?;
        Some(Self {
            cells,
            edges,
            legs: Vec::new(),
            cores: Vec::new(),
            core_numbers: BTreeMap::new(),
            found: Vec::new(),
            rooms: 0,
            spans: BTreeMap::new(),
            extras: Vec::new(),
            extra_numbers: BTreeMap::new(),
            users: BTreeMap::new(),
            search: 0,
            is_full: false,
            run: LegRun::default(),
            met: Vec::new(),
            runs: 0,
        })
    }

    /// Begins a search through the alerts of another priority.
    pub(super) fn begin(&mut self) {
        self.search += 1;
    }

    /// Finds the run of an alert, and how much work it is to play it; nothing where it has to be played as a whole.
    pub(super) fn run(&mut self, scenario: &Scenario) -> Option<usize> {
        if self.is_full {
            return None;
        }
        let fired_at = scenario.fired_at;
        let limit = fired_at + scenario.semantics.cut_off_after_seconds;
        let (core, counters) =
            State::new(fired_at, None, scenario.grace_period_seconds, alert(scenario)).core(fired_at)?;
        let mut extra = self.extra(counters);
        let mut core = self.core(core);
        let mut at = fired_at;
        let mut passed = self.edges.partition_point(|edge| *edge <= at);
        let mut steps = 0_usize;
        let cells = self.cells;
        let mut reading = Reading::new(&cells, scenario);
        self.runs += 1;
        let mut run = std::mem::take(&mut self.run);
        run.legs.clear();
        run.fresh.clear();
        run.pages.clear();
        run.people.clear();
        (run.end, run.outcome, run.work) = (None, None, 0);
        let outcome = loop {
            while self.edges.get(passed).is_some_and(|edge| *edge <= at) {
                passed += 1;
            }
            let position = self.leg(scenario, (core, extra), at, passed)?;
            let leg = self.legs.get_mut(usize::try_from(position).ok()?)?;
            if leg.seen != self.search {
                leg.seen = self.search;
                run.fresh.push(position);
            }
            run.legs.push(position);
            run.work += leg.work;
            steps += leg.steps;
            reading.leg(&leg.reading, at);
            if leg.steps > 0 {
                run.end = Some(reading.time(at));
            }
            for (number, (user, ..)) in (0..).zip(&leg.pages) {
                let page = (position, number, reading.time(at));
                run.pages.push(page);
                let met = self.met.get_mut(usize::try_from(*user).ok()?)?;
                if *met != self.runs {
                    *met = self.runs;
                    run.people.push(page);
                }
            }
            let stand = match leg.exit {
                Exit::Ended(outcome) => break outcome,
                Exit::Forever => {
                    // That is a step of its own.
                    run.work += 1;
                    steps += 1;
                    run.end.get_or_insert(Time::After(0));
                    break Outcome::WaitsForever;
                }
                Exit::After(seconds, stand) => {
                    at = at + seconds;
                    stand
                }
                Exit::At(then, stand) => {
                    at = then;
                    stand
                }
                Exit::Alone => return None,
            };
            // R24: what is cut off is played as a whole.
            if at > limit || steps >= usize::try_from(scenario.semantics.max_steps).ok()? {
                return None;
            }
            (core, extra) = (stand.core, stand.extra.unwrap_or(extra));
        };
        let is_cut_off = steps >= usize::try_from(scenario.semantics.max_steps).ok()? || outcome == Outcome::CutOff;
        // What is not decided may be at a branch, which may go either way.
        if is_cut_off || outcome == Outcome::Undecided {
            return None;
        }
        (run.outcome, run.until) = (Some(outcome), Some(reading.end()));
        self.run = run;
        Some(self.run.work)
    }

    /// The leg that an event begins which comes at an instant.
    fn leg(&mut self, scenario: &Scenario, stand: (u32, u32), at: Instant, passed: usize) -> Option<u32> {
        let (core, _) = stand;
        let width = self.edges.len() + 1;
        let of_core = self.found.get(usize::try_from(core).ok()?)?;
        match of_core.get(passed).copied().unwrap_or(NONE) {
            NONE => {}
            DEPENDS => {
                if let Some(spans) = self.spans.get(&stand) {
                    let begun = spans.partition_point(|(from, ..)| *from <= passed);
                    let span = begun.checked_sub(1).and_then(|position| spans.get(position));
                    if let Some((.., leg)) = span.filter(|(_, until, _)| passed < *until) {
                        return Some(*leg);
                    }
                }
            }
            known => return Some(known),
        }
        let rooms = self.rooms + usize::from(of_core.is_empty());
        if self.legs.len() >= MAX_LEGS || rooms.saturating_mul(width) > MAX_ROOM {
            self.is_full = true;
            return None;
        }
        let (leg, depends) = self.play(scenario, stand, at)?;
        // It stays the same until something that it asked has another answer, whatever else changes.
        let same = self.edges.get(passed..)?.partition_point(|edge| leg.reading.change.is_none_or(|at| *edge < at));
        let until = (passed + same).min(self.edges.len()) + 1;
        let position = u32::try_from(self.legs.len()).ok()?;
        self.legs.push(leg);
        let of_core = self.found.get_mut(usize::try_from(core).ok()?)?;
        if of_core.is_empty() {
            of_core.resize(width, NONE);
            self.rooms += 1;
        }
        let value = if depends { DEPENDS } else { position };
        of_core.get_mut(passed..until)?.iter_mut().filter(|known| **known == NONE).for_each(|known| *known = value);
        if depends {
            let spans = self.spans.entry(stand).or_default();
            spans.insert(spans.partition_point(|(from, ..)| *from <= passed), (passed, until, position));
        }
        Some(position)
    }

    /// Has the state machine play a leg; and whether it depends on the priority or on counters.
    fn play(&mut self, scenario: &Scenario, (core, extra): (u32, u32), at: Instant) -> Option<(Leg, bool)> {
        let of_core = self.cores.get(usize::try_from(core).ok()?)?;
        let counters = self.extras.get(usize::try_from(extra).ok()?)?.clone();
        let priority = scenario.priority_id.as_deref();
        let state = of_core.state(at, scenario.fired_at, priority, alert(scenario), counters.clone());
        let context = context(self.cells.path, self.cells.index, scenario);
        let (entry, kind) = (state.entry(), if state.is_new() { EventKind::Fire } else { EventKind::Timer });
        let (state, steps) = step(&context, state, Event { at, kind });
        let people = if state.entry() == entry { 0 } else { state.people_on_level() };
        let mut leg = Leg {
            beats: Vec::new(),
            pages: Vec::new(),
            steps: steps.len(),
            work: steps.len() + people,
            reading: self.cells.read_leg(&steps, at),
            exit: Exit::Alone,
            seen: 0,
        };
        let mut depends = false;
        for Step { place, what, .. } in &steps {
            depends |= place.is_some_and(|place| self.depends(place));
            leg.beats.extend(match (what, place) {
                (StepKind::Entered, Some(place)) => Some(LegBeat::Entered(*place)),
                (StepKind::Branched(side), Some(place)) => Some(LegBeat::Branched(*place, *side)),
                (StepKind::Paged { .. }, _) => Some(LegBeat::Paged(leg.pages.len())),
                _ => None,
            });
            if let StepKind::Paged { user, urgency, .. } = what {
                let next = u32::try_from(self.users.len()).ok()?;
                let number = *self.users.entry(user.clone()).or_insert(next);
                if number == next {
                    self.met.push(0);
                }
                leg.pages.push((number, user.clone(), *urgency));
            }
        }
        // Until an instant that does not move; where somebody is paged meanwhile, that is played alone.
        let is_fixed = matches!(leg.reading.waits, Some(Waits::At(_)));
        leg.exit = match (state.has_ended(), state.outcome, state.due_unbounded(&context)) {
            (true, outcome, _) => Exit::Ended(outcome?),
            (false, _, None) => Exit::Forever,
            // What moves and what does not: which comes first depends on when the alert fired.
            (false, ..) if is_fixed && !state.waits_for_node_alone(&context) => Exit::Alone,
            (false, _, Some(due)) => match state.core(due) {
                None => Exit::Alone,
                Some((core, after)) => {
                    let core = self.core(core);
                    let extra = if after == counters { None } else { Some(self.extra(after)) };
                    let stand = Stand { core, extra };
                    if is_fixed { Exit::At(due, stand) } else { Exit::After(due - at, stand) }
                }
            },
        };
        Some((leg, depends))
    }

    /// Whether what happens at a node depends on the priority or on counters.
    fn depends(&self, place: Place) -> bool {
        match self.cells.path.node(place).map(|node| &node.kind) {
            Some(Kind::Repeat(..)) => true,
            Some(Kind::Branch(branch)) => {
                branch.conditions.iter().any(|condition| !matches!(condition, Condition::Hours(_)))
            }
            _ => false,
        }
    }

    fn core(&mut self, core: Core) -> u32 {
        let next = u32::try_from(self.cores.len()).unwrap_or(NONE);
        *self.core_numbers.entry(core).or_insert_with_key(|core| {
            self.cores.push(core.clone());
            self.found.push(Vec::new());
            next
        })
    }

    /// The number of counters, in the search at hand.
    fn extra(&mut self, counters: Counters) -> u32 {
        let next = u32::try_from(self.extras.len()).unwrap_or(NONE);
        *self.extra_numbers.entry((self.search, counters)).or_insert_with_key(|(_, counters)| {
            self.extras.push(counters.clone());
            next
        })
    }

    /// The run that was found last.
    pub(super) fn last(&self) -> &LegRun {
        &self.run
    }

    /// Its pages, in order; and the first to each person.
    pub(super) fn pages(&self) -> [Vec<Page<'_>>; 2] {
        let page = |(leg, number, time): &(u32, u32, Time)| {
            let leg = self.legs.get(usize::try_from(*leg).ok()?)?;
            let (_, user, loud) = leg.pages.get(usize::try_from(*number).ok()?)?;
            Some(Page { user, loud: *loud, time: *time })
        };
        [&self.run.pages, &self.run.people].map(|pages| pages.iter().filter_map(page).collect())
    }

    /// What happens in it, in order; or only what did not happen before in this search.
    pub(super) fn beats(&self, only_fresh: bool) -> impl Iterator<Item = Beat<'_>> {
        let legs = if only_fresh { &self.run.fresh } else { &self.run.legs };
        let legs = legs.iter().filter_map(|leg| self.legs.get(usize::try_from(*leg).ok()?));
        legs.flat_map(|leg| {
            leg.beats.iter().filter_map(|beat| match beat {
                LegBeat::Entered(place) => Some(Beat::Entered(*place)),
                LegBeat::Branched(place, side) => Some(Beat::Branched(*place, *side)),
                LegBeat::Paged(position) => leg.pages.get(*position).map(|(_, user, _)| Beat::Paged(user)),
            })
        })
    }
}

/// All instants within a time at which something changes that a leg may ask. Nothing where there are too many.
fn edges(cells: Cells<'_>, (from, until): (Instant, Instant)) -> Option<Vec<Instant>> {
    let mut edges = Vec::new();
    let add = |edges: &mut Vec<Instant>, next: &dyn Fn(Instant) -> Option<Instant>| {
        let mut at = from;
        while let Some(edge) = next(at).filter(|edge| *edge <= until) {
            if edges.len() >= MAX_EDGES || edge <= at {
                return None;
            }
            edges.push(edge);
            at = edge;
        }
        Some(())
    };
    add(&mut edges, &|at| cells.index.next_pause_edge(at))?;
    let mut schedules: Vec<&Id> = Vec::new();
    for (plan, position) in (0_u32..).zip(cells.path.plans()) {
        for hours in 0..position.hours.len() {
            add(&mut edges, &|at| cells.next_change(plan, hours, at))?;
        }
        for node in &position.nodes {
            let Kind::Level(level) = &node.kind else { continue };
            for target in &level.targets {
                match target {
                    Target::People(People::OnCall(id, ..) | People::Next(id, _) | People::All(id, _), _) => {
                        schedules.push(id);
                    }
                    Target::People(People::User(_), _) | Target::Channel(_) => {}
                }
            }
        }
    }
    schedules.sort_unstable();
    schedules.dedup();
    for roster in schedules.into_iter().filter_map(|id| cells.index.schedule(id)) {
        add(&mut edges, &|at| roster.next_edge(at))?;
    }
    edges.sort_unstable();
    edges.dedup();
    Some(edges)
}
