//! API keys: made, listed and revoked by administrators, and by those of a team if they are for it alone.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get};
use chrono::{DateTime, Utc};
use escalation_api::{ErrorSingle, Value};
use serde_json::json;

use super::escalations::told_at;
use crate::access::{Grants, NewKey, Right, grants_of, names, teams_of};
use crate::api::{Json, Told, nameless, read_object};
use crate::clock::Clock;
use crate::error::ApiError;
use crate::query::Query;
use crate::rights::API_KEYS;
use crate::store::{Author, KeyRow, Scope, Store, Table};
use crate::who::Who;

/// The fields of a key that can be given.
const FIELDS: [&str; 4] = ["name", "rights", "team_ids", "expires_at"];
/// The most teams of a key.
const MAX_TEAMS: usize = 50;
/// When a key expires at the latest, 2500-01-01, in milliseconds since 1970.
const MAX_EXPIRY: i64 = 16_725_225_600_000;

/// What keys are kept in.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    /// Whether the teams are those of the store.
    pub(crate) has_teams: bool,
}

pub(crate) fn router(keys: Keys) -> Router {
    Router::new()
        .route(API_KEYS, get(list).post(create))
        .route("/builder/v1/api_keys/{id}", delete(destroy))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(keys)
}

fn told(key: &KeyRow, secret: Option<&str>) -> Value {
    let rights: Vec<_> = grants_of(key).into_iter().flat_map(Grants::rights).map(Right::as_str).collect();
    let mut told = json!({
        "id": key.id,
        "name": key.name,
        "rights": rights,
        "team_ids": teams_of(key).flatten(),
        "created_at": told_at(key.created_at),
        "created_by": key.created_by,
        "expires_at": key.expires_at.map(told_at),
        "last_used_at": key.last_used_at.map(told_at),
        "revoked_at": key.revoked_at.map(told_at),
    });
    // Only when it is made: it is kept nowhere.
    if let (Some(secret), Some(fields)) = (secret, told.as_object_mut()) {
        fields.insert("secret".to_string(), Value::from(secret));
    }
    told
}

/// A page of them; whoever is an administrator of teams sees those that are for these teams alone.
async fn list(State(Keys { store, .. }): State<Keys>, author: Author, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(250)?;
    let after = query.get("after").unwrap_or_default();
    let mut keys = store.api_keys(after, page_size + 1).await?;
    let meta = crate::api::page(&mut keys, page_size, |key| &key.id);
    if author.scope != Scope::Organisation {
        keys.retain(|key| {
            let teams = key.document.as_ref().and_then(|key| teams_of(key).flatten());
            author.scope.has_all_of(&teams.unwrap_or_default())
        });
        return Ok(Told::of(keys, |_, key| told(&key, None)).answer("api_keys", &meta));
    }
    let nameless = nameless(&store, Table::ApiKeys, &meta).await?;
    // One whose rights or teams are damaged allows nothing, and is not told as if it had others.
    let is_readable = |key: &KeyRow| grants_of(key).is_some() && teams_of(key).is_some();
    let keys = keys.into_iter().map(|key| key.and_then(|key| is_readable(&key).then_some(key))).collect();
    Ok(Told::of(keys, |_, key| told(&key, None)).with_nameless(nameless).answer("api_keys", &meta))
}

async fn create(
    State(Keys { store, clock, has_teams }): State<Keys>,
    who: Who,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let fields = read_object(request).await?;
    let now = clock.now(&store).await?;
    let mut errors = Vec::new();
    let mut wrong = |at: &str, message: String| errors.push(ErrorSingle::new("invalid_value", message).at(at));
    // A misspelt expiry would make a key that does not expire.
    for unknown in fields.keys().filter(|name| !FIELDS.contains(&name.as_str())).take(FIELDS.len()) {
        wrong(unknown, format!("{} is unknown: a key has {}", escalation_api::capitalised(unknown), FIELDS.join(", ")));
    }
    let name = fields.get("name").and_then(Value::as_str).unwrap_or_default();
    if let Err(message) = names::key(name) {
        wrong("name", message);
    }
    let known = Right::ALL.map(Right::as_str).join(", ");
    let mut rights = Vec::new();
    match fields.get("rights").and_then(Value::as_array).filter(|list| !list.is_empty()) {
        None => wrong("rights", format!("Rights must be a list of {known}")),
        // One more than there are is one twice, or none of them.
        Some(list) => {
            for (index, value) in list.iter().enumerate().take(Right::ALL.len() + 1) {
                match value.as_str().and_then(|name| name.parse::<Right>().ok()) {
                    Some(right) if !rights.contains(&right) => rights.push(right),
                    _ => wrong(&format!("rights.{index}"), format!("Rights must be {known}, each once")),
                }
            }
        }
    }
    let mut teams: Vec<String> = Vec::new();
    match fields.get("team_ids").filter(|value| !value.is_null()) {
        None => {}
        Some(Value::Array(list)) if (1..=MAX_TEAMS).contains(&list.len()) => {
            for (index, value) in list.iter().enumerate() {
                let id = value.as_str().and_then(|id| names::team(id).ok()).filter(|id| !teams.contains(id));
                let is_known = match &id {
                    Some(id) => !has_teams || store.team(id).await?.is_some(),
                    None => false,
                };
                match id.filter(|_| is_known) {
                    Some(id) => teams.push(id),
                    None => wrong(&format!("team_ids.{index}"), "Team_ids must be ids of teams, each once".to_string()),
                }
            }
        }
        Some(_) => wrong("team_ids", format!("Team_ids must be a list of 1 to {MAX_TEAMS} ids of teams")),
    }
    let expires_at = match fields.get("expires_at").filter(|value| !value.is_null()) {
        None => None,
        Some(value) => {
            let at = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            let at =
                at.map(|at| at.with_timezone(&Utc).timestamp_millis()).filter(|at| (now + 1..MAX_EXPIRY).contains(at));
            if at.is_none() {
                wrong(
                    "expires_at",
                    "Expires_at must be an instant to come before 2500, such as 2030-01-31T00:00:00Z".to_string(),
                );
            }
            at
        }
    };
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let mut key = NewKey::new(name, Grants::from_iter(rights), now)?;
    key.row.created_by = who.name().map(str::to_string);
    key.row.expires_at = expires_at;
    key.for_teams(&teams);
    key.keep(&store.by(&author)).await?;
    Ok((StatusCode::CREATED, Json::new(&json!({ "api_key": told(&key.row, Some(&key.secret)) }))).into_response())
}

async fn destroy(
    State(Keys { store, clock, .. }): State<Keys>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, ApiError> {
    let now = clock.now(&store).await?;
    let is_done = store.by(&author).revoke_api_key(&id, now).await?;
    if is_done { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("API key")) }
}
