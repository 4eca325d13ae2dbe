//! What may be done to a path. Whether it may be is asked apart from doing it.

use escalation_api::{AckMode, IntervalCondition, Level, Map, NodeKind, PathPayload, ScheduleMode, Target, Urgency};
use escalation_engine::Seconds;

use crate::tree::{self, ListAt, PathNode, Slot};

/// One change. Applied to a path it gives another path or a [`Refusal`]; the path itself is not changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Gives the path another name.
    Rename(String),
    /// Puts a node into a slot.
    Insert(Slot, Box<PathNode>),
    /// Takes a node out, with what is in it; what follows moves up.
    Delete(String),
    /// How long a level, a channel node or a delay waits.
    SetTimer(String, Timer),
    /// Adds a target at the end.
    AddTarget(String, Target),
    /// Takes the target with this index out.
    RemoveTarget(String, usize),
    /// How loudly the target with this index is told.
    SetUrgency(String, usize, Urgency),
    /// Which users of its schedule the target with this index means, and of which rota.
    SetScheduleMode(String, usize, ScheduleMode, Option<String>),
    /// What an acknowledgement on a level means to the others; nothing: not said.
    SetAckMode(String, Option<AckMode>),
}

/// How long a node waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// It does not say.
    Unset,
    /// A number of seconds.
    After(Seconds),
    /// Until working hours with this id are in that state.
    Until(IntervalCondition, String),
}

/// Why a change may not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The node is gone.
    #[error("there is no node `{0}` any more")]
    NoNode(String),
    /// The list or the place in it is gone.
    #[error("this place is no longer there")]
    NoPlace,
    /// The node has no such thing.
    #[error("a node of this kind has no {0}")]
    NotOfThisKind(&'static str),
    /// The target is gone.
    #[error("this target is no longer there")]
    NoTarget,
    /// Nothing comes after a branch.
    #[error("nothing comes after a branch: it is entered and never returned from")]
    AfterBranch,
    /// Nothing but a hand-over comes after a repeat.
    #[error("nothing but a hand-over comes after a repeat")]
    AfterRepeat,
    /// Nothing comes after a hand-over.
    #[error("nothing comes after a hand-over")]
    AfterHandOver,
    /// The node itself must be the last.
    #[error("this must be the last node of its list")]
    MustBeLast,
    /// Another node has its id.
    #[error("another node has the id `{0}`")]
    IdTaken(String),
    /// A name is empty.
    #[error("a path needs a name")]
    EmptyName,
    /// A time is negative.
    #[error("a time cannot be negative")]
    NegativeTime,
    /// It is the same already.
    #[error("nothing changes")]
    NoChange,
}

impl Command {
    /// The path after this change.
    ///
    /// # Errors
    /// Why the change may not be made.
    pub fn apply(&self, path: &PathPayload) -> Result<PathPayload, Refusal> {
        self.may(path)?;
        let mut changed = path.clone();
        self.change(&mut changed)?;
        if changed == *path { Err(Refusal::NoChange) } else { Ok(changed) }
    }

    /// Whether the change may be made.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may(&self, path: &PathPayload) -> Result<(), Refusal> {
        match self {
            Self::Rename(name) if name.trim().is_empty() => Err(Refusal::EmptyName),
            Self::SetTimer(_, Timer::After(seconds)) if *seconds < 0 => Err(Refusal::NegativeTime),
            Self::Insert(slot, node) => may_insert(path, slot, node),
            _ => Ok(()),
        }
    }

    /// The node that is to be selected afterwards, if the change decides that.
    #[must_use]
    pub fn selects(&self, before: &PathPayload) -> Option<String> {
        match self {
            Self::Insert(_, node) => Some(node.id.clone()),
            Self::Delete(id) => {
                let found = tree::find(before, id)?;
                let list = tree::list(before, &found.slot.list)?;
                // What moves up, else what was before, else the branch around.
                let up = list.get(found.slot.index + 1);
                let up = up.or_else(|| list.get(found.slot.index.checked_sub(1)?));
                let around = || found.enclosing.last().map(ToString::to_string);
                up.map(|node| node.id.clone()).or_else(around)
            }
            _ => None,
        }
    }

    fn change(&self, path: &mut PathPayload) -> Result<(), Refusal> {
        match self {
            Self::Rename(name) => path.name = name.trim().to_string(),
            Self::Insert(slot, node) => {
                let list = tree::list_mut(path, &slot.list).ok_or(Refusal::NoPlace)?;
                list.insert(slot.index.min(list.len()), (**node).clone());
            }
            Self::Delete(id) => {
                let slot = tree::find(path, id).map(|found| found.slot);
                let slot = slot.ok_or_else(|| Refusal::NoNode(id.clone()))?;
                tree::list_mut(path, &slot.list).ok_or(Refusal::NoPlace)?.remove(slot.index);
            }
            Self::SetTimer(id, timer) => timer.set(node_mut(path, id)?)?,
            Self::AddTarget(id, target) => targets(node_mut(path, id)?)?.push(target.clone()),
            Self::RemoveTarget(id, index) => {
                let targets = targets(node_mut(path, id)?)?;
                if *index >= targets.len() {
                    return Err(Refusal::NoTarget);
                }
                targets.remove(*index);
            }
            Self::SetUrgency(id, index, urgency) => target(path, id, *index)?.urgency = urgency.clone(),
            Self::SetScheduleMode(id, index, mode, rota) => {
                let target = target(path, id, *index)?;
                target.schedule_mode = Some(mode.clone());
                // A mode for the whole schedule must not carry a rota.
                target.selected_rota_id = rota.clone().filter(|_| mode.is_for_rota());
            }
            Self::SetAckMode(id, mode) => level(path, id)?.ack_mode = mode.clone(),
        }
        Ok(())
    }
}

impl Timer {
    /// How long a node waits; nothing for a node that never does.
    #[must_use]
    pub fn of(node: &PathNode) -> Option<Self> {
        let (seconds, state, hours) = match &node.kind {
            NodeKind::Level(level) => (
                level.time_to_ack_seconds,
                &level.time_to_ack_interval_condition,
                &level.time_to_ack_weekday_interval_config_id,
            ),
            NodeKind::NotifyChannel(channel) => (
                channel.time_to_ack_seconds,
                &channel.time_to_ack_interval_condition,
                &channel.time_to_ack_weekday_interval_config_id,
            ),
            NodeKind::Delay(delay) => {
                (delay.delay_seconds, &delay.delay_interval_condition, &delay.delay_weekday_interval_config_id)
            }
            _ => return None,
        };
        Some(match (state, hours, seconds) {
            // R6: working hours win.
            (Some(state), Some(hours), _) => Self::Until(state.clone(), hours.clone()),
            (_, _, Some(seconds)) => Self::After(seconds),
            _ => Self::Unset,
        })
    }

    fn set(&self, node: &mut PathNode) -> Result<(), Refusal> {
        let (seconds, state, hours) = match &mut node.kind {
            NodeKind::Level(level) => (
                &mut level.time_to_ack_seconds,
                &mut level.time_to_ack_interval_condition,
                &mut level.time_to_ack_weekday_interval_config_id,
            ),
            NodeKind::NotifyChannel(channel) => (
                &mut channel.time_to_ack_seconds,
                &mut channel.time_to_ack_interval_condition,
                &mut channel.time_to_ack_weekday_interval_config_id,
            ),
            NodeKind::Delay(delay) => (
                &mut delay.delay_seconds,
                &mut delay.delay_interval_condition,
                &mut delay.delay_weekday_interval_config_id,
            ),
            _ => return Err(Refusal::NotOfThisKind("timer")),
        };
        (*seconds, *state, *hours) = match self {
            Self::Unset => (None, None, None),
            Self::After(after) => (Some(*after), None, None),
            Self::Until(until, id) => (None, Some(until.clone()), Some(id.clone())),
        };
        Ok(())
    }
}

/// A level that pages nobody yet, for a path: five minutes, the first acknowledgement stops it.
#[must_use]
pub fn new_level(path: &PathPayload) -> PathNode {
    let level = Level {
        targets: Vec::new(),
        time_to_ack_seconds: Some(300),
        time_to_ack_interval_condition: None,
        time_to_ack_weekday_interval_config_id: None,
        ack_mode: Some(AckMode::First),
        round_robin_config: None,
        retry_config: None,
        extra: Map::new(),
    };
    PathNode::new(tree::free_id(path, "level"), NodeKind::Level(level))
}

/// Whether a node may stand in a slot.
fn may_insert(path: &PathPayload, slot: &Slot, node: &PathNode) -> Result<(), Refusal> {
    let list = tree::list(path, &slot.list).ok_or(Refusal::NoPlace)?;
    if slot.index > list.len() {
        return Err(Refusal::NoPlace);
    }
    if tree::find(path, &node.id).is_some() {
        return Err(Refusal::IdTaken(node.id.clone()));
    }
    let before = slot.index.checked_sub(1).and_then(|index| list.get(index));
    match before.map(|before| &before.kind) {
        Some(NodeKind::IfElse(_)) => return Err(Refusal::AfterBranch),
        Some(NodeKind::HandOver(_)) => return Err(Refusal::AfterHandOver),
        Some(NodeKind::Repeat(_)) if !matches!(node.kind, NodeKind::HandOver(_)) => return Err(Refusal::AfterRepeat),
        _ => {}
    }
    let follows = list.get(slot.index);
    match (&node.kind, follows.map(|follows| &follows.kind)) {
        (NodeKind::IfElse(_) | NodeKind::HandOver(_), Some(_)) => Err(Refusal::MustBeLast),
        (NodeKind::Repeat(_), Some(following)) if !matches!(following, NodeKind::HandOver(_)) => {
            Err(Refusal::MustBeLast)
        }
        _ => Ok(()),
    }
}

/// The slots of a list into which a level may be put.
#[must_use]
pub fn open_slots(path: &PathPayload, list: &ListAt) -> Vec<Slot> {
    let nodes = tree::list(path, list).unwrap_or_default();
    let closed =
        |node: &PathNode| matches!(node.kind, NodeKind::IfElse(_) | NodeKind::HandOver(_) | NodeKind::Repeat(_));
    let open =
        |index: &usize| index.checked_sub(1).and_then(|before| nodes.get(before)).is_none_or(|before| !closed(before));
    (0..=nodes.len()).filter(open).map(|index| Slot { list: list.clone(), index }).collect()
}

fn node_mut<'a>(path: &'a mut PathPayload, id: &str) -> Result<&'a mut PathNode, Refusal> {
    tree::find_mut(&mut path.path, id).ok_or_else(|| Refusal::NoNode(id.to_string()))
}

fn level<'a>(path: &'a mut PathPayload, id: &str) -> Result<&'a mut Level, Refusal> {
    match &mut node_mut(path, id)?.kind {
        NodeKind::Level(level) => Ok(level),
        _ => Err(Refusal::NotOfThisKind("acknowledgement")),
    }
}

fn targets(node: &mut PathNode) -> Result<&mut Vec<Target>, Refusal> {
    match &mut node.kind {
        NodeKind::Level(level) => Ok(&mut level.targets),
        NodeKind::NotifyChannel(channel) => Ok(&mut channel.targets),
        _ => Err(Refusal::NotOfThisKind("targets")),
    }
}

fn target<'a>(path: &'a mut PathPayload, id: &str, index: usize) -> Result<&'a mut Target, Refusal> {
    targets(node_mut(path, id)?)?.get_mut(index).ok_or(Refusal::NoTarget)
}
