//! `GET /v1/identity`: the caller's name and roles.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::routing::get;
use serde_json::json;

use super::Json;
use crate::error::ApiError;
use crate::query::Query;
use crate::rights::Rights;
use crate::who::Who;

/// The vendor's roles for reading what this server has.
const READ: [&str; 3] = ["viewer", "schedules_reader", "on_call_viewer"];
/// The vendor's roles for changing it.
const WRITE: [&str; 6] = [
    "schedules_editor",
    "schedule_overrides_editor",
    "on_call_editor",
    "escalation_creator",
    "notification_methods_manage",
    "act_on_behalf_of_users",
];

/// Serves the identity. `base` is the address of the app, if it is known; otherwise that of the request.
pub(crate) fn router(rights: Arc<Rights>, base: Option<String>) -> Router {
    let identity = move |who: Who, headers: HeaderMap, _: Query| async move {
        let may_write = rights.may_write(&who);
        let roles: Vec<_> = READ.iter().chain(WRITE.iter().filter(|_| may_write)).collect();
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        Json::new(&json!({ "identity": {
            "name": who.name().unwrap_or("api"),
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
