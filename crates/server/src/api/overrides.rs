//! Overrides of schedules: somebody takes over from whoever would be on call by the rotations.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::Utc;
use escalation_api::schedule::{OverridePayload, Schedule, ScheduleOverride, UserReference};
use escalation_api::{ErrorSingle, Json as _, Timestamp, User};
use escalation_engine::Instant;
use serde_json::json;
use ulid::Ulid;

use super::schedules::{MAX_WINDOW, named};
use super::{Json, Told, page, read_strictly};
use crate::body;
use crate::error::ApiError;
use crate::query::{self, Query};
use crate::store::{OverrideFilter, Store, UserFilter};
use crate::work::Work;

pub(super) async fn list(State(store): State<Store>, query: Query) -> Result<Json, ApiError> {
    let missing = || ApiError::invalid_parameter("schedule_id", "Schedule_id is required".to_string());
    let schedule_id = query.get("schedule_id").ok_or_else(missing)?;
    let page_size = query.page_size(250)?;
    store.schedule(schedule_id).await?.ok_or_else(|| ApiError::not_found("Schedule"))?;
    let filter = OverrideFilter { schedule_id, rotation_id: query.get("rotation_id"), layer_id: query.get("layer_id") };
    let mut overrides = store.overrides(&filter, query.get("after").unwrap_or_default(), page_size + 1).await?;
    let meta = page(&mut overrides, page_size, |one| &one.id);
    Ok(Told::of(overrides, |_, one| one.write()).answer("overrides", &meta))
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    Ok(one(&store.schedule_override(&id).await?.ok_or_else(missing)?))
}

pub(super) async fn create(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    request: Request,
) -> Result<Response, ApiError> {
    let (payload, _) = body::read(request, &work, read_strictly::<OverridePayload>).await?;
    let mut errors = Vec::new();
    let schedule = match payload.schedule_id.as_deref() {
        Some(id) => store.schedule(id).await?,
        None => None,
    };
    if schedule.is_none() {
        let message = payload.schedule_id.as_ref().map_or_else(
            || "Schedule_id is required".to_string(),
            |id| format!("Schedule_id must be the id of a schedule; there is none `{id}`"),
        );
        errors.push(ErrorSingle::new("invalid_value", message).at("schedule_id"));
    }
    let user = check(&store, schedule.as_ref(), &payload, &mut errors).await?;
    let (Some(schedule), Some(user), true) = (schedule, user, errors.is_empty()) else {
        return Err(ApiError::invalid(errors));
    };
    let now = Utc::now();
    let made = ScheduleOverride {
        id: Ulid::generate().to_string(),
        schedule_id: schedule.id,
        rotation_id: payload.rotation_id,
        layer_id: payload.layer_id,
        start_at: payload.start_at,
        end_at: payload.end_at,
        user: Some(named(user)),
        created_at: Some(Timestamp::from(now)),
        updated_at: Some(Timestamp::from(now)),
        extra: payload.extra,
    };
    store.place_override(&made, false, now).await?;
    Ok((StatusCode::CREATED, one(&made)).into_response())
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    Extension(work): Extension<Work>,
    request: Request,
) -> Result<Json, ApiError> {
    let (body, job) = body::read(request, &work, Ok).await?;
    let before = store.schedule_override(&id).await?.ok_or_else(missing)?;
    let payload = job.run(move || read_strictly::<OverridePayload>(body)).await??;
    drop(job);
    let schedule = store.schedule(&before.schedule_id).await?;
    let mut errors = Vec::new();
    let user = check(&store, schedule.as_ref(), &payload, &mut errors).await?;
    if user.is_some_and(|user| before.user.as_ref().is_some_and(|before| before.id != user.id)) {
        let message = "User cannot be changed: delete the override and create another one";
        errors.push(ErrorSingle::new("invalid_value", message).at("user"));
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let now = Utc::now();
    let moved = ScheduleOverride {
        rotation_id: payload.rotation_id,
        layer_id: payload.layer_id,
        start_at: payload.start_at,
        end_at: payload.end_at,
        updated_at: Some(Timestamp::from(now)),
        extra: payload.extra,
        ..before
    };
    // It may have been deleted since it was looked at.
    if store.place_override(&moved, true, now).await? { Ok(one(&moved)) } else { Err(missing()) }
}

pub(super) async fn destroy(State(store): State<Store>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    if store.archive_override(&id, Utc::now()).await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

fn missing() -> ApiError {
    ApiError::not_found("Schedule override")
}

fn one(one: &ScheduleOverride) -> Json {
    Json(json!({ "override": one.write() }))
}

/// Adds what is wrong with an override of a schedule, and finds its user.
async fn check(
    store: &Store,
    schedule: Option<&Schedule>,
    payload: &OverridePayload,
    errors: &mut Vec<ErrorSingle>,
) -> Result<Option<User>, ApiError> {
    let user = find(store, &payload.user).await?;
    let mut wrong = |at: &str, message: String| errors.push(ErrorSingle::new("invalid_value", message).at(at));
    if let Some(schedule) = schedule {
        let rotations = schedule.config.iter().flat_map(|config| &config.rotations);
        let versions: Vec<_> = rotations.filter(|rotation| rotation.id == payload.rotation_id).collect();
        let is_layer = |id: &Option<String>| id.as_deref() == Some(payload.layer_id.as_str());
        if versions.is_empty() {
            let message =
                format!("Rotation_id must be a rotation of the schedule; it has none `{}`", payload.rotation_id);
            wrong("rotation_id", message);
        } else if !versions.iter().flat_map(|version| &version.layers).any(|layer| is_layer(&layer.id)) {
            let message = format!("Layer_id must be a layer of the rotation; it has none `{}`", payload.layer_id);
            wrong("layer_id", message);
        }
    }
    let (start, end) = (Instant::from(payload.start_at.at()), Instant::from(payload.end_at.at()));
    let beyond: Vec<_> =
        [("start_at", start), ("end_at", end)].into_iter().filter(|(_, at)| !query::is_told_apart(*at)).collect();
    if !beyond.is_empty() {
        beyond.into_iter().for_each(|(name, _)| wrong(name, query::out_of_time(name)));
    } else if end <= start || end - start > MAX_WINDOW {
        wrong("end_at", "End_at must be after start_at, and not by more than 370 days".to_string());
    }
    if user.is_none() {
        wrong("user", "User must be a user, by id, email or slack_user_id; there is none like this".to_string());
    }
    Ok(user)
}

async fn find(store: &Store, reference: &UserReference) -> Result<Option<User>, ApiError> {
    if let Some(id) = reference.id.as_deref() {
        return Ok(store.user(id).await?);
    }
    let (email, slack_user_id) = (reference.email.as_deref(), reference.slack_user_id.as_deref());
    if email.is_none() && slack_user_id.is_none() {
        return Ok(None);
    }
    let filter = UserFilter { email, slack_user_id, include_inactive: true };
    Ok(store.users(&filter, "", 1).await?.into_iter().next().and_then(|found| found.document))
}
