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
    ConditionForm as _, ConditionPayload, IntervalCondition, NodeKind, PathPayload, ScheduleMode, Target, TargetType,
    Test, Urgency, WorkingHours,
};
use escalation_engine::words::{duration, list};
use escalation_engine::{Index, Seconds};

use crate::command::Timer;
use crate::tree::{self, PathNode};

pub use command::{also, and_more, command, names, opened};
pub use facts::{Fact, Leads, Said, facts_of_node, facts_of_path};
pub use form::{clock_changes, hours_about, hours_now, offset_now, on_call_now, person_now, repeat_target, target_now};
pub use loss::loss;
pub use refusal::refusal;
pub use run::{Told, after, fold, moment, stay, table, turn};
pub use step::{StepWords, outcome, step};

/// What a path is called that came as nodes without a name.
pub const IMPORTED: &str = "Imported path";
/// What a set of working hours is called until somebody names it.
pub const NEW_HOURS: &str = "Working hours";

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
    /// Goes on in another path.
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
    let (icon, kind, title) = match &node.kind {
        NodeKind::Level(level) => {
            let whom = targets(&level.targets, index);
            let round_robin = level.round_robin_config.as_ref().is_some_and(|config| config.enabled);
            let several = level.targets.iter().any(may_be_several) || level.targets.len() > 1;
            let rotates = level.round_robin_config.as_ref().is_some_and(|config| config.rotate_after_seconds.is_some());
            let how = match (round_robin, rotates, several) {
                (true, true, _) => ", one after another",
                (true, false, _) => ", one of them for each alert in turn",
                (false, _, true) => ", all at once",
                (false, _, false) => "",
            };
            let title =
                if level.targets.is_empty() { "Page nobody yet".to_string() } else { format!("Page {whom}{how}") };
            (NodeIcon::Level, "Level", title)
        }
        NodeKind::NotifyChannel(channel) => {
            let whom = targets(&channel.targets, index);
            let title = if whom.is_empty() { "Tell no channel yet".to_string() } else { format!("Tell {whom}") };
            (NodeIcon::Channel, "Channel", title)
        }
        NodeKind::IfElse(branch) => {
            let (icon, question) = question(&branch.conditions, path, index);
            (icon, "Branch", question)
        }
        NodeKind::Delay(_) => (NodeIcon::Delay, "Delay", delay(node, path)),
        NodeKind::Repeat(repeat) => {
            let times = match repeat.repeat_times {
                1 => "once more".to_string(),
                2 => "twice more".to_string(),
                times => format!("{times} more times"),
            };
            (NodeIcon::Repeat, "Repeat", format!("Back to {}, {times}", target_of_repeat(&repeat.to_node, path, index)))
        }
        NodeKind::HandOver(hand_over) => {
            let id = &hand_over.escalation_path_id;
            let name = index.path(id).map_or(id.as_str(), |path| &path.name);
            let name = if name.is_empty() { "no path yet" } else { name };
            (NodeIcon::HandOver, "Hand-over", format!("Go on in {name}"))
        }
        NodeKind::Sealed(_) => {
            let type_name = node.kind.type_name();
            let title = match type_name {
                "" => "A node without a type".to_string(),
                "voicemail" => "Voicemail, which only a call route has".to_string(),
                _ => format!("A node of type {type_name}"),
            };
            (NodeIcon::Sealed, "Sealed", title)
        }
    };
    let timer = if matches!(node.kind, NodeKind::Delay(_)) { String::new() } else { timer };
    NodeWords { icon, kind: kind.to_string(), title, timer, badges: badges(node) }
}

/// The words on the two edges of a branch.
#[must_use]
pub fn sides(conditions: &[ConditionPayload], index: &Index) -> [String; 2] {
    let then = match conditions {
        [condition] => match condition.test() {
            Some(Test::PriorityOneOf(ids)) if !ids.is_empty() => {
                let names: Vec<&str> = ids.iter().map(|id| index.priority_name(id)).collect();
                names.join(", ")
            }
            _ => "yes".to_string(),
        },
        _ => "yes".to_string(),
    };
    [then, "otherwise".to_string()]
}

/// The words on the two edges of a node, if it is a branch.
pub(crate) fn sides_of(node: &PathNode, index: &Index) -> Option<[String; 2]> {
    if let NodeKind::IfElse(branch) = &node.kind { Some(sides(&branch.conditions, index)) } else { None }
}

/// What a target is called.
#[must_use]
pub fn target_name(target: &Target, index: &Index) -> String {
    match target.target_type {
        TargetType::User => index.user_name(&target.id).to_string(),
        TargetType::Schedule => {
            index.schedule(&target.id).map_or_else(|| target.id.clone(), |schedule| schedule.name.clone())
        }
        TargetType::SlackChannel | TargetType::MsTeamsChannel | TargetType::Other(_) => {
            index.channel_name(&target.id).to_string()
        }
    }
}

/// Whom a target means, where its name alone does not say: "whoever is on call".
#[must_use]
pub fn target_mode(target: &Target, index: &Index) -> String {
    let rota = || {
        let id = target.selected_rota_id.as_deref().unwrap_or_default();
        let rota = index.schedule(&target.id).and_then(|schedule| schedule.rota(id));
        rota.map_or_else(|| id.to_string(), |rota| rota.name.clone())
    };
    match (&target.target_type, &target.schedule_mode) {
        (TargetType::Schedule, None | Some(ScheduleMode::CurrentlyOnCall | ScheduleMode::Unspecified)) => {
            "whoever is on call".to_string()
        }
        (TargetType::Schedule, Some(ScheduleMode::CurrentlyOnCallForRota)) => {
            format!("whoever is on call in {}", rota())
        }
        (TargetType::Schedule, Some(ScheduleMode::NextOnCall)) => "whoever is on call next".to_string(),
        (TargetType::Schedule, Some(ScheduleMode::NextOnCallForRota)) => {
            format!("whoever is on call next in {}", rota())
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

/// The rota that a target means of a schedule that has others, too.
fn only_rota(target: &Target, index: &Index) -> Option<String> {
    use ScheduleMode::{AllUsersForRota, CurrentlyOnCallForRota, NextOnCallForRota};
    matches!(target.schedule_mode, Some(CurrentlyOnCallForRota | NextOnCallForRota | AllUsersForRota)).then_some(())?;
    let id = target.selected_rota_id.as_deref()?;
    let schedule = index.schedule(&target.id)?;
    let is_only = matches!(schedule.rotas.as_slice(), [only] if *only.id == *id);
    (!is_only).then(|| schedule.rota(id).map_or_else(|| id.to_string(), |rota| rota.name.clone()))
}

fn may_be_several(target: &Target) -> bool {
    matches!(target.target_type, TargetType::Schedule)
}

fn targets(targets: &[Target], index: &Index) -> String {
    let name = |target: &Target| {
        let name = match only_rota(target, index) {
            Some(rota) => format!("{} ({rota})", target_name(target, index)),
            None => target_name(target, index),
        };
        match target.schedule_mode {
            Some(ScheduleMode::NextOnCall | ScheduleMode::NextOnCallForRota) => format!("next on {name}"),
            Some(ScheduleMode::AllUsers | ScheduleMode::AllUsersForRota) => format!("everybody on {name}"),
            _ => name,
        }
    };
    let mut names: Vec<String> = Vec::new();
    for name in targets.iter().map(name) {
        // Who is named twice is paged once.
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        [first, second, rest @ ..] if rest.len() > 1 => format!("{first}, {second} and {} others", rest.len()),
        all => list(all, "and"),
    }
}

fn question(conditions: &[ConditionPayload], path: &PathPayload, index: &Index) -> (NodeIcon, String) {
    let [condition] = conditions else {
        let text = if conditions.is_empty() {
            "No condition yet".to_string()
        } else {
            format!("All {} conditions hold?", conditions.len())
        };
        return (NodeIcon::Branch, text);
    };
    match condition.test() {
        Some(Test::PriorityOneOf(ids)) => {
            let names: Vec<&str> = ids.iter().map(|id| index.priority_name(id)).collect();
            (NodeIcon::Priority, format!("Priority is {}?", list(&names, "or")))
        }
        Some(Test::WorkingHoursActive(id)) => (NodeIcon::Hours, format!("In {}?", hours_name(id, path))),
        None => (NodeIcon::Branch, format!("{} {}?", condition.subject, condition.operation)),
    }
}

/// "UK hours" for a set named "UK", and "working hours" for one named "Working hours".
#[must_use]
pub fn hours_name(id: &str, path: &PathPayload) -> String {
    let set = path.working_hours.iter().flatten().find(|set: &&WorkingHours| set.id == id);
    let name = set.map_or(id, |set| set.name.as_str());
    if !name.to_ascii_lowercase().contains("hours") {
        return format!("{name} hours");
    }
    // In the middle of a sentence; "UK" stays as it is.
    let mut letters = name.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_ascii_lowercase() => {
            std::iter::once(first.to_ascii_lowercase()).chain(letters).collect()
        }
        _ => name.to_string(),
    }
}

fn then(timer: &Timer, kind: &NodeKind<ConditionPayload>, path: &PathPayload) -> String {
    match timer {
        Timer::After(seconds) => format!("then after {}", duration(*seconds)),
        Timer::Until(state, hours) => format!("then when {} {}", hours_name(hours, path), begins_or_ends(state)),
        Timer::Unset => match kind {
            NodeKind::Level(_) => format!("then after {}, as nothing is said", duration(DEFAULT_TIME_TO_ACK)),
            _ => "then at once".to_string(),
        },
    }
}

const DEFAULT_TIME_TO_ACK: Seconds = 1_800;

fn delay(node: &PathNode, path: &PathPayload) -> String {
    match Timer::of(node) {
        Some(Timer::After(seconds)) => format!("Wait {}", duration(seconds)),
        Some(Timer::Until(state, hours)) => {
            format!("Wait until {} {}", hours_name(&hours, path), begins_or_ends(&state))
        }
        _ => "No wait".to_string(),
    }
}

fn begins_or_ends(state: &IntervalCondition) -> &'static str {
    match state {
        IntervalCondition::Active => "begin",
        IntervalCondition::Inactive => "end",
        IntervalCondition::Other(_) => "change",
    }
}

fn target_of_repeat(to: &str, path: &PathPayload, index: &Index) -> String {
    if path.path.first().is_some_and(|first| first.id == to) {
        return "the start".to_string();
    }
    match tree::find(path, to).map(|found| &found.node.kind) {
        Some(NodeKind::IfElse(branch)) => format!("“{}”", question(&branch.conditions, path, index).1),
        _ => format!("`{to}`"),
    }
}

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
