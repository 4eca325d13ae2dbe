//! The path's sets of working hours.

use std::collections::BTreeSet;

use escalation_api::{
    ConditionForm as _, ConditionPayload, Map, NodeKind, PathPayload, Test, Weekday, WeekdayInterval, WorkingHours,
};
use escalation_engine::calendar::Zone;

use super::{Condition, Refusal, few_enough, list_of, name, put};
use crate::tree::{self, PathNode};

/// What a set of working hours is called until somebody names it.
const NEW_HOURS: &str = "Working hours";

/// Monday to Friday from nine to five in a zone, for a path.
#[must_use]
pub fn new_hours(path: &PathPayload, zone: &str) -> WorkingHours {
    let interval = |weekday: &Weekday| WeekdayInterval {
        weekday: weekday.clone(),
        start_time: "09:00".to_string(),
        end_time: "17:00".to_string(),
        extra: Map::new(),
    };
    WorkingHours {
        id: free_hours_id(path, "hours"),
        name: NEW_HOURS.to_string(),
        timezone: zone.to_string(),
        weekday_intervals: Weekday::KNOWN.iter().take(5).map(interval).collect(),
        extra: Map::new(),
    }
}

/// An id that no set of working hours of the path has: the word, a dash and the smallest number that is free.
#[must_use]
pub fn free_hours_id(path: &PathPayload, word: &str) -> String {
    let mut taken: BTreeSet<&str> = path.working_hours.iter().flatten().map(|set| set.id.as_str()).collect();
    // One that is named and missing is not free either: what names it would begin to mean something else.
    tree::walk(path, |found| taken.extend(named_hours(found.node)));
    tree::free(word, |id| taken.contains(id))
}

/// The ids of the nodes that name a set of working hours, in the order of the text.
#[must_use]
pub fn hours_used_by<'a>(path: &'a PathPayload, id: &str) -> Vec<&'a str> {
    let mut users = Vec::new();
    tree::walk(path, |found| {
        if named_hours(found.node).contains(&id) {
            users.push(found.node.id.as_str());
        }
    });
    users
}

/// The ids of the sets of working hours that a node itself names.
pub(crate) fn named_hours(node: &PathNode) -> Vec<&str> {
    match &node.kind {
        NodeKind::Level(level) => level.time_to_ack_weekday_interval_config_id.as_deref().into_iter().collect(),
        NodeKind::NotifyChannel(channel) => {
            channel.time_to_ack_weekday_interval_config_id.as_deref().into_iter().collect()
        }
        NodeKind::Delay(delay) => delay.delay_weekday_interval_config_id.as_deref().into_iter().collect(),
        NodeKind::IfElse(branch) => branch.conditions.iter().filter_map(hours_of).collect(),
        _ => Vec::new(),
    }
}

fn hours_of(condition: &ConditionPayload) -> Option<&str> {
    match condition.test() {
        Some(Test::WorkingHoursActive(id)) => Some(id),
        _ => None,
    }
}

pub(super) fn add(path: &mut PathPayload, set: &WorkingHours) -> Result<(), Refusal> {
    // Whatever names it must be able to.
    Condition::Hours(set.id.clone()).payload()?;
    name(&set.name)?;
    if Zone::get(&set.timezone).is_none() {
        return Err(Refusal::UnknownZone(set.timezone.clone()));
    }
    let mut sets = path.working_hours.take().unwrap_or_default();
    if list_of(&mut sets, "working_hours", &mut path.extra)?.iter().any(|other| other.id == set.id) {
        return Err(Refusal::HoursTaken(set.id.clone()));
    }
    sets.push(set.clone());
    few_enough(sets.len())?;
    path.working_hours = Some(sets);
    Ok(())
}

pub(super) fn rename(path: &mut PathPayload, id: &str, to: &str) -> Result<(), Refusal> {
    one(path, id)?.name = name(to)?;
    Ok(())
}

pub(super) fn set_zone(path: &mut PathPayload, id: &str, zone: &str) -> Result<(), Refusal> {
    if Zone::get(zone).is_none() {
        return Err(Refusal::UnknownZone(zone.to_string()));
    }
    one(path, id)?.timezone = zone.to_string();
    Ok(())
}

pub(super) fn set_intervals(path: &mut PathPayload, id: &str, to: &[WeekdayInterval]) -> Result<(), Refusal> {
    few_enough(to.len())?;
    let set = one(path, id)?;
    let intervals = list_of(&mut set.weekday_intervals, "weekday_intervals", &mut set.extra)?;
    *intervals = to.to_vec();
    Ok(())
}

pub(super) fn remove(path: &mut PathPayload, id: &str) -> Result<(), Refusal> {
    let users: Vec<String> = hours_used_by(path, id).into_iter().map(str::to_string).collect();
    let sets = path.working_hours.as_ref().map_or(0, |sets| sets.iter().filter(|set| set.id == id).count());
    match sets {
        0 => return Err(Refusal::NoHours(id.to_string())),
        1 if !users.is_empty() => return Err(Refusal::HoursUsed(users)),
        _ => {}
    }
    // Of two with one id the later one.
    let mut left: Vec<WorkingHours> = path.working_hours.take().unwrap_or_default();
    if let Some(at) = left.iter().rposition(|set| set.id == id) {
        left.remove(at);
    }
    put(&mut path.working_hours, Some(left), "working_hours", &mut path.extra);
    Ok(())
}

fn one<'a>(path: &'a mut PathPayload, id: &str) -> Result<&'a mut WorkingHours, Refusal> {
    let found = path.working_hours.iter_mut().flatten().find(|set| set.id == id);
    found.ok_or_else(|| Refusal::NoHours(id.to_string()))
}
