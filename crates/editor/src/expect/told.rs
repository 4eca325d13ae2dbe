//! A verdict in words.

use escalation_engine::calendar::Zone;
use escalation_engine::prove::{Answer, During, Expect};
use escalation_engine::words::{civil, date_and_time};
use escalation_engine::{Index, Instant};

use super::judged::{Judged, Ruling};
use crate::words::{for_priorities, priorities};

/// Whether what is expected holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does, at every instant.
    Holds,
    /// It does not.
    Broken,
    /// It cannot be said.
    Unsure,
    /// There is nothing that it could hold for.
    Nothing,
}

/// A verdict, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whether it holds.
    pub state: State,
    /// The same in a sentence.
    pub sentence: String,
}

/// The times at which something fails, whatever the priority: joined where they overlap or touch.
#[must_use]
pub fn occasions(all: &[During]) -> Vec<(Instant, Instant)> {
    joined(all.iter().map(|during| (during.from, during.until)).collect())
}

/// Some times in order, joined where they overlap or touch.
pub(crate) fn joined(mut times: Vec<(Instant, Instant)>) -> Vec<(Instant, Instant)> {
    times.sort_unstable();
    let mut joined: Vec<(Instant, Instant)> = Vec::new();
    for (from, until) in times {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// `Sun 29 Mar 2026 02:30`.
pub(crate) fn with_year(zone: &Zone, at: Instant) -> String {
    let text = date_and_time(zone, at);
    let (year, ..) = civil(zone.wall(at));
    match text.rsplit_once(' ') {
        Some((date, time)) => format!("{date} {year} {time}"),
        None => text,
    }
}

/// `20 Feb 2027`: the last whole day before an instant, or the time where it is less than a day away.
pub(crate) fn day(zone: &Zone, at: Instant) -> String {
    let text = with_year(zone, at);
    let mut parts = text.split(' ').skip(1);
    [parts.next(), parts.next(), parts.next()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `from Sun 29 Mar 2026 01:00 until 02:30`, with the date of the end where it is another day.
fn span(zone: &Zone, (from, until): (Instant, Instant)) -> String {
    let (begin, end) = (with_year(zone, from), with_year(zone, until));
    let is_same_day = zone.wall(from).day() == zone.wall(until).day();
    let end = end.rsplit_once(' ').filter(|_| is_same_day).map_or(end.as_str(), |(_, time)| time);
    format!("from {begin} until {end}")
}

/// The priorities for which something is not true at any instant of which it is known.
fn never_true(ruling: &Ruling) -> Vec<String> {
    let scope = &ruling.scope;
    let none = [String::new()];
    let all = if scope.priorities.is_empty() { &none[..] } else { &scope.priorities };
    let times = |all: &[During], id: &String| -> Vec<(Instant, Instant)> {
        all.iter().filter(|during| during.priority_id == *id).map(|during| (during.from, during.until)).collect()
    };
    let is_never = |id: &&String| {
        let (mut refuted, unknown) = (times(&ruling.refuted_during, id), times(&ruling.unknown_during, id));
        let is_refuted = !refuted.is_empty();
        refuted.extend(unknown);
        is_refuted && joined(refuted) == [(scope.from, scope.until)]
    };
    all.iter().filter(is_never).cloned().collect()
}

/// When something is not true.
fn when_not(ruling: &Ruling, index: &Index, zone: &Zone) -> String {
    let all = occasions(&ruling.refuted_during);
    let never = never_true(ruling);
    if never.len() == ruling.scope.priorities.len().max(1) {
        let Some((from, _)) = occasions(&ruling.unknown_during).first().copied() else {
            return "Never true".to_string();
        };
        return format!(
            "Never true as far as it is known; it is not known what happens from {}",
            with_year(zone, from)
        );
    }
    match (all.as_slice(), never.as_slice()) {
        ([one], [_, ..]) if *one == (ruling.scope.from, ruling.scope.until) => {
            format!("Never true for {}", priorities(&never, index))
        }
        ([one], _) => format!("Not true {}", span(zone, *one)),
        ([first, ..], _) => format!("Not true on {} occasions, first {}", all.len(), span(zone, *first)),
        ([], _) => "Not true".to_string(),
    }
}

/// Tells what came of an expectation, with times in a zone.
#[must_use]
pub fn told(judged: &Judged, index: &Index, zone: &Zone) -> Told {
    let ruling = match &judged.ruling {
        Ok(ruling) => ruling,
        Err(why) => return Told { state: State::Unsure, sentence: format!("It cannot be judged: {why}") },
    };
    let until = day(zone, ruling.scope.until);
    let (state, sentence) = match ruling.answer {
        Answer::Proven => {
            let of = for_priorities(&ruling.scope.priorities, index);
            (State::Holds, format!("Proven for every instant to {until}{of}"))
        }
        Answer::Refuted if judged.expectation.expect == Expect::EveryNodeReachable => {
            let count = ruling.never.len();
            let steps = if count == 1 { "1 step is".to_string() } else { format!("{count} steps are") };
            (State::Broken, format!("Not true: {steps} never reached, or one way only, to {until}"))
        }
        Answer::Refuted => (State::Broken, when_not(ruling, index, zone)),
        Answer::NotApplicable => (State::Nothing, "Not applicable: this path has nothing that it is about".to_string()),
        Answer::Incomplete => {
            let first = occasions(&ruling.unknown_during).first().map(|(from, _)| with_year(zone, *from));
            let from = first.map_or(String::new(), |first| format!(" from {first}"));
            let sentence = format!(
                "Cannot be said for all instants to {until}: it is not known what happens{from}. Nothing is known against it"
            );
            (State::Unsure, sentence)
        }
    };
    Told { state, sentence }
}
