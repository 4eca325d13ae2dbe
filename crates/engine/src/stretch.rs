//! Stretches of time: joined where they touch, and compared where they overlap.

use std::collections::BTreeMap;

use crate::instant::Instant;
use crate::scenario::Branch;

/// Which way is assumed to be taken at branches that cannot be decided, by node id.
pub(crate) type Assumed = BTreeMap<String, Branch>;

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

/// What is the case from one instant until before another, if branches go as assumed.
pub(crate) struct Stretch<T> {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) assumed: Assumed,
    pub(crate) what: T,
}

/// All pairs of stretches that overlap, with the first instant that both have and the first instant after the last.
/// Both lists are in order; a branch that is in both of a pair goes one way in both.
pub(crate) fn overlaps<'a, T>(
    one: &'a [Stretch<T>],
    other: &'a [Stretch<T>],
) -> impl Iterator<Item = ((Instant, Instant), &'a Stretch<T>, &'a Stretch<T>)> {
    one.iter().flat_map(move |a| {
        let begin = other.partition_point(|b| b.until <= a.from);
        let overlapping = other.iter().skip(begin).take_while(|b| b.from < a.until);
        let fits = |b: &&Stretch<T>| {
            a.assumed.iter().all(|(node, side)| b.assumed.get(node).is_none_or(|of_other| of_other == side))
        };
        overlapping.filter(fits).map(move |b| ((a.from.max(b.from), a.until.min(b.until)), a, b))
    })
}
