//! What a change means for people: when, for which priorities, who is told something else, or at another time.
//!
//! Whose turn it is first on levels with round robin is not known, so every position is compared: the first people of
//! all levels, then the second, and so on, over again where a level has fewer. As long as nobody responds, whom a level
//! pages says nothing about when the walk comes to it or to another, so that covers every mixture of turns.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Serialize;

use crate::compile::{CompiledPath, Kind, PageUrgency};
use crate::index::Index;
use crate::instant::{DAY, Instant, Seconds};
use crate::machine::{Step, StepKind, Who, choose};
use crate::pace::{Pace, Sliced};
use crate::prove::{
    Assumed, Assumption, Cell, Cells, Horizon, Incomplete, MAX_CELLS, MAX_CLASSES, MAX_DAYS, PriorityInterval, Time,
    classes, merged,
};
use crate::read::ReadError;
use crate::scenario::{Branch, Scenario, Visits};
use crate::simulate::context;
use crate::stretch::{MAX_COMPARED, TimedInterval, Times, at_visit, overlaps, set_visit};
use crate::why::Why;

use super::times::{Known, Words};

/// What changes for people over a horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Behaviour {
    /// The changes, those of the longest time first.
    pub changes: Vec<Change>,
    /// Whether it is known for every instant. Where it is, and there are no changes, nothing changes for anybody as long
    /// as nobody responds.
    pub is_complete: bool,
    /// When it cannot be said what changes: a run of either path cannot be followed to its end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_during: Vec<PriorityInterval>,
    /// In how many cells the instants fall, over both paths and all priorities.
    pub cells: usize,
}

/// Alerts whose pages change in one and the same way, whoever else is told before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What is another than before, person by person, those who are told now first. Nothing: everybody is told first as
    /// before, and only what follows differs.
    pub people: Vec<RecipientChange>,
    /// How often anybody was told, and is.
    pub told: (usize, usize),
    /// Whether nobody was told before.
    pub was_nobody: bool,
    /// Whether nobody is told now.
    pub is_nobody: bool,
    /// Whether what follows cannot be known, before or now: then only what comes before that is compared, and somebody of
    /// whom nothing is said may be notified later.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_partial: bool,
    /// Which way branches go that cannot be decided, by node id, where that matters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub branches: BTreeMap<String, Branch>,
    /// The same where they go one way at one visit and another way, or either way, at another.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub branch_visits: Visits,
    /// What both are made of.
    #[serde(skip)]
    ways: BTreeMap<Visit, Branch>,
    /// Whose turn it is first on levels with round robin, where that matters: which of their people, counted from 0.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<usize>,
    /// When such alerts fire.
    pub during: Vec<PriorityInterval>,
    /// The same in words.
    pub when: Vec<OccurrenceGroup>,
}

/// A branch that cannot be decided, each time that the walk comes there: its node id and the number of the time, and
/// whether that is on the path as it was only.
type Visit = (String, usize, bool);

/// When alerts of some priorities fire, in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OccurrenceGroup {
    /// The ids of the priorities; none where the world has none.
    pub priority_ids: Vec<String>,
    /// Exactly when: `weekends (Europe/London)`, `outside UK hours`, `3 times, first from …`.
    pub times: String,
}

/// What is another than before for a person or a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RecipientChange {
    /// The id of the person or the channel.
    pub id: String,
    /// Whether it is a channel.
    pub is_channel: bool,
    /// How they were told first; nothing: they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Delivery>,
    /// How they are told first; nothing: they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Delivery>,
    /// Where both are told in the same words, such as "when UK hours begin", and are not the same instant: how many seconds
    /// later it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later_by: Option<Seconds>,
}

/// How somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Delivery {
    /// How loudly.
    pub urgency: PageUrgency,
    /// How long after the alert.
    pub when: DeliveryTime,
}

/// When somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryTime {
    /// So many seconds after the alert.
    After(Seconds),
    /// After working hours have begun or ended that the walk waits for, whenever the alert fires.
    Later {
        /// So many seconds after that.
        seconds: Seconds,
        /// The name of the working hours.
        hours: String,
        /// Whether they have begun.
        begun: bool,
    },
}

/// Somebody is told, exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Page {
    time: Time,
    who: Who,
    urgency: PageUrgency,
}

/// What an alert does to people.
struct Does {
    pages: Rc<Vec<Page>>,
    /// The same, whichever of those that go out at one instant comes first.
    sorted: Rc<Vec<Page>>,
    /// When a wait for working hours was first over, the name of the hours, and whether they had begun.
    since: Option<(Instant, String, bool)>,
    is_known: bool,
    /// Where it is not: before when it is. Nothing where not even that is known.
    stops_at: Option<Time>,
    /// Of how many people one has the first turn, at most.
    in_turn: usize,
}

/// So many people of a level with round robin are compared; more are said to be incomplete.
const MOST_TURNS: usize = 16;

/// Compares what two paths do, for every instant of a horizon and every priority, with nobody responding.
///
/// # Errors
/// Where the horizon is empty or too long.
pub fn behaviour(
    before: &CompiledPath,
    after: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
) -> Result<Behaviour, ReadError> {
    Sliced::new(|pace| async move { behaviour_at(&pace, before, after, index, horizon).await }).finish()
}

/// The same in [slices](crate::pace).
///
/// # Errors
/// Where the horizon is empty or too long.
pub async fn behaviour_at(
    pace: &Pace,
    before: &CompiledPath,
    after: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
) -> Result<Behaviour, ReadError> {
    let mut alert = horizon.scenario.clone();
    if horizon.until <= horizon.from || horizon.until - horizon.from > MAX_DAYS * DAY {
        return Err(ReadError::new("until", format!("must be after `from`, by at most {MAX_DAYS} days")));
    }
    let (from, until) = (horizon.from, horizon.until);
    let mut found = DiffAccumulator {
        changes: Vec::new(),
        positions: BTreeMap::new(),
        is_complete: true,
        unknown_during: Vec::new(),
        cells: 0,
        turns: 1,
        visits: BTreeMap::new(),
        unknown: Times::default(),
        left: MAX_COMPARED,
    };
    for (position, class) in classes(&[before, after], index).into_iter().enumerate() {
        let mut changes = Changes::default();
        if position >= MAX_CLASSES {
            found.unknown.add((from, until));
        } else {
            alert.priority_id = class.first().cloned();
            (alert.turn, found.turns) = (0, 1);
            while alert.turn < found.turns {
                let old = stretches(pace, before, index, horizon, &alert, &mut found).await;
                let new = stretches(pace, after, index, horizon, &alert, &mut found).await;
                compare(alert.turn, (&old, &new), &mut changes, &mut found);
                alert.turn += 1;
            }
        }
        let mut changes = changes.all.into_iter().map(|(change, times)| (change, times.finish())).collect();
        whichever_way(&mut changes);
        whoever_begins(&mut changes, found.turns);
        let none = [String::new()];
        let class = if class.is_empty() { &none[..] } else { &class };
        changes.into_iter().for_each(|(change, times)| found.add(change, &times, class));
        found.add_unknown(class);
    }
    let DiffAccumulator { mut changes, is_complete, unknown_during, cells, visits, .. } = found;
    let words = words(before, after, index, horizon);
    for change in &mut changes {
        change.during = merged(std::mem::take(&mut change.during));
        change.when = occasions(&change.during, &words);
        change.tell_ways(&visits);
    }
    let unknown_during = merged(unknown_during);
    let mut found = Behaviour { changes, is_complete, unknown_during, cells };
    let length = |change: &Change| -> Seconds { change.during.iter().map(|during| during.until - during.from).sum() };
    found.changes.sort_by_key(|change| std::cmp::Reverse(length(change)));
    Ok(found)
}

/// What has been found so far.
struct DiffAccumulator {
    changes: Vec<Change>,
    /// Where among them each stands, by what it is and when that depends on something.
    positions: BTreeMap<Key, usize>,
    is_complete: bool,
    unknown_during: Vec<PriorityInterval>,
    cells: usize,
    /// How many positions of round robin there are to compare, as far as is known.
    turns: usize,
    /// How often the walk comes to branches that cannot be decided, at most, by node id.
    visits: BTreeMap<String, usize>,
    /// When it is not known what changes for alerts of the class at hand.
    unknown: Times,
    /// How much may yet be compared.
    left: usize,
}

/// The most times at which something changes, over all changes and priorities.
const MAX_TIMES: usize = 100_000;

impl DiffAccumulator {
    /// Adds a change for each priority of a class, to one that differs in nothing but its times.
    fn add(&mut self, change: Change, times: &[(Instant, Instant)], class: &[String]) {
        let told: usize = self.changes.iter().map(|change| change.during.len()).sum();
        let class = if told + times.len().saturating_mul(class.len()) > MAX_TIMES {
            // It is told of one of them, and not known of the others.
            times.iter().for_each(|time| self.unknown.add(*time));
            class.get(..1).unwrap_or_default()
        } else {
            class
        };
        let during = |priority_id: &String| {
            let priority_id = priority_id.clone();
            times.iter().map(move |(from, until)| PriorityInterval {
                from: *from,
                until: *until,
                priority_id: priority_id.clone(),
            })
        };
        let during = class.iter().flat_map(during);
        let key = (change.difference_alone(), change.ways.clone(), change.turns.clone());
        let position = *self.positions.entry(key).or_insert(self.changes.len());
        match self.changes.get_mut(position) {
            Some(known) => known.during.extend(during),
            None => self.changes.push(Change { during: during.collect(), ..change }),
        }
    }

    /// Tells for each priority of a class when it is not known what changes.
    fn add_unknown(&mut self, class: &[String]) {
        let mut times = std::mem::take(&mut self.unknown).finish();
        self.is_complete &= times.is_empty();
        if self.unknown_during.len() + times.len().saturating_mul(class.len()) > MAX_TIMES
            && let (Some((from, _)), Some((_, until))) = (times.first().copied(), times.last().copied())
        {
            times = vec![(from, until)];
        }
        for priority_id in class {
            let during = |(from, until): &(Instant, Instant)| PriorityInterval {
                from: *from,
                until: *until,
                priority_id: priority_id.clone(),
            };
            self.unknown_during.extend(times.iter().map(during));
        }
    }
}

/// A change of the class at hand, and when such alerts fire.
type Timed = (Change, Intervals);

/// What comes about whichever way a branch goes does not depend on it.
fn whichever_way(changes: &mut Vec<Timed>) {
    // Each but for its ways has a number; by that and the ways, where such changes stand.
    let mut numbers: BTreeMap<(Difference, Vec<usize>, Intervals), usize> = BTreeMap::new();
    let mut positions: BTreeMap<(usize, BTreeMap<Visit, Branch>), BTreeSet<usize>> = BTreeMap::new();
    let mut left: Vec<Option<(usize, Timed)>> = Vec::with_capacity(changes.len());
    for (position, (change, times)) in std::mem::take(changes).into_iter().enumerate() {
        let next = numbers.len();
        let rest = (change.difference_alone(), change.turns.clone(), times.clone());
        let number = *numbers.entry(rest).or_insert(next);
        positions.entry((number, change.ways.clone())).or_default().insert(position);
        left.push(Some((number, (change, times))));
    }
    let mut at = 0;
    while at < left.len() {
        let Some(Some((number, (change, _)))) = left.get(at) else {
            at += 1;
            continue;
        };
        let mut key = (*number, change.ways.clone());
        // The last visits first: they may come after one side of others only.
        let pair = change.ways.iter().rev().find_map(|(visit, side)| {
            let other = if *side == Branch::Then { Branch::Else } else { Branch::Then };
            key.1.insert(visit.clone(), other);
            let found = positions.get(&key).and_then(BTreeSet::first).copied();
            key.1.insert(visit.clone(), *side);
            Some((visit.clone(), found?))
        });
        let Some((visit, other)) = pair else {
            at += 1;
            continue;
        };
        for position in [at, other] {
            if let Some(Some((number, (change, _)))) = left.get(position)
                && let Some(of_key) = positions.get_mut(&(*number, change.ways.clone()))
            {
                of_key.remove(&position);
            }
        }
        if let Some(other) = left.get_mut(other) {
            *other = None;
        }
        if let Some(Some((number, (change, _)))) = left.get_mut(at) {
            change.ways.remove(&visit);
            positions.entry((*number, change.ways.clone())).or_default().insert(at);
        }
        // With one branch less it may be like one that was passed.
        at = 0;
    }
    changes.extend(left.into_iter().flatten().map(|(_, timed)| timed));
}

/// What comes about whoever begins does not depend on it.
fn whoever_begins(changes: &mut Vec<Timed>, turns: usize) {
    let mut merged: Vec<Timed> = Vec::new();
    let mut positions: BTreeMap<(Difference, BTreeMap<Visit, Branch>, Intervals), usize> = BTreeMap::new();
    for (change, times) in std::mem::take(changes) {
        let key = (change.difference_alone(), change.ways.clone(), times.clone());
        let position = *positions.entry(key).or_insert(merged.len());
        match merged.get_mut(position) {
            Some((known, _)) => known.turns.extend(change.turns),
            None => merged.push((change, times)),
        }
    }
    for (change, _) in &mut merged {
        if change.turns.len() == turns {
            change.turns.clear();
        }
    }
    *changes = merged;
}

/// What the times of changes may be told by.
fn words<'a>(before: &'a CompiledPath, after: &'a CompiledPath, index: &'a Index, horizon: &Horizon) -> Words<'a> {
    let sets = || [after, before].into_iter().flat_map(|path| path.plans()).flat_map(|plan| &plan.hours);
    let known = sets().filter_map(|set| Some(Known { name: &set.name, hours: set.hours.as_ref()? })).collect();
    let of_schedules = index.world().schedules.iter().map(|schedule| schedule.timezone.as_str());
    let mut zones: Vec<&str> = Vec::new();
    for zone in sets().map(|set| &*set.zone_name).chain(of_schedules).chain(["UTC"]) {
        // Each takes some work where nothing fits.
        if !zones.contains(&zone) && zones.len() < 4 {
            zones.push(zone);
        }
    }
    Words { horizon: (horizon.from, horizon.until), known, zones }
}

/// Times at which alerts fire in words, by the working hours of a path and the zones of the world. `during` is in order by
/// priority, and within the horizon.
#[must_use]
pub fn occasions_of(
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    during: &[PriorityInterval],
) -> Vec<OccurrenceGroup> {
    occasions(during, &words(path, path, index, horizon))
}

type Intervals = Vec<(Instant, Instant)>;

/// The times of each priority in words; those that have the same are said together.
fn occasions(during: &[PriorityInterval], words: &Words<'_>) -> Vec<OccurrenceGroup> {
    let mut by_times: Vec<(Vec<String>, Intervals)> = Vec::new();
    for of_one in during.chunk_by(|one, other| one.priority_id == other.priority_id) {
        let stretches: Vec<_> = of_one.iter().map(|during| (during.from, during.until)).collect();
        let id = of_one.first().map(|during| during.priority_id.clone()).filter(|id| !id.is_empty());
        match by_times.iter_mut().find(|(_, known)| *known == stretches) {
            Some((ids, _)) => ids.extend(id),
            None => by_times.push((id.into_iter().collect(), stretches)),
        }
    }
    let occasion =
        |(priority_ids, stretches): (_, Vec<_>)| OccurrenceGroup { priority_ids, times: words.of(&stretches) };
    by_times.into_iter().map(occasion).collect()
}

async fn stretches(
    pace: &Pace,
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    alert: &Scenario,
    found: &mut DiffAccumulator,
) -> Vec<TimedInterval<Does>> {
    let (from, until) = (horizon.from, horizon.until);
    let cells = Cells::new(path, index);
    let (mut stretches, mut most_in_turn) = (Vec::new(), 1);
    let each = |cell: Cell| {
        let what = Does::new(&cell, path, index, alert);
        for Assumption { node, visit, .. } in cell.assumed.conditions.values() {
            let most = found.visits.entry(node.clone()).or_default();
            *most = (*most).max(*visit);
        }
        most_in_turn = most_in_turn.max(what.in_turn);
        if what.in_turn > MOST_TURNS {
            found.unknown.add((cell.from, cell.until));
        }
        stretches.push(TimedInterval { from: cell.from, until: cell.until, assumed: cell.assumed, what });
    };
    match cells.visit_at(pace, alert, (from, until), MAX_CELLS, each).await {
        Ok(count) => found.cells += count,
        Err(Incomplete::TooManyCells(at) | Incomplete::TooManyWays(at)) => found.unknown.add((at, until)),
    }
    found.turns = found.turns.max(most_in_turn.min(MOST_TURNS));
    stretches
}

impl Does {
    fn new(cell: &Cell, path: &CompiledPath, index: &Index, alert: &Scenario) -> Self {
        let told = |(step, time): (&Step, Time)| {
            let (who, urgency) = match &step.what {
                StepKind::Paged { user, urgency, .. } => (Who::User(user.clone()), *urgency),
                StepKind::Posted(channel, urgency) => (Who::Channel(channel.clone()), *urgency),
                _ => return None,
            };
            Some(Page { who, urgency, time })
        };
        let mut waits = None;
        let mut since = None;
        for (step, time) in cell.steps() {
            if let (Time::At(at), None) = (time, &since) {
                let (hours, begun) = waits.take().unwrap_or_default();
                since = Some((at, hours, begun));
            }
            let why = if let Why::InTurn(why) = &step.why { why } else { &step.why };
            if let Why::WaitsForHours { plan, hours, active, .. } = why {
                waits = path.hours(*plan, *hours).map(|set| (set.name.to_string(), *active));
            }
        }
        let in_turn = cell.run.steps.iter().filter(|step| step.what == StepKind::Entered);
        let in_turn = in_turn.map(|step| people_in_turn(step, path, index, alert)).max().unwrap_or_default();
        let is_known = cell.run.outcome.is_known() && !cell.is_partial;
        let stops_at = cell.steps().last().map(|(_, time)| time).filter(|_| !is_known && !cell.is_partial);
        let pages: Rc<Vec<Page>> = Rc::new(cell.steps().filter_map(told).collect());
        let mut sorted = pages.clone();
        if !pages.is_sorted() {
            Rc::make_mut(&mut sorted).sort_unstable();
        }
        Self { pages, sorted, since, is_known, stops_at, in_turn }
    }

    /// When and how each is told first, in order.
    fn firsts(&self) -> Vec<First<'_>> {
        let when = |time| match time {
            Time::After(seconds) => DeliveryTime::After(seconds),
            Time::At(at) => {
                let (since, hours, begun) = self.since.clone().unwrap_or((at, String::new(), true));
                DeliveryTime::Later { seconds: at - since, hours, begun }
            }
        };
        let mut firsts: Vec<First<'_>> = Vec::new();
        let mut seen = BTreeSet::new();
        for page in self.pages.iter() {
            if seen.insert(&page.who) {
                let how = Delivery { urgency: page.urgency, when: when(page.time) };
                firsts.push(First { who: &page.who, time: page.time, how });
            }
        }
        firsts
    }

    /// The same as far as they are known, for every alert that fires between two instants.
    fn firsts_known(&self, alerts: (Instant, Instant)) -> Vec<First<'_>> {
        let mut firsts = self.firsts();
        firsts.retain(|first| self.stops_at.is_none_or(|end| is_before(first.time, end, alerts)));
        firsts
    }
}

/// Somebody is told for the first time.
struct First<'a> {
    who: &'a Who,
    time: Time,
    how: Delivery,
}

/// Of how many people one has the first turn on the level that is entered; none where it pages all at once.
fn people_in_turn(step: &Step, path: &CompiledPath, index: &Index, alert: &Scenario) -> usize {
    let node = step.place.and_then(|place| path.node(place)).filter(|node| node.is_in_turn());
    let Some(Kind::Level(level)) = node.map(|node| &node.kind) else { return 0 };
    choose(&context(path, index, alert), level, step.at).map_or(0, |choice| choice.chosen.len())
}

/// Compares what two paths do for the alerts of the class at hand, at one turn.
fn compare(
    turn: usize,
    (old, new): (&[TimedInterval<Does>], &[TimedInterval<Does>]),
    changes: &mut Changes,
    found: &mut DiffAccumulator,
) {
    let mut left = found.left;
    // What it takes to compare the pages of two ways; where they differ, to say how takes the longest.
    let mut cost = 0_usize;
    let until = overlaps(old, new, &mut left, |(from, until), was, is| {
        if !(was.what.is_known && is.what.is_known) {
            // What would follow may be the same or another. What comes before that is as it is.
            found.unknown.add((from, until));
            cost = cost.saturating_add(was.what.pages.len() + is.what.pages.len());
            if cost <= found.left
                && let Some(mut change) = Change::before_unknown(&was.what, &is.what, (from, until))
            {
                (change.ways, change.turns) = (ways(&was.assumed, &is.assumed), vec![turn]);
                let _told_or_unknown = changes.add(change, (from, until));
            }
            return;
        }
        cost = cost.saturating_add(was.what.pages.len().min(is.what.pages.len()) / 16);
        if was.what.sorted != is.what.sorted {
            cost = cost.saturating_add(was.what.pages.len() + is.what.pages.len());
            if cost > found.left {
                found.unknown.add((from, until));
                return;
            }
            let mut change = Change::between(&was.what, &is.what);
            (change.ways, change.turns) = (ways(&was.assumed, &is.assumed), vec![turn]);
            if !changes.add(change, (from, until)) {
                found.unknown.add((from, until));
            }
        }
    });
    found.left = left.saturating_sub(cost);
    if let (Some(from), Some(last)) = (until, old.last()) {
        found.unknown.add((from, last.until));
    }
}

/// The most changes that are told apart for one class of priorities.
const MAX_CHANGES: usize = 2_000;

/// What is another than before, without when.
type Difference = (Vec<RecipientChange>, (usize, usize), [bool; 3]);

/// What tells changes apart but for their times: the difference, which way branches go, and at which turns.
type Key = (Difference, BTreeMap<Visit, Branch>, Vec<usize>);

/// The changes for one class of priorities, each of those that differ in more than their times once.
#[derive(Default)]
struct Changes {
    all: Vec<(Change, Times)>,
    positions: BTreeMap<Key, usize>,
}

impl Changes {
    /// Adds when a change happens; false where there are too many.
    fn add(&mut self, change: Change, time: (Instant, Instant)) -> bool {
        let key = (change.difference_alone(), change.ways.clone(), change.turns.clone());
        let position = *self.positions.entry(key).or_insert(self.all.len());
        if position >= MAX_CHANGES {
            return false;
        }
        match self.all.get_mut(position) {
            Some((_, times)) => times.add(time),
            None => {
                let mut times = Times::default();
                times.add(time);
                self.all.push((change, times));
            }
        }
        true
    }
}

/// What is assumed of both runs, by the visits of the later path where it asks the same.
fn ways(was: &Assumed, is: &Assumed) -> BTreeMap<Visit, Branch> {
    let of_is = is.conditions.values().map(|one| ((one.node.clone(), one.visit, false), one.side));
    let only_was = was.conditions.iter().filter(|(asked, _)| !is.conditions.contains_key(*asked));
    let only_was = only_was.map(|(_, one)| ((one.node.clone(), one.visit, true), one.side));
    of_is.chain(only_was).collect()
}

impl Change {
    /// Tells the ways by node: at once where a branch goes one way whenever the walk comes there.
    fn tell_ways(&mut self, visits: &BTreeMap<String, usize>) {
        let nodes: BTreeSet<String> = self.ways.keys().map(|(node, ..)| node.clone()).collect();
        for node in &nodes {
            let mut of_node = Visits::new();
            // What the path as it was asks at another time says something where the other says nothing.
            for ((_, visit, only_was), side) in self.ways.iter().filter(|((of, ..), _)| of == node) {
                if !only_was || at_visit(&of_node, node, *visit).is_none() {
                    set_visit(&mut of_node, node, *visit, *side);
                }
            }
            let all = of_node.remove(node).unwrap_or_default();
            let first = all.first().copied().flatten();
            match first.filter(|_| visits.get(node) == Some(&all.len()) && all.iter().all(|side| *side == first)) {
                Some(side) => {
                    self.branches.insert(node.clone(), side);
                }
                None => {
                    self.branch_visits.insert(node.clone(), all);
                }
            }
        }
    }

    /// What is another than before; when, and where that depends on something, is not in it yet.
    fn between(was: &Does, is: &Does) -> Self {
        let (before, after) = (was.firsts(), is.firsts());
        let (was_nobody, is_nobody) = (before.is_empty(), after.is_empty());
        let people = differs(&before, &after);
        // How often matters where nothing else does.
        let told = if people.is_empty() { (was.pages.len(), is.pages.len()) } else { (0, 0) };
        Self::of((people, told, [was_nobody, is_nobody, false]))
    }

    /// One of this difference.
    fn of((people, told, [was_nobody, is_nobody, is_partial]): Difference) -> Self {
        let (during, when, branches, branch_visits, ways, turns) = Default::default();
        Self { people, told, was_nobody, is_nobody, is_partial, branches, branch_visits, ways, turns, during, when }
    }

    /// What is another than before in any case, where what follows in either run is not known: who is notified first
    /// before that. Nothing where that is the same, or may be.
    fn before_unknown(was: &Does, is: &Does, alerts: (Instant, Instant)) -> Option<Self> {
        if [was, is].iter().any(|does| !does.is_known && does.stops_at.is_none()) {
            return None;
        }
        let ends = [was.stops_at, is.stops_at];
        let is_certain = |first: &First<'_>| ends.iter().flatten().all(|end| is_before(first.time, *end, alerts));
        // Of each run all that is known of it, and of all people those of whom both are known for long enough.
        let (mut before, mut after) = (was.firsts_known(alerts), is.firsts_known(alerts));
        let certain: BTreeSet<Who> =
            before.iter().chain(&after).filter(|first| is_certain(first)).map(|first| first.who.clone()).collect();
        before.retain(|first| certain.contains(first.who));
        after.retain(|first| certain.contains(first.who));
        let people = differs(&before, &after);
        (!people.is_empty()).then(|| Self::of((people, (0, 0), [false, false, true])))
    }

    /// What is another than before, whenever and whichever way.
    fn difference_alone(&self) -> Difference {
        (self.people.clone(), self.told, [self.was_nobody, self.is_nobody, self.is_partial])
    }
}

/// Whether one time comes before another for every alert that fires between two instants.
fn is_before(one: Time, other: Time, (from, until): (Instant, Instant)) -> bool {
    match (one, other) {
        (Time::After(one), Time::After(other)) => one < other,
        (Time::At(one), Time::At(other)) => one < other,
        // The last of them fires a second before the end.
        (Time::After(one), Time::At(other)) => until + one <= other,
        (Time::At(one), Time::After(other)) => one < from + other,
    }
}

/// Who is told first otherwise than before, those who are told now in front. It is the instants that count, not the words.
fn differs(before: &[First<'_>], after: &[First<'_>]) -> Vec<RecipientChange> {
    let gone = before.iter().filter(|first| after.iter().all(|other| other.who != first.who));
    let everybody = after.iter().chain(gone).map(|first| first.who);
    let differs = everybody.filter_map(|who| {
        let [was, is] = [before, after].map(|all| all.iter().find(|first| first.who == who));
        let same = was.zip(is).is_some_and(|(was, is)| was.time == is.time && was.how.urgency == is.how.urgency);
        if same {
            return None;
        }
        let later_by =
            was.zip(is).filter(|(was, is)| was.how == is.how).and_then(|(was, is)| match (was.time, is.time) {
                (Time::At(was), Time::At(is)) => Some(is - was),
                _ => None,
            });
        let (id, is_channel) = match who {
            Who::User(id) | Who::Key(id) => (id.to_string(), false),
            Who::Channel(id) => (id.to_string(), true),
        };
        let how = |first: Option<&First<'_>>| first.map(|first| first.how.clone());
        Some(RecipientChange { id, is_channel, before: how(was), after: how(is), later_by })
    });
    differs.collect()
}
