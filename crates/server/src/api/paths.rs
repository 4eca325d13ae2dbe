//! Escalation paths.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use escalation_api::condition::Labelled;
use escalation_api::list::{OnePath, Paths};
use escalation_api::{self as api, At, ErrorSingle, Json as _, Map, Named, PathKind, PathPayload, Value};
use escalation_engine::check::Severity;
use escalation_engine::from_api::Answers;
use escalation_engine::world::Priority;
use escalation_engine::{Index, World, check};
use ulid::Ulid;

use super::{Json, page};
use crate::body;
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{Store, UserFilter};

pub(super) async fn list(State(store): State<Store>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(25)?;
    let mut stored = store.paths(query.get("after").unwrap_or_default(), page_size + 1).await?;
    let meta = page(&mut stored, page_size, |path| &path.id);
    let priorities = store.priorities().await?;
    let paths = stored.iter().map(|path| read_form(&path.id, &path.payload, &priorities)).collect();
    let answer = Paths { escalation_paths: paths, pagination_meta: Some(meta), extra: Map::new() };
    Ok(Json(answer.write()))
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let path = store.path(&id).await?.ok_or_else(missing)?;
    one(&store, &path.id, &path.payload).await
}

pub(super) async fn create(State(store): State<Store>, request: Request) -> Result<Response, ApiError> {
    let path = valid(&store, "", body::json(request).await?).await?;
    let id = Ulid::generate().to_string();
    store.create_path(&id, &path, Utc::now()).await?;
    Ok((StatusCode::CREATED, one(&store, &id, &path).await?).into_response())
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json, ApiError> {
    let body = body::json(request).await?;
    // One that is not there is not there, whatever is to be put in its place.
    store.path(&id).await?.ok_or_else(missing)?;
    let path = valid(&store, &id, body).await?;
    if !store.update_path(&id, &path, Utc::now()).await? {
        return Err(missing());
    }
    one(&store, &id, &path).await
}

pub(super) async fn destroy(State(store): State<Store>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    if store.archive_path(&id, Utc::now()).await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

fn missing() -> ApiError {
    ApiError::not_found("Escalation path")
}

async fn one(store: &Store, id: &str, path: &PathPayload) -> Result<Json, ApiError> {
    let escalation_path = read_form(id, path, &store.priorities().await?);
    Ok(Json(OnePath { escalation_path, extra: Map::new() }.write()))
}

/// Reads a payload and checks it as the vendor would, every fault at once.
async fn valid(store: &Store, id: &str, body: Value) -> Result<PathPayload, ApiError> {
    let path = PathPayload::read(body).map_err(|value| {
        let mut faults = Vec::new();
        PathPayload::explain(&value, &At::Top, &mut faults);
        ApiError::invalid(faults.into_iter().map(ErrorSingle::from).collect())
    })?;
    if path.name.trim().is_empty() {
        return Err(ApiError::invalid(vec![ErrorSingle::new("is_required", "Name is required").at("name")]));
    }
    let index = Index::new(world(store).await?);
    let problems = check(id, &path, &index).into_iter().filter(|problem| problem.severity == Severity::Error);
    let errors: Vec<_> = problems
        .map(|problem| {
            let mut metadata = Map::new();
            metadata.insert("code".to_string(), Value::from(problem.code.as_str()));
            metadata.insert("hint".to_string(), Value::from(problem.hint));
            let error = ErrorSingle::new("invalid_value", problem.message).at(&problem.pointer);
            ErrorSingle { metadata: Some(metadata), ..error }
        })
        .collect();
    if errors.is_empty() { Ok(path) } else { Err(ApiError::invalid(errors)) }
}

/// What a path may refer to. Who is on call when plays no part in whether a path is taken.
async fn world(store: &Store) -> Result<World, ApiError> {
    let everybody = UserFilter { include_inactive: true, ..UserFilter::default() };
    let priorities = store.priorities().await?;
    let paths = store.all_paths().await?;
    let schedules = store.schedules("", u32::MAX).await?;
    Ok(World::from_api(Answers {
        users: store.users(&everybody, "", u32::MAX).await?,
        schedules: schedules.into_iter().map(|schedule| (schedule, Vec::new())).collect(),
        paths: paths.iter().map(|path| read_form(&path.id, &path.payload, &priorities)).collect(),
        channels: store.channels().await?,
        priorities,
        pauses: Vec::new(),
        window: None,
    }))
}

/// The form in which a path is returned: conditions with labels, `kind` and `team_ids` always there.
pub(crate) fn read_form(id: &str, path: &PathPayload, priorities: &[Priority]) -> api::Path {
    let hours = path.working_hours.as_deref().unwrap_or_default();
    let label = |of: Labelled<'_>| match of {
        Labelled::Subject("escalation.priority") => "Priority".to_string(),
        Labelled::Subject(subject) => {
            let named = hours.iter().find(|set| subject == format!("escalation.working_hours[\"{}\"]", set.id));
            named.map_or_else(|| subject.to_string(), |set| format!("Working hours: {}", set.name))
        }
        Labelled::Operation("one_of") => "is one of".to_string(),
        Labelled::Operation("is_active") => "is active".to_string(),
        Labelled::Operation(operation) => operation.to_string(),
        Labelled::Literal(id) => {
            priorities.iter().find(|priority| priority.id == id).map_or(id, |priority| &priority.name).to_string()
        }
    };
    api::Path {
        id: id.to_string(),
        name: path.name.clone(),
        kind: Some(path.kind.clone().unwrap_or(PathKind::Standalone)),
        path: path.path.iter().map(|node| node.with_conditions(&|condition| condition.to_read(&label))).collect(),
        working_hours: path.working_hours.clone(),
        repeat_config: path.repeat_config.clone(),
        team_ids: Some(path.team_ids.clone().unwrap_or_default()),
        template_id: path.template_id.clone(),
        param_bindings: path
            .param_bindings
            .as_ref()
            .map(|all| Named(all.0.iter().map(|(name, binding)| (name.clone(), binding.to_read(&label))).collect())),
        current_responders: None,
        extra: path.extra.clone(),
    }
}
