//! Where nodes were that are gone: the places of the later document beside which that is shown.

use std::collections::BTreeSet;

use escalation_api::{NodeKind, PathPayload};
use escalation_engine::Index;

use crate::tree::{self, ListAt, PathNode, Side, Slot};
use crate::words;

/// Nodes that are gone from one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedNodes {
    /// The place in the later document.
    pub slot: Slot,
    /// The nodes in words, as they were; a branch with how many steps are gone with it.
    pub titles: Vec<String>,
    /// The ids of all nodes that are gone from there, with those that were in branches.
    pub ids: Vec<String>,
}

/// Everything that is gone, place by place, in the order of the earlier document. What was in a branch that is gone is
/// told with the branch; what was in one that has become another kind of step, behind that step.
#[must_use]
pub fn gone(before: &PathPayload, after: &PathPayload, index: &Index) -> Vec<RemovedNodes> {
    let mut left = BTreeSet::new();
    tree::walk(after, |found| {
        left.insert(found.node.id.clone());
    });
    let mut all = Vec::new();
    in_list(&ListAt::Root, &before.path, (before, after), &left, index, &mut all);
    all
}

fn in_list(
    list: &ListAt,
    nodes: &[PathNode],
    documents: (&PathPayload, &PathPayload),
    left: &BTreeSet<String>,
    index: &Index,
    all: &mut Vec<RemovedNodes>,
) {
    let behind = |owner: &str| {
        let mut slot = tree::find(documents.1, owner)?.slot;
        slot.index += 1;
        Some(slot)
    };
    let now = tree::list(documents.1, list);
    // Where the branch of this list has become another kind of step there is no place in the list itself.
    let instead = match list {
        ListAt::Of(owner, _) if now.is_none() => behind(owner),
        _ => None,
    };
    let (now, mut place) = (now.unwrap_or_default(), 0);
    for node in nodes {
        if !left.contains(&node.id) {
            let ids = gone_with(node, left);
            let title = title(node, documents.0, ids.len().saturating_sub(1), index);
            let slot = instead.clone().unwrap_or_else(|| Slot { list: list.clone(), index: place });
            match all.iter_mut().find(|gone| gone.slot == slot) {
                Some(gone) => {
                    gone.titles.push(title);
                    gone.ids.extend(ids);
                }
                None => all.push(RemovedNodes { slot, titles: vec![title], ids }),
            }
            continue;
        }
        if let Some(position) = now.iter().position(|one| one.id == node.id) {
            place = position + 1;
        }
        if let NodeKind::IfElse(branch) = &node.kind {
            for (side, nodes) in [(Side::Then, &branch.then_path), (Side::Else, &branch.else_path)] {
                in_list(&ListAt::Of(node.id.clone(), side), nodes, documents, left, index, all);
            }
        }
    }
}

/// A node that is gone, and those in it that are gone, too.
fn gone_with(node: &PathNode, left: &BTreeSet<String>) -> Vec<String> {
    let mut ids = vec![node.id.clone()];
    if let NodeKind::IfElse(branch) = &node.kind {
        for nodes in [&branch.then_path, &branch.else_path] {
            tree::each(nodes, &mut |node| ids.extend((!left.contains(&node.id)).then(|| node.id.clone())));
        }
    }
    ids
}

fn title(node: &PathNode, before: &PathPayload, inside: usize, index: &Index) -> String {
    let title = words::node(node, before, index).title;
    match inside {
        0 => title,
        1 => format!("{title} and 1 step in it"),
        _ => format!("{title} and {inside} steps in it"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::{Json as _, Value};
    use escalation_engine::World;
    use serde_json::json;

    use super::*;

    fn delay(id: &str) -> Value {
        json!({"id": id, "type": "delay", "delay": {"delay_seconds": 60}})
    }

    fn branch(id: &str, then: &[Value], otherwise: &[Value]) -> Value {
        json!({"id": id, "type": "if_else", "if_else": {"conditions": [], "then_path": then, "else_path": otherwise}})
    }

    fn told(before: &[Value], after: &[Value]) -> Vec<(Slot, usize)> {
        let read = |nodes: &[Value]| PathPayload::read(json!({"name": "n", "path": nodes})).unwrap();
        let all = gone(&read(before), &read(after), &Index::new(World::default()));
        all.into_iter().map(|gone| (gone.slot, gone.titles.len())).collect()
    }

    fn at(list: ListAt, index: usize, count: usize) -> (Slot, usize) {
        (Slot { list, index }, count)
    }

    #[test]
    fn behind_what_is_left_before_it() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(delay);
        let before = [a.clone(), b.clone(), c.clone(), d.clone()];
        assert_eq!(told(&before, &before), []);
        assert_eq!(told(&before, &[a.clone(), d.clone()]), [at(ListAt::Root, 1, 2)]);
        assert_eq!(told(&before, &[b.clone(), d.clone()]), [at(ListAt::Root, 0, 1), at(ListAt::Root, 1, 1)]);
        assert_eq!(told(&before, &[]), [at(ListAt::Root, 0, 4)]);
        // What came between is not before it.
        assert_eq!(told(&before, &[delay("new"), a, b, c]), [at(ListAt::Root, 4, 1)]);
    }

    #[test]
    fn in_a_branch_that_became_another_kind() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(delay);
        let before = [a.clone(), branch("if", &[b.clone(), c.clone()], std::slice::from_ref(&d))];
        assert_eq!(told(&before, &[a.clone(), delay("if")]), [at(ListAt::Root, 2, 3)]);
        // What it keeps is not gone, and what is gone behind it is told at the same place.
        assert_eq!(told(&before, &[a.clone(), delay("if"), c.clone()]), [at(ListAt::Root, 2, 2)]);
        let inner = [a.clone(), branch("if", &[branch("in", &[b], &[c])], &[d])];
        assert_eq!(told(&inner, &[a, delay("if")]), [at(ListAt::Root, 2, 2)], "the inner branch with its steps, and d");
    }

    #[test]
    fn in_branches_and_with_them() {
        let [a, b, c] = ["a", "b", "c"].map(delay);
        let only = std::slice::from_ref;
        let before = [branch("if", &[a.clone(), b.clone()], only(&c))];
        let then = |index| at(ListAt::Of("if".into(), Side::Then), index, 1);
        assert_eq!(told(&before, &[branch("if", only(&a), only(&c))]), [then(1)]);
        // A branch that is gone is one thing, whatever was in it; what was moved out of it is not gone.
        assert_eq!(told(&before, only(&b)), [at(ListAt::Root, 0, 1)]);
        let read = |nodes: &[Value]| PathPayload::read(json!({"name": "n", "path": nodes})).unwrap();
        let all = gone(&read(&before), &read(&[b]), &Index::new(World::default()));
        assert!(all[0].titles[0].ends_with(" and 2 steps in it"), "{all:?}");
        assert_eq!(all[0].ids, ["if", "a", "c"]);
        // A node that is in another list now leads to nothing in this one.
        assert_eq!(
            told(&[a.clone(), c.clone(), branch("if", &[], &[])], &[branch("if", &[a], &[])]),
            [at(ListAt::Root, 0, 1)]
        );
    }
}
