//! What a change means for people: when, for which priorities, who is told something else, or at another time.
//!
//! Whose turn it is first on levels with round robin is not known, so every position is compared: the first people of
//! all levels, then the second, and so on, over again where a level has fewer. As long as nobody responds, whom a level
//! pages says nothing about when the walk comes to it or to another, so that covers every mixture of turns.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::compile::{CompiledPath, Kind, Loud};
use crate::index::Index;
use crate::instant::{DAY, Instant, Seconds};
use crate::machine::{Step, What, Who, choose};
use crate::prove::{
    Assumed, Assumption, Cell, Cells, During, Horizon, MAX_CELLS, MAX_CLASSES, MAX_DAYS, Time, classes, merged,
};
use crate::read::ReadError;
use crate::scenario::{Branch, Scenario, Visits};
use crate::simulate::context;
use crate::stretch::{Stretch, at_visit, overlaps, set_visit};
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
    pub unknown_during: Vec<During>,
    /// In how many cells the instants fall, over both paths and all priorities.
    pub cells: usize,
}

/// Alerts whose pages change in one and the same way, whoever else is told before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What is another than before, person by person, those who are told now first. Nothing: everybody is told first as
    /// before, and only what follows differs.
    pub people: Vec<Differs>,
    /// How often anybody was told, and is.
    pub told: (usize, usize),
    /// Whether nobody was told before.
    pub was_nobody: bool,
    /// Whether nobody is told now.
    pub is_nobody: bool,
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
    pub during: Vec<During>,
    /// The same in words.
    pub when: Vec<Occasion>,
}

/// A branch that cannot be decided, each time that the walk comes there: its node id and the number of the time, and
/// whether that is on the path as it was only.
type Visit = (String, usize, bool);

/// When alerts of some priorities fire, in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Occasion {
    /// The ids of the priorities; none where the world has none.
    pub priority_ids: Vec<String>,
    /// Exactly when: `weekends (Europe/London)`, `outside UK hours`, `3 times, first from …`.
    pub times: String,
}

/// What is another than before for a person or a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Differs {
    /// The id of the person or the channel.
    pub id: String,
    /// Whether it is a channel.
    pub is_channel: bool,
    /// How they were told first; nothing: they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<How>,
    /// How they are told first; nothing: they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<How>,
    /// Where both are told in the same words, such as "when UK hours begin", and are not the same instant: how many seconds
    /// later it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later_by: Option<Seconds>,
}

/// How somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct How {
    /// How loudly.
    pub urgency: Loud,
    /// How long after the alert.
    pub when: When,
}

/// When somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
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
    urgency: Loud,
}

/// What an alert does to people.
struct Does {
    pages: Vec<Page>,
    /// When a wait for working hours was first over, the name of the hours, and whether they had begun.
    since: Option<(Instant, String, bool)>,
    is_known: bool,
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
    let mut alert = horizon.scenario.clone();
    if horizon.until <= horizon.from || horizon.until - horizon.from > MAX_DAYS * DAY {
        return Err(ReadError::new("until", format!("must be after `from`, by at most {MAX_DAYS} days")));
    }
    let mut found = Found {
        changes: Vec::new(),
        is_complete: true,
        unknown_during: Vec::new(),
        cells: 0,
        turns: 1,
        visits: BTreeMap::new(),
    };
    for (position, class) in classes(&[before, after], index).into_iter().enumerate() {
        if position >= MAX_CLASSES {
            let (from, until) = (horizon.from, horizon.until);
            found.is_complete = false;
            found.unknown_during.extend(class.into_iter().map(|priority_id| During { from, until, priority_id }));
            continue;
        }
        alert.priority_id = class.first().cloned();
        let mut changes = Vec::new();
        (alert.turn, found.turns) = (0, 1);
        while alert.turn < found.turns {
            let old = stretches(before, index, horizon, &alert, &mut found);
            let new = stretches(after, index, horizon, &alert, &mut found);
            compare(&class, alert.turn, (&old, &new), &mut changes, &mut found);
            alert.turn += 1;
        }
        for change in &mut changes {
            change.during = merged(std::mem::take(&mut change.during));
        }
        whichever_way(&mut changes);
        whoever_begins(&mut changes, found.turns);
        changes.into_iter().for_each(|change| found.add(change));
    }
    let Found { mut changes, is_complete, unknown_during, cells, visits, .. } = found;
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
struct Found {
    changes: Vec<Change>,
    is_complete: bool,
    unknown_during: Vec<During>,
    cells: usize,
    /// How many positions of round robin there are to compare, as far as is known.
    turns: usize,
    /// How often the walk comes to branches that cannot be decided, at most, by node id.
    visits: BTreeMap<String, usize>,
}

impl Found {
    /// Adds a change, to one that differs in nothing but its times.
    fn add(&mut self, change: Change) {
        match self.changes.iter_mut().find(|known| known.is_like(&change)) {
            Some(known) => known.during.extend(change.during),
            None => self.changes.push(change),
        }
    }
}

/// What comes about whichever way a branch goes does not depend on it.
fn whichever_way(changes: &mut Vec<Change>) {
    let mut at = 0;
    while at < changes.len() {
        let Some(change) = changes.get(at) else { return };
        // The last visits first: they may come after one side of others only.
        let pair = change.ways.iter().rev().find_map(|(visit, side)| {
            let mut turned = change.clone();
            let other = if *side == Branch::Then { Branch::Else } else { Branch::Then };
            turned.ways.insert(visit.clone(), other);
            Some((visit.clone(), changes.iter().position(|other| *other == turned)?))
        });
        match pair {
            Some((visit, other)) => {
                if let Some(change) = changes.get_mut(at) {
                    change.ways.remove(&visit);
                }
                changes.remove(other);
                // With one branch less it may be like one that was passed.
                at = 0;
            }
            None => at += 1,
        }
    }
}

/// What comes about whoever begins does not depend on it.
fn whoever_begins(changes: &mut Vec<Change>, turns: usize) {
    let mut merged: Vec<Change> = Vec::new();
    for change in std::mem::take(changes) {
        let same = |known: &&mut Change| {
            let alike = Change { turns: change.turns.clone(), ..(**known).clone() };
            alike == change
        };
        match merged.iter_mut().find(same) {
            Some(known) => known.turns.extend(change.turns),
            None => merged.push(change),
        }
    }
    for change in &mut merged {
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
pub fn occasions_of(path: &CompiledPath, index: &Index, horizon: &Horizon, during: &[During]) -> Vec<Occasion> {
    occasions(during, &words(path, path, index, horizon))
}

type Intervals = Vec<(Instant, Instant)>;

/// The times of each priority in words; those that have the same are said together.
fn occasions(during: &[During], words: &Words<'_>) -> Vec<Occasion> {
    let mut by_times: Vec<(Vec<String>, Intervals)> = Vec::new();
    for of_one in during.chunk_by(|one, other| one.priority_id == other.priority_id) {
        let stretches: Vec<_> = of_one.iter().map(|during| (during.from, during.until)).collect();
        let id = of_one.first().map(|during| during.priority_id.clone()).filter(|id| !id.is_empty());
        match by_times.iter_mut().find(|(_, known)| *known == stretches) {
            Some((ids, _)) => ids.extend(id),
            None => by_times.push((id.into_iter().collect(), stretches)),
        }
    }
    let occasion = |(priority_ids, stretches): (_, Vec<_>)| Occasion { priority_ids, times: words.of(&stretches) };
    by_times.into_iter().map(occasion).collect()
}

fn stretches(
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    alert: &Scenario,
    found: &mut Found,
) -> Vec<Stretch<Does>> {
    let (from, until) = (horizon.from, horizon.until);
    let cells = Cells::new(path, index, from, until, alert.semantics.cut_off_after_seconds);
    let (mut stretches, mut most_in_turn) = (Vec::new(), 1);
    let visits = &mut found.visits;
    let counted = cells.visit(alert, (from, until), MAX_CELLS, |cell| {
        let what = Does::new(&cell, path, index, alert);
        for Assumption { node, visit, .. } in cell.assumed.conditions.values() {
            let most = visits.entry(node.clone()).or_default();
            *most = (*most).max(*visit);
        }
        most_in_turn = most_in_turn.max(what.in_turn);
        stretches.push(Stretch { from: cell.from, until: cell.until, assumed: cell.assumed, what });
    });
    match counted {
        Ok(count) => found.cells += count,
        Err(_) => found.is_complete = false,
    }
    found.is_complete &= most_in_turn <= MOST_TURNS;
    found.turns = found.turns.max(most_in_turn.min(MOST_TURNS));
    stretches
}

impl Does {
    fn new(cell: &Cell, path: &CompiledPath, index: &Index, alert: &Scenario) -> Self {
        let told = |(step, time): (&Step, Time)| {
            let (who, urgency) = match &step.what {
                What::Paged { user, urgency, .. } => (Who::User(user.clone()), *urgency),
                What::Posted(channel, urgency) => (Who::Channel(channel.clone()), *urgency),
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
        let in_turn = cell.run.steps.iter().filter(|step| step.what == What::Entered);
        let in_turn = in_turn.map(|step| people_in_turn(step, path, index, alert)).max().unwrap_or_default();
        let is_known = cell.run.outcome.is_known() && !cell.is_partial;
        Self { pages: cell.steps().filter_map(told).collect(), since, is_known, in_turn }
    }

    /// All pages, whichever of those that go out at one instant comes first.
    fn pages_in_any_order(&self) -> Vec<&Page> {
        let mut pages: Vec<&Page> = self.pages.iter().collect();
        pages.sort_unstable();
        pages
    }

    /// When and how each is told first, in order.
    fn firsts(&self) -> Vec<First<'_>> {
        let when = |time| match time {
            Time::After(seconds) => When::After(seconds),
            Time::At(at) => {
                let (since, hours, begun) = self.since.clone().unwrap_or((at, String::new(), true));
                When::Later { seconds: at - since, hours, begun }
            }
        };
        let mut firsts: Vec<First<'_>> = Vec::new();
        for page in &self.pages {
            if firsts.iter().all(|known| *known.who != page.who) {
                let how = How { urgency: page.urgency, when: when(page.time) };
                firsts.push(First { who: &page.who, time: page.time, how });
            }
        }
        firsts
    }
}

/// Somebody is told for the first time.
struct First<'a> {
    who: &'a Who,
    time: Time,
    how: How,
}

/// Of how many people one has the first turn on the level that is entered; none where it pages all at once.
fn people_in_turn(step: &Step, path: &CompiledPath, index: &Index, alert: &Scenario) -> usize {
    let node = step.place.and_then(|place| path.node(place)).filter(|node| node.is_in_turn());
    let Some(Kind::Level(level)) = node.map(|node| &node.kind) else { return 0 };
    choose(&context(path, index, alert), level, step.at).map_or(0, |choice| choice.chosen.len())
}

fn compare(
    class: &[String],
    turn: usize,
    (old, new): (&[Stretch<Does>], &[Stretch<Does>]),
    changes: &mut Vec<Change>,
    found: &mut Found,
) {
    let none = [String::new()];
    let class = if class.is_empty() { &none } else { class };
    for ((from, until), was, is) in overlaps(old, new) {
        let during = class.iter().map(|priority_id| During { from, until, priority_id: priority_id.clone() });
        if !(was.what.is_known && is.what.is_known) {
            // What would follow may make it the same yet, or another.
            found.is_complete = false;
            found.unknown_during.extend(during);
        } else if was.what.pages_in_any_order() != is.what.pages_in_any_order() {
            let mut change = Change::between(&was.what, &is.what);
            (change.ways, change.turns) = (ways(&was.assumed, &is.assumed), vec![turn]);
            match changes.iter_mut().find(|known| known.is_like(&change)) {
                Some(known) => known.during.extend(during),
                None => changes.push(Change { during: during.collect(), ..change }),
            }
        }
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
        let (during, when, branches, branch_visits, ways, turns) = Default::default();
        Self { people, told, was_nobody, is_nobody, branches, branch_visits, ways, turns, during, when }
    }

    /// Whether it is the same change but for its times.
    fn is_like(&self, other: &Self) -> bool {
        (&self.people, self.told, self.was_nobody, self.is_nobody, &self.ways, &self.turns)
            == (&other.people, other.told, other.was_nobody, other.is_nobody, &other.ways, &other.turns)
    }
}

/// Who is told first otherwise than before, those who are told now in front. It is the instants that count, not the words.
fn differs(before: &[First<'_>], after: &[First<'_>]) -> Vec<Differs> {
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
            Who::User(id) => (id.to_string(), false),
            Who::Channel(id) => (id.to_string(), true),
        };
        let how = |first: Option<&First<'_>>| first.map(|first| first.how.clone());
        Some(Differs { id, is_channel, before: how(was), after: how(is), later_by })
    });
    differs.collect()
}
