//! Copies of nodes with ids that are free.

use std::collections::{BTreeMap, BTreeSet};

use escalation_api::{ConditionForm as _, ConditionPayload, NodeKind, PathPayload, Test, Value};

use super::Kind;
use crate::tree::{self, PathNode};

/// The nodes with other ids where the path, or another of them, has the same one. What goes back among them goes back
/// among the copies; everything else is as it was.
pub(super) fn with_free_ids(path: &PathPayload, nodes: &[PathNode]) -> Vec<PathNode> {
    let mut taken = BTreeSet::new();
    tree::walk(path, |found| {
        taken.insert(found.node.id.clone());
    });
    let mut copies = nodes.to_vec();
    // Of ids that are free the first to have one keeps it, wherever it stands: a new one must not be one of these.
    let mut seen = taken.clone();
    tree::each_mut(&mut copies, &mut |node| {
        seen.insert(node.id.clone());
    });
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    tree::each_mut(&mut copies, &mut |node| {
        if !node.id.is_empty() && !taken.insert(node.id.clone()) {
            let id = tree::free(Kind::word(node), |id| seen.contains(id));
            seen.insert(id.clone());
            let before = std::mem::replace(&mut node.id, id.clone());
            // A sealed node says its id itself.
            if let NodeKind::Sealed(raw) = &mut node.kind
                && let Some(own) = raw.get_mut("id")
            {
                *own = Value::from(id.as_str());
            }
            renamed.entry(before).or_insert(id);
        }
    });
    tree::each_mut(&mut copies, &mut |node| {
        if let NodeKind::Repeat(repeat) = &mut node.kind
            && let Some(id) = renamed.get(&repeat.to_node)
        {
            repeat.to_node.clone_from(id);
        }
    });
    copies
}

/// Lets nodes name working hours by their new ids.
pub(super) fn rename_hours(nodes: &mut [PathNode], renamed: &BTreeMap<String, String>) {
    let rename = |id: &mut Option<String>| {
        if let Some(new) = id.as_ref().and_then(|id| renamed.get(id)) {
            *id = Some(new.clone());
        }
    };
    tree::each_mut(nodes, &mut |node| match &mut node.kind {
        NodeKind::Level(level) => rename(&mut level.time_to_ack_weekday_interval_config_id),
        NodeKind::NotifyChannel(channel) => rename(&mut channel.time_to_ack_weekday_interval_config_id),
        NodeKind::Delay(delay) => rename(&mut delay.delay_weekday_interval_config_id),
        NodeKind::IfElse(branch) => {
            for condition in &mut branch.conditions {
                let new = match condition.test() {
                    Some(Test::WorkingHoursActive(id)) => renamed.get(id),
                    _ => None,
                };
                if let Some(new) = new {
                    condition.subject = ConditionPayload::working_hours_active(new).subject;
                }
            }
        }
        NodeKind::Repeat(_) | NodeKind::HandOver(_) | NodeKind::Sealed(_) => {}
    });
}
