//! Where nodes were that are gone: the places of the later document beside which that is shown.

use std::collections::BTreeSet;

use escalation_api::{NodeKind, PathPayload};
use escalation_engine::Index;

use crate::tree::{self, ListAt, PathNode, Side, Slot};
use crate::words;

/// Nodes that are gone from one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The place in the later document.
    pub slot: Slot,
    /// The nodes in words, as they were; a branch with how many steps are gone with it.
    pub titles: Vec<String>,
}

/// Everything that is gone, place by place, in the order of the earlier document. What was in a branch that is gone is
/// told with the branch.
#[must_use]
pub fn gone(before: &PathPayload, after: &PathPayload, index: &Index) -> Vec<Gone> {
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
    all: &mut Vec<Gone>,
) {
    // Both sides of a branch that has become another kind of step are gone with it.
    let Some(now) = tree::list(documents.1, list) else { return };
    let mut place = 0;
    for node in nodes {
        if !left.contains(&node.id) {
            let (title, slot) = (title(node, documents.0, left, index), Slot { list: list.clone(), index: place });
            match all.iter_mut().find(|gone| gone.slot == slot) {
                Some(gone) => gone.titles.push(title),
                None => all.push(Gone { slot, titles: vec![title] }),
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

fn title(node: &PathNode, before: &PathPayload, left: &BTreeSet<String>, index: &Index) -> String {
    let title = words::node(node, before, index).title;
    let mut inside = 0;
    if let NodeKind::IfElse(branch) = &node.kind {
        for nodes in [&branch.then_path, &branch.else_path] {
            tree::each(nodes, &mut |node| inside += usize::from(!left.contains(&node.id)));
        }
    }
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
        // A node that is in another list now leads to nothing in this one.
        assert_eq!(
            told(&[a.clone(), c.clone(), branch("if", &[], &[])], &[branch("if", &[a], &[])]),
            [at(ListAt::Root, 0, 1)]
        );
    }
}
