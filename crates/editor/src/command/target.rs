//! Who is paged or told.

use escalation_api::{NodeKind, ScheduleMode, Target, Urgency};

use super::{Refusal, few_enough, list_of, put};
use crate::tree::PathNode;

pub(super) fn add(node: &mut PathNode, target: &Target) -> Result<(), Refusal> {
    let targets = targets(node)?;
    targets.push(target.clone());
    few_enough(targets.len())
}

pub(super) fn replace(node: &mut PathNode, index: usize, with: &Target) -> Result<(), Refusal> {
    *one(node, index)? = with.clone();
    Ok(())
}

pub(super) fn shift(node: &mut PathNode, from: usize, to: usize) -> Result<(), Refusal> {
    let targets = targets(node)?;
    if from >= targets.len() || to >= targets.len() {
        return Err(Refusal::NoTarget);
    }
    let target = targets.remove(from);
    targets.insert(to, target);
    Ok(())
}

pub(super) fn remove(node: &mut PathNode, index: usize) -> Result<(), Refusal> {
    let targets = targets(node)?;
    if index >= targets.len() {
        return Err(Refusal::NoTarget);
    }
    targets.remove(index);
    Ok(())
}

pub(super) fn set_urgency(node: &mut PathNode, index: usize, urgency: &Urgency) -> Result<(), Refusal> {
    one(node, index)?.urgency = urgency.clone();
    Ok(())
}

pub(super) fn set_mode(
    node: &mut PathNode,
    index: usize,
    mode: &ScheduleMode,
    rota: Option<&str>,
) -> Result<(), Refusal> {
    let target = one(node, index)?;
    put(&mut target.schedule_mode, Some(mode.clone()), "schedule_mode", &mut target.extra);
    // A mode for the whole schedule must not carry a rota.
    let rota = rota.filter(|_| mode.is_for_rota()).map(str::to_string);
    put(&mut target.selected_rota_id, rota, "selected_rota_id", &mut target.extra);
    Ok(())
}

fn targets(node: &mut PathNode) -> Result<&mut Vec<Target>, Refusal> {
    match &mut node.kind {
        NodeKind::Level(level) => list_of(&mut level.targets, "targets", &mut level.extra),
        NodeKind::NotifyChannel(channel) => list_of(&mut channel.targets, "targets", &mut channel.extra),
        _ => Err(Refusal::NotOfThisKind("targets")),
    }
}

fn one(node: &mut PathNode, index: usize) -> Result<&mut Target, Refusal> {
    targets(node)?.get_mut(index).ok_or(Refusal::NoTarget)
}
