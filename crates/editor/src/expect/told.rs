//! A verdict in words.

use std::collections::BTreeMap;

use escalation_engine::calendar::Zone;
use escalation_engine::prove::{Answer, During, Expect, Expectation, FIRST_BEGINS};
use escalation_engine::words::date_with_year;
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

/// A time at which something fails, and for which priorities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// The first instant at which such an alert fires.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// The ids of their priorities; an empty one for alerts that have none.
    pub priority_ids: Vec<String>,
}

/// The times at which something fails, in order; those of several priorities are one where they are the same.
#[must_use]
pub fn occasions(all: &[During]) -> Vec<Occasion> {
    let mut by_time: BTreeMap<(Instant, Instant), Vec<String>> = BTreeMap::new();
    for During { from, until, priority_id } in all {
        by_time.entry((*from, *until)).or_default().push(priority_id.clone());
    }
    by_time.into_iter().map(|((from, until), priority_ids)| Occasion { from, until, priority_ids }).collect()
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

/// `20 Feb 2027`: the last whole day before an instant, or the time where it is less than a day away.
pub(crate) fn day(zone: &Zone, at: Instant) -> String {
    let text = date_with_year(zone, at);
    let mut parts = text.split(' ').skip(1);
    [parts.next(), parts.next(), parts.next()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `from Sun 29 Mar 2026 01:00 until 02:30`, with the date of the end where it is another day.
fn span(zone: &Zone, (from, until): (Instant, Instant)) -> String {
    let (begin, end) = (date_with_year(zone, from), date_with_year(zone, until));
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
fn when_not(judged: &Judged, ruling: &Ruling, index: &Index, zone: &Zone) -> String {
    let never = never_true(ruling);
    let is_never = |during: &&During| never.contains(&during.priority_id);
    let sometimes: Vec<During> = ruling.refuted_during.iter().filter(|during| !is_never(during)).cloned().collect();
    let all = occasions(&sometimes);
    let on_occasions = |said: &str| match all.as_slice() {
        [] => said.to_string(),
        [one] => format!("{said} {}", span(zone, (one.from, one.until))),
        [first, ..] => format!("{said} on {} occasions, first {}", all.len(), span(zone, (first.from, first.until))),
    };
    if ruling.depends {
        let on = if judged.expectation.with_declines { "who declines" } else { "a condition that cannot be decided" };
        let when = if all.is_empty() { " at any instant".to_string() } else { on_occasions("") };
        let of = if never.is_empty() || all.is_empty() {
            String::new()
        } else {
            format!(", and for {} at any instant", priorities(&never, index))
        };
        return format!("Not certain{when}{of}: it depends on {on}");
    }
    if never.len() == ruling.scope.priorities.len().max(1) {
        let Some(first) = occasions(&ruling.unknown_during).into_iter().next() else {
            return "Never true".to_string();
        };
        return format!(
            "Never true as far as it is known; it is not known what happens from {}",
            date_with_year(zone, first.from)
        );
    }
    if never.is_empty() {
        return on_occasions("Not true");
    }
    let said = format!("Never true for {}", priorities(&never, index));
    if all.is_empty() {
        return said;
    }
    let is_other = |id: &&String| sometimes.iter().any(|during| during.priority_id == **id);
    let others: Vec<String> = ruling.scope.priorities.iter().filter(is_other).cloned().collect();
    format!("{said}; for {} {}", priorities(&others, index), on_occasions("not true"))
}

/// Whether each priority would be compared with the next higher one, and it is not known which that is.
fn has_no_order(judged: &Judged, index: &Index) -> bool {
    let Expectation { expect, pairs, .. } = &judged.expectation;
    *expect == Expect::NotLouderThan && pairs.is_none() && !index.world().knows_priority_order()
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
        Answer::Refuted => (State::Broken, when_not(judged, ruling, index, zone)),
        Answer::NotApplicable => (State::Nothing, "Not applicable: this path has nothing that it is about".to_string()),
        Answer::Incomplete if has_no_order(judged, index) => {
            (State::Unsure, "Cannot be said: the order of the priorities is not known".to_string())
        }
        Answer::Incomplete => {
            let first = occasions(&ruling.unknown_during).first().map(|first| date_with_year(zone, first.from));
            let from = first.map_or(String::new(), |first| format!(" from {first}"));
            let sentence = format!(
                "Cannot be said for all instants to {until}: it is not known what happens{from}. Nothing is known against it"
            );
            (State::Unsure, sentence)
        }
    };
    // What is told of a round robin holds for one way in which it begins.
    let rests_on_turns = matches!(state, State::Holds | State::Broken)
        && ruling.scope.assumed.iter().any(|assumed| assumed == FIRST_BEGINS);
    let sentence =
        if rests_on_turns { format!("{sentence}, if round robins begin with the first person") } else { sentence };
    Told { state, sentence }
}
