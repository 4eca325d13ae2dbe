//! A verdict in words.

use escalation_engine::Instant;
use escalation_engine::calendar::Zone;
use escalation_engine::prove::{Answer, During, Expect};
use escalation_engine::words::{civil, date_and_time};

use super::judged::Judged;

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

/// Tells what came of an expectation, with times in a zone.
#[must_use]
pub fn told(judged: &Judged, zone: &Zone) -> Told {
    let ruling = match &judged.ruling {
        Ok(ruling) => ruling,
        Err(why) => return Told { state: State::Unsure, sentence: format!("It cannot be judged: {why}") },
    };
    let until = day(zone, ruling.scope.until);
    let (state, sentence) = match ruling.answer {
        Answer::Proven => (State::Holds, format!("Proven for every instant to {until}")),
        Answer::Refuted if judged.expectation.expect == Expect::EveryNodeReachable => {
            let count = ruling.never.len();
            let steps = if count == 1 { "1 step is".to_string() } else { format!("{count} steps are") };
            (State::Broken, format!("Not true: {steps} never reached, or one way only, to {until}"))
        }
        Answer::Refuted => {
            let all = occasions(&ruling.refuted_during);
            let first = all.first().map(|(from, _)| with_year(zone, *from)).unwrap_or_default();
            let whole = matches!(all.as_slice(), [one] if *one == (ruling.scope.from, ruling.scope.until));
            let sentence = match all.len() {
                _ if whole => "Never true".to_string(),
                1 => format!("Not true on 1 occasion, {first}"),
                count => format!("Not true on {count} occasions, first {first}"),
            };
            (State::Broken, sentence)
        }
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
