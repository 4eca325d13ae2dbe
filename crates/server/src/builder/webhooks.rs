//! Where events are sent. The secret of an endpoint is told when it is made, and never again.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use escalation_api::{ErrorSingle, Value};
use serde_json::json;
use ulid::Ulid;

use super::escalations::told_at;
use crate::api::{Json, Told, nameless, read_object};
use crate::error::ApiError;
use crate::query::Query;
use crate::run::{Escalations, webhook};
use crate::signing;
use crate::store::{Author, EndpointRow, Table};

/// The most endpoints. Each event is sent to all that ask for it.
const MAX_ENDPOINTS: i64 = 50;
/// The longest address, in bytes.
const MAX_URL: usize = 1_000;

#[derive(Clone)]
struct Endpoints {
    escalations: Escalations,
    http_is_allowed: bool,
}

pub(crate) fn router(escalations: Escalations, http_is_allowed: bool) -> Router {
    Router::new()
        .route("/builder/v1/webhook_endpoints", get(list).post(create))
        .route("/builder/v1/webhook_endpoints/{id}", get(show).delete(destroy))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(Endpoints { escalations, http_is_allowed })
}

/// The types of events that an endpoint gets.
///
/// # Errors
/// Names it where they cannot be read.
fn types_of(endpoint: &EndpointRow) -> Result<Vec<String>, ApiError> {
    serde_json::from_str(&endpoint.event_types).map_err(|error| {
        let id = &endpoint.id;
        tracing::error!("webhook endpoint `{id}` cannot be read: {error}");
        ApiError::unreadable(format!("Webhook endpoint `{id}` is stored, but cannot be read: delete it"))
    })
}

/// What is told of an endpoint.
///
/// # Errors
/// As for [`types_of`].
fn told(endpoint: &EndpointRow, secret: Option<&str>) -> Result<Value, ApiError> {
    let mut told = json!({
        "id": endpoint.id, "url": endpoint.url, "event_types": types_of(endpoint)?, "created_at": told_at(endpoint.created_at),
    });
    if let (Some(secret), Some(fields)) = (secret, told.as_object_mut()) {
        fields.insert("secret".to_string(), Value::from(secret));
    }
    Ok(told)
}

fn missing() -> ApiError {
    ApiError::not_found("Webhook endpoint")
}

async fn list(State(endpoints): State<Endpoints>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(250)?;
    let after = query.get("after").unwrap_or_default();
    let mut rows = endpoints.escalations.store.webhook_endpoints(after, page_size + 1).await?;
    let meta = crate::api::page(&mut rows, page_size, |row| &row.id);
    let nameless = nameless(&endpoints.escalations.store, Table::WebhookEndpoints, &meta).await?;
    let rows = rows.into_iter().map(|row| row.and_then(|row| told(&row, None).ok())).collect();
    Ok(Told::of(rows, |_, told| told).with_nameless(nameless).answer("webhook_endpoints", &meta))
}

async fn show(State(endpoints): State<Endpoints>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let row = endpoints.escalations.store.webhook_endpoint(&id).await?.ok_or_else(missing)?;
    Ok(Json::new(&json!({ "webhook_endpoint": told(&row, None)? })))
}

async fn create(State(endpoints): State<Endpoints>, author: Author, request: Request) -> Result<Response, ApiError> {
    let fields = read_object(request).await?;
    let mut errors = Vec::new();
    let mut wrong = |at: &str, message: String| errors.push(ErrorSingle::new("invalid_value", message).at(at));
    let url = fields.get("url").and_then(Value::as_str).unwrap_or_default();
    if url.len() > MAX_URL || url.contains(char::is_control) {
        wrong("url", format!("Url must have at most {MAX_URL} bytes, and no control characters"));
    } else if let Err(what) = webhook::check_url(url, endpoints.http_is_allowed) {
        wrong("url", format!("Url {what}"));
    }
    let given = fields.get("event_types").filter(|types| !types.is_null());
    let mut types: Vec<&str> = Vec::new();
    match given.map(|types| types.as_array().filter(|types| !types.is_empty())) {
        None => types.extend(webhook::EVENT_TYPES),
        Some(None) => wrong("event_types", "Event_types must be a list of types, or left out for all".to_string()),
        Some(Some(list)) => {
            // One more than there are is one twice, or none of them.
            for (index, value) in list.iter().enumerate().take(webhook::EVENT_TYPES.len() + 1) {
                match webhook::EVENT_TYPES.iter().find(|known| value.as_str() == Some(known)) {
                    Some(known) if !types.contains(known) => types.push(known),
                    _ => {
                        let known = webhook::EVENT_TYPES.join(" or ");
                        wrong(&format!("event_types.{index}"), format!("Event_types must be {known}, each once"));
                    }
                }
            }
        }
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let escalations = &endpoints.escalations;
    let endpoint = EndpointRow {
        id: Ulid::generate().to_string(),
        url: url.to_string(),
        event_types: Value::from(types).to_string(),
        secret: signing::webhook_secret()?,
        created_at: escalations.clock.now(&escalations.store).await?,
    };
    if !escalations.store.by(&author).add_webhook_endpoint(&endpoint, MAX_ENDPOINTS).await? {
        let message = format!("Url: there are {MAX_ENDPOINTS} endpoints already; delete one");
        return Err(ApiError::invalid_parameter("url", message));
    }
    let told = json!({ "webhook_endpoint": told(&endpoint, Some(&endpoint.secret))? });
    Ok((StatusCode::CREATED, Json::new(&told)).into_response())
}

async fn destroy(
    State(endpoints): State<Endpoints>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, ApiError> {
    let escalations = &endpoints.escalations;
    let now = escalations.clock.now(&escalations.store).await?;
    let is_done = escalations.store.by(&author).archive_webhook_endpoint(&id, now).await?;
    if is_done { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
