//! Nodes that are chosen together, and what is done with them.

use escalation_api::NodeKind;
use escalation_editor::command::{
    Direction, Kind, Piece, Run, create, create_around, open_slots_for, slot_after, slot_for_new, step,
};
use escalation_editor::words::names;
use escalation_editor::{Command, Side, Slot, tree};
use leptos::prelude::*;

use super::keys;
use crate::editor::state::Open;
use crate::strings;

/// The chosen nodes; one, where no others are chosen with it.
pub fn chosen(open: Open) -> Option<Run> {
    let selected = open.selected.get()?;
    let to = open.look.to.get();
    let run = to.and_then(|to| Run::between(&open.path.get(), &selected, &to));
    Some(run.unwrap_or_else(|| Run::one(selected)))
}

/// The chosen nodes now.
pub fn now(open: Open) -> Option<Run> {
    untrack(|| chosen(open))
}

/// The ids of the nodes that are chosen together; nothing for one alone.
pub fn together(open: Open) -> Vec<String> {
    if open.look.to.with(Option::is_none) {
        return Vec::new();
    }
    let path = open.path.get();
    let run = chosen(open).filter(|run| run.first != run.last);
    let nodes = run.as_ref().and_then(|run| run.nodes(&path).ok()).unwrap_or_default();
    nodes.iter().map(|node| node.id.clone()).collect()
}

/// Chooses all from the node that is looked at to this one, if both are in one list.
pub fn extend_to(open: Open, id: &str) {
    let Some(selected) = open.selected.get_untracked() else { return open.select(Some(id.to_string())) };
    let path = open.path.get_untracked();
    let Some(run) = Run::between(&path, &selected, id) else { return open.refuse(strings::NOT_TOGETHER) };
    open.look.to.set(Some(id.to_string()).filter(|id| *id != selected));
    let count = run.nodes(&path).map_or(1, <[_]>::len);
    open.session.say(strings::chosen(count));
}

/// Chooses one node more, or one less, of the list.
pub fn extend(open: Open, by: isize) {
    let path = open.path.get_untracked();
    let end = open.look.to.get_untracked().or_else(|| open.selected.get_untracked());
    let next = end.and_then(|end| {
        let slot = tree::find(&path, &end)?.slot;
        let index = slot.index.checked_add_signed(by)?;
        Some(tree::list(&path, &slot.list)?.get(index)?.id.clone())
    });
    if let Some(next) = next {
        extend_to(open, &next);
    }
}

/// Whether all that is chosen is one node of this sort.
fn is_one(open: Open, fits: impl Fn(&NodeKind<escalation_api::ConditionPayload>) -> bool) -> bool {
    let run = chosen(open).filter(|run| run.first == run.last);
    run.is_some_and(|run| tree::find(&open.path.get(), &run.first).is_some_and(|found| fits(&found.node.kind)))
}

/// Whether one branch is chosen.
pub fn is_branch(open: Open) -> bool {
    is_one(open, |kind| matches!(kind, NodeKind::IfElse(_)))
}

/// Whether one repeat is chosen.
pub fn is_repeat(open: Open) -> bool {
    is_one(open, |kind| matches!(kind, NodeKind::Repeat(_)))
}

/// Deletes what is chosen.
pub fn delete(open: Open) {
    if let Some(run) = now(open) {
        open.dispatch(deleting(run));
        keys::focus_selected(open);
    }
}

/// The same once it is on the clipboard.
pub fn cut(open: Open) {
    if let Some(run) = now(open) {
        open.dispatch(Command::Several(Some(names::CUT), vec![deleting(run)]));
        keys::focus_selected(open);
    }
}

fn deleting(run: Run) -> Command {
    if run.first == run.last { Command::Delete(run.first) } else { Command::DeleteRun(run) }
}

/// Copies what is chosen to the place behind it.
pub fn duplicate(open: Open) {
    if let Some(run) = now(open) {
        open.dispatch(Command::Duplicate(run));
        keys::focus_selected(open);
    }
}

/// Moves what is chosen one step.
pub fn go(open: Open, direction: Direction) {
    let Some(run) = now(open) else { return };
    match step(&open.path.get_untracked(), &run, direction) {
        Some(slot) => move_to(open, run, slot),
        None => open.refuse(strings::NO_FURTHER),
    }
}

/// Whether what is chosen can be moved one step that way.
pub fn can_go(open: Open, direction: Direction) -> bool {
    chosen(open).is_some_and(|run| step(&open.path.get(), &run, direction).is_some())
}

/// Moves nodes into a slot; they stay chosen.
pub fn move_to(open: Open, run: Run, slot: Slot) {
    let last = Some(run.last.clone()).filter(|last| *last != run.first);
    open.dispatch(Command::Move(run, slot));
    open.look.to.set(last);
    keys::focus_selected(open);
}

/// The command that makes a node of a kind in a slot.
pub fn making(open: Open, slot: Slot, kind: Kind) -> Command {
    let index = open.session.index.get_untracked();
    create(&open.path.get_untracked(), slot, kind, &index, &open.assumed.zone.get_untracked())
}

/// Puts the chosen nodes, and all that follows them, into a new branch: nothing may follow a branch.
pub fn wrap(open: Open, kind: Kind) {
    if let Some(run) = now(open) {
        let (path, index) = (open.path.get_untracked(), open.session.index.get_untracked());
        open.dispatch(create_around(&path, &run.first, kind, &index, &open.assumed.zone.get_untracked()));
        keys::focus_selected(open);
    }
}

/// Puts one side of the chosen branch in its place.
pub fn unwrap(open: Open, keep: Side) {
    if let Some(run) = now(open) {
        open.dispatch(Command::Unwrap(run.first, keep));
        keys::focus_selected(open);
    }
}

/// The kinds of nodes that may be put into a slot.
pub fn kinds_for(open: Open, slot: &Slot) -> Vec<Kind> {
    let path = open.path.get_untracked();
    let fits = |kind: &Kind| open_slots_for(&path, &Piece::New(*kind)).contains(slot);
    Kind::ALL.into_iter().filter(fits).collect()
}

/// The place below the chosen nodes for a piece.
pub fn slot_below(open: Open, piece: &Piece<'_>) -> Option<Slot> {
    slot_after(&open.path.get_untracked(), now(open).as_ref(), piece)
}

/// The place below the chosen nodes for a new node of any kind.
pub fn slot_for_any(open: Open) -> Option<Slot> {
    slot_for_new(&open.path.get_untracked(), now(open).as_ref())
}
