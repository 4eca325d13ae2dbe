//! Overrides of schedules: somebody takes over from whoever would be on call by the rotations.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::Utc;
use escalation_api::schedule::{OverridePayload, Schedule, ScheduleOverride, UserReference};
use escalation_api::{ErrorSingle, Json as _, Timestamp, User};
use serde_json::json;
use ulid::Ulid;

use super::{Json, Told, nameless, page, read_strictly};
use crate::body;
use crate::error::ApiError;
use crate::query::{self, Query};
use crate::shown::{MAX_WINDOW, named};
use crate::store::{Author, OverrideFilter, Placed, Placing, RESTORE_BACKUP, Store, Stored, Table, UserFilter};
use crate::work::Work;

pub(super) async fn list(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    query: Query,
) -> Result<Json, ApiError> {
    let missing = || ApiError::invalid_parameter("schedule_id", "Schedule_id is required".to_string());
    let schedule_id = query.get("schedule_id").ok_or_else(missing)?;
    let page_size = query.page_size(250)?;
    // Whether it can be read plays no part in what is planned on it.
    store.schedule(schedule_id).await?.ok_or_else(|| ApiError::not_found("Schedule"))?;
    // An override may have 1 MB.
    let job = work.begin().await?;
    let filter = OverrideFilter { schedule_id, rotation_id: query.get("rotation_id"), layer_id: query.get("layer_id") };
    let mut overrides = store.overrides(&filter, query.get("after").unwrap_or_default(), page_size + 1).await?;
    let meta = page(&mut overrides, page_size, |one| &one.id);
    // Of which schedule one without an id is may not be known either.
    let nameless = nameless(&store, Table::Overrides, &meta).await?;
    let tell = |_: &str, one: ScheduleOverride| one.write();
    job.run(move || Told::of(overrides, tell).with_nameless(nameless).answer("overrides", &meta)).await
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let placed = store.schedule_override(&id).await?.ok_or_else(missing)?;
    Ok(one(&placed.stored.readable("Schedule override", "replace it or delete it")?))
}

pub(super) async fn create(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let (payload, _) = body::read(request, &work, read_strictly::<OverridePayload>).await?;
    let mut errors = Vec::new();
    let schedule = match payload.schedule_id.as_deref() {
        Some(id) => schedule(&store, id, &mut errors).await?,
        None => {
            errors.push(ErrorSingle::new("invalid_value", "Schedule_id is required").at("schedule_id"));
            None
        }
    };
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
    done(store.by(&author).place_override(&made, false, now).await?)?;
    Ok((StatusCode::CREATED, one(&made)).into_response())
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    Extension(work): Extension<Work>,
    author: Author,
    request: Request,
) -> Result<Json, ApiError> {
    let (body, job) = body::read(request, &work, Ok).await?;
    let before = store.schedule_override(&id).await?.ok_or_else(missing)?;
    let payload = job.run(move || read_strictly::<OverridePayload>(body)).await??;
    drop(job);
    let Placed { schedule_id: Some(schedule_id), stored, .. } = before else {
        let message =
            format!("The schedule of override `{id}` cannot be read: delete the override and create another one");
        return Err(ApiError::conflict(message));
    };
    let mut errors = Vec::new();
    let schedule = schedule(&store, &schedule_id, &mut errors).await?;
    let user = check(&store, schedule.as_ref(), &payload, &mut errors).await?;
    // Of one that cannot be read nobody knows whose it was.
    let before = stored.document;
    let was = before.as_ref().and_then(|before| before.user.as_ref());
    if user.as_ref().is_some_and(|user| was.is_some_and(|was| was.id != user.id)) {
        let message = "User cannot be changed: delete the override and create another one";
        errors.push(ErrorSingle::new("invalid_value", message).at("user"));
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let now = Utc::now();
    let moved = ScheduleOverride {
        id,
        schedule_id,
        rotation_id: payload.rotation_id,
        layer_id: payload.layer_id,
        start_at: payload.start_at,
        end_at: payload.end_at,
        user: was.cloned().or(user.map(named)),
        created_at: before.map_or_else(|| Some(Timestamp::from(now)), |before| before.created_at),
        updated_at: Some(Timestamp::from(now)),
        extra: payload.extra,
    };
    // It may have been deleted since it was read.
    done(store.by(&author).place_override(&moved, true, now).await?)?;
    Ok(one(&moved))
}

fn done(placing: Placing) -> Result<(), ApiError> {
    match placing {
        Placing::Done => Ok(()),
        Placing::Missing => Err(missing()),
        Placing::Unreadable(id) => {
            let message = format!(
                "Schedule override `{id}` lies in this time and cannot be read, so it is not known what would be left \
                 of it: replace it or delete it first"
            );
            Err(ApiError::conflict(message))
        }
    }
}

/// Finds the schedule of an override, or adds what is wrong with its id.
async fn schedule(store: &Store, id: &str, errors: &mut Vec<ErrorSingle>) -> Result<Option<Schedule>, ApiError> {
    let mut wrong = |code: &str, message: String| errors.push(ErrorSingle::new(code, message).at("schedule_id"));
    match store.schedule(id).await?.map(|stored| stored.document) {
        Some(Some(schedule)) => return Ok(Some(schedule)),
        Some(None) => wrong(
            "unreadable",
            format!("Schedule `{id}` is stored but unreadable, so its layers are unknown: {RESTORE_BACKUP}"),
        ),
        None => wrong("invalid_value", format!("Schedule_id must be the id of a schedule; there is none `{id}`")),
    }
    Ok(None)
}

pub(super) async fn destroy(
    State(store): State<Store>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, ApiError> {
    if store.by(&author).archive_override(&id, Utc::now()).await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

fn missing() -> ApiError {
    ApiError::not_found("Schedule override")
}

fn one(one: &ScheduleOverride) -> Json {
    Json::new(&json!({ "override": one.write() }))
}

/// Adds what is wrong with an override of a schedule, and finds its user.
async fn check(
    store: &Store,
    schedule: Option<&Schedule>,
    payload: &OverridePayload,
    errors: &mut Vec<ErrorSingle>,
) -> Result<Option<User>, ApiError> {
    let found = find(store, &payload.user).await?;
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
    let (start, end) = (payload.start_at.at().into(), payload.end_at.at().into());
    for (at, message) in query::interval_faults(("start_at", start), ("end_at", end), Some(MAX_WINDOW)) {
        wrong(at, message);
    }
    match found {
        None => {
            wrong("user", "User must be a user, by id, email or slack_user_id; there is none like this".to_string());
            Ok(None)
        }
        Some(Stored { id, document: None }) => {
            let message = format!("User `{id}` is stored, but cannot be read: {RESTORE_BACKUP}");
            errors.push(ErrorSingle::new("unreadable", message).at("user"));
            Ok(None)
        }
        Some(Stored { document, .. }) => Ok(document),
    }
}

async fn find(store: &Store, reference: &UserReference) -> Result<Option<Stored<User>>, ApiError> {
    if let Some(id) = reference.id.as_deref() {
        return Ok(store.user(id).await?);
    }
    let (email, slack_user_id) = (reference.email.as_deref(), reference.slack_user_id.as_deref());
    if email.is_none() && slack_user_id.is_none() {
        return Ok(None);
    }
    let filter = UserFilter { email, slack_user_id, include_inactive: true };
    Ok(store.users(&filter, "", 1).await?.into_iter().next())
}
