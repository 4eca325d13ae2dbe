//! Nodes that follow one another: moving, deleting, copying, putting into a branch and taking out of one.

use std::ops::Range;

use escalation_api::{NodeKind, PathPayload};

use super::{Refusal, copy};
use crate::tree::{self, ListAt, PathNode, Side, Slot};

/// Nodes that follow one another in one list, by the ids of the first and the last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run {
    /// The id of the first.
    pub first: String,
    /// The id of the last; of a single node its own.
    pub last: String,
}

impl Run {
    /// A single node.
    #[must_use]
    pub fn one(id: impl Into<String>) -> Self {
        let id = id.into();
        Self { first: id.clone(), last: id }
    }

    /// From one node to another, whichever comes first; nothing if they do not stand in one list.
    #[must_use]
    pub fn between(path: &PathPayload, a: &str, b: &str) -> Option<Self> {
        let (from, to) = (tree::find(path, a)?.slot, tree::find(path, b)?.slot);
        let (first, last) = if from.index <= to.index { (a, b) } else { (b, a) };
        (from.list == to.list).then(|| Self { first: first.to_string(), last: last.to_string() })
    }

    /// The list and the positions in it.
    ///
    /// # Errors
    /// If a node is gone, or they no longer stand in one list in this order.
    pub fn place(&self, path: &PathPayload) -> Result<(ListAt, Range<usize>), Refusal> {
        let slot = |id: &str| tree::find(path, id).map(|found| found.slot).ok_or_else(|| Refusal::NoNode(id.into()));
        let (first, last) = (slot(&self.first)?, slot(&self.last)?);
        if first.list != last.list || last.index < first.index {
            return Err(Refusal::NotARun);
        }
        Ok((first.list, first.index..last.index + 1))
    }

    /// The nodes.
    ///
    /// # Errors
    /// As of [`Run::place`].
    pub fn nodes<'a>(&self, path: &'a PathPayload) -> Result<&'a [PathNode], Refusal> {
        let (list, range) = self.place(path)?;
        tree::list(path, &list).and_then(|nodes| nodes.get(range)).ok_or(Refusal::NoPlace)
    }

    /// The node to look at once these are gone: what moves up, else what was before, else the branch around.
    pub(super) fn neighbour(&self, path: &PathPayload) -> Option<String> {
        let (list, range) = self.place(path).ok()?;
        let nodes = tree::list(path, &list)?;
        let up = nodes.get(range.end).or_else(|| nodes.get(range.start.checked_sub(1)?));
        up.map(|node| node.id.clone()).or(match list {
            ListAt::Root => None,
            ListAt::Of(id, _) => Some(id),
        })
    }
}

pub(super) fn delete(path: &mut PathPayload, run: &Run) -> Result<(), Refusal> {
    take(path, run).map(drop)
}

/// Moves nodes. The slot is one of the path before they are taken out.
pub(super) fn shift(path: &mut PathPayload, run: &Run, to: &Slot) -> Result<(), Refusal> {
    let (list, range) = run.place(path)?;
    if is_inside(path, run, &to.list)? {
        return Err(Refusal::IntoItself);
    }
    if to.index > tree::list(path, &to.list).ok_or(Refusal::NoPlace)?.len() {
        return Err(Refusal::NoPlace);
    }
    let index = if list == to.list && to.index > range.start {
        to.index.saturating_sub(range.len()).max(range.start)
    } else {
        to.index
    };
    let nodes = take(path, run)?;
    put_at(path, &Slot { list: to.list.clone(), index }, nodes)
}

/// Copies nodes to the place behind them. The copies have ids of their own, and what goes back among the nodes goes
/// back among the copies.
pub(super) fn duplicate(path: &mut PathPayload, run: &Run) -> Result<(), Refusal> {
    let (list, range) = run.place(path)?;
    let copies = copy::with_free_ids(path, run.nodes(path)?);
    put_at(path, &Slot { list, index: range.end }, copies)
}

/// Puts a branch into a slot; all that follows goes to a side of the branch, as nothing may follow it.
pub(super) fn wrap(path: &mut PathPayload, slot: &Slot, side: Side, branch: &PathNode) -> Result<(), Refusal> {
    if tree::find(path, &branch.id).is_some() {
        return Err(Refusal::IdTaken(branch.id.clone()));
    }
    let mut branch = branch.clone();
    let NodeKind::IfElse(sides) = &mut branch.kind else { return Err(Refusal::NotOfThisKind("sides")) };
    let inside = match side {
        Side::Then => &mut sides.then_path,
        Side::Else => &mut sides.else_path,
    };
    if !inside.is_empty() {
        return Err(Refusal::MustBeLast);
    }
    let nodes = tree::list_mut(path, &slot.list).ok_or(Refusal::NoPlace)?;
    if slot.index > nodes.len() {
        return Err(Refusal::NoPlace);
    }
    *inside = nodes.drain(slot.index..).collect();
    nodes.push(branch);
    Ok(())
}

/// Puts what is on one side of a branch in its place; the other side goes.
pub(super) fn unwrap(path: &mut PathPayload, id: &str, keep: Side) -> Result<(), Refusal> {
    let found = tree::find(path, id).ok_or_else(|| Refusal::NoNode(id.to_string()))?;
    let NodeKind::IfElse(_) = found.node.kind else { return Err(Refusal::NotOfThisKind("sides")) };
    let slot = found.slot;
    let kept = tree::list_mut(path, &ListAt::Of(id.to_string(), keep)).map(std::mem::take);
    let kept = kept.ok_or(Refusal::NotUnderstood("this side of the branch"))?;
    let nodes = tree::list_mut(path, &slot.list).ok_or(Refusal::NoPlace)?;
    nodes.splice(slot.index..=slot.index, kept);
    Ok(())
}

/// Whether a list is inside one of the nodes.
pub(super) fn is_inside(path: &PathPayload, run: &Run, list: &ListAt) -> Result<bool, Refusal> {
    let ListAt::Of(branch, _) = list else { return Ok(false) };
    let nodes = run.nodes(path)?;
    let around = tree::find(path, branch).ok_or(Refusal::NoPlace)?.enclosing;
    Ok(nodes.iter().any(|node| node.id == *branch || around.contains(&node.id.as_str())))
}

pub(super) fn put_at(path: &mut PathPayload, slot: &Slot, nodes: Vec<PathNode>) -> Result<(), Refusal> {
    let list = tree::list_mut(path, &slot.list).ok_or(Refusal::NoPlace)?;
    if slot.index > list.len() {
        return Err(Refusal::NoPlace);
    }
    list.splice(slot.index..slot.index, nodes);
    Ok(())
}

fn take(path: &mut PathPayload, run: &Run) -> Result<Vec<PathNode>, Refusal> {
    let (list, range) = run.place(path)?;
    Ok(tree::list_mut(path, &list).ok_or(Refusal::NoPlace)?.drain(range).collect())
}
