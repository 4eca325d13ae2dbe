//! What the vendor's API has no place for, under our own prefix: `/builder/v1`.

mod api_keys;
mod audit;
mod escalations;
mod kept;
mod me;
mod revisions;
mod set_aside;
mod webhooks;

use axum::extract::State;
use axum::routing::{delete, get, post};
use axum::{Extension, Router};
use escalation_engine::calendar::tzdata_version;
use serde_json::{Value, json};

use crate::access::{Caller, Right};
use crate::api::{Json, create_pause, end_pause};
use crate::error::ApiError;
use crate::store::{Readable, Scope, Store};

pub(crate) use api_keys::{Keys, router as api_keys};
pub(crate) use audit::router as audit;
pub(crate) use escalations::router as escalations;
pub(crate) use me::{me, sessions};
pub(crate) use set_aside::router as set_aside;
pub(crate) use webhooks::router as webhooks;

/// What can be asked of this server beyond reading and saving paths, so that a client need not try.
const LOCAL_FEATURES: &[&str] = &[
    "validate",
    "revisions",
    "if_match",
    "expectations",
    "scenarios",
    "teams",
    "templates",
    "overrides",
    "pauses",
    "pause_changes",
    "escalations",
    "webhooks",
    "notification_rules",
    "audit",
    "me",
];
/// The same where requests are passed on.
const PROXY_FEATURES: &[&str] = &["validate", "teams", "templates", "overrides", "pauses", "audit", "me"];

pub(crate) fn router(store: Store) -> Router {
    Router::new()
        .route("/builder/v1/priorities", get(priorities))
        .route("/builder/v1/channels", get(channels))
        .route("/builder/v1/teams", get(teams))
        .route("/builder/v1/on_call_notification_pauses", post(create_pause))
        .route("/builder/v1/on_call_notification_pauses/{id}", delete(end_pause))
        .route("/builder/v1/escalation_paths/{id}/expectations", get(kept::expectations).put(kept::keep_expectations))
        .route("/builder/v1/escalation_paths/{id}/scenarios", get(kept::scenarios).put(kept::keep_scenarios))
        .route("/builder/v1/escalation_paths/{id}/revisions", get(revisions::list))
        .route("/builder/v1/escalation_paths/{id}/revisions/{number}", get(revisions::show))
        .route("/builder/v1/escalation_paths/{id}/revisions/{number}/restore", post(revisions::restore))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(store)
}

async fn priorities(State(store): State<Store>) -> Result<Json, ApiError> {
    let Readable { rows, unreadable } = store.read_priorities().await?;
    let mut answer = json!({ "priorities": rows, "origin": "database" });
    name_unreadable(&mut answer, unreadable);
    Ok(Json::new(&answer))
}

async fn channels(State(store): State<Store>) -> Result<Json, ApiError> {
    let Readable { rows, unreadable } = store.read_channels().await?;
    let mut answer = json!({ "channels": rows });
    name_unreadable(&mut answer, unreadable);
    Ok(Json::new(&answer))
}

/// Says in a list what is left out of it, so that nobody takes it for gone.
fn name_unreadable(answer: &mut Value, unreadable: Vec<String>) {
    if let Some(fields) = answer.as_object_mut().filter(|_| !unreadable.is_empty()) {
        fields.insert("unreadable".to_string(), unreadable.into());
    }
}

/// Names to choose from; who is in them is told by the vendor's list.
async fn teams(State(store): State<Store>) -> Result<Json, ApiError> {
    let Readable { rows, unreadable } = store.team_names().await?;
    let teams: Vec<_> = rows.into_iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
    let mut answer = json!({ "teams": teams });
    name_unreadable(&mut answer, unreadable);
    Ok(Json::new(&answer))
}

/// The teams whose paths whoever asks may change, if not those of all.
fn edits_teams(caller: &Caller) -> Option<Vec<String>> {
    match caller.scope(&[Right::Edit]) {
        Some(Scope::Teams(teams)) => Some(teams.into_iter().collect()),
        Some(Scope::Organisation) | None => None,
    }
}

/// What this server is, and what whoever asks may do.
pub(crate) fn info(is_proxy: bool) -> Router {
    let info = move |Extension(caller): Extension<Caller>| async move {
        Json::new(&json!({
            "mode": if is_proxy { "proxy" } else { "local" },
            "version": env!("CARGO_PKG_VERSION"),
            "tzdata": tzdata_version(),
            "features": if is_proxy { PROXY_FEATURES } else { LOCAL_FEATURES },
            "rights": if caller.scope(&[Right::Edit]).is_some() { "write" } else { "read" },
            "edits_teams": edits_teams(&caller),
        }))
    };
    Router::new()
        .route("/builder/v1/info", get(info))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
}
