//! Who whoever asks is taken for and what they may do; and the sessions of everybody, for administrators.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get};
use axum::{Extension, Router};
use escalation_api::{Map, Value};
use serde_json::json;

use super::escalations::told_at;
use crate::access::{Caller, Grants, Identity, Right, Role, read_roles};
use crate::api::{Json, Told};
use crate::error::ApiError;
use crate::query::Query;
use crate::rights::{ME, SESSIONS};
use crate::sign_in::SignIn;
use crate::store::{Action, Author, SessionRow};

/// Who somebody is taken for.
pub(crate) fn me() -> Router {
    let me = async |Extension(caller): Extension<Caller>| {
        let named = |grants: Grants| grants.rights().map(Right::as_str).collect::<Vec<_>>();
        let teams = caller.teams.iter().map(|(team, grants)| {
            json!({ "id": team, "role": role_of(*grants).map(Role::as_str), "rights": named(*grants) })
        });
        let (email, session) = match &caller.identity {
            Identity::Session { id, email, lasts_until, .. } => {
                (email.clone(), json!({ "id": id, "lasts_until": told_at(*lasts_until) }))
            }
            _ => (None, Value::Null),
        };
        Json::new(&json!({
            "kind": caller.kind().as_str(),
            "name": caller.name(),
            "email": email,
            "role": role_of(caller.grants).map(Role::as_str),
            "rights": named(caller.grants),
            "teams": teams.collect::<Vec<_>>(),
            "session": session,
            "signs_in": true,
        }))
    };
    Router::new().route(ME, get(me)).method_not_allowed_fallback(async || ApiError::method_not_allowed())
}

/// The role that allows exactly this, if there is one: a key can have any rights.
fn role_of(grants: Grants) -> Option<Role> {
    Role::ALL.into_iter().find(|role| Grants::of(*role) == grants)
}

pub(crate) fn sessions(sign_in: Arc<SignIn>) -> Router {
    Router::new()
        .route(SESSIONS, get(list))
        .route("/builder/v1/sessions/{id}", delete(destroy))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(sign_in)
}

/// Those that are not over.
async fn list(State(sign_in): State<Arc<SignIn>>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(250)?;
    let now = sign_in.clock.now(&sign_in.store).await?;
    let after = query.get("after").unwrap_or_default();
    let idle = sign_in.sessions.idle;
    let mut sessions = sign_in.store.sessions((now, idle), after, page_size + 1).await?;
    let meta = crate::api::page(&mut sessions, page_size, |session| &session.id);
    let told = |_: &str, session: SessionRow| {
        let roles = read_roles(&session.team_roles)
            .map(|roles| roles.into_iter().map(|(team, role)| (team, Value::from(role.as_str()))).collect::<Map>());
        json!({
            "id": session.id,
            "account": {
                "id": session.account_id, "name": session.name, "email": session.email, "role": session.role,
                "team_roles": roles,
            },
            "created_at": told_at(session.created_at),
            "used_at": told_at(session.used_at),
            "lasts_until": told_at(session.lasts_until(idle)),
        })
    };
    Ok(Told::of(sessions, told).answer("sessions", &meta))
}

/// Ends one at once.
async fn destroy(
    State(sign_in): State<Arc<SignIn>>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, ApiError> {
    let now = sign_in.clock.now(&sign_in.store).await?;
    let is_done = sign_in.store.by(&author).end_session(Action::Revoke, &id, now).await?;
    if is_done { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("Session")) }
}
