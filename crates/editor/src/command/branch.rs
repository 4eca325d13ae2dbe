//! Where a walk goes: branches, repeats and hand-overs.

use escalation_api::condition::ParamValuePayload;
use escalation_api::{ConditionForm as _, ConditionPayload, NodeKind, PathPayload, Test};
use escalation_engine::check::MAX_REPEATS;

use super::{Refusal, few_enough, list_of, name, node_mut, within};
use crate::tree::{self, PathNode};

/// What a branch asks: one of the two questions that a path knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Whether the alert's priority is one with these ids.
    Priorities(Vec<String>),
    /// Whether the working hours with this id are active.
    Hours(String),
}

impl Condition {
    /// What a branch asks; nothing for another kind of node, no condition, several, or one that is not known.
    #[must_use]
    pub fn of(node: &PathNode) -> Option<Self> {
        let NodeKind::IfElse(branch) = &node.kind else { return None };
        let [condition] = branch.conditions.as_slice() else { return None };
        condition.test().map(|test| match test {
            Test::PriorityOneOf(ids) => Self::Priorities(ids.into_iter().map(str::to_string).collect()),
            Test::WorkingHoursActive(id) => Self::Hours(id.to_string()),
        })
    }

    pub(super) fn set(&self, node: &mut PathNode) -> Result<(), Refusal> {
        let NodeKind::IfElse(branch) = &mut node.kind else { return Err(Refusal::NotOfThisKind("condition")) };
        let conditions = list_of(&mut branch.conditions, "conditions", &mut branch.extra)?;
        let mut condition = self.payload()?;
        // What is unknown about a condition that asks the same, and about values that stay, is kept.
        if let [before] = conditions.as_slice()
            && before.test().is_some()
            && before.operation == condition.operation
        {
            condition = self.keeping(before, condition);
        }
        *conditions = vec![condition];
        Ok(())
    }

    /// The condition as it is sent.
    pub(super) fn payload(&self) -> Result<ConditionPayload, Refusal> {
        match self {
            Self::Priorities(ids) => {
                few_enough(ids.len())?;
                Ok(ConditionPayload::priority_one_of(ids.iter().cloned()))
            }
            // The id stands in the subject as it is, so it is tried whether it can be read there.
            Self::Hours(id) => {
                let payload = ConditionPayload::working_hours_active(id);
                let is_read = payload.test() == Some(Test::WorkingHoursActive(id));
                if is_read { Ok(payload) } else { Err(Refusal::BadHoursId(id.clone())) }
            }
        }
    }

    fn keeping(&self, before: &ConditionPayload, mut now: ConditionPayload) -> ConditionPayload {
        now.extra = before.extra.clone();
        let (Some(old), Some(new)) = (before.param_bindings.first(), now.param_bindings.first_mut()) else {
            return now;
        };
        new.extra = old.extra.clone();
        let old: &[ParamValuePayload] = old.array_value.as_deref().unwrap_or_default();
        for value in new.array_value.iter_mut().flatten() {
            if let Some(kept) = old.iter().find(|kept| kept.literal == value.literal) {
                *value = kept.clone();
            }
        }
        now
    }
}

/// The ids of the nodes that the repeat with this id may go to: the first node of the path, then the branches around
/// the repeat from the outermost. For a node that is to become a repeat the same.
#[must_use]
pub fn legal_repeat_targets(path: &PathPayload, id: &str) -> Vec<String> {
    let Some(found) = tree::find(path, id) else { return Vec::new() };
    let first = path.path.first().map(|first| first.id.as_str()).filter(|first| *first != id);
    let around = found.enclosing.iter().copied().filter(|around| Some(*around) != first);
    first.into_iter().chain(around).map(str::to_string).collect()
}

pub(super) fn set_repeat_target(path: &mut PathPayload, id: &str, to: &str) -> Result<(), Refusal> {
    let NodeKind::Repeat(repeat) = &mut node_mut(path, id)?.kind else { return Err(Refusal::NotOfThisKind("repeat")) };
    repeat.to_node = to.to_string();
    Ok(())
}

pub(super) fn set_repeat_times(node: &mut PathNode, times: i64) -> Result<(), Refusal> {
    let NodeKind::Repeat(repeat) = &mut node.kind else { return Err(Refusal::NotOfThisKind("repeat")) };
    repeat.repeat_times = within(times, 1, MAX_REPEATS, "the number of repeats")?;
    Ok(())
}

pub(super) fn set_hand_over(node: &mut PathNode, to: &str) -> Result<(), Refusal> {
    let NodeKind::HandOver(hand_over) = &mut node.kind else { return Err(Refusal::NotOfThisKind("other path")) };
    hand_over.escalation_path_id = name(to)?;
    Ok(())
}
