//! Times in which people are not to be paged. The vendor tells of them only; they are made under our own prefix.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::Utc;
use escalation_api::{ErrorSingle, Json as _, Pause, PausePayload, Timestamp};
use serde_json::json;
use ulid::Ulid;

use super::{Json, Told, page, read_strictly};
use crate::body;
use crate::error::ApiError;
use crate::query::{self, Query};
use crate::store::{Author, Store};
use crate::work::Work;

/// The longest reason, in characters.
const MAX_REASON: usize = 500;

pub(super) async fn list(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    query: Query,
) -> Result<Json, ApiError> {
    let page_size = query.page_size(250)?;
    let from = query.instant("from")?.unwrap_or_else(|| Utc::now().into());
    let to = query.instant("to")?;
    let after = query.get("after").filter(|after| !after.is_empty());
    if let Some(after) = after
        && !store.had_pause(after).await?
    {
        let message = format!("After must be the id of a pause; there was none `{after}`");
        return Err(ApiError::invalid_parameter("after", message));
    }
    // A pause may have 1 MB.
    let job = work.begin().await?;
    let mut pauses = store.pauses(from, to, after, page_size + 1).await?;
    let meta = page(&mut pauses, page_size, |pause| &pause.id);
    job.run(move || Told::of(pauses, |_, pause| pause.write()).answer("on_call_notification_pauses", &meta)).await
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let pause = store.pause(&id).await?.ok_or_else(missing)?;
    Ok(one(&pause.readable("On-call notification pause", "end it, and make another one")?))
}

pub(crate) async fn create(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let (payload, _) = body::read(request, &work, read_strictly::<PausePayload>).await?;
    let mut errors = Vec::new();
    let mut wrong = |at: &str, message: String| errors.push(ErrorSingle::new("invalid_value", message).at(at));
    if store.user(&payload.user_id).await?.is_none() {
        wrong("user_id", format!("User_id must be the id of a user; there is none `{}`", payload.user_id));
    }
    let (start, end) = (payload.starts_at.at().into(), payload.ends_at.at().into());
    for (at, message) in query::interval_faults(("starts_at", start), ("ends_at", end), None) {
        wrong(at, message);
    }
    if payload.reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
        wrong("reason", format!("Reason must have at most {MAX_REASON} characters"));
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let now = Timestamp::from(Utc::now());
    let pause = Pause {
        id: Ulid::generate().to_string(),
        user_id: payload.user_id,
        starts_at: payload.starts_at,
        ends_at: payload.ends_at,
        reason: payload.reason,
        created_at: Some(now.clone()),
        updated_at: Some(now),
        extra: payload.extra,
    };
    store.by(&author).keep_pause(&pause).await?;
    Ok((StatusCode::CREATED, one(&pause)).into_response())
}

/// Cancels a pause that has not begun, and ends one that has.
pub(crate) async fn destroy(
    State(store): State<Store>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, ApiError> {
    let now = Utc::now();
    let Some(pause) = store.pause(&id).await?.ok_or_else(missing)?.document else {
        // Whose pause it is cannot be read either, so it is removed as a whole.
        store.by(&author).cancel_pause(&id, now).await?;
        return Ok(StatusCode::NO_CONTENT);
    };
    if now < pause.starts_at.at() {
        store.by(&author).cancel_pause(&id, now).await?;
    } else if now < pause.ends_at.at() {
        let now = Timestamp::from(now);
        store.by(&author).keep_pause(&Pause { ends_at: now.clone(), updated_at: Some(now), ..pause }).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn missing() -> ApiError {
    ApiError::not_found("On-call notification pause")
}

fn one(pause: &Pause) -> Json {
    Json::new(&json!({ "on_call_notification_pause": pause.write() }))
}
