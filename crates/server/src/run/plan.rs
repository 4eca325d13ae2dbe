//! What an escalation follows, as it was when the escalation began: a path with all that it may hand over to, or people.

use std::collections::BTreeSet;

use escalation_engine::compile::{Kind, People, Target};
use escalation_engine::{CompiledPath, Index, World};
use serde::{Deserialize, Serialize};

use crate::signing::digest;

/// What is kept of it. Later changes of the path do not concern the escalation (R26).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The path; absent where people are paged directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path_id: Option<String>,
    /// The people who are paged directly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) user_ids: Vec<String>,
    /// The path, those that it may hand over to, and the templates of all of them.
    #[serde(default)]
    pub(crate) world: World,
}

impl Plan {
    /// The text that is kept, and its id.
    pub(crate) fn written(&self) -> Result<(String, String), serde_json::Error> {
        let text = serde_json::to_string(self)?;
        Ok((digest(text.as_bytes()), text))
    }
}

/// A plan, ready to be followed.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) path: CompiledPath,
    pub(super) named: Named,
}

/// Whom and what a plan names.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) users: BTreeSet<String>,
    pub(super) schedules: BTreeSet<String>,
    pub(super) channels: BTreeSet<String>,
}

impl Compiled {
    /// Reads a plan that was kept.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let plan: Plan = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let path = match &plan.path_id {
            None => CompiledPath::direct(&plan.user_ids),
            Some(id) => {
                let index = Index::new(plan.world);
                let path = index.path(id).ok_or_else(|| format!("the path `{id}` is not in it"))?;
                CompiledPath::new(id, &path.into(), &index)
            }
        };
        let named = Named::of(&path);
        Ok(Self { path, named })
    }
}

impl Named {
    fn of(path: &CompiledPath) -> Self {
        let mut named = Self::default();
        for node in path.plans().iter().flat_map(|plan| &plan.nodes) {
            match &node.kind {
                Kind::Level(level) => {
                    for target in &level.targets {
                        match target {
                            Target::People(people @ People::User(_), _) => named.users.insert(people.id().to_string()),
                            Target::People(people, _) => named.schedules.insert(people.id().to_string()),
                            Target::Channel(channel) => named.channels.insert(channel.id.to_string()),
                        };
                    }
                }
                Kind::Channel(channels, _) => {
                    named.channels.extend(channels.iter().map(|channel| channel.id.to_string()));
                }
                _ => {}
            }
        }
        named
    }
}
