//! The steps of a trace in words.

use escalation_api::PathPayload;
use escalation_engine::calendar::Zone;
use escalation_engine::machine::Outcome;
use escalation_engine::scenario::Branch;
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::words::day_and_time;
use escalation_engine::{Index, Instant};

use super::{node, sides};
use crate::tree;

/// A step in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepWords {
    /// What happened.
    pub what: String,
    /// Why.
    pub why: String,
    /// Whether somebody is told, for those who read only that.
    pub is_page: bool,
    /// Whether it is bad news: nobody was paged, or nobody can say.
    pub is_bad: bool,
}

/// Tells a step of a walk that began on this path. Instants are told in `zone`.
#[must_use]
pub fn step(step: &TraceStep, path: &PathPayload, path_id: &str, index: &Index, zone: &Zone) -> Option<StepWords> {
    let here = step.path_id.as_deref().unwrap_or_default() == path_id;
    let found = step.node_id.as_deref().filter(|_| here).and_then(|id| tree::find(path, id));
    let title = || {
        let known = found.as_ref().map(|found| node(found.node, path, index).title);
        known.or_else(|| step.node_id.clone()).unwrap_or_default()
    };
    let who = || {
        let user = step.user_id.as_deref().map(|id| index.user_name(id).to_string());
        user.or_else(|| step.channel_id.as_deref().map(|id| index.channel_name(id).to_string())).unwrap_or_default()
    };
    let until = |verb: &str| match step.until {
        Some(until) if until > step.at => format!("{verb} until {}", day_and_time(zone, until)),
        Some(_) => "No wait".to_string(),
        None => format!("{verb} for ever"),
    };
    let is_branch = found.as_ref().is_some_and(|found| matches!(found.node.kind, escalation_api::NodeKind::IfElse(_)));
    let what = match step.step {
        // The question that follows says it all.
        StepName::Entered if is_branch => return None,
        StepName::Triggered if step.after_seconds == 0 => "The alert fires".to_string(),
        StepName::Triggered => "Paging begins".to_string(),
        StepName::Pending => until("Nobody is told"),
        StepName::Entered => title(),
        StepName::Branched => {
            let labels = found.as_ref().and_then(|found| match &found.node.kind {
                escalation_api::NodeKind::IfElse(branch) => Some(sides(&branch.conditions, index)),
                _ => None,
            });
            let [then, otherwise] = labels.unwrap_or_else(|| ["yes".to_string(), "otherwise".to_string()]);
            let side = if step.branch == Some(Branch::Then) { then } else { otherwise };
            format!("{} → {side}", title())
        }
        StepName::Paged => {
            let again = if step.attempt.unwrap_or(1) > 1 { " again" } else { "" };
            format!("{} is paged{again}, {} urgency", who(), step.urgency.as_deref().unwrap_or_default())
        }
        StepName::Posted => format!("{} is told", who()),
        StepName::LeftOut if step.user_id.is_none() => "Nobody to page".to_string(),
        StepName::LeftOut => format!("{} is left out", who()),
        StepName::SkippedEmpty => "The level is passed over".to_string(),
        StepName::Waiting => until("Waits"),
        StepName::Acked => format!("{} acknowledges", who()),
        StepName::Nacked => format!("{} declines", who()),
        StepName::Snoozed => format!("{} snoozes", who()),
        StepName::Resumed => "The snooze ends".to_string(),
        StepName::Delayed => until("Nobody is paged"),
        StepName::Repeated => "Back".to_string(),
        StepName::HandedOver => "On to another path".to_string(),
        StepName::RepeatPending => until("Quiet"),
        StepName::RepeatStarted => "It begins again".to_string(),
        StepName::Expired => "The path ends".to_string(),
        StepName::Cancelled => "Cancelled".to_string(),
        StepName::Resolved => "Resolved".to_string(),
        StepName::Stopped => stopped(step.outcome).to_string(),
    };
    Some(StepWords {
        what,
        why: step.why.clone(),
        is_page: matches!(step.step, StepName::Paged | StepName::Posted),
        is_bad: matches!(step.step, StepName::SkippedEmpty | StepName::LeftOut | StepName::Stopped | StepName::Expired),
    })
}

/// How a run ended, in a sentence for the head of a page. `at` is when, in a zone.
#[must_use]
pub fn outcome(outcome: Outcome, pages: usize, at: Instant, zone: &Zone) -> String {
    let when = day_and_time(zone, at);
    match outcome {
        Outcome::Acked => format!("Acknowledged {when}"),
        Outcome::Expired if pages == 0 => "Nobody is paged at all".to_string(),
        Outcome::Expired => format!("Ends {when}: nobody acknowledged"),
        Outcome::Cancelled => format!("Cancelled {when}"),
        Outcome::Resolved => format!("Resolved {when}"),
        other => stopped(Some(other)).to_string(),
    }
}

fn stopped(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Undecided) => "Nobody can say what follows",
        Some(Outcome::WaitsForever) => "It waits for ever",
        Some(Outcome::HandoverCycle) => "The paths hand over in a circle",
        Some(Outcome::BeyondEntries) => "Nobody can say who is on call then",
        Some(Outcome::CutOff) => "It goes on for too long to follow",
        _ => "It ends",
    }
}
