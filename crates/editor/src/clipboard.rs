//! Nodes as text, to be taken elsewhere: to another place of the path, to another path, to another window.

use escalation_api::{At, Condition, Faults, Json as _, Node, PathPayload, Value, WorkingHours};
use escalation_engine::check::{MAX_DEPTH, MAX_NODES};

use crate::command::{Clip, Refusal, Run};
use crate::fault::{self, Fault};
use crate::tree::{self, PathNode};

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

const NODES: &str = "escalation_nodes";
const HOURS: &str = "working_hours";

/// Nodes of a path as text: JSON, `{"escalation_nodes": […], "working_hours": […]}`.
///
/// # Errors
/// If the nodes are gone.
pub fn write(path: &PathPayload, run: &Run) -> Result<String, Refusal> {
    let clip = Clip::of(path, run)?;
    let mut text = escalation_api::Map::new();
    text.insert(NODES.to_string(), clip.nodes.write());
    text.insert(HOURS.to_string(), clip.hours.write());
    Ok(format!("{:#}", Value::Object(text)))
}

/// Reads nodes from text: what [`write()`] gives, a list of nodes, or a single node, in the form that is sent or in the
/// one that is returned.
///
/// # Errors
/// Why the text cannot be used.
pub fn read(text: &str) -> Result<Clip, Fault> {
    from_value(fault::json(text, MAX_TEXT)?)
}

pub(crate) fn from_value(value: Value) -> Result<Clip, Fault> {
    const NO_NODES: &str = "Copy nodes in the graph, or paste the JSON of a node or of a list of nodes.";
    let top = At::Top;
    let (at, value, hours) = match value {
        Value::Object(mut clip) if clip.contains_key(NODES) => {
            let at = top.field(HOURS);
            let hours = match clip.shift_remove(HOURS) {
                None | Some(Value::Null) => Vec::new(),
                Some(hours) => Vec::<WorkingHours>::read(hours)
                    .map_err(|hours| Fault::of::<Vec<WorkingHours>>(&hours, &at, "Copy the nodes again."))?,
            };
            (top.field(NODES), clip.shift_remove(NODES).unwrap_or_default(), hours)
        }
        node @ Value::Object(_) if node.get("type").is_some() => (top, Value::Array(vec![node]), Vec::new()),
        list @ Value::Array(_) => (top, list, Vec::new()),
        _ => return Err(Fault::whole("There are no nodes in this text", NO_NODES)),
    };
    let Value::Array(list) = value else {
        return Err(Fault::at(at, "Escalation_nodes must be a list", NO_NODES));
    };
    if list.is_empty() {
        return Err(Fault::at(at, "The list of nodes is empty", NO_NODES));
    }
    let mut nodes = Vec::with_capacity(list.len());
    for (index, value) in list.into_iter().enumerate() {
        let at = at.index(index);
        if !value.is_object() {
            let hint =
                "Take an escalation path as an object, or a list of nodes, each an object with an `id` and a `type`.";
            return Err(Fault::at(at, "This is no node", hint));
        }
        for name in ["id", "type"] {
            if value.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
                let message = format!("A node needs its `{name}`, a text");
                return Err(Fault::at(at.field(name), message, NO_NODES));
            }
        }
        nodes.push(node(value));
    }
    let (mut count, mut depth) = (0, 0);
    tree::each(&nodes, &mut |_| count += 1);
    for node in &nodes {
        depth = depth.max(tree::height(std::slice::from_ref(node)));
    }
    if count > MAX_NODES || depth > MAX_DEPTH {
        let message = format!("These are {count} nodes, with branches {depth} deep");
        return Err(Fault::at(at, message, "Take fewer: a path has at most 2,000 nodes, and branches 32 deep."));
    }
    Ok(Clip { nodes, hours })
}

/// A node in either form. Read in the wrong one it would have a condition that is kept and not understood.
fn node(value: Value) -> PathNode {
    let faults = |node: &PathNode| {
        let mut faults = Faults::new();
        node.faults(&At::Top, &mut faults);
        faults.count()
    };
    let sent = read_node::<escalation_api::ConditionPayload>(value.clone());
    if faults(&sent) == 0 {
        return sent;
    }
    let returned = PathNode::from(&read_node::<Condition>(value));
    if faults(&returned) < faults(&sent) { returned } else { sent }
}

fn read_node<C: escalation_api::ConditionForm>(value: Value) -> Node<C> {
    // Reading a node never fails: what is not understood is sealed.
    let sealed = |value| Node::new("", escalation_api::NodeKind::Sealed(value));
    Node::read(value).unwrap_or_else(sealed)
}
