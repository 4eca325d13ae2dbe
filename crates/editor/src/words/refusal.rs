//! Why a change may not be made, with steps by what is written on them.

use escalation_api::PathPayload;
use escalation_engine::Index;
use escalation_engine::words::list;

use super::node;
use crate::command::Refusal;
use crate::tree;

/// Tells why a change of a path may not be made. A step that the path does not have is told by its id.
#[must_use]
pub fn refusal(refusal: &Refusal, path: &PathPayload, index: &Index) -> String {
    let title = |id: &str| match tree::find(path, id) {
        Some(found) => format!("“{}”", node(found.node, path, index).title),
        None => format!("`{id}`"),
    };
    match refusal {
        Refusal::NoNode(_) => "this step is no longer there".to_string(),
        Refusal::Repeat { repeat, to } => format!(
            "{} goes back to {}, which must be the first step of the path or a branch around the repeat: let it go \
             elsewhere first, or delete it",
            title(repeat),
            title(to)
        ),
        Refusal::HoursUsed(ids) => {
            let titles: Vec<String> = ids.iter().map(|id| title(id)).collect();
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            format!("these working hours are used by {}: let them use others first", list(&titles, "and"))
        }
        Refusal::NowhereToBe(id) => {
            format!("{} lies in a branch that is not chosen: choose both or neither", title(id))
        }
        other => other.to_string(),
    }
}
