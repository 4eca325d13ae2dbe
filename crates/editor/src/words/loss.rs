//! What a node loses, in words.

use escalation_engine::Index;

use super::target_name;
use crate::command::Loss;

/// What is lost when a node becomes one of another kind: "Alice Moreau is no longer named".
#[must_use]
pub fn loss(loss: &Loss, index: &Index) -> String {
    match loss {
        Loss::Target(target) => format!("{} is no longer named", target_name(target, index)),
        Loss::AckMode => "What an acknowledgement means to the others is no longer said".to_string(),
        Loss::RoundRobin => "There is no round robin any more".to_string(),
        Loss::Retries => "There are no retries any more".to_string(),
        Loss::Unknown(field) => format!("The unknown field `{field}` is removed"),
    }
}
