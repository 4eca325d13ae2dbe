//! What the vendor's API has no place for, under our own prefix: `/builder/v1`.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use escalation_engine::calendar::tzdata_version;
use serde_json::json;

use crate::api::Json;
use crate::error::ApiError;
use crate::store::Store;

pub(crate) fn router(store: Store) -> Router {
    Router::new()
        .route("/builder/v1/priorities", get(priorities))
        .route("/builder/v1/channels", get(channels))
        .with_state(store)
}

async fn priorities(State(store): State<Store>) -> Result<Json, ApiError> {
    Ok(Json(json!({ "priorities": store.priorities().await? })))
}

async fn channels(State(store): State<Store>) -> Result<Json, ApiError> {
    Ok(Json(json!({ "channels": store.channels().await? })))
}

/// What this server is.
pub(crate) fn info(is_proxy: bool) -> Router {
    let info = json!({
        "mode": if is_proxy { "proxy" } else { "local" },
        "version": env!("CARGO_PKG_VERSION"),
        "tzdata": tzdata_version(),
    });
    Router::new().route("/builder/v1/info", get(move || async move { Json(info) }))
}
