//! Whether two documents say the same, and whether a server has what was sent to it.
//!
//! A server gives back more than it was sent: it fills in what was not said, leaves out what is empty, and gives lists
//! in which order says nothing in an order of its own. None of that is a difference.

use std::collections::BTreeMap;

use escalation_api::{Json as _, Map, PathPayload, Value};

use crate::changes::is_said;
use crate::tree::PathNode;

/// Whether two documents say the same: those of which one was read from a server, or both. A list, an object or a
/// value that is empty says what its absence does, and who does not say the kind leaves it to the server.
#[must_use]
pub fn is_same(one: &PathPayload, other: &PathPayload) -> bool {
    if one == other {
        return true;
    }
    let (one, other) = (one.write(), other.write());
    let (one, other) = (fields(&one), fields(&other));
    let names = one.keys().chain(other.keys());
    names.into_iter().all(|name| same_field(name, one.get(name), other.get(name)))
}

/// Whether a document that a server has may have been made of one that was sent to make it: everything that was sent is
/// there. Within its nodes and among the fields that are not known the server may have filled in more, and it may give
/// what is new to the teams of whoever makes it.
#[must_use]
pub fn is_made_of(made: &PathPayload, sent: &PathPayload) -> bool {
    came_of(made, sent, None)
}

/// Whether what a server has now is what was sent to take the place of `before`: everything that was sent is there, and
/// nothing that was taken out. What neither document says may have been filled in.
#[must_use]
pub fn is_written(now: &PathPayload, sent: &PathPayload, before: &PathPayload) -> bool {
    came_of(now, sent, Some(before))
}

fn came_of(made: &PathPayload, sent: &PathPayload, before: Option<&PathPayload>) -> bool {
    let known = |path: &PathPayload, name: &str| !path.extra.contains_key(name);
    let (made_value, sent_value, before_value) = (made.write(), sent.write(), before.map(PathPayload::write));
    let mut nodes = BTreeMap::new();
    if let Some(path) = before_value.as_ref().and_then(|before| before.get("path")) {
        by_id(path, &mut nodes);
    }
    let before_fields = before_value.as_ref().map(fields);
    let (made_fields, sent_fields) = (fields(&made_value), fields(&sent_value));
    let names = made_fields.keys().chain(sent_fields.keys().filter(|name| !made_fields.contains_key(*name)));
    names.into_iter().all(|name| {
        let was = before_fields.and_then(|before| before.get(name));
        match (made_fields.get(name).filter(|value| is_said(value)), sent_fields.get(name).filter(|v| is_said(v))) {
            (None, None) => true,
            (Some(made), Some(sent)) => Look { nodes: Some(&nodes) }.holds(name, made, sent, was),
            // The kind is the server's to fill in, so are the teams of what is new, and so is what is not known here;
            // unless it was taken out.
            (Some(_), None) if name == "team_ids" => before.is_none(),
            (Some(_), None) => name == "kind" || (!known(made, name) && was.is_none_or(|v| !is_said(v))),
            // The server need not know what is not known here.
            (None, Some(_)) => name == "kind" || !known(sent, name),
        }
    })
}

/// Whether a field of a path says the same in two documents.
pub(super) fn same_field(name: &str, one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one.filter(|value| is_said(value)), other.filter(|value| is_said(value))) {
        (None, None) => true,
        (Some(one), Some(other)) => Look::STRICT.holds(name, one, other, None),
        _ => name == "kind",
    }
}

/// Whether two nodes say the same, with all that is in them.
pub(super) fn same_node(one: &PathNode, other: &PathNode) -> bool {
    one == other || Look::STRICT.holds("", &one.write(), &other.write(), None)
}

/// How two values are compared.
struct Look<'a> {
    /// The nodes that were there before, by their ids, where the server may have filled in what was not sent.
    nodes: Option<&'a BTreeMap<&'a str, &'a Map>>,
}

impl Look<'_> {
    /// Nothing may be filled in.
    const STRICT: Self = Self { nodes: None };

    /// Whether what was sent is what a server has; `name` is that of the field in which both stand, `was` what stood
    /// there before.
    fn holds(&self, name: &str, made: &Value, sent: &Value, was: Option<&Value>) -> bool {
        match (made, sent) {
            (Value::Object(made), Value::Object(sent)) => self.object_holds(made, sent, was.and_then(Value::as_object)),
            (Value::Array(made), Value::Array(sent)) if made.len() == sent.len() => {
                let was = was.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                if has_no_order(name) {
                    self.unordered_holds(made, sent, was)
                } else {
                    made.iter().zip(sent).all(|(made, sent)| self.holds("", made, sent, same_id(sent, was)))
                }
            }
            (Value::Number(made), Value::Number(sent)) => made == sent || made.as_f64() == sent.as_f64(),
            (made, sent) => made == sent,
        }
    }

    fn object_holds(&self, made: &Map, sent: &Map, was: Option<&Map>) -> bool {
        // A node is known by its id, wherever it stood. A target has a type, too, and its id is that of a person.
        let is_node = sent.contains_key("type") && !sent.contains_key("urgency");
        let was = match (sent.get("id").and_then(Value::as_str), self.nodes) {
            (Some(id), Some(nodes)) if is_node => nodes.get(id).copied().or(was),
            _ => was,
        };
        let of = |map: &'_ Map, name: &str| map.get(name).filter(|value| is_said(value)).cloned();
        // In turn, or all at once: only who is paged in turn has a place.
        let in_turn = |map: &Map| {
            of(map, "round_robin_config").is_some_and(|turns| turns.get("enabled") != Some(&Value::Bool(false)))
        };
        let sent_holds = sent.iter().filter(|(_, value)| is_said(value)).all(|(name, sent_value)| {
            let Some(made_value) = made.get(name) else { return false };
            let ordered = name == "targets" && (in_turn(sent) || in_turn(made));
            self.holds(if ordered { "" } else { name }, made_value, sent_value, was.and_then(|was| was.get(name)))
        });
        let filled_in = |name: &str| self.nodes.is_some() && was.and_then(|was| of(was, name)).is_none();
        sent_holds && made.iter().all(|(name, value)| !is_said(value) || of(sent, name).is_some() || filled_in(name))
    }

    /// Whether each of what was sent is there, in whatever order.
    fn unordered_holds(&self, made: &[Value], sent: &[Value], was: &[Value]) -> bool {
        let mut left: Vec<&Value> = made.iter().collect();
        sent.iter().all(|sent| {
            let exactly = left.iter().position(|made| *made == sent);
            let found = exactly.or_else(|| left.iter().position(|made| self.holds("", made, sent, same_id(sent, was))));
            found.map(|at| left.swap_remove(at)).is_some()
        })
    }
}

/// The lists in which order says nothing: teams, those who are paged at once, and values of which one is to hold.
fn has_no_order(name: &str) -> bool {
    matches!(name, "team_ids" | "targets" | "array_value")
}

/// What a value was before, by its id.
fn same_id<'a>(value: &Value, was: &'a [Value]) -> Option<&'a Value> {
    let id = value.get("id")?;
    was.iter().find(|was| was.get("id") == Some(id))
}

/// All nodes in a list and within its branches.
fn by_id<'a>(nodes: &'a Value, all: &mut BTreeMap<&'a str, &'a Map>) {
    for node in nodes.as_array().into_iter().flatten() {
        if let (Some(id), Some(fields)) = (node.get("id").and_then(Value::as_str), node.as_object()) {
            all.insert(id, fields);
        }
        for side in ["then_path", "else_path"] {
            if let Some(nodes) = node.get("if_else").and_then(|branch| branch.get(side)) {
                by_id(nodes, all);
            }
        }
    }
}

fn fields(path: &Value) -> &Map {
    static NONE: std::sync::LazyLock<Map> = std::sync::LazyLock::new(Map::new);
    path.as_object().unwrap_or(&NONE)
}
