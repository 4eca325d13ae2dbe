//! What is different between two documents, in words: for whoever is about to save one in the place of the other.

use std::collections::BTreeSet;

use escalation_api::{AckMode, NodeKind, PathPayload, Target, Value, WorkingHours};
use escalation_engine::Index;
use escalation_engine::calendar::Hours;
use escalation_engine::diff::{Difference, Location, structure};
use escalation_engine::words::{duration, week};

use crate::tree::{self, PathNode};
use crate::words;

/// What became of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeChange {
    /// It is gone.
    Removed,
    /// It is new.
    Added,
    /// It is elsewhere, and may have been changed, too.
    Moved,
    /// It is where it was, with other fields.
    Changed,
}

/// What is different in a node, or in the path itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The node's id; nothing for the path itself.
    pub node_id: Option<String>,
    /// What became of it.
    pub became: NodeChange,
    /// The node in words, as it is now, or as it was if it is gone.
    pub title: String,
    /// What is different, in words.
    pub details: Vec<String>,
}

/// The longest value that is told whole, in characters.
const LONGEST: usize = 80;

/// Everything that differs: what is gone, then the path itself, then what is new, elsewhere or changed, in the order
/// of the later document.
#[must_use]
pub fn changes(before: &PathPayload, after: &PathPayload, index: &Index) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut told = BTreeSet::new();
    for difference in structure(before, after) {
        if let Difference::Changed { node_id, field, before: None, after: Some(value) }
        | Difference::Changed { node_id, field, before: Some(value), after: None } = &difference
        {
            // Who does not say the kind leaves it to the server.
            let is_kind = node_id.is_none() && field == "kind";
            if is_kind || !is_said(value) {
                continue;
            }
        }
        let (node_id, became) = match &difference {
            Difference::Removed { node_id, .. } => (Some(node_id.clone()), NodeChange::Removed),
            Difference::Added { node_id, .. } => (Some(node_id.clone()), NodeChange::Added),
            Difference::Moved { node_id, .. } => (Some(node_id.clone()), NodeChange::Moved),
            Difference::Changed { node_id, .. } => (node_id.clone(), NodeChange::Changed),
        };
        let details = match &difference {
            Difference::Removed { from, .. } => vec![format!("was {}", place(from, before, index))],
            Difference::Added { to, .. } => vec![place(to, after, index)],
            Difference::Moved { from, to, .. } => {
                vec![format!("now {}, was {}", place(to, after, index), place(from, before, index))]
            }
            Difference::Changed { node_id: None, field, before: was, after: is } => {
                of_path(field, (was, is), (before, after))
            }
            Difference::Changed { node_id: Some(id), field, before: was, after: is } => {
                let nodes = (tree::find(before, id), tree::find(after, id));
                let (Some(old), Some(new)) = nodes else { continue };
                of_node(field, (was, is), (old.node, before), (new.node, after), index)
            }
        };
        // Several fields of a node may make one sentence.
        let details = details.into_iter().filter(|line| told.insert((node_id.clone(), line.clone()))).collect();
        match changes.iter_mut().find(|change| change.node_id == node_id) {
            Some(change) => change.details.extend(Vec::<String>::from_iter(details)),
            None => {
                let of = if became == NodeChange::Removed { before } else { after };
                let title = match &node_id {
                    Some(id) => title(of, id, index),
                    None => "The path".to_string(),
                };
                changes.push(Change { node_id, became, title, details });
            }
        }
    }
    changes
}

/// Whether what follows an acknowledgement is set differently: who is still paged on a level that is in both, and
/// whether the path begins again. As long as nobody responds that changes nothing.
#[must_use]
pub fn follows_otherwise(before: &PathPayload, after: &PathPayload) -> bool {
    // A level that does not say stops the rest.
    let mode = |node: &PathNode| match &node.kind {
        NodeKind::Level(level) => Some(level.ack_mode.clone().unwrap_or(AckMode::First)),
        _ => None,
    };
    let mut otherwise = before.repeat_config != after.repeat_config;
    tree::walk(after, |found| {
        let was = tree::find(before, &found.node.id).and_then(|was| mode(was.node));
        otherwise |= was.zip(mode(found.node)).is_some_and(|(was, is)| was != is);
    });
    otherwise
}

/// A node in words, by its id.
pub(crate) fn title(path: &PathPayload, id: &str, index: &Index) -> String {
    tree::find(path, id).map_or_else(|| id.to_string(), |found| words::node(found.node, path, index).title)
}

fn place(at: &Location, path: &PathPayload, index: &Index) -> String {
    let (list, around) = match &at.within {
        None => (Some(path.path.as_slice()), String::new()),
        Some((branch, side)) => {
            let found = tree::find(path, branch).map(|found| &found.node.kind);
            let Some(NodeKind::IfElse(inside)) = found else { return "elsewhere".to_string() };
            let [then, otherwise] = words::sides(&inside.conditions, index);
            let (list, side) =
                if side == "then_path" { (&inside.then_path, then) } else { (&inside.else_path, otherwise) };
            (Some(list.as_slice()), format!(" on the side “{side}” of “{}”", title(path, branch, index)))
        }
    };
    let before = at.position.checked_sub(1).and_then(|before| list.and_then(|list| list.get(before)));
    match before {
        Some(node) => format!("after “{}”{around}", words::node(node, path, index).title),
        None => format!("first{}", if around.is_empty() { " in the path" } else { &around }),
    }
}

type Values<'a> = (&'a Option<Value>, &'a Option<Value>);

fn of_path(field: &str, values: Values<'_>, (before, after): (&PathPayload, &PathPayload)) -> Vec<String> {
    match field {
        "working_hours" => hours(before.working_hours.as_deref(), after.working_hours.as_deref()),
        _ => vec![plain(field, values)],
    }
}

fn of_node(
    field: &str,
    values: Values<'_>,
    (old, before): (&PathNode, &PathPayload),
    (new, after): (&PathNode, &PathPayload),
    index: &Index,
) -> Vec<String> {
    let (_, name) = field.split_once('.').unwrap_or(("", field));
    let said = |get: fn(&words::NodeWords) -> &str| {
        let (was, is) = (words::node(old, before, index), words::node(new, after, index));
        let (was, is) = (get(&was).to_string(), get(&is).to_string());
        (was != is).then(|| vec![format!("“{is}”, was “{was}”")])
    };
    let told = match name {
        "targets" => match (tree::targets(old), tree::targets(new)) {
            (Some(old), Some(new)) => Some(targets(old, new, index)),
            _ => None,
        },
        "time_to_ack_seconds" | "time_to_ack_interval_condition" | "time_to_ack_weekday_interval_config_id" => {
            said(|words| &words.timer)
        }
        _ if matches!(
            new.kind,
            NodeKind::IfElse(_) | NodeKind::Delay(_) | NodeKind::Repeat(_) | NodeKind::HandOver(_)
        ) =>
        {
            said(|words| &words.title)
        }
        _ => None,
    };
    told.filter(|lines| !lines.is_empty()).unwrap_or_else(|| vec![plain(name, values)])
}

fn targets(old: &[Target], new: &[Target], index: &Index) -> Vec<String> {
    let same = |one: &Target, other: &Target| one.id == other.id && one.target_type == other.target_type;
    let name = |target: &Target| words::target_name(target, index);
    let mut lines = Vec::new();
    for gone in old.iter().filter(|was| !new.iter().any(|is| same(was, is))) {
        lines.push(format!("without {}", name(gone)));
    }
    for added in new.iter().filter(|is| !old.iter().any(|was| same(was, is))) {
        lines.push(format!("with {}, {} urgency", name(added), added.urgency.as_str()));
    }
    for is in new {
        let Some(was) = old.iter().find(|was| same(was, is)) else { continue };
        if was.urgency != is.urgency {
            let (now, before) = (is.urgency.as_str(), was.urgency.as_str());
            lines.push(format!("{}: {now} urgency, was {before}", name(is)));
        }
        let (now, before) = (words::target_mode(is, index), words::target_mode(was, index));
        if now != before {
            lines.push(format!("{}: {now}, was {before}", name(is)));
        }
    }
    if lines.is_empty() && old != new {
        lines.push("targets in another order, or with other details".to_string());
    }
    lines
}

fn hours(old: Option<&[WorkingHours]>, new: Option<&[WorkingHours]>) -> Vec<String> {
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let said = |set: &WorkingHours| format!("{}: {}", set.name, hours_of(set));
    let mut lines = Vec::new();
    for set in old.iter().filter(|was| !new.iter().any(|is| is.id == was.id)) {
        lines.push(format!("without the working hours “{}”", set.name));
    }
    for set in new {
        match old.iter().find(|was| was.id == set.id) {
            None => lines.push(format!("with the working hours “{}”", said(set))),
            Some(was) if was != set => lines.push(format!("working hours “{}”, were “{}”", said(set), said(was))),
            Some(_) => {}
        }
    }
    if lines.is_empty() && old != new {
        lines.push("working hours in another order".to_string());
    }
    lines
}

/// A set of working hours in words: `Mon-Fri 09:00-17:00, Europe/London`.
pub(crate) fn hours_of(set: &WorkingHours) -> String {
    let hours = Hours::new(set).map_or_else(|_| "hours that cannot be read".to_string(), |hours| week(&hours));
    format!("{hours}, {}", set.timezone)
}

/// A field that nothing more is known of, by its name and values.
fn plain(field: &str, (before, after): Values<'_>) -> String {
    let label = label(field);
    let plainly = |value: &Option<Value>| match value {
        None | Some(Value::Null) => "nothing".to_string(),
        Some(Value::Number(number)) if field.ends_with("_seconds") => {
            number.as_i64().map_or_else(|| number.to_string(), duration)
        }
        Some(Value::String(text)) => format!("“{}”", short(text)),
        Some(value) => short(&value.to_string()),
    };
    let said = |value: &Option<Value>| in_words(field, value.as_ref()).unwrap_or_else(|| plainly(value));
    format!("{label}: {}, was {}", said(after), said(before))
}

/// A value as the forms call it; none for one with anything in it that they do not know.
fn in_words(field: &str, value: Option<&Value>) -> Option<String> {
    let value = value.filter(|value| !value.is_null());
    if field == "ack_mode" {
        return match value.map(Value::as_str) {
            None | Some(Some("first")) => Some("first stops the rest".to_string()),
            Some(Some("all")) => Some("everyone must".to_string()),
            Some(_) => None,
        };
    }
    if let ("round_robin_config.enabled", Some(Value::Bool(on))) = (field, value) {
        return Some(if *on { "yes" } else { "no" }.to_string());
    }
    let fields = value?.as_object()?;
    let knows = |known: &[&str]| fields.keys().all(|key| known.contains(&key.as_str()));
    let time = |name: &str| fields.get(name).and_then(Value::as_i64).map(duration);
    let is_on = |name: &str| fields.get(name).and_then(Value::as_bool);
    match field {
        "retry_config" if knows(&["attempts", "interval_seconds"]) => {
            let attempts = fields.get("attempts")?.as_i64()?;
            Some(format!("{attempts} attempts, {} apart", time("interval_seconds")?))
        }
        "repeat_config" if knows(&["repeat_after_seconds", "delay_repeat_on_activity"]) => {
            let after = time("repeat_after_seconds")?;
            let delayed = is_on("delay_repeat_on_activity").unwrap_or_default();
            Some(format!("after {after}{}", if delayed { ", counted from the last activity" } else { "" }))
        }
        "round_robin_config" if knows(&["enabled", "rotate_after_seconds"]) => {
            let rotation = || time("rotate_after_seconds").map(|time| format!("the next after {time}"));
            let on = || rotation().unwrap_or_else(|| "one for each alert in turn".to_string());
            Some(if is_on("enabled")? { on() } else { "no".to_string() })
        }
        _ => None,
    }
}

/// What a field is called.
pub(crate) fn label(field: &str) -> &str {
    match field {
        "name" => "name",
        "ack_mode" => "acknowledging",
        "team_ids" => "teams",
        "repeat_config" => "paging again after an acknowledgement",
        "retry_config" => "retries",
        "retry_config.attempts" => "attempts",
        "retry_config.interval_seconds" => "time between attempts",
        "round_robin_config" => "round robin",
        "round_robin_config.enabled" => "round robin",
        "round_robin_config.rotate_after_seconds" => "time for each",
        other => other,
    }
}

pub(crate) fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_string();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

/// Whether a value says more than its absence.
pub(crate) fn is_said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::{Json as _, PathPayload, Value};
    use escalation_engine::{Index, World};
    use serde_json::json;

    use super::{NodeChange, changes, follows_otherwise};

    fn world() -> Index {
        let world: World = serde_json::from_value(json!({
            "users": [
                {"id": "maya", "name": "Maya", "can_be_paged": true}, {"id": "ruth", "name": "Ruth", "can_be_paged": true}],
            "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}],
        }))
        .unwrap();
        Index::new(world)
    }

    fn level(id: &str, users: &[(&str, &str)], seconds: i64) -> Value {
        let targets: Vec<_> =
            users.iter().map(|(id, urgency)| json!({"type": "user", "id": id, "urgency": urgency})).collect();
        json!({"id": id, "type": "level", "level": {"targets": targets, "time_to_ack_seconds": seconds}})
    }

    fn path(nodes: Vec<Value>) -> Value {
        json!({"name": "Payments", "path": nodes, "working_hours": []})
    }

    #[test]
    fn what_follows_an_acknowledgement() {
        let read = |ack: Value, repeat: Value| {
            let mut level = level("a", &[("maya", "high")], 300);
            level["level"]["ack_mode"] = ack;
            let mut path = path(vec![level]);
            path["repeat_config"] = repeat;
            PathPayload::read(path).unwrap()
        };
        let again = json!({"repeat_after_seconds": 1800, "delay_repeat_on_activity": true});
        let plain = read(Value::Null, Value::Null);
        assert!(!follows_otherwise(&plain, &read(json!("first"), Value::Null)), "it is the same, only said");
        assert!(follows_otherwise(&plain, &read(json!("all"), Value::Null)));
        assert!(follows_otherwise(&plain, &read(Value::Null, again)));
        let other = PathPayload::read(path(vec![level("b", &[("maya", "high")], 60)])).unwrap();
        assert!(!follows_otherwise(&plain, &other), "of another level it is told who is paged");
    }

    fn told(before: Value, after: Value) -> Vec<(Option<String>, NodeChange, String, String)> {
        let [before, after] = [before, after].map(|path| PathPayload::read(path).unwrap());
        let all = changes(&before, &after, &world());
        all.into_iter().map(|change| (change.node_id, change.became, change.title, change.details.join("; "))).collect()
    }

    #[test]
    fn nothing() {
        let same = path(vec![level("a", &[("maya", "high")], 300)]);
        assert_eq!(told(same.clone(), same), []);
    }

    #[test]
    fn what_is_left_to_the_server_is_no_change() {
        let plain = path(vec![level("a", &[("maya", "high")], 300)]);
        let mut filled = plain.clone();
        filled["kind"] = json!("standalone");
        filled["param_bindings"] = json!({});
        filled["repeat_config"] = Value::Null;
        assert_eq!(told(plain.clone(), filled.clone()), []);
        assert_eq!(told(filled.clone(), plain), []);
        let mut templated = filled.clone();
        templated["kind"] = json!("templated");
        assert_eq!(told(filled, templated).len(), 1);
    }

    #[test]
    fn fields_in_words() {
        let before = path(vec![level("a", &[("maya", "high")], 300)]);
        let mut after = path(vec![level("a", &[("maya", "low"), ("ruth", "high")], 600)]);
        after["name"] = json!("Money");
        after["path"][0]["level"]["retry_config"] = json!({"attempts": 3, "interval_seconds": 60});
        after["path"][0]["level"]["loft"] = json!({"north": true});
        let node = "with Ruth, high urgency; Maya: low urgency, was high; “then after 10m”, was “then after 5m”; \
                    retries: 3 attempts, 1m apart, was nothing; loft: {\"north\":true}, was nothing";
        assert_eq!(
            told(before, after),
            [
                (None, NodeChange::Changed, "The path".to_string(), "name: “Money”, was “Payments”".to_string()),
                (
                    Some("a".to_string()),
                    NodeChange::Changed,
                    "Page Maya and Ruth, all at once".to_string(),
                    node.to_string()
                ),
            ]
        );
    }

    #[test]
    fn settings_in_words() {
        let before = path(vec![level("a", &[("maya", "high")], 300)]);
        let mut after = before.clone();
        after["path"][0]["level"]["ack_mode"] = json!("all");
        after["path"][0]["level"]["round_robin_config"] = json!({"enabled": true});
        after["repeat_config"] = json!({"repeat_after_seconds": 1800, "delay_repeat_on_activity": true});
        let said: Vec<_> = told(before.clone(), after).into_iter().map(|change| change.3).collect();
        assert_eq!(
            said[0],
            "paging again after an acknowledgement: after 30m, counted from the last activity, was nothing"
        );
        assert!(said[1].contains("acknowledging: everyone must, was first stops the rest"), "{said:?}");
        assert!(said[1].contains("round robin: one for each alert in turn, was nothing"), "{said:?}");
        // What is not known is told as it is.
        let mut strange = before.clone();
        strange["path"][0]["level"]["retry_config"] = json!({"attempts": 3, "interval_seconds": 60, "loft": 1});
        assert!(told(before, strange)[0].3.contains("loft"), "nothing is left out");
    }

    #[test]
    fn structure_in_words() {
        let (a, b, c) = (level("a", &[("maya", "high")], 60), level("b", &[("ruth", "high")], 60), level("c", &[], 60));
        let branch = |then: Vec<Value>, ids: Value| {
            json!({"id": "if", "type": "if_else", "if_else": {
                "conditions": [{"subject": "escalation.priority", "operation": "one_of",
                    "param_bindings": [{"array_value": ids}]}],
                "then_path": then, "else_path": []}})
        };
        let before = path(vec![a.clone(), b.clone(), branch(vec![], json!([{"literal": "p1"}]))]);
        let after = path(vec![b, c, branch(vec![a], json!([{"literal": "p1"}, {"literal": "p2"}]))]);
        let all = told(before, after);
        let of = |id: &str| all.iter().find(|change| change.0.as_deref() == Some(id)).unwrap();
        assert_eq!(of("c").1, NodeChange::Added);
        assert_eq!(of("c").3, "after “Page Ruth”");
        assert_eq!(of("a").1, NodeChange::Moved);
        assert_eq!(of("a").3, "now first on the side “P1, P2” of “Priority is P1 or P2?”, was first in the path");
        assert_eq!(of("if").3, "“Priority is P1 or P2?”, was “Priority is P1?”");
        assert!(!all.iter().any(|change| change.0.as_deref() == Some("b")));
    }

    #[test]
    fn what_is_gone_is_told_as_it_was() {
        let before = path(vec![level("a", &[("maya", "high")], 60), level("b", &[("ruth", "high")], 60)]);
        let after = path(vec![level("a", &[("maya", "high")], 60)]);
        let gone =
            (Some("b".to_string()), NodeChange::Removed, "Page Ruth".to_string(), "was after “Page Maya”".to_string());
        assert_eq!(told(before, after), [gone]);
    }

    #[test]
    fn working_hours_in_words() {
        let set = |end: &str| {
            json!([{"id": "uk", "name": "UK", "timezone": "Europe/London", "weekday_intervals": [
                {"weekday": "monday", "start_time": "09:00", "end_time": end}]}])
        };
        let (mut before, mut after) = (path(vec![]), path(vec![]));
        before["working_hours"] = set("17:00");
        after["working_hours"] = set("18:00");
        let said = "working hours “UK: Mon 09:00-18:00, Europe/London”, were “UK: Mon 09:00-17:00, Europe/London”";
        assert_eq!(told(before.clone(), after)[0].3, said);
        let none = path(vec![]);
        assert_eq!(told(before, none)[0].3, "without the working hours “UK”");
    }
}
