//! Going through what is wrong with a path.

use std::collections::BTreeMap;

use escalation_engine::{Problem, Severity};

/// The position of the problem after this one, or before it; after the last comes the first. From nowhere it is the
/// first, or the last.
#[must_use]
pub fn walk(problems: &[Problem], now: Option<&Problem>, forward: bool) -> Option<usize> {
    let last = problems.len().checked_sub(1)?;
    let at = now.and_then(|now| problems.iter().position(|problem| problem == now));
    Some(match (at, forward) {
        (Some(at), true) => {
            if at == last {
                0
            } else {
                at + 1
            }
        }
        (Some(at), false) => at.checked_sub(1).unwrap_or(last),
        (None, true) => 0,
        (None, false) => last,
    })
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
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
    fn the_field() {
        let field_of = |pointer: &str| field(&problem("EP004", "error", Some("n"), pointer)).to_string();
        assert_eq!(field_of("path.0.level.targets.1.selected_rota_id"), "targets.1.selected_rota_id");
        assert_eq!(field_of("path.0.if_else.else_path.0.level.targets"), "targets");
        assert_eq!(field_of("path.0.if_else.conditions"), "conditions");
        assert_eq!(field_of("path.0.if_else.else_path.0.escalation_path.escalation_path_id"), "escalation_path_id");
        assert_eq!(field_of("path.0"), "");
    }
}
