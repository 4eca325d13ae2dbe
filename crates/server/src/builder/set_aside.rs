//! Escalations that were set aside: which those are, and running them again once what was wrong is mended.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use escalation_api::Json as _;
use serde_json::json;

use super::escalations::told_at;
use crate::api::{Json, no_escalation};
use crate::body;
use crate::error::ApiError;
use crate::query::Query;
use crate::run::Escalations;
use crate::store::Author;

pub(crate) fn router(escalations: Escalations) -> Router {
    Router::new()
        .route("/builder/v1/set_aside_escalations", get(list))
        .route("/builder/v1/escalations/{id}/actions/release", post(release))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(escalations)
}

/// Those that are not run because a step of them failed, and why.
async fn list(State(escalations): State<Escalations>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(250)?;
    let after = query.get("after").unwrap_or_default();
    let mut rows = escalations.store.set_aside_escalations(after, page_size + 1).await?;
    let meta = crate::api::page(&mut rows, page_size, |(id, ..)| id);
    let told: Vec<_> = rows
        .iter()
        .map(
            |(id, status, why, at)| json!({ "id": id, "status": status, "set_aside": why, "updated_at": told_at(*at) }),
        )
        .collect();
    Ok(Json::new(&json!({ "escalations": told, "pagination_meta": meta.write() })))
}

/// Has one run again.
async fn release(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<StatusCode, ApiError> {
    // Not looked at, but a page elsewhere cannot send it unasked.
    body::bytes(request).await?;
    if escalations.release(&id, &author).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    escalations.store.escalation(&id).await?.ok_or_else(no_escalation)?;
    Err(ApiError::conflict("Escalation is over, or was not set aside"))
}
