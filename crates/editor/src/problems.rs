//! Going through what is wrong with a path.

use std::collections::BTreeMap;

use escalation_api::{NodeKind, PathPayload};
use escalation_engine::{Problem, Severity};

use crate::search::around;
use crate::tree::PathNode;

/// The position of the problem after this one, or before it; after the last comes the first. From nowhere it is the
/// first, or the last.
#[must_use]
pub fn walk(problems: &[Problem], now: Option<&Problem>, forward: bool) -> Option<usize> {
    around(now.and_then(|now| problems.iter().position(|problem| problem == now)), problems.len(), forward)
}

/// How many problems each node has, by its id.
#[must_use]
pub fn by_node(problems: &[Problem]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for id in problems.iter().filter_map(|problem| problem.node_id.as_ref()) {
        *counts.entry(id.clone()).or_default() += 1;
    }
    counts
}

/// The problems by how bad they are, the worst first.
#[must_use]
pub fn by_severity(problems: &[Problem]) -> Vec<(Severity, Vec<Problem>)> {
    let of = |severity| problems.iter().filter(|problem| problem.severity == severity).cloned().collect::<Vec<_>>();
    let groups = [Severity::Error, Severity::Warning, Severity::Info].map(|severity| (severity, of(severity)));
    groups.into_iter().filter(|(_, problems)| !problems.is_empty()).collect()
}

/// The field of its node that a problem is about: `targets.1.selected_rota_id`; empty for the node as a whole.
#[must_use]
pub fn field(problem: &Problem) -> &str {
    const KINDS: [&str; 6] = ["level", "notify_channel", "if_else", "delay", "repeat", "escalation_path"];
    // Behind the name of the kind that comes last: what is in a branch has the branch's in its own pointer.
    let behind = |kind: &&str| {
        let begin = problem.pointer.rfind(&format!(".{kind}."))?;
        Some(begin + kind.len() + 2)
    };
    let begin = KINDS.iter().filter_map(behind).max();
    begin.and_then(|begin| problem.pointer.get(begin..)).filter(|_| problem.node_id.is_some()).unwrap_or_default()
}

/// Where a problem is told: the field of its node, or of the path where it is no node's.
#[must_use]
pub fn place(problem: &Problem) -> &str {
    if problem.node_id.is_some() { field(problem) } else { &problem.pointer }
}

/// A field that problems can be told beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The field with all that is in it.
    Whole(String),
    /// The field itself; what is in it has fields of its own.
    Itself(String),
}

impl Field {
    /// Whether a problem is about it.
    #[must_use]
    pub fn has(&self, problem: &Problem) -> bool {
        let place = place(problem);
        match self {
            Self::Whole(name) => {
                place.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            Self::Itself(name) => place == name,
        }
    }
}

/// The problems of a node, or of the path itself, that are about one of some fields.
#[must_use]
pub fn beside<'a>(problems: &'a [Problem], node_id: Option<&str>, fields: &[Field]) -> Vec<&'a Problem> {
    let here = |problem: &&Problem| problem.node_id.as_deref() == node_id;
    problems.iter().filter(here).filter(|problem| fields.iter().any(|field| field.has(problem))).collect()
}

/// The problems of a node that no field of its form is about: they are told of the node as a whole.
#[must_use]
pub fn of_node<'a>(problems: &'a [Problem], node: &PathNode) -> Vec<&'a Problem> {
    let fields = node_fields(node);
    let here = problems.iter().filter(|problem| problem.node_id.as_deref() == Some(&node.id));
    here.filter(|problem| !fields.iter().any(|field| field.has(problem))).collect()
}

/// The problems that neither a node nor a field of the path's form is about.
#[must_use]
pub fn of_path<'a>(problems: &'a [Problem], path: &PathPayload) -> Vec<&'a Problem> {
    let sets = path.working_hours.as_ref().map_or(0, Vec::len);
    let fields = PATH_FIELDS.map(|name| Field::Whole(name.to_string())).into_iter();
    let fields: Vec<_> = fields.chain((0..sets).map(|set| Field::Whole(format!("working_hours.{set}")))).collect();
    let here = problems.iter().filter(|problem| problem.node_id.is_none());
    here.filter(|problem| !fields.iter().any(|field| field.has(problem))).collect()
}

const PATH_FIELDS: [&str; 5] = ["name", "team_ids", "repeat_config", "template_id", "param_bindings"];

/// The fields of a timer: its seconds, its state and its working hours.
pub const TIME_TO_ACK: [&str; 3] =
    ["time_to_ack_seconds", "time_to_ack_interval_condition", "time_to_ack_weekday_interval_config_id"];
/// The same of a delay.
pub const DELAY: [&str; 3] = ["delay_seconds", "delay_interval_condition", "delay_weekday_interval_config_id"];

fn node_fields(node: &PathNode) -> Vec<Field> {
    let (names, targets): (Vec<&str>, usize) = match &node.kind {
        NodeKind::Level(level) => {
            ([&TIME_TO_ACK[..], &["ack_mode", "round_robin_config", "retry_config"]].concat(), level.targets.len())
        }
        NodeKind::NotifyChannel(channel) => (TIME_TO_ACK.to_vec(), channel.targets.len()),
        NodeKind::Delay(_) => (DELAY.to_vec(), 0),
        NodeKind::IfElse(_) => (vec!["conditions"], 0),
        NodeKind::Repeat(_) => (vec!["to_node", "repeat_times"], 0),
        NodeKind::HandOver(_) => (vec!["escalation_path_id"], 0),
        NodeKind::Sealed(_) => (Vec::new(), 0),
    };
    let mut fields: Vec<_> = names.into_iter().map(|name| Field::Whole(name.to_string())).collect();
    if matches!(node.kind, NodeKind::Level(_) | NodeKind::NotifyChannel(_)) {
        fields.push(Field::Itself("targets".to_string()));
        // One of a list that is not understood has no field.
        fields.extend((0..targets).map(|target| Field::Whole(format!("targets.{target}"))));
    }
    fields
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn problem(code: &str, severity: &str, node: Option<&str>, pointer: &str) -> Problem {
        let problem =
            json!({"code": code, "severity": severity, "node_id": node, "pointer": pointer, "message": "", "hint": ""});
        serde_json::from_value(problem).unwrap()
    }

    fn error() -> Problem {
        problem("EP001", "error", None, "path")
    }

    fn warning() -> Problem {
        problem("EP104", "warning", Some("b"), "path.0.if_else.then_path")
    }

    #[test]
    fn around_and_around() {
        let all = [error(), warning()];
        assert_eq!(walk(&all, None, true), Some(0));
        assert_eq!(walk(&all, None, false), Some(1));
        assert_eq!(walk(&all, Some(&error()), true), Some(1));
        assert_eq!(walk(&all, Some(&warning()), true), Some(0));
        assert_eq!(walk(&all, Some(&error()), false), Some(1));
        assert_eq!(walk(&[error()], Some(&warning()), true), Some(0), "one that is mended is nowhere");
        assert_eq!(walk(&[], None, true), None);
    }

    #[test]
    fn the_worst_first() {
        let all = [warning(), error(), warning()];
        let groups: Vec<_> = by_severity(&all).into_iter().map(|(severity, all)| (severity, all.len())).collect();
        assert_eq!(groups, [(Severity::Error, 1), (Severity::Warning, 2)]);
        assert_eq!(by_node(&all).into_iter().collect::<Vec<_>>(), [("b".to_string(), 2)]);
    }

    #[test]
    fn each_problem_is_told_once() {
        use escalation_api::Json as _;
        let path = json!({"name": "x", "path": [{"id": "n", "type": "level", "level": {
            "targets": [{"type": "user", "id": "u", "urgency": "high"}]}}], "working_hours": [
            {"id": "uk", "name": "UK", "timezone": "Europe/London", "weekday_intervals": []}]});
        let path = PathPayload::read(path).unwrap();
        let at = |node: Option<&str>, pointer: &str| problem("EP004", "error", node, pointer);
        let all = [
            at(Some("n"), "path.0.level.targets"),
            at(Some("n"), "path.0.level.targets.0.urgency"),
            at(Some("n"), "path.0.level.targets.1"),
            at(Some("n"), "path.0.level.retry_config.attempts"),
            at(Some("n"), "path.0"),
            at(None, "working_hours.0.timezone"),
            at(None, "working_hours.1.id"),
            at(None, "path"),
        ];
        let pointers = |some: Vec<&Problem>| some.iter().map(|p| p.pointer.clone()).collect::<Vec<_>>();
        let whole = |name: &str| [Field::Whole(name.to_string())];
        assert_eq!(pointers(beside(&all, Some("n"), &whole("retry_config"))), ["path.0.level.retry_config.attempts"]);
        assert_eq!(pointers(beside(&all, Some("n"), &whole("targets.0"))), ["path.0.level.targets.0.urgency"]);
        let itself = [Field::Itself("targets".to_string())];
        assert_eq!(pointers(beside(&all, Some("n"), &itself)), ["path.0.level.targets"]);
        assert_eq!(pointers(beside(&all, None, &whole("working_hours.0"))), ["working_hours.0.timezone"]);
        assert_eq!(pointers(of_node(&all, &path.path[0])), ["path.0.level.targets.1", "path.0"]);
        assert_eq!(pointers(of_path(&all, &path)), ["working_hours.1.id", "path"]);
    }

    #[test]
    fn the_field() {
        let field_of = |pointer: &str| field(&problem("EP004", "error", Some("n"), pointer)).to_string();
        assert_eq!(field_of("path.0.level.targets.1.selected_rota_id"), "targets.1.selected_rota_id");
        assert_eq!(field_of("path.0.if_else.else_path.0.level.targets"), "targets");
        assert_eq!(field_of("path.0.if_else.conditions"), "conditions");
        assert_eq!(field_of("path.0.if_else.else_path.0.escalation_path.escalation_path_id"), "escalation_path_id");
        assert_eq!(field_of("path.0"), "");
    }
}
