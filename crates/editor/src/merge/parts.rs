//! A document in parts that are told apart by their ids, and which of them hang together.

use std::collections::{BTreeMap, BTreeSet};

use escalation_api::{Json as _, Map, NodeKind, PathPayload, Value};

use super::{Item, MergeSubject, SideChange};
use crate::tree::{self, ListAt, PathNode};

/// A document in parts.
pub(super) struct Parts {
    /// The path's own fields, without those that are in parts themselves.
    pub(super) fields: Map,
    /// The sets of working hours by their ids, in order.
    pub(super) hours: Vec<(String, Value)>,
    /// The nodes by their ids.
    pub(super) nodes: BTreeMap<String, Part>,
    /// The ids of the nodes in the order of the text.
    pub(super) order: Vec<String>,
    /// The ids of the nodes in each list.
    pub(super) lists: BTreeMap<ListAt, Vec<String>>,
}

/// A node.
pub(super) struct Part {
    /// Without what is in it.
    pub(super) own: PathNode,
    /// The list that it stands in.
    pub(super) list: ListAt,
}

const NODES: &str = "path";
const HOURS: &str = "working_hours";

impl Parts {
    /// Three documents in parts; what ids do not tell apart in one of them is one part in all.
    pub(super) fn of(documents: [&PathPayload; 3]) -> [Self; 3] {
        let by_id = documents.iter().all(|path| {
            let mut ids = BTreeSet::new();
            let mut unique = !path.extra.contains_key(NODES);
            tree::walk(path, |found| unique &= !found.node.id.is_empty() && ids.insert(found.node.id.as_str()));
            unique
        });
        let hours_by_id = documents.iter().all(|path| {
            let mut ids = BTreeSet::new();
            !path.extra.contains_key(HOURS)
                && path.working_hours.iter().flatten().all(|set| ids.insert(set.id.as_str()))
        });
        documents.map(|path| Self::one(path, by_id, hours_by_id))
    }

    fn one(path: &PathPayload, by_id: bool, hours_by_id: bool) -> Self {
        let Value::Object(mut fields) = path.write() else {
            // A path is written as an object.
            return Self::nothing(Map::new());
        };
        if by_id {
            fields.shift_remove(NODES);
        }
        if hours_by_id {
            fields.shift_remove(HOURS);
        }
        let mut parts = Self::nothing(fields);
        if hours_by_id {
            parts.hours = path.working_hours.iter().flatten().map(|set| (set.id.clone(), set.write())).collect();
        }
        if !by_id {
            return parts;
        }
        parts.lists.insert(ListAt::Root, Vec::new());
        tree::walk(path, |found| {
            let id = found.node.id.clone();
            if let NodeKind::IfElse(_) = found.node.kind {
                for side in [tree::Side::Then, tree::Side::Else] {
                    parts.lists.insert(ListAt::Of(id.clone(), side), Vec::new());
                }
            }
            parts.lists.entry(found.slot.list.clone()).or_default().push(id.clone());
            parts.order.push(id.clone());
            parts.nodes.insert(id, Part { own: without_inside(found.node), list: found.slot.list });
        });
        parts
    }

    fn nothing(fields: Map) -> Self {
        Self { fields, hours: Vec::new(), nodes: BTreeMap::new(), order: Vec::new(), lists: BTreeMap::new() }
    }

    pub(super) fn set(&self, id: &str) -> Option<&Value> {
        self.hours.iter().find(|(of, _)| of == id).map(|(_, set)| set)
    }

    /// The branch around a node.
    fn around(&self, id: &str) -> Option<&str> {
        match &self.nodes.get(id)?.list {
            ListAt::Root => None,
            ListAt::Of(branch, _) => Some(branch),
        }
    }
}

fn without_inside(node: &PathNode) -> PathNode {
    let mut own = node.clone();
    if let NodeKind::IfElse(branch) = &mut own.kind {
        branch.then_path.clear();
        branch.else_path.clear();
    }
    own
}

/// Marks what cannot be together although each is about another node: a branch that one takes out and into which the
/// other puts something or in which the other changes something; what both put at an end that only one thing can be.
pub(super) fn find_conflicts(items: &mut [Item], was: &Parts, you: &Parts, they: &Parts) {
    let mut clashing: BTreeSet<String> = BTreeSet::new();
    for item in items.iter() {
        if let (MergeSubject::Node(id) | MergeSubject::Place(id), true) = (&item.what, item.conflict) {
            clashing.insert(id.clone());
        }
    }
    for (one, other) in [(you, they), (they, you)] {
        // What one puts into a branch that the other has taken out.
        for (id, part) in &one.nodes {
            let put = was.nodes.get(id).is_none_or(|before| before.list != part.list);
            if let (true, ListAt::Of(branch, _)) = (put, &part.list)
                && was.nodes.contains_key(branch)
                && !other.nodes.contains_key(branch)
            {
                clashing.extend([id.clone(), branch.clone()]);
            }
        }
        // What one takes out and the other puts elsewhere.
        for (id, before) in was.nodes.iter().filter(|(id, _)| !one.nodes.contains_key(*id)) {
            if other.nodes.get(id).is_some_and(|part| part.list != before.list) {
                clashing.insert(id.clone());
            }
        }
    }
    // Both have put something else at the end of a list that must be the last.
    for (list, yours) in &you.lists {
        let last = |ids: &[String], parts: &Parts| {
            let id = ids.last()?;
            let closes = parts.nodes.get(id).is_some_and(|part| {
                matches!(part.own.kind, NodeKind::IfElse(_) | NodeKind::Repeat(_) | NodeKind::HandOver(_))
            });
            closes.then(|| id.clone())
        };
        let theirs = they.lists.get(list).map(Vec::as_slice).unwrap_or_default();
        if let (Some(yours), Some(theirs)) = (last(yours, you), last(theirs, they))
            && yours != theirs
            && !was.nodes.contains_key(&yours)
            && !was.nodes.contains_key(&theirs)
        {
            clashing.extend([yours, theirs]);
        }
    }
    // A node that is taken out in vain stays with all around it and all in it that goes with it; one that is put in in
    // vain does not come with what is in it.
    loop {
        let mut more = BTreeSet::new();
        for item in items.iter() {
            let MergeSubject::Node(id) = &item.what else { continue };
            for (did, now) in [(item.yours, you), (item.theirs, they)] {
                let of = match did {
                    SideChange::Removed => was,
                    SideChange::Added => now,
                    _ => continue,
                };
                let Some(around) = of.around(id) else { continue };
                let around_too = items.iter().any(|other| {
                    let same = if std::ptr::eq(now, you) { other.yours } else { other.theirs };
                    other.what == MergeSubject::Node(around.to_string()) && same == did
                });
                if around_too && clashing.contains(around) && !clashing.contains(id) {
                    more.insert(id.clone());
                }
                if around_too && did == SideChange::Removed && clashing.contains(id) && !clashing.contains(around) {
                    more.insert(around.to_string());
                }
            }
        }
        if more.is_empty() {
            break;
        }
        clashing.append(&mut more);
    }
    for item in items {
        if let MergeSubject::Node(id) | MergeSubject::Place(id) = &item.what {
            item.conflict |= clashing.contains(id);
        }
    }
}
