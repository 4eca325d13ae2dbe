//! From the dotted pointers of the API to the nodes that they are about.

use escalation_api::{NodeKind, PathPayload};

use crate::tree::PathNode;

/// The innermost node that a pointer such as `path.0.if_else.then_path.1.level.targets` goes through; nothing for a
/// pointer to something else, or to a node that is not there.
#[must_use]
pub fn node_at<'a>(path: &'a PathPayload, pointer: &str) -> Option<&'a PathNode> {
    let mut steps = pointer.split('.').peekable();
    if steps.next() != Some("path") {
        return None;
    }
    let mut list = &path.path;
    loop {
        let index: usize = steps.next()?.parse().ok()?;
        let node = list.get(index)?;
        let NodeKind::IfElse(branch) = &node.kind else { return Some(node) };
        let inside = steps.next().filter(|kind| *kind == "if_else").and_then(|_| steps.next());
        list = match inside {
            Some("then_path") => &branch.then_path,
            Some("else_path") => &branch.else_path,
            _ => return Some(node),
        };
        // The side as a whole is the branch's.
        if steps.peek().is_none() {
            return Some(node);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::{Json as _, PathPayload};
    use serde_json::json;

    use super::node_at;

    #[test]
    fn pointers() {
        let delay = |id: &str| json!({"id": id, "type": "delay", "delay": {"delay_seconds": 60}});
        let path = PathPayload::read(json!({"name": "x", "path": [
            delay("first"),
            {"id": "branch", "type": "if_else", "if_else": {
                "conditions": [], "then_path": [delay("yes")], "else_path": [delay("no"), delay("no-2")]}},
        ]}))
        .unwrap();
        for (pointer, id) in [
            ("path.0", Some("first")),
            ("path.0.delay.delay_seconds", Some("first")),
            ("path.1", Some("branch")),
            ("path.1.if_else.conditions.0", Some("branch")),
            ("path.1.if_else.then_path", Some("branch")),
            ("path.1.if_else.then_path.0", Some("yes")),
            ("path.1.if_else.else_path.1.delay", Some("no-2")),
            ("path.1.if_else.else_path.2", None),
            ("path.7", None),
            ("path", None),
            ("name", None),
            ("", None),
        ] {
            assert_eq!(node_at(&path, pointer).map(|node| node.id.as_str()), id, "{pointer}");
        }
    }
}
