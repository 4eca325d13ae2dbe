//! What nodes, changes and steps are, in words. What is told of coverage and of expectations is in `told.rs` beside them.

mod command;
mod facts;
mod form;
pub mod labels;
mod loss;
mod refusal;
mod run;
mod step;

use escalation_api::{
    ConditionForm as _, ConditionPayload, NodeKind, PathPayload, ScheduleMode, Target, TargetType, Test, Urgency,
};
use escalation_engine::words::duration;
use escalation_engine::words::step::{begins_or_ends, title as step_title};
use escalation_engine::{Index, Seconds};

use crate::command::Timer;
use crate::tree::PathNode;

pub use escalation_engine::words::step::{hours_name, repeat_target, sides, target_name};

pub use command::{also, and_more, command, names, opened};
pub use facts::{LinkTarget, PropertyRow, PropertyValue, facts_of_node, facts_of_path};
pub use form::{clock_changes, hours_about, hours_now, offset_now, on_call_now, person_now, target_now};
pub use loss::loss;
pub use refusal::refusal;
/// What a sentence rests on where not all pauses could be read.
pub(crate) const IF_NOT_PAUSED: &str = ", if nobody else has paused notifications";

pub use run::{RunContext, after, fold, moment, stay, table, turn, who_is_told};
pub use step::{StepWords, outcome, step};

/// What a path is called that came as nodes without a name.
pub const IMPORTED: &str = "Imported path";

/// Priorities by name, in the organisation's order: `P1, P2`, or `P3 to P5` where they follow one another. Empty for
/// none.
#[must_use]
pub fn priorities(ids: &[String], index: &Index) -> String {
    let all = &index.world().priorities;
    let is_ordered = index.world().knows_priority_order();
    let position = |id: &String| all.iter().position(|known| known.id == *id).unwrap_or(usize::MAX);
    let mut ids: Vec<&String> = ids.iter().collect();
    ids.sort_by_key(|id| position(id));
    let names: Vec<&str> = ids.iter().map(|id| index.priority_name(id)).collect();
    let first = ids.first().map_or(usize::MAX, |id| position(id));
    let in_order = all.iter().skip(first).map(|known| &known.id).take(ids.len()).eq(ids.iter().copied());
    match names.as_slice() {
        [first, _, .., last] if in_order && is_ordered => format!("{first} to {last}"),
        [names @ .., _] if !names.is_empty() && with_others(&ids, index) => {
            format!("{} and any other priority", names.join(", "))
        }
        names => names.join(", "),
    }
}

/// Whether the last of some priorities is any other than those that are known.
fn with_others<T: AsRef<str>>(ids: &[T], index: &Index) -> bool {
    ids.last().is_some_and(|id| index.world().is_other_priority(id.as_ref()))
}

/// For which priorities something is said, as the end of a sentence: alerts without one are not looked at where there
/// are priorities. Empty where there are none.
pub(crate) fn for_priorities(ids: &[String], index: &Index) -> String {
    let names = priorities(ids, index);
    // Where there may be others, the names of some read as if there were none.
    let others = |id: &String| index.world().is_other_priority(id);
    let only = if index.world().knows_all_priorities() || ids.iter().any(others) { "" } else { " only" };
    if names.is_empty() { names } else { format!(", for {names}{only}") }
}

/// The kinds of nodes, as they are told apart on the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeIcon {
    /// Pages people.
    Level,
    /// Tells channels.
    Channel,
    /// Branches on priority.
    Priority,
    /// Branches on working hours.
    Hours,
    /// Branches on something else.
    Branch,
    /// Waits.
    Delay,
    /// Goes back.
    Repeat,
    /// Hands over to another path.
    HandOver,
    /// Not known.
    Sealed,
}

/// A node in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeWords {
    /// How it is drawn.
    pub icon: NodeIcon,
    /// Its kind: "Level".
    pub kind: String,
    /// What it does: "Page Primary on-call, all at once". For a branch the question.
    pub title: String,
    /// How long it waits: "then after 5m"; empty where it does not.
    pub timer: String,
    /// What else is to be known at a glance.
    pub badges: Vec<Badge>,
}

/// A small mark on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Badge {
    /// One after another.
    RoundRobin(String),
    /// Again, who does not answer.
    Retries(String),
    /// Everybody must acknowledge.
    AckAll(String),
    /// Every page is of low urgency.
    Low(String),
}

impl Badge {
    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::RoundRobin(text) | Self::Retries(text) | Self::AckAll(text) | Self::Low(text) => text,
        }
    }
}

/// Tells a node of a path in words.
#[must_use]
pub fn node(node: &PathNode, path: &PathPayload, index: &Index) -> NodeWords {
    let timer = Timer::of(node).map(|timer| then(&timer, &node.kind, path)).unwrap_or_default();
    let mut title = step_title(node, path, index);
    let (icon, kind) = match &node.kind {
        NodeKind::Level(level) => {
            let round_robin = level.round_robin_config.as_ref().is_some_and(|config| config.enabled);
            let several = level.targets.iter().any(may_be_several) || level.targets.len() > 1;
            let rotates = level.round_robin_config.as_ref().is_some_and(|config| config.rotate_after_seconds.is_some());
            let how = match (round_robin, rotates, several) {
                (true, true, _) => ", one after another",
                (true, false, _) => ", one of them for each alert in turn",
                (false, _, true) => ", all at once",
                (false, _, false) => "",
            };
            if !level.targets.is_empty() {
                title.push_str(how);
            }
            (NodeIcon::Level, "Level")
        }
        NodeKind::NotifyChannel(_) => (NodeIcon::Channel, "Channel"),
        NodeKind::IfElse(branch) => (branch_icon(&branch.conditions), "Branch"),
        NodeKind::Delay(_) => (NodeIcon::Delay, "Delay"),
        NodeKind::Repeat(_) => (NodeIcon::Repeat, "Repeat"),
        NodeKind::HandOver(_) => (NodeIcon::HandOver, "Hand-over"),
        NodeKind::Sealed(_) => (NodeIcon::Sealed, "Sealed"),
    };
    let timer = if matches!(node.kind, NodeKind::Delay(_)) { String::new() } else { timer };
    NodeWords { icon, kind: kind.to_string(), title, timer, badges: badges(node) }
}

/// The words on the two edges of a node, if it is a branch.
pub(crate) fn sides_of(node: &PathNode, index: &Index) -> Option<[String; 2]> {
    if let NodeKind::IfElse(branch) = &node.kind { Some(sides(&branch.conditions, index)) } else { None }
}

/// Whom a target means, where its name alone does not say: "currently on call".
#[must_use]
pub fn target_mode(target: &Target, index: &Index) -> String {
    let rota = || {
        let id = target.selected_rota_id.as_deref().unwrap_or_default();
        let rota = index.schedule(&target.id).and_then(|schedule| schedule.rota(id));
        rota.map_or_else(|| id.to_string(), |rota| rota.name.clone())
    };
    match (&target.target_type, &target.schedule_mode) {
        (TargetType::Schedule, None | Some(ScheduleMode::CurrentlyOnCall | ScheduleMode::Unspecified)) => {
            "currently on call".to_string()
        }
        (TargetType::Schedule, Some(ScheduleMode::CurrentlyOnCallForRota)) => {
            format!("currently on call in {}", rota())
        }
        (TargetType::Schedule, Some(ScheduleMode::NextOnCall)) => "next on call".to_string(),
        (TargetType::Schedule, Some(ScheduleMode::NextOnCallForRota)) => {
            format!("next on call in {}", rota())
        }
        (TargetType::Schedule, Some(ScheduleMode::AllUsers)) => "everybody".to_string(),
        (TargetType::Schedule, Some(ScheduleMode::AllUsersForRota)) => format!("everybody in {}", rota()),
        (TargetType::Schedule, Some(ScheduleMode::Other(mode))) => mode.clone(),
        (TargetType::User, _) => "one person".to_string(),
        (TargetType::SlackChannel, _) => "Slack channel".to_string(),
        (TargetType::MsTeamsChannel, _) => "Teams channel".to_string(),
        (TargetType::Other(kind), _) => kind.clone(),
    }
}

fn may_be_several(target: &Target) -> bool {
    matches!(target.target_type, TargetType::Schedule)
}

/// The icon of a branch, by what it asks.
fn branch_icon(conditions: &[ConditionPayload]) -> NodeIcon {
    let [condition] = conditions else { return NodeIcon::Branch };
    match condition.test() {
        Some(Test::PriorityOneOf(_)) => NodeIcon::Priority,
        Some(Test::WorkingHoursActive(_)) => NodeIcon::Hours,
        None => NodeIcon::Branch,
    }
}

fn then(timer: &Timer, kind: &NodeKind<ConditionPayload>, path: &PathPayload) -> String {
    match timer {
        Timer::After(seconds) => format!("then after {}", duration(*seconds)),
        Timer::Until(state, hours) => format!("then when {} {}", hours_name(hours, path), begins_or_ends(state)),
        Timer::Unset => match kind {
            NodeKind::Level(_) => format!("then after {} (default)", duration(DEFAULT_TIME_TO_ACK)),
            _ => "then at once".to_string(),
        },
    }
}

const DEFAULT_TIME_TO_ACK: Seconds = 1_800;

fn badges(node: &PathNode) -> Vec<Badge> {
    let mut badges = Vec::new();
    let targets = match &node.kind {
        NodeKind::Level(level) => {
            if let Some(config) = level.round_robin_config.as_ref().filter(|config| config.enabled) {
                let every = config.rotate_after_seconds.map(|seconds| format!(" every {}", duration(seconds)));
                badges.push(Badge::RoundRobin(format!("round robin{}", every.unwrap_or_default())));
            }
            if let Some(retry) = &level.retry_config {
                badges.push(Badge::Retries(format!(
                    "{} attempts, {} apart",
                    retry.attempts,
                    duration(retry.interval_seconds)
                )));
            }
            if level.ack_mode == Some(escalation_api::AckMode::All) {
                badges.push(Badge::AckAll("everyone must ack".to_string()));
            }
            &level.targets
        }
        _ => return badges,
    };
    if !targets.is_empty() && targets.iter().all(|target| target.urgency == Urgency::Low) {
        badges.push(Badge::Low("low urgency".to_string()));
    }
    badges
}
