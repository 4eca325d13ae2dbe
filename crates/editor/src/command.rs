//! What may be done to a path: one command for each, in files by what they change.

mod branch;
mod clip;
mod copy;
mod hours;
mod kind;
pub(crate) mod legal;
mod level;
mod paste;
mod path;
mod refusal;
mod run;
mod slots;
mod target;
mod timer;

use std::collections::BTreeSet;

use escalation_api::condition::BindingPayload;
use escalation_api::{
    AckMode, Map, NodeKind, PathPayload, ScheduleMode, Target, Urgency, WeekdayInterval, WorkingHours,
};
use escalation_engine::Seconds;
use escalation_engine::check::Fix;

use crate::tree::{self, ListAt, PathNode, Side, Slot};

pub use branch::{Condition, legal_repeat_targets};
pub use clip::Clip;
pub use hours::{free_hours_id, hours_used_by, new_hours};
pub use kind::{Kind, Loss, create, create_around, loses, new_node};
pub use level::new_level;
pub use refusal::Refusal;
pub use run::Run;
pub use slots::{Direction, Piece, insert, open_slots, open_slots_for, slot_after, slot_for_new, step, wrap};
pub use timer::Timer;

pub(crate) use hours::named_hours;

/// The longest name of a path or of a set of working hours, in bytes.
pub const MAX_NAME: usize = 500;
/// The most entries of any list that is not of nodes: targets, priorities, teams, sets of working hours, intervals.
pub const MAX_ENTRIES: usize = 1_000;

/// One change. Applied to a path it gives another path or a [`Refusal`]; the path itself is not changed.
///
/// No change but [`Command::Replace`] makes an error of structure that was not there before: one with ids, with the
/// order of nodes, with where a repeat goes, or with something that is named and is not there. Content may be missing
/// for a while, such as the targets of a new level.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Gives the path another name.
    Rename(String),
    /// The ids of the teams that own the path.
    SetTeams(Vec<String>),
    /// Whether and when to page again after an acknowledgement: the seconds after it, and whether activity on the
    /// incident starts that time anew.
    SetRepeatConfig(Option<(Seconds, bool)>),
    /// The template that the path takes its nodes from; nothing: it has its own. With nodes of its own it has none.
    SetTemplate(Option<String>),
    /// What the parameter of the template with this name is bound to; nothing: not bound.
    SetBinding(String, Option<Box<BindingPayload>>),

    /// Adds a set of working hours at the end.
    AddHours(Box<WorkingHours>),
    /// Gives the set of working hours with this id another name.
    RenameHours(String, String),
    /// The zone on whose clock the set with this id is read, by its IANA name.
    SetHoursZone(String, String),
    /// When the set with this id is active.
    SetHoursIntervals(String, Vec<WeekdayInterval>),
    /// Takes the set with this id out. Refused while a node names it.
    RemoveHours(String),

    /// Puts a node into a slot. What follows goes into the `then` side of a new branch, as nothing may follow it. In
    /// front of the first node it is refused while repeats go back to that; [`insert`] makes the command that lets them
    /// go back to the new one.
    Insert(Slot, Box<PathNode>),
    /// Takes a node out, with what is in it; what follows moves up.
    Delete(String),
    /// Takes nodes out that follow one another, with what is in them.
    DeleteRun(Run),
    /// Moves nodes to a slot, which is one of the path as it is.
    Move(Run, Slot),
    /// Copies nodes to the place behind them, with ids of their own.
    Duplicate(Run),
    /// Puts a branch in the place of the node with this id, which goes to a side of the branch with all that follows
    /// it: nothing may follow a branch. [`wrap`] makes the command with which repeats go on to find the first node.
    Wrap(String, Side, Box<PathNode>),
    /// Puts what is on a side of the branch with this id in its place; the other side goes.
    Unwrap(String, Side),
    /// Makes a level, a channel node or a delay another one of these. What that loses is told by [`loses`].
    ChangeKind(String, Kind),
    /// Puts nodes from elsewhere into a slot, with the working hours that they name. What is taken is named anew.
    Paste(Slot, Box<Clip>),

    /// How long a level, a channel node or a delay waits.
    SetTimer(String, Timer),
    /// Adds a target at the end.
    AddTarget(String, Target),
    /// Puts another target in the place of the one with this index.
    ReplaceTarget(String, usize, Target),
    /// Moves the target with the first index to where the one with the second is.
    MoveTarget(String, usize, usize),
    /// Takes the target with this index out.
    RemoveTarget(String, usize),
    /// How loudly the target with this index is told.
    SetUrgency(String, usize, Urgency),
    /// Which users of its schedule the target with this index means, and of which rota.
    SetScheduleMode(String, usize, ScheduleMode, Option<String>),
    /// What an acknowledgement on a level means to the others; nothing: not said.
    SetAckMode(String, Option<AckMode>),
    /// Whether a level pages one person after another, and how long each has, in seconds; without it one person for
    /// each escalation.
    SetRoundRobin(String, bool, Option<Seconds>),
    /// How often a level pages somebody in all who does not answer, and the seconds in between; nothing: once.
    SetRetry(String, Option<(i64, Seconds)>),

    /// What a branch asks. Any other condition that it has is replaced.
    SetCondition(String, Condition),
    /// The node that a repeat goes to: one of [`legal_repeat_targets`].
    SetRepeatTarget(String, String),
    /// How often a repeat goes back.
    SetRepeatTimes(String, i64),
    /// The id of the path that a hand-over goes on with.
    SetHandOver(String, String),

    /// Mends a problem, as the check offers it.
    Fix(Box<Fix>),
    /// Several changes as one, in this order, by this name or else by that of the first that does not only add hours. What
    /// must be so afterwards need not be so in between.
    Several(Option<&'static str>, Vec<Command>),
    /// Another document in the place of this one. It may have any fault that a document can have.
    Replace(Replacement, Box<PathPayload>),
}

/// Where a document comes from that replaces another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Replacement {
    /// From a file, or typed.
    Import,
    /// From an earlier state.
    Restore,
    /// Made of this one and of another that was made from the same.
    Merge,
}

impl Command {
    /// The path after this change.
    ///
    /// # Errors
    /// Why the change may not be made.
    pub fn apply(&self, path: &PathPayload) -> Result<PathPayload, Refusal> {
        let mut changed = path.clone();
        self.change(&mut changed)?;
        if changed == *path {
            return Err(Refusal::NoChange);
        }
        if !matches!(self, Self::Replace(..)) {
            legal::no_worse(path, &changed)?;
        }
        Ok(changed)
    }

    /// The node that is to be selected afterwards, if the change decides that.
    #[must_use]
    pub fn selects(&self, before: &PathPayload, after: &PathPayload) -> Option<String> {
        match self {
            Self::Insert(_, node) | Self::Wrap(_, _, node) => Some(node.id.clone()),
            Self::Delete(id) => Run::one(id).neighbour(before),
            Self::DeleteRun(run) => run.neighbour(before),
            Self::Move(run, _) => Some(run.first.clone()),
            Self::Duplicate(_) | Self::Paste(..) => first_new(before, after),
            Self::Unwrap(id, keep) => {
                let kept = tree::list(before, &ListAt::Of(id.clone(), *keep)).and_then(<[_]>::first);
                kept.map(|node| node.id.clone()).or_else(|| Run::one(id).neighbour(before))
            }
            // What one of them adds another may take away.
            Self::Several(_, all) => all
                .iter()
                .find_map(|command| command.selects(before, after).filter(|id| tree::find(after, id).is_some())),
            _ => None,
        }
    }

    /// The node that it is about, by its id; the first of several. Nothing where it is about the path, or about what
    /// is not there before.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        match self {
            Self::Insert(_, node) | Self::Wrap(_, _, node) => Some(&node.id),
            Self::DeleteRun(run) | Self::Move(run, _) | Self::Duplicate(run) => Some(&run.first),
            Self::Delete(id)
            | Self::Unwrap(id, _)
            | Self::ChangeKind(id, _)
            | Self::SetTimer(id, _)
            | Self::AddTarget(id, _)
            | Self::ReplaceTarget(id, ..)
            | Self::MoveTarget(id, ..)
            | Self::RemoveTarget(id, _)
            | Self::SetUrgency(id, ..)
            | Self::SetScheduleMode(id, ..)
            | Self::SetAckMode(id, _)
            | Self::SetRoundRobin(id, ..)
            | Self::SetRetry(id, _)
            | Self::SetCondition(id, _)
            | Self::SetRepeatTarget(id, _)
            | Self::SetRepeatTimes(id, _)
            | Self::SetHandOver(id, _) => Some(id),
            Self::Several(_, all) => all.iter().find_map(Self::node),
            Self::Rename(_)
            | Self::SetTeams(_)
            | Self::SetRepeatConfig(_)
            | Self::SetTemplate(_)
            | Self::SetBinding(..)
            | Self::AddHours(_)
            | Self::RenameHours(..)
            | Self::SetHoursZone(..)
            | Self::SetHoursIntervals(..)
            | Self::RemoveHours(_)
            | Self::Paste(..)
            | Self::Fix(_)
            | Self::Replace(..) => None,
        }
    }

    /// How many nodes of a list it is about: those of a run, or of what is pasted.
    pub(crate) fn count(&self, before: &PathPayload) -> usize {
        match self {
            Self::DeleteRun(run) | Self::Move(run, _) | Self::Duplicate(run) => {
                run.place(before).map_or(1, |(_, nodes)| nodes.len())
            }
            Self::Paste(_, clip) => clip.nodes.len(),
            Self::Several(_, all) => all.iter().map(|command| command.count(before)).max().unwrap_or(1),
            _ => 1,
        }
    }

    fn change(&self, path: &mut PathPayload) -> Result<(), Refusal> {
        match self {
            Self::Rename(name) => path::rename(path, name),
            Self::SetTeams(ids) => path::set_teams(path, ids),
            Self::SetRepeatConfig(config) => path::set_repeat_config(path, *config),
            Self::SetTemplate(id) => path::set_template(path, id.as_deref()),
            Self::SetBinding(name, binding) => path::set_binding(path, name, binding.as_deref()),

            Self::AddHours(set) => hours::add(path, set),
            Self::RenameHours(id, name) => hours::rename(path, id, name),
            Self::SetHoursZone(id, zone) => hours::set_zone(path, id, zone),
            Self::SetHoursIntervals(id, intervals) => hours::set_intervals(path, id, intervals),
            Self::RemoveHours(id) => hours::remove(path, id),

            Self::Insert(slot, node) => slots::put_in(path, slot, node),
            Self::Delete(id) => run::delete(path, &Run::one(id)),
            Self::DeleteRun(run) => run::delete(path, run),
            Self::Move(run, slot) => run::shift(path, run, slot),
            Self::Duplicate(run) => run::duplicate(path, run),
            Self::Wrap(first, side, branch) => {
                let slot = tree::find(path, first).map(|found| found.slot);
                let slot = slot.ok_or_else(|| Refusal::NoNode(first.clone()))?;
                run::wrap(path, &slot, *side, branch)
            }
            Self::Unwrap(id, keep) => run::unwrap(path, id, *keep),
            Self::ChangeKind(id, kind) => kind::change(node_mut(path, id)?, *kind),
            Self::Paste(slot, clip) => paste::paste(path, slot, clip),

            Self::SetTimer(id, timer) => timer.set(node_mut(path, id)?),
            Self::AddTarget(id, target) => target::add(node_mut(path, id)?, target),
            Self::ReplaceTarget(id, index, target) => target::replace(node_mut(path, id)?, *index, target),
            Self::MoveTarget(id, from, to) => target::shift(node_mut(path, id)?, *from, *to),
            Self::RemoveTarget(id, index) => target::remove(node_mut(path, id)?, *index),
            Self::SetUrgency(id, index, urgency) => target::set_urgency(node_mut(path, id)?, *index, urgency),
            Self::SetScheduleMode(id, index, mode, rota) => {
                target::set_mode(node_mut(path, id)?, *index, mode, rota.as_deref())
            }
            Self::SetAckMode(id, mode) => level::set_ack_mode(node_mut(path, id)?, mode.as_ref()),
            Self::SetRoundRobin(id, on, rotate) => level::set_round_robin(node_mut(path, id)?, *on, *rotate),
            Self::SetRetry(id, retry) => level::set_retry(node_mut(path, id)?, *retry),

            Self::SetCondition(id, condition) => condition.set(node_mut(path, id)?),
            Self::SetRepeatTarget(id, to) => branch::set_repeat_target(path, id, to),
            Self::SetRepeatTimes(id, times) => branch::set_repeat_times(node_mut(path, id)?, *times),
            Self::SetHandOver(id, to) => branch::set_hand_over(node_mut(path, id)?, to),

            Self::Fix(fix) => {
                *path = fix.apply(path).map_err(|_| Refusal::FixGone)?;
                Ok(())
            }
            Self::Several(_, all) => all.iter().try_for_each(|command| command.change(path)),
            Self::Replace(_, with) => {
                *path = (**with).clone();
                Ok(())
            }
        }
    }
}

/// The node to look at when one state of a path takes the place of another, as by undo: the first that is there again,
/// else the one that was looked at, or its neighbour where it is gone.
#[must_use]
pub fn to_look_at(before: &PathPayload, after: &PathPayload, looked_at: Option<&str>) -> Option<String> {
    let is_there = |id: &String| tree::find(after, id).is_some();
    let beside = |id: &str| Some(id.to_string()).filter(is_there).or_else(|| Run::one(id).neighbour(before));
    first_new(before, after).or_else(|| looked_at.and_then(beside).filter(is_there))
}

/// The first node that was not there before.
fn first_new(before: &PathPayload, after: &PathPayload) -> Option<String> {
    let mut known = BTreeSet::new();
    tree::walk(before, |found| {
        known.insert(found.node.id.as_str());
    });
    let mut new = None;
    tree::walk(after, |found| {
        if new.is_none() && !known.contains(found.node.id.as_str()) {
            new = Some(found.node.id.clone());
        }
    });
    new
}

fn node_mut<'a>(path: &'a mut PathPayload, id: &str) -> Result<&'a mut PathNode, Refusal> {
    tree::find_mut(&mut path.path, id).ok_or_else(|| Refusal::NoNode(id.to_string()))
}

/// Sets an optional field. A value of it that was not understood, or `null`, is kept among the unknown fields and would
/// be written after it: it goes.
fn put<T>(field: &mut Option<T>, value: Option<T>, name: &str, extra: &mut Map) {
    if value.is_some() || extra.get(name).is_some_and(|kept| !kept.is_null()) {
        extra.shift_remove(name);
    }
    *field = value;
}

/// The same for a list, of which it is refused to lose what was not understood.
fn list_of<'a, T>(list: &'a mut Vec<T>, name: &'static str, extra: &mut Map) -> Result<&'a mut Vec<T>, Refusal> {
    if extra.get(name).is_some_and(|kept| !kept.is_null()) {
        return Err(Refusal::NotUnderstood(name));
    }
    extra.shift_remove(name);
    Ok(list)
}

/// A name without the space around it.
fn name(text: &str) -> Result<String, Refusal> {
    match text.trim() {
        "" => Err(Refusal::EmptyName),
        long if long.len() > MAX_NAME => Err(Refusal::LongName),
        name => Ok(name.to_string()),
    }
}

fn few_enough(count: usize) -> Result<(), Refusal> {
    if count > MAX_ENTRIES { Err(Refusal::TooMany) } else { Ok(()) }
}

/// A number of seconds, or of times, within bounds.
fn within(number: i64, least: i64, most: i64, what: &'static str) -> Result<i64, Refusal> {
    if (least..=most).contains(&number) { Ok(number) } else { Err(Refusal::OutOfBounds(what, least, most)) }
}

/// Whether nothing may follow a node, but for a hand-over after a repeat.
fn is_last(node: &PathNode) -> bool {
    matches!(node.kind, NodeKind::IfElse(_) | NodeKind::HandOver(_) | NodeKind::Repeat(_))
}
