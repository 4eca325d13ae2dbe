//! What an escalation is to follow, gathered from what is stored now.

use std::collections::BTreeSet;

use escalation_api::template::Template;
use escalation_api::{Node, NodeKind, PathPayload};
use escalation_engine::World;
use escalation_engine::world::Priority;

use crate::api::{paths, templates};
use crate::error::ApiError;
use crate::run::Plan;
use crate::store::{RESTORE_BACKUP, Store};

/// The most paths that one may hand over to, directly or by others.
const MAX_PATHS: usize = 200;

/// What following a path takes: it, the paths that it may hand over to, and the templates of all of them; and the revision
/// that the path is at. Nothing where there is no such path.
pub(super) async fn of_path(store: &Store, id: &str, priorities: &[Priority]) -> Result<Option<(Plan, i64)>, ApiError> {
    let Some(first) = store.path(id).await? else { return Ok(None) };
    let first = first.readable("Escalation path", RESTORE_BACKUP)?;
    // Nodes that cannot be read are followed as far as that goes: who comes before them is paged all the same.
    let revision = first.revision;
    let mut world = World::default();
    let mut known = BTreeSet::from([id.to_string()]);
    let mut next = vec![(id.to_string(), first.payload)];
    while let Some((id, payload)) = next.pop() {
        let template = template_of(store, &payload, priorities).await?;
        let mut named = BTreeSet::new();
        hand_overs(&payload.path, &mut named);
        if let Some(template) = template {
            hand_overs(&template.path, &mut named);
            if world.templates.iter().all(|known| known.id != template.id) {
                world.templates.push(template);
            }
        }
        world.paths.push(paths::read_form(&id, &payload, priorities));
        for to in named {
            if !known.insert(to.clone()) {
                continue;
            }
            if known.len() > MAX_PATHS {
                let message = format!("Escalation_path_id hands over to more than {MAX_PATHS} paths");
                return Err(ApiError::invalid_parameter("escalation_path_id", message));
            }
            // A path that there is not, or that cannot be read: the run stops there, and says so (R16).
            if let Some(path) = store.path(&to).await?.and_then(|path| path.document) {
                next.push((to, path.payload));
            }
        }
    }
    Ok(Some((Plan { path_id: Some(id.to_string()), user_ids: Vec::new(), world }, revision)))
}

async fn template_of(store: &Store, path: &PathPayload, priorities: &[Priority]) -> Result<Option<Template>, ApiError> {
    let Some(id) = path.template_id.as_deref().filter(|_| path.is_templated()) else { return Ok(None) };
    let template = store.template(id).await?.and_then(|template| template.document);
    Ok(template.and_then(|template| templates::returned(id, &template, priorities)))
}

fn hand_overs<C: escalation_api::ConditionForm>(nodes: &[Node<C>], named: &mut BTreeSet<String>) {
    for node in nodes {
        if let NodeKind::HandOver(to) = &node.kind {
            named.insert(to.escalation_path_id.clone());
        }
        for (_, list) in node.children() {
            hand_overs(list, named);
        }
    }
}
