//! Escalation paths.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use escalation_api::condition::Labelled;
use escalation_api::list::{OnePath, Paths};
use escalation_api::schedule::Entries;
use escalation_api::{
    self as api, At, ConditionForm, ErrorSingle, Json as _, Map, Named, Node, NodeKind, PathKind, PathPayload, Value,
    WorkingHours,
};
use escalation_engine::check::{Code, Problem, Severity};
use escalation_engine::from_api::Answers;
use escalation_engine::world::Priority;
use escalation_engine::{Index, World, check};
use serde_json::json;
use ulid::Ulid;

use super::{Json, page, read, templates, without_given};
use crate::body;
use crate::error::ApiError;
use crate::names;
use crate::query::Query;
use crate::store::{Change, Expected, Outcome, Saving, Store, UserFilter};
use crate::who::Who;

pub(super) async fn list(State(store): State<Store>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(25)?;
    let mut stored = store.paths(query.get("after").unwrap_or_default(), page_size + 1).await?;
    let meta = page(&mut stored, page_size, |path| &path.id);
    let priorities = store.priorities().await?;
    let paths = stored.iter().map(|path| read_form(&path.id, &path.payload, &priorities)).collect();
    let answer = Paths { escalation_paths: paths, pagination_meta: Some(meta), extra: Map::new() };
    Ok(Json(answer.write()))
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let path = store.path(&id).await?.ok_or_else(missing)?;
    one(&store, &path.id, &path.payload, path.revision).await
}

pub(super) async fn create(State(store): State<Store>, who: Who, request: Request) -> Result<Response, ApiError> {
    let path: PathPayload = read(body::json(request).await?)?;
    take(&store, "", &path).await?;
    let id = Ulid::generate().to_string();
    store.create_path(&id, &path, &Saving::now(who.name())).await?;
    Ok((StatusCode::CREATED, one(&store, &id, &path, 1).await?).into_response())
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    who: Who,
    expected: Expected,
    request: Request,
) -> Result<Response, ApiError> {
    let body = body::json(request).await?;
    // One that is not there is not there, whatever is to be put in its place.
    store.path(&id).await?.ok_or_else(missing)?;
    let path: PathPayload = read(body)?;
    take(&store, &id, &path).await?;
    let outcome = store.change_path(&id, Change::Replace(&path), &expected, &Saving::now(who.name())).await?;
    one(&store, &id, &path, outcome.revision()?).await
}

pub(super) async fn destroy(
    State(store): State<Store>,
    Path(id): Path<String>,
    who: Who,
    expected: Expected,
) -> Result<StatusCode, ApiError> {
    let saving = Saving { note: Some("Deleted"), ..Saving::now(who.name()) };
    store.change_path(&id, Change::Archive, &expected, &saving).await?.revision()?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says what saving would say, and saves nothing. The body is a path, whose name may be missing.
pub(super) async fn validate(State(store): State<Store>, request: Request) -> Result<Json, ApiError> {
    let mut body = body::json(request).await?;
    if let Some(fields) = body.as_object_mut() {
        fields.entry("name").or_insert_with(|| Value::from("unnamed"));
    }
    let warnings = take(&store, "", &read(body)?).await?;
    let warnings: Vec<_> = warnings.iter().map(warning).collect();
    Ok(Json(json!({ "warnings": warnings })))
}

/// A warning in the vendor's form; in the vendor's words where those are known.
fn warning(problem: &Problem) -> Value {
    let (summary, detail) = match problem.code {
        Code::EmptyBranch if problem.pointer.ends_with(".then_path") => (
            "if_else has an empty \"then\" branch",
            "When the condition matches, escalation stops here instead of continuing.",
        ),
        Code::EmptyBranch => (
            "if_else has an empty \"else\" branch",
            "When the condition does not match, escalation stops here instead of continuing.",
        ),
        _ => (problem.message.as_str(), problem.hint.as_str()),
    };
    json!({ "path": problem.pointer, "summary": summary, "detail": detail })
}

fn missing() -> ApiError {
    ApiError::not_found("Escalation path")
}

impl Outcome {
    /// The new revision of a path.
    pub(crate) fn revision(self) -> Result<i64, ApiError> {
        self.revision_of("Escalation path")
    }

    /// The new revision of what is called this.
    pub(crate) fn revision_of(self, what: &str) -> Result<i64, ApiError> {
        match self {
            Self::Done(revision) => Ok(revision),
            Self::Missing => Err(missing()),
            Self::Stale(revision) => Err(ApiError::stale(what, revision)),
        }
    }
}

/// The answer with one path; its revision is its tag.
pub(crate) async fn one(store: &Store, id: &str, path: &PathPayload, revision: i64) -> Result<Response, ApiError> {
    let escalation_path = read_form(id, path, &store.priorities().await?);
    let answer = Json(OnePath { escalation_path, extra: Map::new() }.write());
    Ok(([(ETAG, format!("\"{revision}\""))], answer).into_response())
}

/// Takes a path as the vendor would, or refuses it with every fault at once. What is left are warnings.
pub(crate) async fn take(store: &Store, id: &str, path: &PathPayload) -> Result<Vec<Problem>, ApiError> {
    let index = Index::new(world(store).await?);
    let (refused, warnings): (Vec<_>, Vec<_>) =
        check(id, path, &index).into_iter().partition(|problem| problem.severity == Severity::Error);
    let name = name_fault(&path.name);
    let mut voicemail = Vec::new();
    find_voicemail(&path.path, &At::Top.field("path"), &mut voicemail);
    let misused = templates::misused(store, path).await?;
    let errors: Vec<_> =
        name.into_iter().chain(refused.into_iter().map(error)).chain(voicemail).chain(misused).collect();
    if errors.is_empty() { Ok(warnings) } else { Err(ApiError::invalid(errors)) }
}

/// What is wrong with a name, if something is.
pub(super) fn name_fault(name: &str) -> Option<ErrorSingle> {
    names::fault(name).map(|(code, message)| ErrorSingle::new(code, message).at("name"))
}

/// Adds each node that only the path of a call route may have. There are no call routes here, so it is refused, as the
/// vendor refuses it; the engine cannot know whether a path that it is shown is that of one. Types that nobody knows are
/// taken and kept: they may be younger than this program.
pub(super) fn find_voicemail<C: ConditionForm>(nodes: &[Node<C>], at: &At<'_>, errors: &mut Vec<ErrorSingle>) {
    for (index, node) in nodes.iter().enumerate() {
        let at = at.index(index);
        if node.kind.type_name() == "voicemail" {
            let mut metadata = Map::new();
            metadata.insert("code".to_string(), Value::from(Code::UnknownNode.as_str()));
            metadata.insert("hint".to_string(), Value::from("Delete the step, or page somebody instead."));
            let message = "Voicemail is only valid inside a call route's path";
            let error = ErrorSingle::new("invalid_value", message).at(&at.field("type").to_string());
            errors.push(ErrorSingle { metadata: Some(metadata), ..error });
        }
        if let NodeKind::IfElse(branch) = &node.kind {
            let at = at.field("if_else");
            find_voicemail(&branch.then_path, &at.field("then_path"), errors);
            find_voicemail(&branch.else_path, &at.field("else_path"), errors);
        }
    }
}

pub(super) fn error(problem: Problem) -> ErrorSingle {
    let mut metadata = Map::new();
    metadata.insert("code".to_string(), Value::from(problem.code.as_str()));
    metadata.insert("hint".to_string(), Value::from(problem.hint));
    let error = ErrorSingle::new("invalid_value", problem.message).at(&problem.pointer);
    ErrorSingle { metadata: Some(metadata), ..error }
}

/// What a path may refer to. Who is on call when plays no part in whether a path is taken.
pub(super) async fn world(store: &Store) -> Result<World, ApiError> {
    let everybody = UserFilter { include_inactive: true, ..UserFilter::default() };
    let priorities = store.priorities().await?;
    let paths = store.all_paths().await?;
    let schedules = store.schedules("", u32::MAX).await?;
    Ok(World::from_api(Answers {
        users: store.users(&everybody, "", u32::MAX).await?,
        schedules: schedules.into_iter().map(|schedule| (schedule, Some(Entries::default()))).collect(),
        paths: paths.iter().map(|path| read_form(&path.id, &path.payload, &priorities)).collect(),
        channels: store.channels().await?,
        templates: templates::all(store, &priorities).await?,
        priorities,
        ..Answers::default()
    }))
}

/// What the parts of a condition are called, for people.
pub(super) fn labels<'a>(
    hours: &'a [WorkingHours],
    priorities: &'a [Priority],
) -> impl Fn(Labelled<'_>) -> String + 'a {
    |of| match of {
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
    }
}

/// The form in which a path is returned: conditions with labels, `kind` and `team_ids` always there.
pub(crate) fn read_form(id: &str, path: &PathPayload, priorities: &[Priority]) -> api::Path {
    let label = labels(path.working_hours.as_deref().unwrap_or_default(), priorities);
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
        extra: without_given(path.extra.clone()),
    }
}
