//! Stretches of time: joined where they touch, and compared where they overlap.

use std::collections::{BTreeMap, BTreeSet};

use crate::index::Id;
use crate::instant::{Instant, Seconds, merge_overlapping};
use crate::scenario::{Branch, Response, Scenario, Visits};

/// When something of a cell's run happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Time {
    /// So long after the alert, whenever in the cell it fires.
    After(Seconds),
    /// At this instant, whenever in the cell the alert fires.
    At(Instant),
}

impl Time {
    /// The time of what is the same as long as the run lasts.
    pub(crate) const ALWAYS: Self = Self::After(Seconds::MIN);
}

/// What is assumed of a run beyond its alert.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assumed {
    /// Which way is taken at branches that cannot be decided, by node id, whenever the walk comes there.
    pub branches: BTreeMap<String, Branch>,
    /// The same for one visit and not another.
    pub branch_visits: Visits,
    /// What that means: the conditions that cannot be decided, with the time at which each is asked.
    pub conditions: BTreeMap<(Id, Time), Assumption>,
    /// Whether everybody who is paged on a level declines at once, by the level's node id and how often it was entered.
    pub declines: BTreeMap<(String, usize), bool>,
    /// The same as a scenario has it.
    pub responses: Vec<Response>,
}

/// What is assumed of a condition at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// Whether it holds.
    pub side: Branch,
    /// The id of a branch that asks it then.
    pub node: String,
    /// For the how-manieth time the walk comes to that branch, from 1.
    pub visit: usize,
}

impl Assumed {
    /// How much it takes to say it: the number of the things that are assumed.
    pub(crate) fn size(&self) -> usize {
        let visits: usize = self.branch_visits.values().map(Vec::len).sum();
        1 + self.branches.len() + visits + self.conditions.len() + self.declines.len() + self.responses.len()
    }

    /// A scenario in which it is so.
    #[must_use]
    pub fn of(&self, scenario: &Scenario) -> Scenario {
        let (branches, branch_visits) = (self.branches.clone(), self.branch_visits.clone());
        Scenario { branches, branch_visits, responses: self.responses.clone(), ..scenario.clone() }
    }

    /// The same in a few words: what goes one way at each visit is said once.
    #[must_use]
    pub fn in_short(&self) -> (BTreeMap<String, Branch>, Visits) {
        let mut branches = self.branches.clone();
        let mut left = Visits::new();
        for (node, visits) in &self.branch_visits {
            let mut sides = visits.iter().flatten();
            match sides.next() {
                Some(side) if !branches.contains_key(node) && sides.all(|other| other == side) => {
                    branches.insert(node.clone(), *side);
                }
                _ => {
                    left.insert(node.clone(), visits.clone());
                }
            }
        }
        (branches, left)
    }

    /// Assumes what another does, too, as far as nothing else is assumed.
    pub(crate) fn add(&mut self, other: &Self) {
        for (node, side) in &other.branches {
            self.branches.entry(node.clone()).or_insert(*side);
        }
        for (node, visits) in &other.branch_visits {
            for (visit, side) in (1..).zip(visits) {
                if let Some(side) = side
                    && at_visit(&self.branch_visits, node, visit).is_none()
                {
                    set_visit(&mut self.branch_visits, node, visit, *side);
                }
            }
        }
    }

    /// Whether both may be the case at once: what both speak of, they say alike.
    fn fits(&self, other: &Self) -> bool {
        let same = |(asked, one): (&(Id, Time), &Assumption)| {
            other.conditions.get(asked).is_none_or(|of_other| of_other.side == one.side)
        };
        self.conditions.iter().all(same) && fits(&self.declines, &other.declines)
    }
}

/// Which way a branch goes at a visit, counted from 1.
pub(crate) fn at_visit(visits: &Visits, node: &str, visit: usize) -> Option<Branch> {
    visits.get(node)?.get(visit.checked_sub(1)?).copied().flatten()
}

/// Has a branch go one way at a visit, counted from 1.
pub(crate) fn set_visit(visits: &mut Visits, node: &str, visit: usize, side: Branch) {
    let of_node = visits.entry(node.to_string()).or_default();
    if of_node.len() < visit {
        of_node.resize(visit, None);
    }
    if let Some(of_visit) = visit.checked_sub(1).and_then(|position| of_node.get_mut(position)) {
        *of_visit = Some(side);
    }
}

fn fits<K: Ord, V: PartialEq>(one: &BTreeMap<K, V>, other: &BTreeMap<K, V>) -> bool {
    one.iter().all(|(key, value)| other.get(key).is_none_or(|of_other| of_other == value))
}

/// Times, joined now and then, so that they take no more than some times the room of those that are apart.
#[derive(Default)]
pub(crate) struct Times {
    all: Vec<(Instant, Instant)>,
    /// How many were left when they were joined last.
    apart: usize,
}

impl Times {
    pub(crate) fn add(&mut self, (from, until): (Instant, Instant)) {
        match self.all.last_mut() {
            // Most follow one another.
            Some(last) if last.0 <= from && from <= last.1 => last.1 = last.1.max(until),
            _ => self.all.push((from, until)),
        }
        if self.all.len() > 2 * self.apart + 1_000 {
            self.all = merge_overlapping(std::mem::take(&mut self.all));
            self.apart = self.all.len();
        }
    }

    /// All of them, sorted and apart.
    pub(crate) fn finish(self) -> Vec<(Instant, Instant)> {
        merge_overlapping(self.all)
    }
}

/// What is the case from one instant until before another, if things are as assumed.
pub(crate) struct TimedInterval<T> {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) assumed: Assumed,
    pub(crate) what: T,
}

/// How much is compared, at most, to find pairs of stretches that overlap: some seconds of work. Each comparison of two
/// counts 1, and 1 for each thing that is assumed of one of them.
pub(crate) const MAX_COMPARED: usize = 20_000_000;

/// Visits all pairs of stretches that overlap, in order, with the first instant that both have and the first instant after
/// the last. Both lists are in order; nothing is assumed one way in one of a pair and another way in the other.
///
/// `left` is how much may yet be compared. Where it is not enough, not all pairs are visited that begin at the instant
/// that is returned, or later.
pub(crate) fn overlaps<'a, T>(
    one: &'a [TimedInterval<T>],
    other: &'a [TimedInterval<T>],
    left: &mut usize,
    mut each: impl FnMut((Instant, Instant), &'a TimedInterval<T>, &'a TimedInterval<T>),
) -> Option<Instant> {
    let is_same = |a: &TimedInterval<T>, b: &TimedInterval<T>| (a.from, a.until) == (b.from, b.until);
    let mut begin = 0;
    for ones in one.chunk_by(is_same) {
        let Some(a) = ones.first() else { continue };
        begin += other.get(begin..).unwrap_or_default().partition_point(|b| b.until <= a.from);
        let others = other.get(begin..).unwrap_or_default();
        let others = others.get(..others.partition_point(|b| b.from < a.until)).unwrap_or_default();
        let mut pairing = Pairing { ones, others, left, used: BTreeSet::new(), pairs: Vec::new() };
        let mut is_whole = true;
        let mut positions = 0..others.len();
        for of_time in others.chunk_by(is_same) {
            let of_time: Vec<usize> = positions.by_ref().take(of_time.len()).collect();
            is_whole &= pairing.join((0..ones.len()).collect(), &of_time);
        }
        let mut pairs = pairing.pairs;
        pairs.sort_unstable();
        for (a, b) in pairs {
            if let (Some(a), Some(b)) = (ones.get(a), others.get(b)) {
                each((a.from.max(b.from), a.until.min(b.until)), a, b);
            }
        }
        if !is_whole {
            return Some(a.from);
        }
    }
    None
}

/// Something that may be assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked<'a> {
    Condition(&'a (Id, Time)),
    Decline(&'a (String, usize)),
}

impl Assumed {
    fn asked(&self) -> impl Iterator<Item = Asked<'_>> {
        self.conditions.keys().map(Asked::Condition).chain(self.declines.keys().map(Asked::Decline))
    }

    /// What is assumed of it, if anything is.
    fn says(&self, asked: Asked<'_>) -> Option<bool> {
        match asked {
            Asked::Condition(asked) => self.conditions.get(asked).map(|of| of.side == Branch::Then),
            Asked::Decline(of) => self.declines.get(of).copied(),
        }
    }
}

/// The search for pairs of ways that fit: by what both speak of, one thing after the other.
struct Pairing<'a, 'l, T> {
    ones: &'a [TimedInterval<T>],
    others: &'a [TimedInterval<T>],
    left: &'l mut usize,
    /// All that are at hand say the same of these, or nothing.
    used: BTreeSet<Asked<'a>>,
    /// By position.
    pairs: Vec<(usize, usize)>,
}

impl<'a, T> Pairing<'a, '_, T> {
    /// Counts so much; false where it is more than may yet be compared.
    fn compare(&mut self, count: usize) -> bool {
        let left = self.left.checked_sub(count);
        *self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Finds all pairs of some and others; false where there is too much to compare.
    fn join(&mut self, mut some: Vec<usize>, others: &[usize]) -> bool {
        let (all_ones, all_others) = (self.ones, self.others);
        let said = |all: &'a [TimedInterval<T>], position: usize, asked| all.get(position)?.assumed.says(asked);
        while let (Some(one), Some(other)) = (some.last(), others.first()) {
            let (Some(one), Some(other)) = (all_ones.get(*one), all_others.get(*other)) else { return true };
            if !self.compare(one.assumed.size()) {
                return false;
            }
            let is_common = |asked: &Asked<'a>| !self.used.contains(asked) && other.assumed.says(*asked).is_some();
            let asked = one.assumed.asked().find(is_common).filter(|_| some.len() > 1 && others.len() > 1);
            let Some(asked) = asked else {
                if some.pop().is_some_and(|position| !self.pair(position, others)) {
                    return false;
                }
                continue;
            };
            if !self.compare(some.len() + others.len()) {
                return false;
            }
            self.used.insert(asked);
            for side in [true, false] {
                let ones = some.iter().copied().filter(|one| said(all_ones, *one, asked) == Some(side)).collect();
                let fitting = |other: &usize| said(all_others, *other, asked) != Some(!side);
                let others: Vec<usize> = others.iter().copied().filter(fitting).collect();
                if !self.join(ones, &others) {
                    return false;
                }
            }
            self.used.remove(&asked);
            // What says nothing of it fits whatever the others say.
            some.retain(|one| said(all_ones, *one, asked).is_none());
        }
        true
    }

    /// Pairs one with those of the others that it fits.
    fn pair(&mut self, position: usize, others: &[usize]) -> bool {
        let Some(one) = self.ones.get(position) else { return true };
        for other in others {
            // A pair takes some room of its own.
            if !self.compare(4 + one.assumed.size()) {
                return false;
            }
            if self.others.get(*other).is_some_and(|other| one.assumed.fits(&other.assumed)) {
                self.pairs.push((position, *other));
            }
        }
        true
    }
}
