//! Each expectation as a question about a cell.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::Cell;
use super::expectation::{Expect, Expectation};
use super::{During, Found};
use crate::calendar::Hours;
use crate::compile::{CompiledPath, Kind, Loud, Place};
use crate::index::{Id, Index};
use crate::instant::{Instant, Seconds};
use crate::machine::{Outcome, What};
use crate::read::ReadError;
use crate::scenario::Branch;

/// Intervals within a cell.
type Intervals = Vec<(Instant, Instant)>;

/// What can be said of a cell.
struct Said {
    /// The expectation fails when the alert fires in these intervals.
    fails: Intervals,
    /// Whether it holds otherwise, or the run cannot be followed far enough to say.
    rest_is_known: bool,
}

const HOLDS: Said = Said { fails: Vec::new(), rest_is_known: true };
const UNKNOWN: Said = Said { fails: Vec::new(), rest_is_known: false };

/// It fails in these intervals and holds otherwise.
fn fails(fails: Intervals) -> Said {
    Said { fails, rest_is_known: true }
}

/// An instant of a run: so long after the alert, or fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Time {
    /// For an alert at the begin of the cell.
    at: Instant,
    /// Whether it moves with the alert.
    moves: bool,
}

/// A page to a person.
struct Page<'a> {
    user: &'a Id,
    loud: Loud,
    time: Time,
}

/// A cell as far as expectations ask about it.
struct View<'a> {
    cell: &'a Cell,
    /// All pages to people, in order.
    pages: Vec<Page<'a>>,
    /// The last thing that is known, if the run cannot be followed to its end.
    known_until: Option<Time>,
    end: Time,
}

impl<'a> View<'a> {
    fn new(cell: &'a Cell) -> Self {
        let timed = || cell.run.steps.iter().zip(&cell.moves);
        let pages = timed().filter_map(|(step, moves)| match &step.what {
            What::Paged { user, urgency, .. } => {
                Some(Page { user, loud: *urgency, time: Time { at: step.at, moves: *moves } })
            }
            _ => None,
        });
        let last = timed()
            .next_back()
            .map_or(Time { at: cell.from, moves: true }, |(step, moves)| Time { at: step.at, moves: *moves });
        let unknown = matches!(cell.run.outcome, Outcome::Undecided | Outcome::BeyondEntries | Outcome::CutOff);
        Self { cell, pages: pages.collect(), known_until: unknown.then_some(last), end: last }
    }

    /// The first page to each person, in order.
    fn people(&self) -> Vec<&Page<'a>> {
        let mut people: Vec<&Page<'a>> = Vec::new();
        for page in &self.pages {
            if people.iter().all(|known| known.user != page.user) {
                people.push(page);
            }
        }
        people
    }

    fn whole(&self) -> Intervals {
        vec![(self.cell.from, self.cell.until)]
    }

    /// When the alert must fire for `time` to come more than `seconds` after it.
    fn later_than(&self, time: Time, seconds: Seconds) -> Intervals {
        if time.moves {
            return if time.at - self.cell.from > seconds { self.whole() } else { Vec::new() };
        }
        interval(self.cell.from, self.cell.until.min(time.at - seconds))
    }

    /// When the alert must fire for `time` to come less than `seconds` after it.
    fn sooner_than(&self, time: Time, seconds: Seconds) -> Intervals {
        if time.moves {
            return if time.at - self.cell.from < seconds { self.whole() } else { Vec::new() };
        }
        interval(self.cell.from.max(time.at - seconds + 1), self.cell.until)
    }

    /// That something comes within `seconds`: `first` is the first time that it does.
    fn within(&self, first: Option<Time>, seconds: Seconds) -> Said {
        match (first, self.known_until) {
            (Some(time), _) => fails(self.later_than(time, seconds)),
            (None, None) => fails(self.whole()),
            // What is known goes on for long enough to say that it does not come in time.
            (None, Some(known)) if self.later_than(known, seconds) == self.whole() => fails(self.whole()),
            (None, Some(_)) => UNKNOWN,
        }
    }
}

fn interval(from: Instant, until: Instant) -> Intervals {
    if from < until { vec![(from, until)] } else { Vec::new() }
}

/// An expectation being judged.
pub(super) struct Judge<'a> {
    expectation: &'a Expectation,
    path: &'a CompiledPath,
    index: &'a Index,
    quiet: Option<Hours>,
    /// `covered_by`: who counts.
    members: BTreeSet<&'a str>,
    priorities: BTreeSet<String>,
    refuted: Vec<During>,
    unknown: Vec<During>,
    example: Option<(Option<String>, Instant, BTreeMap<String, Branch>)>,
    /// `every_node_reachable`: the nodes and the sides of branches that were met.
    met: BTreeSet<(Place, Option<Branch>)>,
    /// `not_louder_than`: by a priority of each class, what was seen in each cell.
    levels: Vec<(Vec<String>, Vec<Heard>)>,
}

/// How an alert makes itself heard, for the comparison of priorities.
struct Heard {
    from: Instant,
    until: Instant,
    first: Option<Time>,
    loudest: Option<Loud>,
    people: usize,
    is_known: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        expectation: &'a Expectation,
        path: &'a CompiledPath,
        index: &'a Index,
    ) -> Result<Self, ReadError> {
        expectation.check()?;
        let quiet = expectation.quiet()?;
        let known = |id: &String| index.world().priorities.iter().any(|priority| priority.id == *id);
        let named = expectation.priorities.iter().flatten();
        let paired = expectation.pairs.iter().flatten().flat_map(|(low, high)| [low, high]);
        if let Some(unknown) = named.chain(paired).find(|id| !known(id)) {
            return Err(ReadError::new("priorities", format!("the world has no priority `{unknown}`")));
        }
        let mut members = BTreeSet::new();
        if let Some(id) = &expectation.schedule {
            let schedule = index.world().schedules.iter().find(|schedule| schedule.id == *id);
            let schedule =
                schedule.ok_or_else(|| ReadError::new("schedule", format!("the world has no schedule `{id}`")))?;
            members.extend(schedule.rotas.iter().flat_map(|rota| rota.user_ids.iter().map(String::as_str)));
            members.extend(schedule.entries.iter().filter_map(|entry| entry.user_id.as_deref()));
        }
        Ok(Self {
            expectation,
            path,
            index,
            quiet,
            members,
            priorities: BTreeSet::new(),
            refuted: Vec::new(),
            unknown: Vec::new(),
            example: None,
            met: BTreeSet::new(),
            levels: Vec::new(),
        })
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

    /// Nothing is known of a time.
    pub(super) fn unknown(&mut self, class: &[String], from: Instant, until: Instant) {
        for priority_id in self.of(class) {
            self.priorities.insert(priority_id.clone());
            self.unknown.push(During { from, until, priority_id });
        }
    }

    /// Looks at one cell of the priorities of a class.
    pub(super) fn cell(&mut self, class: &[String], cell: &Cell) {
        let priorities = self.of(class);
        let Some(first) = priorities.first().cloned() else { return };
        let view = View::new(cell);
        let said = match self.expectation.expect {
            Expect::EveryNodeReachable => self.reached(cell),
            Expect::NotLouderThan => {
                self.hear(class, &view);
                HOLDS
            }
            _ => self.ask(&view),
        };
        self.priorities.extend(priorities.iter().cloned());
        let mut known_until = cell.from;
        for (from, until) in said.fails {
            if self.example.is_none() {
                let priority = (!first.is_empty()).then(|| first.clone());
                self.example = Some((priority, from, cell.assumed.clone()));
            }
            let during = |priority_id: &String| During { from, until, priority_id: priority_id.clone() };
            self.refuted.extend(priorities.iter().map(during));
            if !said.rest_is_known && known_until < from {
                self.unknown(class, known_until, from);
            }
            known_until = until;
        }
        if !said.rest_is_known && known_until < cell.until {
            self.unknown(class, known_until, cell.until);
        }
    }

    fn ask(&self, view: &View<'_>) -> Said {
        let seconds = self.expectation.seconds.unwrap_or_default();
        let people = self.expectation.people.unwrap_or_default();
        match self.expectation.expect {
            Expect::PagesSomeone => match (view.pages.is_empty(), view.known_until) {
                (false, _) => HOLDS,
                (true, None) => fails(view.whole()),
                (true, Some(_)) => UNKNOWN,
            },
            Expect::FirstPageWithin => {
                let counts = |page: &&Page<'_>| self.expectation.urgency.is_none_or(|urgency| page.loud == urgency);
                view.within(view.pages.iter().find(counts).map(|page| page.time), seconds)
            }
            Expect::ReachesPeopleWithin => {
                let last = people.checked_sub(1);
                let Some(last) = last else { return HOLDS };
                view.within(view.people().get(last).map(|page| page.time), seconds)
            }
            Expect::CoveredBy => {
                let first = view.pages.iter().find(|page| self.members.contains(&**page.user));
                view.within(first.map(|page| page.time), seconds)
            }
            Expect::AtMostPeopleBefore => match (view.people().get(people), view.known_until) {
                (Some(one_too_many), _) => fails(view.sooner_than(one_too_many.time, seconds)),
                (None, Some(known)) if !view.sooner_than(known, seconds).is_empty() => UNKNOWN,
                (None, _) => HOLDS,
            },
            Expect::EndsWithin => match (view.cell.run.outcome, view.known_until) {
                (Outcome::WaitsForever, _) => fails(view.whole()),
                (_, None) => fails(view.later_than(view.end, seconds)),
                (_, Some(known)) if view.later_than(known, seconds) == view.whole() => fails(view.whole()),
                (_, Some(_)) => UNKNOWN,
            },
            Expect::NoSinglePerson => match (view.people().len(), view.known_until) {
                (1, None) => fails(view.whole()),
                (0 | 1, Some(_)) => UNKNOWN,
                _ => HOLDS,
            },
            Expect::NoConsecutiveSamePerson => {
                if repeats_a_person(view.cell) {
                    fails(view.whole())
                } else if view.known_until.is_some() {
                    UNKNOWN
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
        let length = view.cell.until - view.cell.from;
        let mut disturbed = Vec::new();
        for page in &view.pages {
            if self.expectation.urgency.is_some_and(|urgency| page.loud != urgency) {
                continue;
            }
            if !page.time.moves {
                if window.is_active(page.time.at) {
                    return fails(view.whole());
                }
                continue;
            }
            // The page moves through the cell's length.
            let last = page.time.at + length;
            let mut at = page.time.at;
            while let Some(begins) = window.first(at, true).filter(|begins| *begins < last) {
                let ends = window.first(begins, false).unwrap_or(Instant::MAX).min(last);
                let fired = |page_at: Instant| view.cell.from + (page_at - page.time.at);
                disturbed.extend(interval(fired(begins), fired(ends)));
                at = ends;
                if at >= last {
                    break;
                }
            }
        }
        // Beyond what is known there may be more.
        Said { fails: joined(disturbed), rest_is_known: view.known_until.is_none() }
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
        if matches!(cell.run.outcome, Outcome::Undecided | Outcome::BeyondEntries | Outcome::CutOff) {
            return UNKNOWN;
        }
        HOLDS
    }

    fn hear(&mut self, class: &[String], view: &View<'_>) {
        let heard = Heard {
            from: view.cell.from,
            until: view.cell.until,
            first: view.pages.first().map(|page| page.time),
            loudest: view.pages.iter().map(|page| page.loud).max(),
            people: view.people().len(),
            is_known: view.known_until.is_none(),
        };
        match self.levels.iter_mut().find(|(known, _)| known == class) {
            Some((_, all)) => all.push(heard),
            None => self.levels.push((class.to_vec(), vec![heard])),
        }
    }

    /// `not_louder_than`, once all cells of all priorities are there.
    fn compare(&mut self) {
        let world = self.index.world();
        let next: Vec<(String, String)> = world
            .priorities
            .iter()
            .zip(world.priorities.iter().skip(1))
            .map(|(high, low)| (low.id.clone(), high.id.clone()))
            .collect();
        let pairs = self.expectation.pairs.clone().unwrap_or(next);
        let levels = std::mem::take(&mut self.levels);
        let of = |id: &String| levels.iter().find(|(class, _)| class.contains(id)).map(|(_, heard)| heard);
        for (low, high) in pairs {
            let (Some(lows), Some(highs)) = (of(&low), of(&high)) else { continue };
            // Priorities that nothing tells apart are equally loud.
            if std::ptr::eq(lows, highs) {
                continue;
            }
            let mut begin = 0;
            for low_cell in lows {
                while highs.get(begin).is_some_and(|high_cell| high_cell.until <= low_cell.from) {
                    begin += 1;
                }
                let overlapping = highs.iter().skip(begin).take_while(|high_cell| high_cell.from < low_cell.until);
                for high_cell in overlapping {
                    let (from, until) = (low_cell.from.max(high_cell.from), low_cell.until.min(high_cell.until));
                    if from >= until {
                        continue;
                    }
                    for (from, until) in louder(low_cell, high_cell, from, until) {
                        if self.example.is_none() {
                            self.example = Some((Some(low.clone()), from, BTreeMap::new()));
                        }
                        self.refuted.push(During { from, until, priority_id: low.clone() });
                    }
                    if !low_cell.is_known || !high_cell.is_known {
                        self.unknown.push(During { from, until, priority_id: low.clone() });
                    }
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
            unknown: self.unknown,
            never,
            example: self.example,
            needs_all,
        }
    }
}

/// When, between two instants, the lower of two priorities is louder.
fn louder(low: &Heard, high: &Heard, from: Instant, until: Instant) -> Intervals {
    if low.loudest > high.loudest || low.people > high.people {
        return vec![(from, until)];
    }
    let (Some(one), Some(other)) = (low.first, high.first) else { return Vec::new() };
    // How long after the alert, which is a line that is level, or falls by a second each second.
    let delay = |time: Time, begin: Instant, fired: Instant| time.at - if time.moves { begin } else { fired };
    let sooner = |fired: Instant| delay(one, low.from, fired) < delay(other, high.from, fired);
    match (one.moves, other.moves) {
        (true, true) | (false, false) => {
            if sooner(from) {
                vec![(from, until)]
            } else {
                Vec::new()
            }
        }
        // The lower one's falls below the higher one's at some instant and stays there.
        (false, true) => interval(from.max(one.at - (other.at - high.from) + 1), until),
        (true, false) => interval(from, until.min(other.at - (one.at - low.from))),
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

/// Sorted, with what touches joined.
fn joined(mut intervals: Intervals) -> Intervals {
    intervals.sort_unstable();
    let mut joined: Intervals = Vec::with_capacity(intervals.len());
    for (from, until) in intervals {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}
