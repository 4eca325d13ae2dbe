//! Each expectation as a question about a cell.

use std::collections::{BTreeMap, BTreeSet};

use super::JudgeResult;
use super::expectation::{Expect, Expectation};
use super::loudness::PagingProfile;
use super::view::{Beat, CellVerdict, CellView, HOLDS, Intervals, Page, fails, unknown};
use crate::calendar::Hours;
use crate::compile::{CompiledPath, Condition, Kind, Place};
use crate::index::{Id, Index};
use crate::instant::{Instant, merge_overlapping};
use crate::machine::Outcome;
use crate::read::ReadError;
use crate::scenario::Branch;
use crate::stretch::Time;
use crate::stretch::{Assumed, MAX_COMPARED, TimedInterval, Times, overlaps};

/// An expectation being judged.
pub(super) struct Judge<'a> {
    expectation: &'a Expectation,
    path: &'a CompiledPath,
    index: &'a Index,
    quiet: Option<Hours>,
    /// `covered_by`: who counts.
    members: BTreeSet<&'a str>,
    /// Whether these are all: what could not be read may name others.
    knows_members: bool,
    priorities: BTreeSet<String>,
    is_given_up: bool,
    /// What was said, by the priorities of which it was said.
    rulings: Vec<Ruling>,
    /// Whether some alert may go either way.
    depends: bool,
    /// What was said of all ways in which the alert may go that was looked at last.
    ways: Option<Ways>,
    example: Option<(Option<String>, Instant, Assumed)>,
    /// `every_node_reachable`: the nodes and the sides of branches that were met.
    met: BTreeSet<(Place, Option<Branch>)>,
    /// `not_louder_than`: by a priority of each class, what was seen in each cell.
    levels: Vec<(Vec<String>, Vec<TimedInterval<PagingProfile>>)>,
    /// How many times may yet be compared with quiet hours.
    left: usize,
    /// Whether not all was compared that there is.
    is_cut: bool,
}

/// When an expectation fails, and when that is not known, for alerts of some priorities that nothing tells apart.
pub(super) struct Ruling {
    pub(super) priorities: Vec<String>,
    pub(super) refuted: Times,
    pub(super) unknown: Times,
}

impl Ruling {
    fn new(priorities: Vec<String>) -> Self {
        Self { priorities, refuted: Times::default(), unknown: Times::default() }
    }
}

/// What was said of the ways in which one alert may go.
struct Ways {
    /// The class of its priority, and when it fires.
    of: (usize, Instant),
    /// When it fails by one of them.
    fails: Intervals,
    /// When it is known to hold by one of them.
    holds: Intervals,
}

/// How many pages are compared with a window of quiet hours, each time that it comes, over one proof.
const MAX_DISTURBANCES: usize = 5_000_000;

impl<'a> Judge<'a> {
    pub(super) fn new(
        expectation: &'a Expectation,
        path: &'a CompiledPath,
        index: &'a Index,
    ) -> Result<Self, ReadError> {
        expectation.check()?;
        let quiet = expectation.quiet()?;
        // Where the list of priorities is not complete, there may be one with any id.
        let known = |id: &String| {
            !index.world().knows_all_priorities() || index.world().priorities.iter().any(|known| known.id == *id)
        };
        let named = expectation.priorities.iter().flatten();
        let paired = expectation.pairs.iter().flatten().flat_map(|(low, high)| [low, high]);
        if let Some(unknown) = named.chain(paired).find(|id| !known(id)) {
            return Err(ReadError::new("priorities", format!("the world has no priority `{unknown}`")));
        }
        let mut members = BTreeSet::new();
        let mut knows_members = true;
        if let Some(id) = &expectation.schedule {
            let schedule = index.world().schedules.iter().find(|schedule| schedule.id == *id);
            let schedule =
                schedule.ok_or_else(|| ReadError::new("schedule", format!("the world has no schedule `{id}`")))?;
            // What could not be read may name anybody.
            let rotas = schedule.rotas.iter().filter(|rota| !rota.unread);
            members.extend(rotas.flat_map(|rota| rota.user_ids.iter().map(String::as_str)));
            let entries = schedule.entries.iter().filter(|entry| !entry.unread);
            members.extend(entries.filter_map(|entry| entry.user_id.as_deref()));
            knows_members = schedule.unread.is_empty()
                && schedule.rotas.iter().all(|rota| !rota.unread)
                && schedule.entries.iter().all(|entry| !entry.unread);
        }
        if let Some(users) = &expectation.users {
            if let Some(unknown) = users.iter().find(|id| index.user(id).is_none()) {
                return Err(ReadError::new("users", format!("the world has no person `{unknown}`")));
            }
            members.extend(users.iter().map(String::as_str));
        }
        Ok(Self {
            expectation,
            path,
            index,
            quiet,
            members,
            knows_members,
            priorities: BTreeSet::new(),
            is_given_up: false,
            rulings: Vec::new(),
            depends: false,
            ways: None,
            example: None,
            met: BTreeSet::new(),
            levels: Vec::new(),
            left: MAX_DISTURBANCES,
            is_cut: false,
        })
    }

    /// Whether the cells in which levels decline are looked at too.
    pub(super) fn with_declines(&self) -> bool {
        self.expectation.with_declines
    }

    /// Begins with the alerts of the priorities of another class.
    pub(super) fn begin(&mut self, class: &[String]) {
        self.rulings.push(Ruling::new(self.of(class)));
        self.levels.push((class.to_vec(), Vec::new()));
    }

    /// Those priorities of a class that the expectation is about.
    fn of(&self, class: &[String]) -> Vec<String> {
        if class.is_empty() && self.expectation.priorities.is_none() {
            // Alerts without a priority.
            return vec![String::new()];
        }
        let wanted: Option<BTreeSet<&String>> =
            self.expectation.priorities.as_ref().map(|wanted| wanted.iter().collect());
        class.iter().filter(|id| wanted.as_ref().is_none_or(|wanted| wanted.contains(id))).cloned().collect()
    }

    /// Nothing is known of a time, because it takes too much work to find out.
    pub(super) fn given_up(&mut self, from: Instant, until: Instant) {
        self.is_given_up = true;
        if let Some(ruling) = self.rulings.last_mut() {
            ruling.unknown.add((from, until));
        }
    }

    /// Looks at one cell of the priorities of the class at hand.
    pub(super) fn cell(&mut self, view: &CellView<'_>) {
        if self.expectation.expect == Expect::NotLouderThan {
            // Also of those with which others are compared.
            if let Some((_, all)) = self.levels.last_mut() {
                all.push(PagingProfile::new(view));
            }
            return;
        }
        if self.rulings.last().is_none_or(|ruling| ruling.priorities.is_empty()) {
            return;
        }
        let said = match self.expectation.expect {
            Expect::EveryNodeReachable => self.reached(view),
            Expect::QuietHours => self.quiet(view),
            _ => self.ask(view),
        };
        if !self.depends {
            self.compare_ways(view, &said);
        }
        self.record(self.rulings.len() - 1, (view.from, view.until), said, || view.assumed.clone());
    }

    /// Whether one and the same alert fails by one way and holds by another. Its ways follow one another.
    fn compare_ways(&mut self, cell: &CellView<'_>, said: &CellVerdict) {
        if *cell.assumed == Assumed::default() {
            return;
        }
        let of = (self.rulings.len(), cell.from);
        if self.ways.as_ref().is_none_or(|ways| ways.of != of) {
            self.ways = Some(Ways { of, fails: Vec::new(), holds: Vec::new() });
        }
        let Some(ways) = &mut self.ways else { return };
        let fails_or_unknown = said.fails.iter().chain(&said.unknown).copied().collect();
        let holds = without(&[(cell.from, cell.until)], fails_or_unknown);
        let add = |all: &mut Intervals, more: &[(Instant, Instant)]| {
            // Most ways say what others have said before.
            if !without(more, all.clone()).is_empty() {
                *all = merge_overlapping(all.iter().chain(more).copied().collect());
            }
        };
        add(&mut ways.fails, &said.fails);
        add(&mut ways.holds, &holds);
        self.depends = overlap(&ways.fails, &ways.holds);
    }

    /// Keeps what was said of alerts that fire between two instants.
    fn record(
        &mut self,
        ruling: usize,
        (begin, end): (Instant, Instant),
        said: CellVerdict,
        assumed: impl FnOnce() -> Assumed,
    ) {
        let Some(ruling) = self.rulings.get_mut(ruling) else { return };
        if let (None, Some((from, _)), Some(first)) = (&self.example, said.fails.first(), ruling.priorities.first()) {
            let priority = (!first.is_empty()).then(|| first.clone());
            self.example = Some((priority, *from, assumed()));
        }
        said.fails.iter().for_each(|time| ruling.refuted.add(*time));
        for (from, until) in without(&said.unknown, said.fails) {
            ruling.unknown.add((from.max(begin), until.min(end)));
        }
    }

    fn ask(&self, view: &CellView<'_>) -> CellVerdict {
        let seconds = self.expectation.seconds.unwrap_or_default();
        let people = self.expectation.people.unwrap_or_default();
        match self.expectation.expect {
            Expect::PagesSomeone => match (view.pages.is_empty(), view.known_until) {
                (false, _) => HOLDS,
                (true, None) => fails(view.whole()),
                (true, Some(_)) => unknown(view.whole()),
            },
            Expect::FirstPageWithin => {
                let counts = |page: &&Page<'_>| self.expectation.urgency.is_none_or(|urgency| page.loud == urgency);
                view.within(view.pages.iter().find(counts).map(|page| page.time), seconds)
            }
            Expect::ReachesPeopleWithin => {
                let last = people.checked_sub(1);
                let Some(last) = last else { return HOLDS };
                view.within(view.people.get(last).map(|page| page.time), seconds)
            }
            Expect::CoveredBy => {
                let first = view.pages.iter().find(|page| self.members.contains(&**page.user));
                let said = view.within(first.map(|page| page.time), seconds);
                if self.knows_members { said } else { said.in_doubt() }
            }
            Expect::AtMostPeopleBefore => match (view.people.get(people), view.known_until) {
                (Some(one_too_many), _) => fails(view.sooner_than(one_too_many.time, seconds)),
                (None, Some(known)) => unknown(view.sooner_than(known, seconds)),
                (None, None) => HOLDS,
            },
            Expect::EndsWithin => match (view.outcome, view.known_until) {
                (Outcome::WaitsForever, _) => fails(view.whole()),
                (_, None) => fails(view.later_than(view.end, seconds)),
                (_, Some(known)) => CellVerdict { fails: view.later_than(known, seconds), unknown: view.whole() },
            },
            Expect::NoSinglePerson => match (view.people.len(), view.known_until) {
                (1, None) => fails(view.whole()),
                (0 | 1, Some(_)) => unknown(view.whole()),
                _ => HOLDS,
            },
            Expect::NoConsecutiveSamePerson => {
                if repeats_a_person(view) {
                    fails(view.whole())
                } else if view.known_until.is_some() {
                    unknown(view.whole())
                } else {
                    HOLDS
                }
            }
            Expect::QuietHours | Expect::EveryNodeReachable | Expect::NotLouderThan => HOLDS,
        }
    }

    /// When the alert must fire for a page to fall into the window.
    fn quiet(&mut self, view: &CellView<'_>) -> CellVerdict {
        let Some(window) = &self.quiet else { return HOLDS };
        let mut disturbed = Times::default();
        let mut seen = BTreeSet::new();
        // Beyond what is known there may be more.
        let mut unknown = if view.known_until.is_some() { view.whole() } else { Vec::new() };
        'pages: for page in &view.pages {
            if self.expectation.urgency.is_some_and(|urgency| page.loud != urgency) {
                continue;
            }
            let after = match page.time {
                Time::At(at) if window.is_active(at) => return fails(view.whole()),
                Time::At(_) => continue,
                Time::After(after) => after,
            };
            // Whoever is paged at one time disturbs at one time.
            if !seen.insert(after) {
                continue;
            }
            // The page moves through the cell's length.
            let (mut at, last) = (view.from + after, view.until + after);
            while let Some(begins) = window.first(at, true).filter(|begins| *begins < last) {
                let Some(left) = self.left.checked_sub(1) else {
                    unknown = view.whole();
                    break 'pages;
                };
                self.left = left;
                at = window.first(begins, false).unwrap_or(Instant::MAX).min(last);
                disturbed.add((begins - after, at - after));
                if at >= last {
                    break;
                }
            }
        }
        CellVerdict { fails: disturbed.finish(), unknown }
    }

    fn reached(&mut self, view: &CellView<'_>) -> CellVerdict {
        view.each_beat(true, |beat| match beat {
            Beat::Entered(place) => drop(self.met.insert((place, None))),
            Beat::Branched(place, side) => drop(self.met.insert((place, Some(side)))),
            Beat::Paged(_) => {}
        });
        if view.known_until.is_none() { HOLDS } else { unknown(view.whole()) }
    }

    /// `not_louder_than`, once all cells of all priorities are there.
    fn compare(&mut self) {
        let levels = std::mem::take(&mut self.levels);
        if self.expectation.expect != Expect::NotLouderThan {
            return;
        }
        // Each is compared with others: where one is not known, nothing is.
        let mut given_up = Ruling::new(Vec::new());
        let mut all = BTreeSet::new();
        for ((class, _), ruling) in levels.iter().zip(std::mem::take(&mut self.rulings)) {
            let times = ruling.unknown.finish();
            if !times.is_empty() {
                all.extend(class.iter().cloned());
            }
            times.into_iter().for_each(|time| given_up.unknown.add(time));
        }
        if self.is_given_up {
            let listed = self.index.world().priorities.iter().map(|priority| priority.id.clone());
            all.extend(listed.filter(|id| !id.is_empty()));
            given_up.priorities = self.of(&all.into_iter().collect::<Vec<_>>());
        }
        self.rulings.push(given_up);
        let mut left = MAX_COMPARED;
        if self.expectation.pairs.is_none() && !self.index.world().knows_priority_order() {
            self.compare_in_any_order(&levels, &mut left);
        } else {
            self.compare_pairs(&levels, &mut left);
        }
    }

    fn compare_pairs(&mut self, levels: &[(Vec<String>, Vec<TimedInterval<PagingProfile>>)], left: &mut usize) {
        let priorities = &self.index.world().priorities;
        let next = priorities.iter().zip(priorities.iter().skip(1));
        let next = || next.map(|(high, low)| (low.id.clone(), high.id.clone())).collect();
        let pairs: Vec<(String, String)> = self.expectation.pairs.clone().unwrap_or_else(next);
        let mut class_of: BTreeMap<&str, usize> = BTreeMap::new();
        for (position, (class, _)) in levels.iter().enumerate().filter(|(_, (_, heard))| !heard.is_empty()) {
            for id in class {
                class_of.entry(id).or_insert(position);
            }
        }
        let wanted: Option<BTreeSet<&String>> =
            self.expectation.priorities.as_ref().map(|wanted| wanted.iter().collect());
        // What is said of two classes is said of each two of their priorities.
        let mut compared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (low, high) in &pairs {
            if low == high || wanted.as_ref().is_some_and(|wanted| !wanted.contains(low)) || !seen.insert((low, high)) {
                continue;
            }
            self.priorities.insert(low.clone());
            let (Some(of_low), Some(of_high)) = (class_of.get(low.as_str()), class_of.get(high.as_str())) else {
                continue;
            };
            // Priorities that nothing tells apart are equally loud.
            if of_low == of_high {
                self.not_alike(vec![low.clone()], levels.get(*of_low));
                continue;
            }
            if let Some(ruling) = compared.get(&(*of_low, *of_high)).and_then(|known| self.rulings.get_mut(*known)) {
                ruling.priorities.push(low.clone());
                continue;
            }
            let (Some((_, lows)), Some((_, highs))) = (levels.get(*of_low), levels.get(*of_high)) else { continue };
            let ruling = self.rulings.len();
            compared.insert((*of_low, *of_high), ruling);
            self.rulings.push(Ruling::new(vec![low.clone()]));
            let until = overlaps(lows, highs, left, |both, one, other| {
                let said = one.what.is_louder(&other.what, both);
                // What was assumed of either is what the counterexample needs.
                self.record(ruling, both, said, || {
                    let mut assumed = one.assumed.clone();
                    assumed.add(&other.assumed);
                    assumed
                });
            });
            self.not_compared(ruling, until, lows);
        }
    }

    /// The same where it is not known which of two priorities is the higher: it holds where neither is louder than the
    /// other, and cannot be said elsewhere.
    fn compare_in_any_order(&mut self, levels: &[(Vec<String>, Vec<TimedInterval<PagingProfile>>)], left: &mut usize) {
        for (position, (class, ones)) in levels.iter().enumerate().filter(|(_, (_, heard))| !heard.is_empty()) {
            let low = if class.is_empty() { Vec::new() } else { self.of(class) };
            self.priorities.extend(low.iter().cloned());
            if low.is_empty() {
                continue;
            }
            let ruling = self.rulings.len();
            self.rulings.push(Ruling::new(low));
            for (other_position, (_, others)) in levels.iter().enumerate() {
                if position == other_position {
                    if class.len() > 1 || class.iter().any(|id| self.index.world().is_other_priority(id)) {
                        self.not_alike(self.of(class), levels.get(position));
                    }
                    continue;
                }
                let until = overlaps(ones, others, left, |both, one, other| {
                    let CellVerdict { fails, unknown } = one.what.is_louder(&other.what, both);
                    let said = self::unknown(merge_overlapping(fails.into_iter().chain(unknown).collect()));
                    self.record(ruling, both, said, || one.assumed.clone());
                });
                self.not_compared(ruling, until, ones);
            }
        }
    }

    /// Of priorities that nothing is known to tell apart a condition may hold for one and not for another, where it is not
    /// known what it compares with; and so may what comes where nobody knows what follows: a path, a template or a step
    /// that is not known may ask for the priority. Then it is not known which of them is the louder. Who is on call does not
    /// depend on it, whether that is known or not.
    fn not_alike(&mut self, priorities: Vec<String>, of: Option<&(Vec<String>, Vec<TimedInterval<PagingProfile>>)>) {
        let world = self.index.world();
        let is_open = |condition: &Condition| condition.is_open_for_each_priority(world);
        let nodes = || self.path.plans().iter().flat_map(|plan| &plan.nodes);
        let asks =
            nodes().any(|node| matches!(&node.kind, Kind::Branch(branch) if branch.conditions.iter().any(is_open)));
        let has_unknown = nodes().any(|node| matches!(node.kind, Kind::Undecidable(_)));
        if !asks && !has_unknown {
            return;
        }
        let mut ruling = Ruling::new(priorities);
        let undecided = |one: &&TimedInterval<PagingProfile>| {
            has_unknown && !one.what.is_known()
                || asks && one.assumed.conditions.keys().any(|(_, time)| *time == Time::ALWAYS)
        };
        for one in of.iter().flat_map(|(_, heard)| heard).filter(undecided) {
            ruling.unknown.add((one.from, one.until));
        }
        self.rulings.push(ruling);
    }

    /// From an instant on not all ways were compared.
    fn not_compared(&mut self, ruling: usize, from: Option<Instant>, of: &[TimedInterval<PagingProfile>]) {
        let (Some(from), Some(last)) = (from, of.last()) else { return };
        self.is_given_up = true;
        self.is_cut = true;
        if let Some(ruling) = self.rulings.get_mut(ruling) {
            ruling.unknown.add((from, last.until));
        }
    }

    /// The nodes of the path itself that were never met, and branches of which one side never was.
    fn never(&self) -> Vec<String> {
        let Some(plan) = self.path.plan(0) else { return Vec::new() };
        let mut never = Vec::new();
        for (position, node) in (0_u32..).zip(&plan.nodes) {
            let place = Place(0, position);
            let sides = [Branch::Then, Branch::Else];
            let one_sided = matches!(node.kind, Kind::Branch(_))
                && sides.iter().any(|side| !self.met.contains(&(place, Some(*side))));
            if !self.met.contains(&(place, None)) || one_sided {
                never.push(node.id.to_string());
            }
        }
        never
    }

    pub(super) fn finish(mut self) -> JudgeResult {
        self.compare();
        let needs_all = self.expectation.expect == Expect::EveryNodeReachable;
        let never = if needs_all { self.never() } else { Vec::new() };
        let mut rulings = self.rulings;
        if needs_all && never.is_empty() && self.path.knows_nodes() {
            // What is reached somewhere is reached, whatever is not known elsewhere.
            rulings.iter_mut().for_each(|ruling| ruling.unknown = Times::default());
        }
        self.priorities.extend(rulings.iter().flat_map(|ruling| ruling.priorities.iter().cloned()));
        JudgeResult {
            expectation: self.expectation.clone(),
            is_empty: self.priorities.is_empty(),
            priorities: self.priorities.into_iter().filter(|id| !id.is_empty()).collect(),
            rulings,
            depends: self.depends,
            never,
            example: self.example,
            needs_all: needs_all || self.is_given_up,
            is_cut: self.is_cut || self.left == 0,
        }
    }
}

/// Whether two levels that page somebody, one after the other, page one and the same person only.
fn repeats_a_person(view: &CellView<'_>) -> bool {
    let mut before: Option<(Place, &Id)> = None;
    let mut now: Option<(Place, Vec<&Id>)> = None;
    let mut found = false;
    view.each_beat(false, |beat| match beat {
        Beat::Entered(place) => {
            found |= settle(&mut before, now.take());
            now = Some((place, Vec::new()));
        }
        Beat::Paged(user) => {
            if let Some((_, users)) = &mut now
                && !users.contains(&user)
            {
                users.push(user);
            }
        }
        Beat::Branched(..) => {}
    });
    found | settle(&mut before, now)
}

/// Compares a level that is left with the last that paged one person only.
fn settle<'a>(before: &mut Option<(Place, &'a Id)>, now: Option<(Place, Vec<&'a Id>)>) -> bool {
    let Some((place, users)) = now else { return false };
    match users.as_slice() {
        [] => false,
        [one] => {
            // Going back to the level itself is what a repeat is for.
            let same = before.is_some_and(|(other, user)| user == *one && other != place);
            *before = Some((place, one));
            same
        }
        _ => {
            *before = None;
            false
        }
    }
}

/// Some intervals, sorted and apart, without what others have of them.
fn without(some: &[(Instant, Instant)], others: Intervals) -> Intervals {
    let others = merge_overlapping(others);
    let mut left = Vec::new();
    for (from, until) in some {
        let mut at = *from;
        let first = others.partition_point(|(_, end)| end <= from);
        for (begin, end) in others.iter().skip(first).take_while(|(begin, _)| begin < until) {
            if at < *begin {
                left.push((at, *begin));
            }
            at = at.max(*end);
        }
        if at < *until {
            left.push((at, *until));
        }
    }
    left
}

/// Whether two lists of intervals, each sorted and apart, have an instant in common.
fn overlap(some: &[(Instant, Instant)], others: &[(Instant, Instant)]) -> bool {
    some.iter().any(|(from, until)| {
        let first = others.partition_point(|(_, end)| end <= from);
        others.get(first).is_some_and(|(begin, _)| begin < until)
    })
}
