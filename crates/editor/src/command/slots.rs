//! Where a node may stand.

use escalation_api::{NodeKind, PathPayload};

use super::{Command, Refusal, is_last};
use crate::tree::{self, ListAt, PathNode, Slot};

const AT_START: &str = "add at the start, to which repeats go back";

/// The command that puts a node into a slot. Where it becomes the first of the path, what went back to the first node
/// goes back to it: the API lets a repeat go to the first node or to a branch around it, and nowhere else.
#[must_use]
pub fn insert(path: &PathPayload, slot: Slot, node: PathNode) -> Command {
    let at_start = slot.list == ListAt::Root && slot.index == 0;
    let new = node.id.clone();
    let insert = Command::Insert(slot, Box::new(node));
    let stranded = path.path.first().filter(|_| at_start).map(|first| back_to_first(path, &first.id));
    let stranded = stranded.unwrap_or_default();
    if stranded.is_empty() {
        return insert;
    }
    let redirect = stranded.into_iter().map(|repeat| Command::SetRepeatTarget(repeat, new.clone()));
    Command::Several(Some(AT_START), std::iter::once(insert).chain(redirect).collect())
}

/// The repeats that may go to the first node only because it is the first.
fn back_to_first(path: &PathPayload, first: &str) -> Vec<String> {
    let mut repeats = Vec::new();
    tree::walk(path, |found| {
        if let NodeKind::Repeat(repeat) = &found.node.kind
            && repeat.to_node == first
            && !found.enclosing.contains(&first)
        {
            repeats.push(found.node.id.clone());
        }
    });
    repeats
}

/// Puts a node into a slot.
pub(super) fn put_in(path: &mut PathPayload, slot: &Slot, node: &PathNode) -> Result<(), Refusal> {
    let list = tree::list(path, &slot.list).ok_or(Refusal::NoPlace)?;
    if slot.index > list.len() {
        return Err(Refusal::NoPlace);
    }
    if tree::find(path, &node.id).is_some() {
        return Err(Refusal::IdTaken(node.id.clone()));
    }
    let follows = list.get(slot.index);
    match (&node.kind, follows.map(|follows| &follows.kind)) {
        (NodeKind::IfElse(_) | NodeKind::HandOver(_), Some(_)) => return Err(Refusal::MustBeLast),
        (NodeKind::Repeat(_), Some(following)) if !matches!(following, NodeKind::HandOver(_)) => {
            return Err(Refusal::MustBeLast);
        }
        _ => {}
    }
    tree::list_mut(path, &slot.list).ok_or(Refusal::NoPlace)?.insert(slot.index, node.clone());
    Ok(())
}

/// The slots of a list into which a level may be put.
#[must_use]
pub fn open_slots(path: &PathPayload, list: &ListAt) -> Vec<Slot> {
    let nodes = tree::list(path, list).unwrap_or_default();
    let open =
        |index: &usize| index.checked_sub(1).and_then(|before| nodes.get(before)).is_none_or(|before| !is_last(before));
    (0..=nodes.len()).filter(open).map(|index| Slot { list: list.clone(), index }).collect()
}
