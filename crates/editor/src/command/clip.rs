//! Nodes that are taken elsewhere, with what they name.

use std::collections::BTreeSet;

use escalation_api::{PathPayload, WorkingHours};

use super::{Refusal, Run, named_hours};
use crate::tree::{self, PathNode};

/// Nodes to be pasted, and the working hours that they name.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// The nodes, which follow one another.
    pub nodes: Vec<PathNode>,
    /// The working hours.
    pub hours: Vec<WorkingHours>,
}

impl Clip {
    /// Nodes of a path, as they are.
    ///
    /// # Errors
    /// If the nodes are gone.
    pub fn of(path: &PathPayload, run: &Run) -> Result<Self, Refusal> {
        let nodes = run.nodes(path)?.to_vec();
        let mut named = BTreeSet::new();
        tree::each(&nodes, &mut |node| named.extend(named_hours(node).into_iter().map(str::to_string)));
        let hours = path.working_hours.iter().flatten().filter(|set| named.contains(&set.id)).cloned().collect();
        Ok(Self { nodes, hours })
    }
}
