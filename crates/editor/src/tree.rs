//! Finding one's way in the tree of nodes.

use std::collections::BTreeSet;

use escalation_api::{ConditionPayload, Node, NodeKind, PathPayload, Target};

/// A node as it is edited.
pub type PathNode = Node<ConditionPayload>;

/// A side of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Where the condition holds.
    Then,
    /// Where it does not.
    Else,
}

/// A list of nodes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListAt {
    /// The path's own.
    Root,
    /// A side of the branch with this id.
    Of(String, Side),
}

/// A place between two nodes, or at an end: before the node with this index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The list.
    pub list: ListAt,
    /// From 0 to the number of nodes.
    pub index: usize,
}

/// Where a node is.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedNode<'a> {
    /// The node.
    pub node: &'a PathNode,
    /// Its place.
    pub slot: Slot,
    /// The ids of the branches around it, from the outermost.
    pub enclosing: Vec<&'a str>,
}

/// Every node with its place, in the order of the text: a branch before what is in it.
pub fn walk<'a>(path: &'a PathPayload, mut visit: impl FnMut(LocatedNode<'a>)) {
    walk_list(&path.path, &ListAt::Root, &mut Vec::new(), &mut visit);
}

fn walk_list<'a>(
    nodes: &'a [PathNode],
    list: &ListAt,
    enclosing: &mut Vec<&'a str>,
    visit: &mut impl FnMut(LocatedNode<'a>),
) {
    for (index, node) in nodes.iter().enumerate() {
        visit(LocatedNode { node, slot: Slot { list: list.clone(), index }, enclosing: enclosing.clone() });
        if let NodeKind::IfElse(branch) = &node.kind {
            enclosing.push(&node.id);
            walk_list(&branch.then_path, &ListAt::Of(node.id.clone(), Side::Then), enclosing, visit);
            walk_list(&branch.else_path, &ListAt::Of(node.id.clone(), Side::Else), enclosing, visit);
            enclosing.pop();
        }
    }
}

/// The first node with this id.
#[must_use]
pub fn find<'a>(path: &'a PathPayload, id: &str) -> Option<LocatedNode<'a>> {
    let mut enclosing = Vec::new();
    let (node, side, index) = find_in(&path.path, None, id, &mut enclosing)?;
    let list = side.map_or(ListAt::Root, |(branch, side)| ListAt::Of(branch.to_string(), side));
    Some(LocatedNode { node, slot: Slot { list, index }, enclosing })
}

type InList<'a> = Option<(&'a str, Side)>;

/// The node with its list and its place in it; what is around it is left in `enclosing`.
fn find_in<'a>(
    nodes: &'a [PathNode],
    list: InList<'a>,
    id: &str,
    enclosing: &mut Vec<&'a str>,
) -> Option<(&'a PathNode, InList<'a>, usize)> {
    for (index, node) in nodes.iter().enumerate() {
        if node.id == id {
            return Some((node, list, index));
        }
        if let NodeKind::IfElse(branch) = &node.kind {
            enclosing.push(&node.id);
            for (side, nodes) in [(Side::Then, &branch.then_path), (Side::Else, &branch.else_path)] {
                let found = find_in(nodes, Some((&node.id, side)), id, enclosing);
                if found.is_some() {
                    return found;
                }
            }
            enclosing.pop();
        }
    }
    None
}

/// The nodes of a list.
#[must_use]
pub fn list<'a>(path: &'a PathPayload, at: &ListAt) -> Option<&'a [PathNode]> {
    match at {
        ListAt::Root => Some(&path.path),
        ListAt::Of(id, side) => match &find(path, id)?.node.kind {
            NodeKind::IfElse(branch) => Some(match side {
                Side::Then => &branch.then_path,
                Side::Else => &branch.else_path,
            }),
            _ => None,
        },
    }
}

/// The nodes of a list, to be changed; nothing where it holds something that is not understood.
pub(crate) fn list_mut<'a>(path: &'a mut PathPayload, at: &ListAt) -> Option<&'a mut Vec<PathNode>> {
    let (list, name, extra) = match at {
        ListAt::Root => (&mut path.path, "path", &mut path.extra),
        ListAt::Of(id, side) => match &mut find_mut(&mut path.path, id)?.kind {
            NodeKind::IfElse(branch) => match side {
                Side::Then => (&mut branch.then_path, "then_path", &mut branch.extra),
                Side::Else => (&mut branch.else_path, "else_path", &mut branch.extra),
            },
            _ => return None,
        },
    };
    match extra.get(name) {
        None => {}
        // It would be written in the place of the list.
        Some(kept) if kept.is_null() => drop(extra.shift_remove(name)),
        Some(_) => return None,
    }
    Some(list)
}

pub(crate) fn find_mut<'a>(nodes: &'a mut [PathNode], id: &str) -> Option<&'a mut PathNode> {
    for node in nodes {
        if node.id == id {
            return Some(node);
        }
        if let NodeKind::IfElse(branch) = &mut node.kind {
            let inside = find_mut(&mut branch.then_path, id).or_else(|| find_mut(&mut branch.else_path, id));
            if inside.is_some() {
                return inside;
            }
        }
    }
    None
}

/// Whom a node pages or tells; nothing if it is none of those that do.
#[must_use]
pub fn targets(node: &PathNode) -> Option<&[Target]> {
    match &node.kind {
        NodeKind::Level(level) => Some(&level.targets),
        NodeKind::NotifyChannel(channel) => Some(&channel.targets),
        _ => None,
    }
}

/// An id that no node of the path has: the word, a dash and the smallest number that is free.
#[must_use]
pub fn free_id(path: &PathPayload, word: &str) -> String {
    let mut taken = BTreeSet::new();
    walk(path, |found| {
        taken.insert(found.node.id.as_str());
    });
    free(word, |id| taken.contains(id))
}

/// The word, a dash and the smallest number that is not taken.
pub(crate) fn free(word: &str, taken: impl Fn(&str) -> bool) -> String {
    let free = (1..).map(|number: u32| format!("{word}-{number}")).find(|id| !taken(id));
    free.unwrap_or_else(|| word.to_string())
}

/// Every one of some nodes and of those in them, in the order of the text.
pub(crate) fn each<'a>(nodes: &'a [PathNode], visit: &mut impl FnMut(&'a PathNode)) {
    for node in nodes {
        visit(node);
        node.children().for_each(|(_, inside)| each(inside, visit));
    }
}

/// The same, to be changed.
pub(crate) fn each_mut(nodes: &mut [PathNode], visit: &mut impl FnMut(&mut PathNode)) {
    for node in nodes {
        visit(node);
        if let NodeKind::IfElse(branch) = &mut node.kind {
            each_mut(&mut branch.then_path, visit);
            each_mut(&mut branch.else_path, visit);
        }
    }
}

/// How deep branches are nested in some nodes.
pub(crate) fn height(nodes: &[PathNode]) -> usize {
    let of = |node: &PathNode| match &node.kind {
        NodeKind::IfElse(branch) => 1 + height(&branch.then_path).max(height(&branch.else_path)),
        _ => 0,
    };
    nodes.iter().map(of).max().unwrap_or_default()
}

/// Counts nodes, with those in them.
#[must_use]
pub fn count(nodes: &[PathNode]) -> usize {
    nodes.iter().map(|node| 1 + node.children().map(|(_, inside)| count(inside)).sum::<usize>()).sum()
}
