//! `GET /v1/identity`: the caller's name and roles.

use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::json;

use super::Json;
use crate::access::{Caller, Right};
use crate::error::ApiError;
use crate::query::Query;

/// The vendor's roles for what each right allows. For responding the vendor has none, and for API keys none that this
/// server has.
const ROLES: [(Right, &[&str]); 4] = [
    (Right::View, &["viewer", "schedules_reader", "on_call_viewer"]),
    (Right::Edit, &["schedules_editor", "schedule_overrides_editor", "on_call_editor", "notification_methods_manage"]),
    (Right::Escalate, &["escalation_creator"]),
    (Right::ActOnBehalf, &["act_on_behalf_of_users"]),
];

/// Serves the identity. `base` is the address of the app, if it is known; otherwise that of the request.
pub(crate) fn router(base: Option<String>) -> Router {
    let identity = move |Extension(caller): Extension<Caller>, headers: HeaderMap, _: Query| async move {
        let roles: Vec<_> =
            ROLES.iter().filter(|(right, _)| caller.may(*right)).flat_map(|(_, roles)| *roles).collect();
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        Json::new(&json!({ "identity": {
            "name": caller.name().unwrap_or("api"),
            "roles": roles,
            "team_roles": [],
            "teams": [],
            "dashboard_url": base.unwrap_or_else(|| format!("http://{host}")) + "/",
        }}))
    };
    Router::new()
        .route("/v1/identity", get(identity))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
}
