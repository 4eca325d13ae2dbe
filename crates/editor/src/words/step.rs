//! The steps of a trace in words.

use escalation_api::{ConditionForm as _, ConditionPayload, NodeKind, PathPayload, Test};
use escalation_engine::calendar::{Hours, Zone};
use escalation_engine::machine::Outcome;
use escalation_engine::scenario::Branch;
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::words::{date_and_time, list, time_after};
use escalation_engine::{Index, Instant, Seconds};

use super::{node, sides};
use crate::{Play, tree};

/// A step in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepWords {
    /// What happened.
    pub what: String,
    /// Who did it or to whom it was done; empty where it is about nobody.
    pub who: String,
    /// Why.
    pub why: String,
    /// For a branch: when or for what the side is that was not taken.
    pub other_side: Option<String>,
    /// Whether somebody is told, for those who read only that.
    pub is_page: bool,
    /// Whether it is bad news: nobody was paged, or nobody can say.
    pub is_bad: bool,
}

/// Tells a step of a walk that began on this path. Instants are told in `zone`.
#[must_use]
pub fn step(step: &TraceStep, path: &PathPayload, path_id: &str, index: &Index, zone: &Zone) -> Option<StepWords> {
    let here = step.path_id.as_deref().unwrap_or_default() == path_id;
    // Of a path that was handed over to, where the step is told by its node.
    let by_node = matches!(step.step, StepName::Entered | StepName::Branched);
    let elsewhere = step.path_id.as_deref().filter(|_| by_node && !here);
    let other = elsewhere.and_then(|id| index.path(id)).map(PathPayload::from);
    let path = other.as_ref().unwrap_or(path);
    let found = step.node_id.as_deref().filter(|_| here || other.is_some()).and_then(|id| tree::find(path, id));
    let title = || {
        let title = found.as_ref().map(|found| node(found.node, path, index).title);
        if here {
            return title.or_else(|| step.node_id.clone()).unwrap_or_default();
        }
        match (&other, title) {
            (Some(other), Some(title)) => format!("{}: {title}", other.name),
            (Some(other), None) => format!("A step of {}", other.name),
            (None, _) => format!("A step of {}", step.path_id.as_deref().unwrap_or_default()),
        }
    };
    let who = || {
        let user = step.user_id.as_deref().map(|id| index.user_name(id).to_string());
        user.or_else(|| step.channel_id.as_deref().map(|id| index.channel_name(id).to_string())).unwrap_or_default()
    };
    let until = |verb: &str| match step.until {
        Some(until) if until > step.at => format!("{verb} until {}", time_after(zone, step.at, until)),
        Some(_) => "No wait".to_string(),
        None => format!("{verb} forever"),
    };
    let branch = found.as_ref().and_then(|found| match &found.node.kind {
        NodeKind::IfElse(branch) => Some(branch),
        _ => None,
    });
    let what = match step.step {
        // The question that follows says it all.
        StepName::Entered if branch.is_some() => return None,
        StepName::Triggered if step.after_seconds == 0 => "The alert fires".to_string(),
        StepName::Triggered => "Paging begins".to_string(),
        StepName::Pending => until("Nobody is notified"),
        StepName::Entered => title(),
        StepName::Branched => {
            let [then, otherwise] = sides(branch.map_or(&[], |branch| &branch.conditions), index);
            let side = if step.branch == Some(Branch::Then) { then } else { otherwise };
            format!("{} → {side}", title())
        }
        StepName::Paged => {
            let again = if step.attempt.unwrap_or(1) > 1 { " again" } else { "" };
            format!("{} is paged{again}, {} urgency", who(), step.urgency.as_deref().unwrap_or_default())
        }
        StepName::Posted => format!("{} is notified", who()),
        StepName::LeftOut if step.user_id.is_none() => "Nobody to page".to_string(),
        StepName::LeftOut => format!("{} is skipped", who()),
        StepName::SkippedEmpty => "The level is skipped".to_string(),
        StepName::Waiting => until("Waits"),
        StepName::Acked => format!("{} acknowledges", who()),
        StepName::Nacked => format!("{} declines", who()),
        StepName::Snoozed => until(&format!("{} snoozes", who())),
        StepName::Resumed => "The snooze ends".to_string(),
        StepName::Delayed => until("Nobody is paged"),
        StepName::Repeated => "Back".to_string(),
        StepName::HandedOver => "Hands over to another path".to_string(),
        StepName::RepeatPending => {
            let when = step.until.map_or(String::new(), |until| format!(" {}", time_after(zone, step.at, until)));
            format!("Pages again{when}, unless the alert resolves")
        }
        StepName::RepeatDropped => "It does not restart".to_string(),
        StepName::RepeatStarted => "It pages again".to_string(),
        StepName::Expired => "The path ends".to_string(),
        StepName::Cancelled => "Cancelled".to_string(),
        StepName::Resolved => "Resolved".to_string(),
        StepName::Stopped => stopped(step.outcome).to_string(),
    };
    Some(StepWords {
        what,
        who: who(),
        why: step.why.clone(),
        other_side: branch
            .filter(|_| step.step == StepName::Branched)
            .and_then(|branch| other_side(step, &branch.conditions, path, index)),
        is_page: matches!(step.step, StepName::Paged | StepName::Posted),
        is_bad: matches!(step.step, StepName::SkippedEmpty | StepName::LeftOut | StepName::Stopped | StepName::Expired),
    })
}

/// When or for what a branch goes the way that it did not go. Nothing where that is not known, or where the reason for
/// its way says it already.
fn other_side(step: &TraceStep, conditions: &[ConditionPayload], path: &PathPayload, index: &Index) -> Option<String> {
    let [condition] = conditions else { return None };
    let holds = step.branch == Some(Branch::Then);
    let [then, otherwise] = sides(conditions, index);
    let other = if holds { otherwise } else { then };
    match condition.test()? {
        Test::PriorityOneOf(ids) if holds => {
            let all = index.world().priorities.iter().filter(|known| !ids.iter().any(|id| **id == known.id));
            let unnamed = index.world().other_priority();
            let others = (!index.world().knows_all_priorities()).then(|| index.priority_name(&unnamed));
            let names: Vec<&str> = all.map(|priority| priority.name.as_str()).chain(others).collect();
            (!names.is_empty()).then(|| format!("“{other}” is for {}", list(&names, "or")))
        }
        Test::PriorityOneOf(_) => None,
        Test::WorkingHoursActive(id) => {
            let set = path.working_hours.iter().flatten().find(|set| set.id == *id)?;
            let hours = Hours::new(set).ok()?;
            // A branch that was decided by hand may have gone the other way.
            if hours.is_active(step.at) != holds {
                return None;
            }
            Some(match hours.first(step.at, !holds) {
                Some(from) => {
                    format!("“{other}” from {} {}", date_and_time(hours.zone(), from), set.timezone)
                }
                None => format!("“{other}” never"),
            })
        }
    }
}

/// How a run ended, in a sentence for the head of a page; instants are told in a zone.
#[must_use]
pub fn outcome(play: &Play, fired_at: Instant, zone: &Zone) -> String {
    let time = |after: Seconds| time_after(zone, fired_at, fired_at + after);
    let when = time(play.lasted);
    match play.outcome {
        Outcome::Acked => format!("Acknowledged {}", time(play.taken.unwrap_or(play.lasted))),
        Outcome::Expired if play.pages.is_empty() => "Nobody is paged at all".to_string(),
        Outcome::Expired if play.was_taken => format!("Ends {when}: nobody acknowledged again"),
        Outcome::Expired => format!("Ends {when}: nobody acknowledged"),
        Outcome::Cancelled => format!("Cancelled {when}"),
        Outcome::Resolved => format!("Resolved {when}"),
        other => stopped(Some(other)).to_string(),
    }
}

fn stopped(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Undecided) => "Outcome can’t be determined",
        Some(Outcome::WaitsForever) => "It waits forever",
        Some(Outcome::HandoverCycle) => "Hand-over cycle",
        Some(Outcome::BeyondEntries) => "On-call data ends before then",
        Some(Outcome::CutOff) => "Run limit reached",
        _ => "It ends",
    }
}
