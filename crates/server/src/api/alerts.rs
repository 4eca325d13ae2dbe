//! Alerts that come in, and the sources that say what becomes of them: a short ordered list of routes, each with
//! conditions of a JSON pointer, an operator and a value.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use escalation_api::{At, ErrorSingle, Map, Value, capitalised};
use escalation_engine::machine::Alert;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ulid::Ulid;

use super::escalations::{MAX_GRACE, check_text, priority, read_object, targets_of};
use super::{Json, Told};
use crate::addresses::EVENTS;
use crate::error::ApiError;
use crate::query::Query;
use crate::run::{Beginning, Escalations, Firing};
use crate::signing;
use crate::signing::digest;
use crate::store::{Action, AlertSourceRow, Author, Table};

/// The most routes of a source, and conditions of a route.
const MAX_ROUTES: usize = 50;
const MAX_CONDITIONS: usize = 20;
/// The longest pointer, deduplication key and address, in bytes.
const MAX_TEXT: usize = 1_000;
/// The longest title and name, in characters.
const MAX_TITLE: usize = 1_000;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 20_000;
/// The most metadata of an alert, in bytes.
const MAX_METADATA: usize = 64 * 1024;

pub(crate) fn router(escalations: Escalations) -> Router {
    Router::new()
        .route("/v2/alert_events/http/{id}", post(event))
        .route("/builder/v1/alert_sources", get(list).post(create))
        .route("/builder/v1/alert_sources/{id}", get(show).put(update).delete(destroy))
        .route("/builder/v1/alert_sources/{id}/actions/rotate_secret", post(rotate))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(escalations)
}

/// What becomes of the alerts of a source: the first route all of whose conditions hold says it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertSource {
    name: String,
    #[serde(default)]
    routes: Vec<Route>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Route {
    /// All must hold; none: every alert.
    #[serde(default)]
    when: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    escalation_path_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    user_ids: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority_id: Option<String>,
    #[serde(default)]
    grace_period_seconds: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    /// Into the event, by RFC 6901: `/metadata/team`.
    pointer: String,
    operator: Operator,
    #[serde(default)]
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Operator {
    Is,
    IsNot,
    OneOf,
    Contains,
    Exists,
}

impl Condition {
    fn holds(&self, event: &Value) -> bool {
        let found = event.pointer(&self.pointer).filter(|found| !found.is_null());
        match self.operator {
            Operator::Is => found == Some(&self.value),
            Operator::IsNot => found != Some(&self.value),
            Operator::OneOf => found.is_some_and(|found| self.value.as_array().is_some_and(|all| all.contains(found))),
            // Of a text, and of a list.
            Operator::Contains => match (found, &self.value) {
                (Some(Value::String(text)), Value::String(part)) => text.contains(part.as_str()),
                (Some(Value::Array(list)), part) => list.contains(part),
                _ => false,
            },
            Operator::Exists => found.is_some(),
        }
    }
}

async fn list(State(escalations): State<Escalations>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(250)?;
    let after = query.get("after").unwrap_or_default();
    let mut sources = escalations.store.alert_sources(after, page_size + 1).await?;
    let meta = super::page(&mut sources, page_size, |source| &source.id);
    let nameless = super::nameless(&escalations.store, Table::AlertSources, &meta).await?;
    let sources = sources.into_iter().map(|source| source.and_then(|source| told(&source, None).ok())).collect();
    Ok(Told::of(sources, |_, told| told).with_nameless(nameless).answer("alert_sources", &meta))
}

/// What a source does with its events.
///
/// # Errors
/// Names it where that cannot be read.
fn source_of(source: &AlertSourceRow) -> Result<AlertSource, ApiError> {
    serde_json::from_str(&source.document).map_err(|error| {
        let id = &source.id;
        tracing::error!("alert source `{id}` cannot be read: {error}");
        ApiError::unreadable(format!("Alert source `{id}` is stored, but cannot be read: replace it or delete it"))
    })
}

/// What is told of a source.
///
/// # Errors
/// As for [`source_of`].
fn told(source: &AlertSourceRow, secret: Option<&str>) -> Result<Value, ApiError> {
    let mut told = json!({
        "id": source.id,
        "name": source.name,
        "routes": source_of(source)?.routes,
        "url": format!("{EVENTS}{}", source.id),
    });
    // Only when it is made: it is kept nowhere.
    if let (Some(secret), Some(fields)) = (secret, told.as_object_mut()) {
        fields.insert("secret".to_string(), Value::from(secret));
    }
    Ok(told)
}

fn one(source: &AlertSourceRow, secret: Option<&str>) -> Result<Json, ApiError> {
    Ok(Json::new(&json!({ "alert_source": told(source, secret)? })))
}

fn missing() -> ApiError {
    ApiError::not_found("Alert source")
}

/// A secret that nobody can guess, and its digest.
fn secret() -> Result<(String, String), ApiError> {
    let secret = signing::secret_text()?;
    let kept = digest(secret.as_bytes());
    Ok((secret, kept))
}

async fn create(
    State(escalations): State<Escalations>,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let source = read_source(&escalations, request).await?;
    let now = escalations.clock.now(&escalations.store).await?;
    let (told, kept) = secret()?;
    let row = row(Ulid::generate().to_string(), &source, kept, now, now)?;
    escalations.store.by(&author).put_alert_source(Action::Create, &row).await?;
    Ok((StatusCode::CREATED, one(&row, Some(&told))?).into_response())
}

fn row(
    id: String,
    source: &AlertSource,
    secret: String,
    created_at: i64,
    now: i64,
) -> Result<AlertSourceRow, ApiError> {
    let document = serde_json::to_string(source).map_err(|error| ApiError::internal(&error))?;
    Ok(AlertSourceRow { id, name: source.name.clone(), secret, document, created_at, updated_at: now })
}

async fn show(State(escalations): State<Escalations>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let source = escalations.store.alert_source(&id).await?.ok_or_else(missing)?;
    one(&source, None)
}

async fn update(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<Json, ApiError> {
    let known = escalations.store.alert_source(&id).await?.ok_or_else(missing)?;
    let source = read_source(&escalations, request).await?;
    let now = escalations.clock.now(&escalations.store).await?;
    let row = row(id, &source, known.secret, known.created_at, now)?;
    escalations.store.by(&author).put_alert_source(Action::Update, &row).await?;
    one(&row, None)
}

async fn destroy(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, ApiError> {
    let now = escalations.clock.now(&escalations.store).await?;
    let is_done = escalations.store.by(&author).archive_alert_source(&id, now).await?;
    if is_done { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

/// Gives a source another secret; the one before is good for nothing from then on.
async fn rotate(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<Json, ApiError> {
    crate::body::bytes(request).await?;
    let known = escalations.store.alert_source(&id).await?.ok_or_else(missing)?;
    let (told, kept) = secret()?;
    let updated_at = escalations.clock.now(&escalations.store).await?;
    let row = AlertSourceRow { secret: kept, updated_at, ..known };
    escalations.store.by(&author).put_alert_source(Action::RotateSecret, &row).await?;
    one(&row, Some(&told))
}

/// Reads a source, and looks whether what it names is there.
async fn read_source(escalations: &Escalations, request: Request) -> Result<AlertSource, ApiError> {
    let fields = read_object(request).await?;
    let source: AlertSource = serde_json::from_value(Value::Object(super::without_given(fields)))
        .map_err(|error| ApiError::invalid(vec![ErrorSingle::new("invalid_value", error.to_string())]))?;
    let mut errors = Vec::new();
    check_text("name", &source.name, MAX_TITLE, true, &mut errors);
    if source.routes.len() > MAX_ROUTES {
        return Err(ApiError::invalid_parameter("routes", format!("Routes must be at most {MAX_ROUTES}")));
    }
    let priorities = escalations.store.priorities().await?;
    for (index, route) in source.routes.iter().enumerate() {
        let mut wrong = Vec::new();
        if route.when.len() > MAX_CONDITIONS {
            let message = format!("When must have at most {MAX_CONDITIONS} conditions");
            wrong.push(ErrorSingle::new("invalid_value", message).at("when"));
        }
        for (index, condition) in route.when.iter().enumerate() {
            if let Err(what) = condition.check() {
                wrong.push(ErrorSingle::new("invalid_value", what).at(&format!("when.{index}")));
            }
        }
        if !(0..=MAX_GRACE).contains(&route.grace_period_seconds) {
            let message = format!("Grace_period_seconds must be from 0 to {MAX_GRACE}");
            wrong.push(ErrorSingle::new("invalid_value", message).at("grace_period_seconds"));
        }
        wrong.extend(priority(&priorities, route.priority_id.as_deref(), None).err().map(|error| *error));
        let targets = (route.escalation_path_id.as_deref(), Some(route.user_ids.as_slice()));
        targets_of(&escalations.store, targets, &priorities, &mut wrong).await?;
        let top = At::Top;
        let routes = top.field("routes");
        let at = routes.index(index).to_string();
        errors.extend(wrong.into_iter().map(|error| {
            let pointer = format!("{at}.{}", error.pointer());
            error.at(&pointer)
        }));
    }
    if errors.is_empty() { Ok(source) } else { Err(ApiError::invalid(errors)) }
}

impl Condition {
    fn check(&self) -> Result<(), String> {
        let is_pointer = self.pointer.is_empty() || self.pointer.starts_with('/');
        if !is_pointer || self.pointer.len() > MAX_TEXT {
            return Err(format!("Pointer must be a JSON pointer such as /metadata/team, of at most {MAX_TEXT} bytes"));
        }
        let is_fitting = match self.operator {
            Operator::OneOf => self.value.is_array(),
            Operator::Exists => self.value.is_null(),
            _ => !self.value.is_null(),
        };
        if is_fitting {
            Ok(())
        } else {
            Err("Value must be a list for one_of, nothing for exists, else something".to_string())
        }
    }
}

/// Whether a request brings the secret: as a token, as a bearer, or as a password.
fn brings(headers: &HeaderMap, query: &Query, kept: &str) -> bool {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|header| header.strip_prefix("Bearer "));
    let basic =
        header.and_then(|header| header.strip_prefix("Basic ")).and_then(|text| STANDARD.decode(text.trim()).ok());
    let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
    let password = basic.as_deref().and_then(|text| text.split_once(':')).map(|(_, password)| password);
    // Digests are compared, so that how long that takes says nothing of the secret.
    [query.get("token"), bearer, password].into_iter().flatten().any(|said| digest(said.trim().as_bytes()) == kept)
}

/// Takes an alert that fires, or that is over.
async fn event(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let store = &escalations.store;
    let source = store.alert_source(&id).await?.ok_or_else(missing)?;
    if !brings(&headers, &query, &source.secret) {
        return Err(ApiError::unknown_person("An alert must bring the secret of its source"));
    }
    let fields = read_object(request).await?;
    let event = Event::read(&fields)?;
    if event.status == "resolved" {
        let ended = escalations.alert_is_over(&id, &event.key).await?;
        let message = match ended {
            None => "No alert with this key fires".to_string(),
            Some(count) => format!("The alert is resolved, and {count} escalations with it"),
        };
        return Ok(accepted(&event.key, &message));
    }
    let document = source_of(&source)?;
    let whole = Value::Object(fields);
    let route = document.routes.iter().find(|route| route.when.iter().all(|condition| condition.holds(&whole)));
    let beginning = match route {
        None => None,
        Some(route) => Some(beginning(&escalations, route, &event).await?),
    };
    let is_routed = beginning.is_some();
    let firing = Firing {
        source_id: id,
        key: event.key.clone(),
        title: event.title,
        description: event.description,
        source_url: event.source_url,
        metadata: event.metadata,
        beginning,
    };
    let message = match (escalations.alert_fires(firing).await?, is_routed) {
        (false, _) => "An alert with this key fires already",
        (true, true) => "The alert has begun an escalation",
        (true, false) => "The alert is kept; no route of its source is for it",
    };
    Ok(accepted(&event.key, message))
}

fn accepted(key: &str, message: &str) -> Response {
    let told = Json::new(&json!({ "status": "success", "message": message, "deduplication_key": key }));
    (StatusCode::ACCEPTED, told).into_response()
}

/// What a route begins. Where what it names is gone, nobody would be paged, and whoever sends the alert is told.
async fn beginning(escalations: &Escalations, route: &Route, event: &Event) -> Result<Beginning, ApiError> {
    let mut errors = Vec::new();
    let priorities = escalations.store.priorities().await?;
    let priority = priority(&priorities, route.priority_id.as_deref(), escalations.default_priority.as_deref());
    let targets = (route.escalation_path_id.as_deref(), Some(route.user_ids.as_slice()));
    let plan = targets_of(&escalations.store, targets, &priorities, &mut errors).await?;
    let (Some((plan, path_revision)), Ok(priority)) = (plan, priority) else {
        tracing::error!(alert = event.key, "nobody is paged: what the route of the alert names is gone");
        let message = "The route of this alert leads to what is gone, and nobody is paged";
        return Err(ApiError::invalid_parameter("alert_source_config_id", message.to_string()));
    };
    Ok(Beginning {
        plan,
        path_revision,
        title: event.title.clone(),
        description: event.description.clone().unwrap_or_default(),
        priority,
        creator: String::new(),
        incident_id: None,
        idempotency_key: None,
        grace_period: route.grace_period_seconds,
        alert: Alert::Firing,
    })
}

/// What is said of an alert.
struct Event {
    key: String,
    status: String,
    title: String,
    description: Option<String>,
    source_url: Option<String>,
    /// JSON.
    metadata: String,
}

impl Event {
    fn read(fields: &Map) -> Result<Self, ApiError> {
        let mut errors = Vec::new();
        let mut text = |name: &str, is_required: bool| {
            let value = fields.get(name).filter(|value| !value.is_null());
            let text = value.and_then(Value::as_str);
            let label = capitalised(name);
            match (value, text) {
                (None, _) if is_required => {
                    errors.push(ErrorSingle::new("is_required", format!("{label} is required")).at(name));
                }
                (Some(_), None) => {
                    errors.push(ErrorSingle::new("invalid_value", format!("{label} must be a string")).at(name));
                }
                _ => {}
            }
            text.map(str::to_string)
        };
        let (title, status, key) = (text("title", true), text("status", true), text("deduplication_key", true));
        let (description, source_url) = (text("description", false), text("source_url", false));
        let mut wrong = |name: &str, what: String| {
            errors.push(ErrorSingle::new("invalid_value", format!("{} {what}", capitalised(name))).at(name));
        };
        for (name, value) in [("deduplication_key", &key), ("source_url", &source_url)] {
            if value.as_ref().is_some_and(|text| text.is_empty() || text.len() > MAX_TEXT || text.contains('\0')) {
                wrong(name, format!("must have from 1 to {MAX_TEXT} bytes, and no NUL"));
            }
        }
        if status.as_ref().is_some_and(|status| !["firing", "resolved"].contains(&status.as_str())) {
            wrong("status", "must be firing or resolved".to_string());
        }
        let metadata = fields.get("metadata").filter(|value| !value.is_null());
        let kept = metadata.map_or_else(|| "{}".to_string(), Value::to_string);
        if metadata.is_some_and(|metadata| !metadata.is_object()) || kept.len() > MAX_METADATA {
            wrong("metadata", format!("must be an object of at most {MAX_METADATA} bytes"));
        }
        if let Some(title) = &title {
            check_text("title", title, MAX_TITLE, true, &mut errors);
        }
        check_text("description", description.as_deref().unwrap_or_default(), MAX_DESCRIPTION, false, &mut errors);
        match (title, status, key) {
            (Some(title), Some(status), Some(key)) if errors.is_empty() => {
                Ok(Self { key, status, title, description, source_url, metadata: kept })
            }
            _ => Err(ApiError::invalid(errors)),
        }
    }
}
