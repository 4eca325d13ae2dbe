//! A verdict in words.

use std::collections::BTreeMap;

use escalation_engine::calendar::Zone;
use escalation_engine::instant::merge_overlapping;
use escalation_engine::prove::{Expect, Expectation, FIRST_BEGINS, PriorityInterval, VerdictKind};
use escalation_engine::words::date_with_year;
use escalation_engine::world::WorldPart;
use escalation_engine::{Index, Instant};

use super::judged::{Judged, Ruling};
use crate::words::{IF_NOT_PAUSED, for_priorities, priorities};

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
pub struct VerdictText {
    /// Whether it holds.
    pub state: State,
    /// The same in a sentence.
    pub sentence: String,
}

/// A time at which something fails, and for which priorities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureInterval {
    /// The first instant at which such an alert fires.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// The ids of their priorities; an empty one for alerts that have none.
    pub priority_ids: Vec<String>,
}

/// The times at which something fails, in order; those of several priorities are one where they are the same.
#[must_use]
pub fn occasions(all: &[PriorityInterval]) -> Vec<FailureInterval> {
    let mut by_time: BTreeMap<(Instant, Instant), Vec<String>> = BTreeMap::new();
    for PriorityInterval { from, until, priority_id } in all {
        by_time.entry((*from, *until)).or_default().push(priority_id.clone());
    }
    by_time.into_iter().map(|((from, until), priority_ids)| FailureInterval { from, until, priority_ids }).collect()
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
    let times = |all: &[PriorityInterval], id: &String| -> Vec<(Instant, Instant)> {
        all.iter().filter(|during| during.priority_id == *id).map(|during| (during.from, during.until)).collect()
    };
    let is_never = |id: &&String| {
        let (mut refuted, unknown) = (times(&ruling.refuted_during, id), times(&ruling.unknown_during, id));
        let is_refuted = !refuted.is_empty();
        refuted.extend(unknown);
        is_refuted && merge_overlapping(refuted) == [(scope.from, scope.until)]
    };
    all.iter().filter(is_never).cloned().collect()
}

/// When something is not true.
fn when_not(judged: &Judged, ruling: &Ruling, index: &Index, zone: &Zone) -> String {
    let never = never_true(ruling);
    let is_never = |during: &&PriorityInterval| never.contains(&during.priority_id);
    let sometimes: Vec<PriorityInterval> =
        ruling.refuted_during.iter().filter(|during| !is_never(during)).cloned().collect();
    let all = occasions(&sometimes);
    let on_occasions = |said: &str| match all.as_slice() {
        [] => said.to_string(),
        [one] => format!("{said} {}", span(zone, (one.from, one.until))),
        [first, ..] => format!("{said} {} times, first {}", all.len(), span(zone, (first.from, first.until))),
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
            return "Always fails".to_string();
        };
        return format!("Fails whenever known; unknown from {}", date_with_year(zone, first.from));
    }
    if never.is_empty() {
        return on_occasions("Fails");
    }
    let said = format!("Always fails for {}", priorities(&never, index));
    if all.is_empty() {
        return said;
    }
    let is_other = |id: &&String| sometimes.iter().any(|during| during.priority_id == **id);
    let others: Vec<String> = ruling.scope.priorities.iter().filter(is_other).cloned().collect();
    format!("{said}; for {} {}", priorities(&others, index), on_occasions("fails"))
}

/// Whether each priority would be compared with the next higher one, and it is not known which that is.
fn has_no_order(judged: &Judged, index: &Index) -> bool {
    let Expectation { expect, pairs, .. } = &judged.expectation;
    *expect == Expect::NotLouderThan && pairs.is_none() && !index.world().knows_priority_order()
}

/// Tells what came of an expectation, with times in a zone.
#[must_use]
pub fn told(judged: &Judged, index: &Index, zone: &Zone) -> VerdictText {
    let ruling = match &judged.ruling {
        Ok(ruling) => ruling,
        Err(why) => return VerdictText { state: State::Unsure, sentence: format!("Can’t be judged: {why}") },
    };
    let until = day(zone, ruling.scope.until);
    let (state, sentence) = match ruling.answer {
        VerdictKind::Proven => {
            let of = for_priorities(&ruling.scope.priorities, index);
            (State::Holds, format!("Proven for every instant until {until}{of}"))
        }
        VerdictKind::Refuted if judged.expectation.expect == Expect::EveryNodeReachable => {
            let count = ruling.never.len();
            let steps = if count == 1 { "1 step is".to_string() } else { format!("{count} steps are") };
            (State::Broken, format!("Fails: {steps} never reached, or one way only, until {until}"))
        }
        VerdictKind::Refuted => (State::Broken, when_not(judged, ruling, index, zone)),
        VerdictKind::NotApplicable => (State::Nothing, "Not applicable to this path".to_string()),
        VerdictKind::Incomplete if has_no_order(judged, index) => {
            (State::Unsure, "Unknown: the order of priorities is unknown".to_string())
        }
        VerdictKind::Incomplete => {
            let first = occasions(&ruling.unknown_during).first().map(|first| date_with_year(zone, first.from));
            let from = first.map_or(String::new(), |first| format!(" from {first}"));
            let sentence = format!("Not proven until {until}: data is unknown{from}. No counterexample found");
            (State::Unsure, sentence)
        }
    };
    // What is told of a round robin holds for one way in which it begins.
    let rests_on_turns = matches!(state, State::Holds | State::Broken)
        && ruling.scope.assumed.iter().any(|assumed| assumed == FIRST_BEGINS);
    let sentence =
        if rests_on_turns { format!("{sentence}, if round robins begin with the first person") } else { sentence };
    let rests_on_pauses = matches!(state, State::Holds | State::Broken) && index.world().is_unread(WorldPart::Pauses);
    let sentence = if rests_on_pauses { format!("{sentence}{IF_NOT_PAUSED}") } else { sentence };
    VerdictText { state, sentence }
}
