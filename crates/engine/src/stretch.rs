//! Stretches of time: joined where they touch, and compared where they overlap.

use std::collections::BTreeMap;

use crate::instant::Instant;
use crate::scenario::{Branch, Response};

/// What is assumed of a run beyond its alert.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assumed {
    /// Which way is taken at branches that cannot be decided, by node id.
    pub branches: BTreeMap<String, Branch>,
    /// Whether everybody who is paged on a level declines at once, by the level's node id and how often it was entered.
    pub declines: BTreeMap<(String, usize), bool>,
    /// The same as a scenario has it.
    pub responses: Vec<Response>,
}

impl Assumed {
    /// Whether both may be the case at once: what both speak of, they say alike.
    fn fits(&self, other: &Self) -> bool {
        fits(&self.branches, &other.branches) && fits(&self.declines, &other.declines)
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
