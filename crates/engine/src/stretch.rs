//! Stretches of time: joined where they touch, and compared where they overlap.

use std::collections::BTreeMap;

use crate::index::Id;
use crate::instant::Instant;
use crate::prove::Time;
use crate::scenario::{Branch, Response, Scenario, Visits};

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

/// Sorted, with what overlaps or touches joined.
pub(crate) fn joined<T: Ord + Copy>(mut stretches: Vec<(T, T)>) -> Vec<(T, T)> {
    stretches.sort_unstable();
    let mut joined: Vec<(T, T)> = Vec::with_capacity(stretches.len());
    for (from, until) in stretches {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// What is the case from one instant until before another, if things are as assumed.
pub(crate) struct Stretch<T> {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) assumed: Assumed,
    pub(crate) what: T,
}

/// All pairs of stretches that overlap, with the first instant that both have and the first instant after the last.
/// Both lists are in order; nothing is assumed one way in one of a pair and another way in the other.
pub(crate) fn overlaps<'a, T>(
    one: &'a [Stretch<T>],
    other: &'a [Stretch<T>],
) -> impl Iterator<Item = ((Instant, Instant), &'a Stretch<T>, &'a Stretch<T>)> {
    one.iter().flat_map(move |a| {
        let begin = other.partition_point(|b| b.until <= a.from);
        let overlapping = other.iter().skip(begin).take_while(|b| b.from < a.until);
        overlapping
            .filter(|b| a.assumed.fits(&b.assumed))
            .map(move |b| ((a.from.max(b.from), a.until.min(b.until)), a, b))
    })
}
