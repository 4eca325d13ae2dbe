//! What is different between two documents, by the ids of their nodes.

use std::collections::BTreeMap;

use escalation_api::{Json as _, Map, PathPayload, Value};
use serde::Serialize;

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "difference")]
pub enum Difference {
    /// A node is new.
    Added {
        /// Its id.
        node_id: String,
        /// Where it is.
        to: Location,
    },
    /// A node is gone.
    Removed {
        /// Its id.
        node_id: String,
        /// Where it was.
        from: Location,
    },
    /// A node is elsewhere.
    Moved {
        /// Its id.
        node_id: String,
        /// Where it was.
        from: Location,
        /// Where it is.
        to: Location,
    },
    /// A field of a node, or of the path itself, has another value.
    Changed {
        /// The node's id; nothing for the path itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        node_id: Option<String>,
        /// The field, dotted.
        field: String,
        /// What it was; nothing if it was not there.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Value>,
        /// What it is; nothing if it is not there.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Value>,
    },
}

/// The list that a node stands in, and its position there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The id of the branch around it, and `then_path` or `else_path`; nothing for the path's own list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<(String, String)>,
    /// Its position, from 0.
    pub position: usize,
}

struct LocatedNode {
    id: String,
    at: Location,
    /// The node without what is in it.
    own: Value,
}

/// Everything that differs: what is gone, then what is new, elsewhere or changed, in the order of the later document.
#[must_use]
pub fn structure(before: &PathPayload, after: &PathPayload) -> Vec<Difference> {
    let (before, after) = (before.write(), after.write());
    let (old, new) = (nodes(&before), nodes(&after));
    let of = |all: &'_ [LocatedNode]| all.iter().enumerate().map(|(index, found)| (found.id.clone(), index)).collect();
    let (by_id_old, by_id_new): (BTreeMap<String, usize>, BTreeMap<String, usize>) = (of(&old), of(&new));
    let stayed = stayed(&old, &new, &by_id_old);
    let mut differences = Vec::new();
    for found in old.iter().filter(|found| !by_id_new.contains_key(&found.id)) {
        differences.push(Difference::Removed { node_id: found.id.clone(), from: found.at.clone() });
    }
    fields("", &own_of_path(&before), &own_of_path(&after), &mut |field, before, after| {
        differences.push(Difference::Changed { node_id: None, field, before, after });
    });
    for found in &new {
        let node_id = found.id.clone();
        let Some(was) = by_id_old.get(&found.id).and_then(|index| old.get(*index)) else {
            differences.push(Difference::Added { node_id, to: found.at.clone() });
            continue;
        };
        if !stayed.contains(&found.id) {
            differences.push(Difference::Moved {
                node_id: node_id.clone(),
                from: was.at.clone(),
                to: found.at.clone(),
            });
        }
        fields("", &was.own, &found.own, &mut |field, before, after| {
            differences.push(Difference::Changed { node_id: Some(node_id.clone()), field, before, after });
        });
    }
    differences
}

/// The ids of nodes that are in the list that they were in, and in the order in which they were: as many as possible.
fn stayed(old: &[LocatedNode], new: &[LocatedNode], by_id_old: &BTreeMap<String, usize>) -> Vec<String> {
    let mut stayed = Vec::new();
    let mut lists: Vec<&Option<(String, String)>> = Vec::new();
    for found in new {
        if !lists.contains(&&found.at.within) {
            lists.push(&found.at.within);
        }
    }
    for list in lists {
        let was_here = |found: &&LocatedNode| {
            let was = by_id_old.get(&found.id).and_then(|index| old.get(*index));
            was.filter(|was| was.at.within == *list).map(|was| was.at.position)
        };
        let common: Vec<(&LocatedNode, usize)> = new
            .iter()
            .filter(|found| found.at.within == *list)
            .filter_map(|found| Some((found, was_here(&found)?)))
            .collect();
        // The longest run of growing positions: those before each that it may follow.
        let mut best: Vec<Vec<usize>> = Vec::with_capacity(common.len());
        for (index, (_, position)) in common.iter().enumerate() {
            let before = (0..index).filter(|other| common.get(*other).is_some_and(|(_, other)| other < position));
            let longest = before.filter_map(|other| best.get(other)).max_by_key(|run| run.len());
            let mut run = longest.cloned().unwrap_or_default();
            run.push(index);
            best.push(run);
        }
        let longest = best.into_iter().max_by_key(Vec::len).unwrap_or_default();
        stayed.extend(longest.into_iter().filter_map(|index| common.get(index)).map(|(found, _)| found.id.clone()));
    }
    stayed
}

/// All nodes that have an id, each without what is in it.
fn nodes(path: &Value) -> Vec<LocatedNode> {
    let mut found = Vec::new();
    if let Some(list) = path.get("path").and_then(Value::as_array) {
        collect(list, &None, &mut found);
    }
    found
}

fn collect(list: &[Value], within: &Option<(String, String)>, found: &mut Vec<LocatedNode>) {
    for (position, node) in list.iter().enumerate() {
        let Some(id) = node.get("id").and_then(Value::as_str) else { continue };
        let mut own = node.clone();
        let sides = ["then_path", "else_path"];
        if let Some(branch) = own.get_mut("if_else").and_then(Value::as_object_mut) {
            sides.iter().for_each(|side| {
                branch.shift_remove(*side);
            });
        }
        found.push(LocatedNode { id: id.to_string(), at: Location { within: within.clone(), position }, own });
        for side in sides {
            if let Some(list) = node.get("if_else").and_then(|branch| branch.get(side)).and_then(Value::as_array) {
                collect(list, &Some((id.to_string(), side.to_string())), found);
            }
        }
    }
}

fn own_of_path(path: &Value) -> Value {
    let mut own = path.clone();
    if let Some(fields) = own.as_object_mut() {
        fields.shift_remove("path");
    }
    own
}

/// The fields in which two values differ; lists are told whole.
fn fields(at: &str, before: &Value, after: &Value, tell: &mut impl FnMut(String, Option<Value>, Option<Value>)) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            tell(at.to_string(), Some(before.clone()), Some(after.clone()));
        }
        return;
    };
    let dotted = |name: &str| if at.is_empty() { name.to_string() } else { format!("{at}.{name}") };
    let gone = |name: &&String, of: &Map| !of.contains_key(name.as_str());
    for (name, value) in old {
        match new.get(name) {
            Some(now) => fields(&dotted(name), value, now, tell),
            None => tell(dotted(name), Some(value.clone()), None),
        }
    }
    for name in new.keys().filter(|name| gone(name, old)) {
        tell(dotted(name), None, new.get(name).cloned());
    }
}
