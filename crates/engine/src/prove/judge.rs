//! Each expectation as a question about a cell.

use std::collections::BTreeSet;

use super::cells::{Cell, Time};
use super::expectation::{Expect, Expectation};
use super::loudness::Heard;
use super::view::{HOLDS, Intervals, Page, Said, View, fails, unknown};
use super::{During, Found};
use crate::calendar::Hours;
use crate::compile::{CompiledPath, Kind, Place};
use crate::index::{Id, Index};
use crate::instant::Instant;
use crate::machine::{Outcome, What};
use crate::read::ReadError;
use crate::scenario::Branch;
use crate::stretch::{Assumed, Stretch, joined, overlaps};

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
    refuted: Vec<During>,
    /// Whether some alert may go either way.
    depends: bool,
    /// What was said of each way in which the alert may go that was looked at last: its priority, and when it fires.
    ways: Option<(String, Instant, Vec<Said>)>,
    unknown: Vec<During>,
    example: Option<(Option<String>, Instant, Assumed)>,
    /// `every_node_reachable`: the nodes and the sides of branches that were met.
    met: BTreeSet<(Place, Option<Branch>)>,
    /// `not_louder_than`: by a priority of each class, what was seen in each cell.
    levels: Vec<(Vec<String>, Vec<Stretch<Heard>>)>,
}

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
            refuted: Vec::new(),
            depends: false,
            ways: None,
            unknown: Vec::new(),
            example: None,
            met: BTreeSet::new(),
            levels: Vec::new(),
        })
    }

    /// Whether the cells in which levels decline are looked at too.
    pub(super) fn with_declines(&self) -> bool {
        self.expectation.with_declines
    }

    /// Those priorities of a class that the expectation is about.
    fn of(&self, class: &[String]) -> Vec<String> {
        let wanted = |id: &&String| self.expectation.priorities.as_ref().is_none_or(|wanted| wanted.contains(id));
        if class.is_empty() && self.expectation.priorities.is_none() {
            // Alerts without a priority.
            return vec![String::new()];
        }
        class.iter().filter(wanted).cloned().collect()
    }

    /// Nothing is known of a time, because it takes too much work to find out.
    pub(super) fn given_up(&mut self, class: &[String], from: Instant, until: Instant) {
        self.is_given_up = true;
        let all: Vec<String>;
        let class = match self.expectation.expect {
            // Each is compared with others.
            Expect::NotLouderThan => {
                let listed = self.index.world().priorities.iter().map(|priority| priority.id.clone());
                all = listed.chain(class.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect();
                &all
            }
            _ => class,
        };
        let priorities = self.of(class);
        self.priorities.extend(priorities.iter().cloned());
        self.record(&priorities, (from, until), unknown(vec![(from, until)]), &Assumed::default());
    }

    /// Looks at one cell of the priorities of a class.
    pub(super) fn cell(&mut self, class: &[String], view: &View<'_>) {
        if self.expectation.expect == Expect::NotLouderThan {
            // Also of those with which others are compared.
            self.hear(class, view);
            return;
        }
        let priorities = self.of(class);
        if priorities.is_empty() {
            return;
        }
        let said = match self.expectation.expect {
            Expect::EveryNodeReachable => self.reached(view.cell),
            _ => self.ask(view),
        };
        if let (false, Some(first)) = (self.depends, priorities.first()) {
            self.compare_ways(first, view.cell, &said);
        }
        self.priorities.extend(priorities.iter().cloned());
        self.record(&priorities, (view.cell.from, view.cell.until), said, &view.cell.assumed);
    }

    /// Whether one and the same alert fails by one way and holds by another. Its ways follow one another.
    fn compare_ways(&mut self, priority: &str, cell: &Cell, said: &Said) {
        if cell.assumed == Assumed::default() {
            return;
        }
        match &mut self.ways {
            Some((of, from, ways)) if of == priority && *from == cell.from => {
                self.depends = ways.iter().any(|other| said.contradicts(other) || other.contradicts(said));
                ways.push(said.clone());
            }
            ways => *ways = Some((priority.to_string(), cell.from, vec![said.clone()])),
        }
    }

    /// Keeps what was said of alerts of some priorities that fire between two instants.
    fn record(&mut self, priorities: &[String], (begin, end): (Instant, Instant), said: Said, assumed: &Assumed) {
        let during = |from, until| {
            let of = move |priority_id: &String| During { from, until, priority_id: priority_id.clone() };
            priorities.iter().map(of)
        };
        for (from, until) in &said.fails {
            if let (None, Some(first)) = (&self.example, priorities.first()) {
                let priority = (!first.is_empty()).then(|| first.clone());
                self.example = Some((priority, *from, assumed.clone()));
            }
            self.refuted.extend(during(*from, *until));
        }
        for (from, until) in without(&said.unknown, said.fails) {
            self.unknown.extend(during(from.max(begin), until.min(end)));
        }
    }

    fn ask(&self, view: &View<'_>) -> Said {
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
            Expect::EndsWithin => match (view.cell.run.outcome, view.known_until) {
                (Outcome::WaitsForever, _) => fails(view.whole()),
                (_, None) => fails(view.later_than(view.end, seconds)),
                (_, Some(known)) => Said { fails: view.later_than(known, seconds), unknown: view.whole() },
            },
            Expect::NoSinglePerson => match (view.people.len(), view.known_until) {
                (1, None) => fails(view.whole()),
                (0 | 1, Some(_)) => unknown(view.whole()),
                _ => HOLDS,
            },
            Expect::NoConsecutiveSamePerson => {
                if repeats_a_person(view.cell) {
                    fails(view.whole())
                } else if view.known_until.is_some() {
                    unknown(view.whole())
                } else {
                    HOLDS
                }
            }
            Expect::QuietHours => self.quiet(view),
            Expect::EveryNodeReachable | Expect::NotLouderThan => HOLDS,
        }
    }

    /// When the alert must fire for a page to fall into the window.
    fn quiet(&self, view: &View<'_>) -> Said {
        let Some(window) = &self.quiet else { return HOLDS };
        let mut disturbed = Vec::new();
        for page in &view.pages {
            if self.expectation.urgency.is_some_and(|urgency| page.loud != urgency) {
                continue;
            }
            let after = match page.time {
                Time::At(at) if window.is_active(at) => return fails(view.whole()),
                Time::At(_) => continue,
                Time::After(after) => after,
            };
            // The page moves through the cell's length.
            let (mut at, last) = (view.cell.from + after, view.cell.until + after);
            while let Some(begins) = window.first(at, true).filter(|begins| *begins < last) {
                at = window.first(begins, false).unwrap_or(Instant::MAX).min(last);
                disturbed.push((begins - after, at - after));
                if at >= last {
                    break;
                }
            }
        }
        // Beyond what is known there may be more.
        let unknown = if view.known_until.is_some() { view.whole() } else { Vec::new() };
        Said { fails: joined(disturbed), unknown }
    }

    fn reached(&mut self, cell: &Cell) -> Said {
        for step in &cell.run.steps {
            let Some(place) = step.place else { continue };
            match step.what {
                What::Entered => self.met.insert((place, None)),
                What::Branched(side) => self.met.insert((place, Some(side))),
                _ => continue,
            };
        }
        if cell.run.outcome.is_known() { HOLDS } else { unknown(vec![(cell.from, cell.until)]) }
    }

    fn hear(&mut self, class: &[String], view: &View<'_>) {
        match self.levels.iter_mut().find(|(known, _)| known == class) {
            Some((_, all)) => all.push(Heard::new(view)),
            None => self.levels.push((class.to_vec(), vec![Heard::new(view)])),
        }
    }

    /// `not_louder_than`, once all cells of all priorities are there.
    fn compare(&mut self) {
        if self.expectation.pairs.is_none() && !self.index.world().knows_priority_order() {
            return self.compare_in_any_order();
        }
        let priorities = &self.index.world().priorities;
        let next = priorities.iter().zip(priorities.iter().skip(1));
        let next = || next.map(|(high, low)| (low.id.clone(), high.id.clone())).collect();
        let pairs: Vec<(String, String)> = self.expectation.pairs.clone().unwrap_or_else(next);
        let levels = std::mem::take(&mut self.levels);
        let of = |id: &String| levels.iter().find(|(class, _)| class.contains(id)).map(|(_, heard)| heard);
        for (low, high) in pairs {
            let wanted = self.expectation.priorities.as_ref().is_none_or(|wanted| wanted.contains(&low));
            if low == high || !wanted {
                continue;
            }
            self.priorities.insert(low.clone());
            let (Some(lows), Some(highs)) = (of(&low), of(&high)) else { continue };
            // Priorities that nothing tells apart are equally loud.
            if std::ptr::eq(lows, highs) {
                continue;
            }
            for (both, one, other) in overlaps(lows, highs) {
                // What was assumed of either is what the counterexample needs.
                let mut assumed = one.assumed.clone();
                assumed.add(&other.assumed);
                let said = one.what.is_louder(&other.what, both);
                self.record(std::slice::from_ref(&low), both, said, &assumed);
            }
        }
    }

    /// The same where it is not known which of two priorities is the higher: it holds where neither is louder than the
    /// other, and cannot be said elsewhere.
    fn compare_in_any_order(&mut self) {
        let levels = std::mem::take(&mut self.levels);
        for (position, (class, ones)) in levels.iter().enumerate() {
            let low = if class.is_empty() { Vec::new() } else { self.of(class) };
            self.priorities.extend(low.iter().cloned());
            for (other_position, (_, others)) in levels.iter().enumerate() {
                if low.is_empty() || position == other_position {
                    continue;
                }
                for (both, one, other) in overlaps(ones, others) {
                    let Said { fails, unknown } = one.what.is_louder(&other.what, both);
                    let said = self::unknown(joined(fails.into_iter().chain(unknown).collect()));
                    self.record(&low, both, said, &one.assumed);
                }
            }
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

    pub(super) fn finish(mut self) -> Found {
        self.compare();
        let needs_all = self.expectation.expect == Expect::EveryNodeReachable;
        let never = if needs_all { self.never() } else { Vec::new() };
        if needs_all && never.is_empty() {
            // What is reached somewhere is reached, whatever is not known elsewhere.
            self.unknown.clear();
        }
        Found {
            expectation: self.expectation.clone(),
            is_empty: self.priorities.is_empty(),
            priorities: self.priorities.into_iter().filter(|id| !id.is_empty()).collect(),
            refuted: self.refuted,
            depends: self.depends,
            unknown: self.unknown,
            never,
            example: self.example,
            needs_all: needs_all || self.is_given_up,
        }
    }
}

/// Whether two levels that page somebody, one after the other, page one and the same person only.
fn repeats_a_person(cell: &Cell) -> bool {
    let mut before: Option<(Place, &Id)> = None;
    let mut now: Option<(Place, Vec<&Id>)> = None;
    let mut found = false;
    for step in &cell.run.steps {
        match (&step.what, step.place) {
            (What::Entered, Some(place)) => {
                found |= settle(&mut before, now.take());
                now = Some((place, Vec::new()));
            }
            (What::Paged { user, .. }, _) => {
                if let Some((_, users)) = &mut now
                    && !users.contains(&user)
                {
                    users.push(user);
                }
            }
            _ => {}
        }
    }
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

/// Some intervals without what others have of them.
fn without(some: &[(Instant, Instant)], others: Intervals) -> Intervals {
    let others = joined(others);
    let mut left = Vec::new();
    for (from, until) in some {
        let mut at = *from;
        for (begin, end) in others.iter().filter(|(begin, end)| begin < until && from < end) {
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
