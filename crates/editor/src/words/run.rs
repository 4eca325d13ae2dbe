//! A run in words: what happens at one time, what the walk stays for, and all of it as a table.

use escalation_api::PathPayload;
use escalation_engine::calendar::Zone;
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::words::{date_and_time, duration, list};
use escalation_engine::{Index, Seconds, Trace};

use super::step;
use crate::Play;
use crate::axis::AxisSegment;
use crate::play::{StayKind, Transition, TurnKind, Wait};
use crate::{bidi, sheet};

/// So many names are said at once.
const NAMES: usize = 4;

/// What the words of a run are about.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    /// The run.
    pub trace: &'a Trace,
    /// The path that it began on.
    pub path: &'a PathPayload,
    /// The path's id; empty for one that has none yet.
    pub path_id: &'a str,
    /// The organisation.
    pub index: &'a Index,
    /// The zone in which times are told.
    pub zone: &'a Zone,
}

impl RunContext<'_> {
    fn words(&self, at: &TraceStep) -> Option<super::StepWords> {
        step(at, self.path, self.path_id, self.index, self.zone)
    }

    fn at(&self, position: usize) -> Option<super::StepWords> {
        self.trace.steps.get(position).and_then(|at| self.words(at))
    }
}

/// So many times are told at which people are paged.
const WAVES: usize = 4;

/// Who is notified when, the first few times: `Maya Chen and Tom Okafor at once, then Ruth Adeyemi after 5m, then nobody
/// else`. Channels are told, too.
#[must_use]
pub fn who_is_told(trace: &Trace, index: &Index) -> String {
    let mut waves: Vec<(Seconds, Vec<&str>)> = Vec::new();
    for step in &trace.steps {
        let name = match (step.step, &step.user_id, &step.channel_id) {
            (StepName::Paged, Some(user), _) => index.user_name(user),
            (StepName::Posted, _, Some(channel)) => index.channel_name(channel),
            _ => continue,
        };
        match waves.last_mut().filter(|(after, _)| *after == step.after_seconds) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => waves.push((step.after_seconds, vec![name])),
        }
    }
    let is_known = trace.outcome.is_known();
    if waves.is_empty() {
        return if is_known { "Nobody is paged." } else { "Recipients unknown." }.to_string();
    }
    let shown = waves.get(..WAVES).unwrap_or(&waves);
    let mut told: Vec<String> = shown
        .iter()
        .map(|(after, names)| {
            let more = names.len().saturating_sub(NAMES);
            let names = match names.get(..NAMES).filter(|_| more > 0) {
                Some(first) => format!("{} and {more} more", first.join(", ")),
                None => list(names, "and"),
            };
            let when = if *after == 0 { "at once".to_string() } else { format!("after {}", duration(*after)) };
            format!("{names} {when}")
        })
        .collect();
    if waves.len() > shown.len() {
        told.push("others".to_string());
    } else {
        told.push(if is_known { "nobody else" } else { "then unknown" }.to_string());
    }
    format!("{}.", told.join(", then "))
}

/// What happens at the last event that is not after a time: who is told first, then all else that matters.
#[must_use]
pub fn moment(told: RunContext<'_>, time: Seconds) -> String {
    let steps = &told.trace.steps;
    let behind = steps.partition_point(|step| step.after_seconds <= time);
    let steps = steps.get(..behind).unwrap_or_default();
    let Some(last) = steps.last() else { return String::new() };
    let begin = steps.partition_point(|step| step.after_seconds < last.after_seconds);
    let steps = steps.get(begin..).unwrap_or_default();
    let (mut paged, mut again, mut posted) = (Vec::new(), Vec::new(), Vec::new());
    let (mut rest, mut least) = (Vec::new(), None);
    for step in steps {
        let Some(words) = told.words(step) else { continue };
        match step.step {
            StepName::Paged if step.attempt.unwrap_or(1) > 1 => again.push(words.who),
            StepName::Paged => paged.push(words.who),
            StepName::Posted => posted.push(words.who),
            StepName::Triggered
            | StepName::Entered
            | StepName::Branched
            | StepName::Waiting
            | StepName::LeftOut
            | StepName::RepeatPending => least = Some(words.what),
            _ => rest.push(words.what),
        }
    }
    let groups = [(paged, "paged"), (again, "paged again"), (posted, "notified")]
        .into_iter()
        .filter(|(names, _)| !names.is_empty());
    let mut said: Vec<String> = groups.map(|(names, done)| group(&names, done)).collect();
    said.append(&mut rest);
    if said.is_empty() { least.unwrap_or_default() } else { said.join("; ") }
}

/// "Maya Chen and Tom Okafor are paged".
fn group(names: &[String], done: &str) -> String {
    let mut said: Vec<&str> = Vec::new();
    for name in names {
        if !said.contains(&name.as_str()) {
            said.push(name);
        }
    }
    let (is, more) = (if said.len() == 1 { "is" } else { "are" }, said.len().saturating_sub(NAMES));
    let others = format!("{more} others");
    if more > 1 {
        said.truncate(NAMES);
        said.push(&others);
    }
    format!("{} {is} {done}", list(&said, "and"))
}

/// What the walk stays for: in a few words, and in full.
#[must_use]
pub fn stay(told: RunContext<'_>, stay: &Wait) -> (String, String) {
    let Some(words) = told.at(stay.step) else { return Default::default() };
    let node = stay.entered.and_then(|entered| told.at(entered)).map(|entered| entered.what);
    let full = format!("{}, {}", words.what, words.why);
    match (stay.kind, node) {
        (StayKind::Wait | StayKind::Delay, Some(node)) => (node.clone(), format!("{node}. {full}")),
        (StayKind::Snooze, _) => ("Snoozed".to_string(), full),
        (StayKind::Quiet, _) => ("Acknowledged, and the alert still fires".to_string(), full),
        (StayKind::Grace, _) => ("Grace period".to_string(), full),
        (StayKind::Wait | StayKind::Delay, None) => (words.what, full),
    }
}

/// What the walk does at once: in a word or two, and in full.
#[must_use]
pub fn turn(told: RunContext<'_>, turn: &Transition) -> (String, String) {
    let Some(words) = told.at(turn.step) else { return Default::default() };
    let short = match turn.kind {
        TurnKind::Back(pass) => format!("pass {pass}"),
        TurnKind::Again => "again".to_string(),
        TurnKind::HandOver => "handed over".to_string(),
        TurnKind::PassedOver => "skipped".to_string(),
        TurnKind::End(_) => "ends".to_string(),
    };
    (short, format!("{}: {}", words.what, words.why))
}

/// What is folded on the axis: how long it is, why, and in full.
#[must_use]
pub fn fold(told: RunContext<'_>, play: &Play, fold: &AxisSegment) -> (String, String, String) {
    let length = duration(fold.until - fold.from);
    let around = play.stays.iter().find(|stay| stay.from <= fold.from && fold.until <= stay.until);
    let Some(stay) = around else { return (length.clone(), String::new(), length) };
    let why = told.at(stay.step).map(|words| words.why).unwrap_or_default();
    // Its length is said already.
    let why = if why == format!("for {length}") { String::new() } else { why };
    let full = format!("{length} in which nothing happens. {}", self::stay(told, stay).1);
    (length, why, full)
}

/// How long after the alert: `T+5m`, and `T+0` for the alert itself.
#[must_use]
pub fn after(seconds: Seconds) -> String {
    if seconds == 0 { "T+0".to_string() } else { format!("T+{}", duration(seconds)) }
}

/// All steps as lines of text with tabs, as spreadsheets take them. `head` names the columns.
#[must_use]
pub fn table(told: RunContext<'_>, head: &[&str; 6]) -> String {
    let names = bidi::names(told.index.world(), told.path);
    let row = |at: &TraceStep| {
        let words = told.words(at)?;
        let why = words.other_side.map_or_else(|| words.why.clone(), |other| format!("{}; {other}", words.why));
        let cells =
            [date_and_time(told.zone, at.at), after(at.after_seconds), words.what, words.who, why, at.rule.clone()];
        // A name may have anything in it. What is a sentence keeps its order around names from right to left.
        let shown = cells.each_ref().map(|cell| bidi::shown(cell, &names).into_owned());
        Some(sheet::row(&shown.each_ref().map(String::as_str)))
    };
    let rows = told.trace.steps.iter().filter_map(row);
    std::iter::once(sheet::row(head)).chain(rows).fold(String::new(), |text, row| text + &row + "\n")
}
