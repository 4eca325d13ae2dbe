//! What no change may bring about: the errors of structure that the engine's check finds.

use std::collections::BTreeMap;

use escalation_api::{NodeKind, PathPayload};
use escalation_engine::check::Code;
use escalation_engine::{Index, Problem, World, check_document};

use super::Refusal;
use crate::tree;

/// Refuses a path with an error of structure that the path before it does not have.
pub(crate) fn no_worse(before: &PathPayload, after: &PathPayload) -> Result<(), Refusal> {
    let found = structural(after);
    if found.is_empty() {
        return Ok(());
    }
    let mut known: BTreeMap<(Code, String), usize> = BTreeMap::new();
    for problem in structural(before) {
        *known.entry(key(&problem)).or_default() += 1;
    }
    let is_known = |problem: &Problem| match known.get_mut(&key(problem)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let mut is_known = is_known;
    match found.into_iter().find(|problem| !is_known(problem)) {
        Some(problem) => Err(refusal(&problem, after)),
        None => Ok(()),
    }
}

/// The errors of structure of a path: everything that the API refuses, but for content that is still to be filled in.
fn structural(path: &PathPayload) -> Vec<Problem> {
    let mut problems = check_document("", path, &Index::new(World::default()));
    problems.retain(|problem| is_structural(problem.code));
    problems
}

/// Whether a problem is one of structure.
fn is_structural(code: Code) -> bool {
    matches!(
        code,
        Code::NoId
            | Code::DuplicateId
            | Code::BadField
            | Code::AfterBranch
            | Code::AfterRepeat
            | Code::Unreachable
            | Code::RepeatTarget
            | Code::ConditionCount
            | Code::RotaNotAllowed
            | Code::RetryBounds
            | Code::UnknownHours
            | Code::HalfInterval
            | Code::BadNumber
            | Code::BadHours
            | Code::DuplicateHours
            | Code::TargetKind
            | Code::TemplateMissing
            | Code::TemplatedWithNodes
            | Code::TooManyNodes
            | Code::TooDeep
            | Code::TooMuch
    )
}

/// By what an error is known again. Those about order belong to a list, not to the node that happens to come next.
fn key(problem: &Problem) -> (Code, String) {
    let of_list = matches!(problem.code, Code::AfterBranch | Code::AfterRepeat | Code::Unreachable);
    (problem.code, problem.node_id.clone().filter(|_| !of_list).unwrap_or_default())
}

fn refusal(problem: &Problem, path: &PathPayload) -> Refusal {
    let id = || problem.node_id.clone().unwrap_or_default();
    match problem.code {
        Code::AfterBranch => Refusal::AfterBranch,
        Code::AfterRepeat => Refusal::AfterRepeat,
        Code::Unreachable => Refusal::AfterHandOver,
        Code::DuplicateId => Refusal::IdTaken(id()),
        Code::NoId => Refusal::NoId,
        Code::RepeatTarget => match tree::find(path, &id()).map(|found| &found.node.kind) {
            Some(NodeKind::Repeat(repeat)) => Refusal::Repeat { repeat: id(), to: repeat.to_node.clone() },
            _ => Refusal::Illegal(problem.text()),
        },
        _ => Refusal::Illegal(problem.text()),
    }
}
