//! What a step is called, as the canvas, problems and messages show it: "Page Primary on-call".

use escalation_api::{
    ConditionForm as _, ConditionPayload, IntervalCondition, Node, NodeKind, PathPayload, ScheduleMode, Target,
    TargetType, Test, WorkingHours,
};

use super::{duration, list};
use crate::index::Index;

type ApiNode = Node<ConditionPayload>;

/// The title of a node: "Page Primary on-call", "Priority is P1?", "Wait 5m". Names are those of the world, and ids where
/// it has none.
#[must_use]
pub fn title(node: &ApiNode, path: &PathPayload, index: &Index) -> String {
    match &node.kind {
        NodeKind::Level(level) if level.targets.is_empty() => "Page nobody yet".to_string(),
        NodeKind::Level(level) => format!("Page {}", targets(&level.targets, index)),
        NodeKind::NotifyChannel(channel) if channel.targets.is_empty() => "Post to no channel yet".to_string(),
        NodeKind::NotifyChannel(channel) => format!("Post to {}", targets(&channel.targets, index)),
        NodeKind::IfElse(branch) => question(&branch.conditions, path, index),
        NodeKind::Delay(delay) => match (&delay.delay_interval_condition, &delay.delay_weekday_interval_config_id) {
            // R6: working hours win.
            (Some(state), Some(hours)) => {
                format!("Wait until {} {}", hours_name(hours, path), begins_or_ends(state))
            }
            _ => delay.delay_seconds.map_or_else(|| "No wait".to_string(), |wait| format!("Wait {}", duration(wait))),
        },
        NodeKind::Repeat(repeat) => {
            let times = match repeat.repeat_times {
                1 => "once more".to_string(),
                2 => "twice more".to_string(),
                times => format!("{times} more times"),
            };
            format!("Back to {}, {times}", repeat_target(&repeat.to_node, path, index))
        }
        NodeKind::HandOver(hand_over) => {
            let id = &hand_over.escalation_path_id;
            let name = index.path(id).map_or(id.as_str(), |path| &path.name);
            format!("Hand over to {}", if name.is_empty() { "no path yet" } else { name })
        }
        NodeKind::Sealed(_) => match node.kind.type_name() {
            "" => "Step without a type".to_string(),
            "voicemail" => "Voicemail, which only a call route has".to_string(),
            type_name => format!("Step of type {type_name}"),
        },
    }
}

/// The labels of the two sides of a branch: the priorities or "yes", and "otherwise".
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

/// The question that a branch asks: "Priority is P1 or P2?".
#[must_use]
pub fn question(conditions: &[ConditionPayload], path: &PathPayload, index: &Index) -> String {
    let [condition] = conditions else {
        return if conditions.is_empty() {
            "No condition yet".to_string()
        } else {
            format!("All {} conditions hold?", conditions.len())
        };
    };
    match condition.test() {
        Some(Test::PriorityOneOf(ids)) => {
            let names: Vec<&str> = ids.iter().map(|id| index.priority_name(id)).collect();
            format!("Priority is {}?", list(&names, "or"))
        }
        Some(Test::WorkingHoursActive(id)) => format!("In {}?", hours_name(id, path)),
        None => format!("{} {}?", condition.subject, condition.operation),
    }
}

/// The name of a target: of the person, schedule or channel, or the id of one that is not known.
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

/// "UK hours" for a set named "UK", and "working hours" for one named "Working hours".
///
/// ```
/// use escalation_api::PathPayload;
/// assert_eq!(escalation_engine::words::step::hours_name("UK", &PathPayload::named("Payments")), "UK hours");
/// ```
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

/// Where a repeat goes back to: "the start" or the question of a branch.
#[must_use]
pub fn repeat_target(to: &str, path: &PathPayload, index: &Index) -> String {
    if path.path.first().is_some_and(|first| first.id == to) {
        return "the start".to_string();
    }
    match find(&path.path, to).map(|node| &node.kind) {
        Some(NodeKind::IfElse(branch)) => format!("“{}”", question(&branch.conditions, path, index)),
        _ => format!("`{to}`"),
    }
}

/// How working hours change into a state: they "begin" or "end".
#[must_use]
pub fn begins_or_ends(state: &IntervalCondition) -> &'static str {
    match state {
        IntervalCondition::Active => "begin",
        IntervalCondition::Inactive => "end",
        IntervalCondition::Other(_) => "change",
    }
}

fn find<'n>(nodes: &'n [ApiNode], id: &str) -> Option<&'n ApiNode> {
    nodes.iter().find_map(|node| {
        (node.id == id).then_some(node).or_else(|| node.children().find_map(|(_, list)| find(list, id)))
    })
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

/// The rota that a target means of a schedule that has others, too.
fn only_rota(target: &Target, index: &Index) -> Option<String> {
    use ScheduleMode::{AllUsersForRota, CurrentlyOnCallForRota, NextOnCallForRota};
    matches!(target.schedule_mode, Some(CurrentlyOnCallForRota | NextOnCallForRota | AllUsersForRota)).then_some(())?;
    let id = target.selected_rota_id.as_deref()?;
    let schedule = index.schedule(&target.id)?;
    let is_only = matches!(schedule.rotas.as_slice(), [only] if *only.id == *id);
    (!is_only).then(|| schedule.rota(id).map_or_else(|| id.to_string(), |rota| rota.name.clone()))
}
