//! What is expected and not true for alerts of a row.

use escalation_engine::instant::merge_overlapping;
use escalation_engine::{Index, Instant};

use super::Row;
use crate::expect::Judged;

/// What is not true for alerts of a row: from when until when, and the sentence. Each is there once at an instant,
/// however many of the row's priorities it is about.
#[must_use]
pub fn broken(row: &Row, all: &[Judged], index: &Index) -> Vec<(Instant, Instant, String)> {
    let is_of_row = |id: &String| row.priorities.contains(id) || (row.priorities.is_empty() && id.is_empty());
    let mut told: Vec<(String, Vec<(Instant, Instant)>)> = Vec::new();
    for judged in all {
        let Ok(ruling) = &judged.ruling else { continue };
        let during = ruling.refuted_during.iter().filter(|during| is_of_row(&during.priority_id));
        let times: Vec<_> = during.map(|during| (during.from, during.until)).collect();
        if times.is_empty() {
            continue;
        }
        let sentence = judged.expectation.sentence(index);
        match told.iter_mut().find(|(known, _)| *known == sentence) {
            Some((_, known)) => known.extend(times),
            None => told.push((sentence, times)),
        }
    }
    let of_one = |(sentence, times): (String, Vec<_>)| {
        merge_overlapping(times).into_iter().map(move |(from, until)| (from, until, sentence.clone()))
    };
    told.into_iter().flat_map(of_one).collect()
}
