//! Escalations: lists of them, and all that can be done to one.

mod filter;
mod plan;

use axum::Router;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use escalation_api::escalation::{
    self as wire, CheckPermissionsPayload, Creator, EscalationPayload, OneEscalation, Permissions, ReassignPayload,
    RespondPayload, ResponseOptions,
};
use escalation_api::list::PaginationMeta;
use escalation_api::{At, ErrorSingle, Json as _, Map, User, Value, capitalised};
use escalation_engine::Instant;
use escalation_engine::instant::DAY;
use escalation_engine::machine::{Alert, EventKind, State as Run, Who as Responder};
use escalation_engine::world::Priority;

use super::{Json, read_strictly};
use crate::access::Caller;
use crate::addresses::ON_BEHALF_OF;
use crate::body;
use crate::error::ApiError;
use crate::names;
use crate::query::is_told_apart;
use crate::run::{Beginning, Decision, Deed, Escalations, Plan};
use crate::shown::{person, tell};
use crate::store::{Action, Author, EscalationRow, RESTORE_BACKUP, Store, Table};

/// The longest idempotency key, and the longest id of an incident, in bytes.
const MAX_KEY: usize = 255;
/// The longest title, in characters.
const MAX_TITLE: usize = 1_000;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 20_000;
/// The most people who are paged directly, or asked about.
const MAX_USERS: usize = 250;
/// The longest reason of a snooze, in characters.
const MAX_REASON: usize = 1_000;
/// The latest end of a snooze after the escalation began, in seconds: then it is cut off (R24).
const MAX_SNOOZE: i64 = 14 * DAY;
/// The longest grace period, in seconds.
pub(super) const MAX_GRACE: i64 = DAY;

/// The largest body, in bytes. It is read at once, and waits for no turn: whoever pages somebody waits for nobody's path
/// to be checked.
const MAX_BODY: usize = 256 * 1024;

/// Reads a body that is small.
pub(crate) async fn read_small<T: escalation_api::Json>(request: Request) -> Result<T, ApiError> {
    small(request).await.and_then(read_strictly)
}

/// Reads a body that is small and an object.
pub(crate) async fn read_object(request: Request) -> Result<Map, ApiError> {
    match small(request).await? {
        Value::Object(fields) => Ok(fields),
        _ => Err(ApiError::invalid(vec![ErrorSingle::new("invalid_value", "The body must be an object")])),
    }
}

async fn small(request: Request) -> Result<Value, ApiError> {
    let bytes = body::bytes(request).await?;
    if bytes.len() > MAX_BODY {
        return Err(ApiError::too_large(MAX_BODY));
    }
    body::json(&bytes)
}

pub(crate) fn router(escalations: Escalations) -> Router {
    Router::new()
        .route("/v2/escalations", get(list).post(create))
        .route("/v2/escalations/{id}", get(show))
        .route("/v2/escalations/{id}/actions/cancel", post(cancel))
        .route("/v2/escalations/{id}/actions/respond", post(respond))
        .route("/v2/escalations/{id}/actions/reassign", post(reassign))
        .route("/v2/escalations/{id}/actions/check_permissions", post(check_permissions))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(escalations)
}

/// Who does something: a person, or a program by its key.
pub(crate) struct Actor {
    user: Option<User>,
    key: String,
    author: Author,
}

impl FromRequestParts<Escalations> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, escalations: &Escalations) -> Result<Self, ApiError> {
        let author = Author::from_request_parts(parts, escalations).await?;
        let caller = parts.extensions.get::<Caller>().and_then(Caller::name);
        let key = caller.unwrap_or("api").to_string();
        let mut values = parts.headers.get_all(ON_BEHALF_OF).iter();
        let wrong = |what: &str| ApiError::invalid_parameter("X-Incident-User", format!("X-Incident-User {what}"));
        let user = match (values.next(), values.next()) {
            (None, _) => None,
            (Some(_), Some(_)) => return Err(wrong("must be there once")),
            (Some(id), None) => {
                let id = id.to_str().ok().filter(|id| id.len() <= MAX_KEY).ok_or_else(|| wrong("must be an id"))?;
                let user = escalations.store.user(id).await?;
                let user = user.ok_or_else(|| wrong(&format!("must be the id of a user; there is none `{id}`")))?;
                Some(user.readable("User", RESTORE_BACKUP)?)
            }
        };
        Ok(Self { user, key, author })
    }
}

impl Actor {
    fn responder(&self) -> Responder {
        match &self.user {
            Some(user) => Responder::User(user.id.as_str().into()),
            None => Responder::Key(self.key.as_str().into()),
        }
    }

    /// What is done, for the audit log; in whose name, if in somebody's.
    fn deed(&self, action: Action) -> Deed<'_> {
        let deed = Deed::new(&self.author, action);
        match &self.user {
            Some(user) => deed.with("on_behalf_of", user.id.as_str()),
            None => deed,
        }
    }

    fn creator(&self) -> String {
        let user = self.user.clone().map(|user| person(&user.id.clone(), Some(user)));
        Creator { alert: None, user, workflow: None, extra: Map::new() }.write().to_string()
    }
}

async fn list(State(escalations): State<Escalations>, uri: Uri) -> Result<Json, ApiError> {
    let asked = filter::read(&uri)?;
    let store = &escalations.store;
    let found = store.find_escalations(&asked.filter, asked.after.as_deref(), asked.page_size).await?;
    let ids = found.ids.iter().map(String::as_str).collect::<Value>().to_string();
    let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
    for row in store.those_escalations(&ids).await? {
        match row {
            Ok(row) => rows.push(row),
            Err(row) => {
                tracing::error!("escalation `{}` cannot be read: {}", row.id, row.why);
                unreadable.push(row.id);
            }
        }
    }
    let said = tell(store, rows).await?;
    unreadable.extend(said.unreadable);
    let meta = PaginationMeta {
        after: found.after,
        page_size: Some(asked.page_size.into()),
        total_record_count: None,
        extra: Map::new(),
    };
    let mut answer =
        wire::Escalations { escalations: said.escalations, pagination_meta: Some(meta), extra: Map::new() };
    if answer.pagination_meta.as_ref().is_some_and(|meta| meta.after.is_none()) {
        let nameless = store.nameless(Table::Escalations).await?;
        unreadable.extend(nameless.into_iter().map(|row| format!("row {row}")));
    }
    if !unreadable.is_empty() {
        answer.extra.insert("unreadable".to_string(), Value::from(unreadable));
    }
    Ok(Json::new(&answer.write()))
}

async fn show(State(escalations): State<Escalations>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let row = escalations.store.escalation(&id).await?.ok_or_else(missing)?;
    one(&escalations.store, row).await
}

pub(crate) fn missing() -> ApiError {
    ApiError::not_found("Escalation")
}

/// The answer with one escalation.
pub(crate) async fn one(store: &Store, row: EscalationRow) -> Result<Json, ApiError> {
    let said = tell(store, vec![row]).await?;
    let escalation = said.escalations.into_iter().next();
    let unreadable = || ApiError::unreadable("This escalation cannot be read; the server's log says why");
    Ok(Json::new(&OneEscalation { escalation: escalation.ok_or_else(unreadable)?, extra: Map::new() }.write()))
}

async fn create(State(escalations): State<Escalations>, actor: Actor, request: Request) -> Result<Response, ApiError> {
    let payload = read_small::<EscalationPayload>(request).await?;
    let row = begin(&escalations, &actor, payload, More::default()).await?;
    Ok((StatusCode::CREATED, one(&escalations.store, row).await?).into_response())
}

/// What the vendor's way to begin an escalation does not have.
#[derive(Debug, Default)]
pub(crate) struct More {
    pub(crate) priority_id: Option<String>,
    /// In seconds.
    pub(crate) grace_period: i64,
    /// Whether the alert goes on firing when somebody acknowledges.
    pub(crate) keeps_firing: bool,
}

/// Begins an escalation, or gives the one that there is with its key.
pub(crate) async fn begin(
    escalations: &Escalations,
    actor: &Actor,
    payload: EscalationPayload,
    more: More,
) -> Result<EscalationRow, ApiError> {
    let mut errors = Vec::new();
    let key = &payload.idempotency_key;
    if key.is_empty() || key.len() > MAX_KEY || key.contains('\0') {
        let message = format!("Idempotency_key must have from 1 to {MAX_KEY} bytes, and no NUL");
        errors.push(ErrorSingle::new("invalid_value", message).at("idempotency_key"));
    } else if let Some(known) = escalations.store.escalation_by_key(key).await? {
        // Whatever has become of what it was begun with.
        return Ok(known);
    }
    check_text("title", &payload.title, MAX_TITLE, true, &mut errors);
    check_text("description", payload.description.as_deref().unwrap_or_default(), MAX_DESCRIPTION, false, &mut errors);
    if payload.incident_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > MAX_KEY || id.contains('\0')) {
        let message = format!("Incident_id must have from 1 to {MAX_KEY} bytes, and no NUL");
        errors.push(ErrorSingle::new("invalid_value", message).at("incident_id"));
    }
    if !(0..=MAX_GRACE).contains(&more.grace_period) {
        let message = format!("Grace_period_seconds must be from 0 to {MAX_GRACE}");
        errors.push(ErrorSingle::new("invalid_value", message).at("grace_period_seconds"));
    }
    let priorities = escalations.store.priorities().await?;
    let priority = priority(&priorities, more.priority_id.as_deref(), escalations.default_priority.as_deref());
    let priority = priority.unwrap_or_else(|error| {
        errors.push(*error);
        None
    });
    let targets = (payload.escalation_path_id.as_deref(), payload.user_ids.as_deref());
    let plan = targets_of(&escalations.store, targets, &priorities, &mut errors).await?;
    let Some((plan, path_revision)) = plan.filter(|_| errors.is_empty()) else {
        return Err(ApiError::invalid(errors));
    };
    let beginning = Beginning {
        plan,
        path_revision,
        title: payload.title,
        description: payload.description.unwrap_or_default(),
        priority,
        creator: actor.creator(),
        incident_id: payload.incident_id,
        idempotency_key: Some(payload.idempotency_key),
        grace_period: more.grace_period,
        alert: if more.keeps_firing { Alert::Firing } else { Alert::ResolvesWithAck },
    };
    let deed = actor.deed(Action::Start).with("title", beginning.title.as_str());
    let deed = deed.with("escalation_path_id", beginning.plan.path_id.clone());
    let deed = deed.with("user_ids", beginning.plan.user_ids.clone());
    let deed = deed.with("priority_id", beginning.priority.as_ref().map(|(id, _)| id.clone()));
    escalations.begin(beginning, &deed).await
}

pub(super) fn check_text(name: &str, text: &str, most: usize, is_required: bool, errors: &mut Vec<ErrorSingle>) {
    let label = capitalised(name);
    if is_required && names::is_blank(text) {
        errors.push(ErrorSingle::new("is_required", format!("{label} is required")).at(name));
    } else if text.contains('\0') || text.chars().count() > most {
        let message = format!("{label} must have at most {most} characters, and no NUL");
        errors.push(ErrorSingle::new("invalid_value", message).at(name));
    }
}

/// The priority that is asked for, or the default one: the highest, unless another is set.
pub(super) fn priority(
    priorities: &[Priority],
    asked: Option<&str>,
    default: Option<&str>,
) -> Result<Option<(String, String)>, Box<ErrorSingle>> {
    let named = |priority: &Priority| (priority.id.clone(), priority.name.clone());
    let Some(id) = asked.or(default) else { return Ok(priorities.first().map(named)) };
    let found = priorities.iter().find(|priority| priority.id == id).map(named);
    let message = || format!("Priority_id must be the id of a priority; there is none `{id}`");
    found.map(Some).ok_or_else(|| Box::new(ErrorSingle::new("invalid_value", message()).at("priority_id")))
}

/// What is to be followed: a path or people, never both. Adds what is wrong with it.
pub(super) async fn targets_of(
    store: &Store,
    (path, users): (Option<&str>, Option<&[String]>),
    priorities: &[Priority],
    errors: &mut Vec<ErrorSingle>,
) -> Result<Option<(Plan, Option<i64>)>, ApiError> {
    let mut wrong = |at: &str, message: String| errors.push(ErrorSingle::new("invalid_value", message).at(at));
    match (path, users.unwrap_or_default()) {
        (Some(_), [_, ..]) => {
            wrong("escalation_path_id", "Escalation_path_id and user_ids must not both be given".to_string());
            Ok(None)
        }
        (None, []) => {
            wrong("escalation_path_id", "Escalation_path_id or user_ids is required".to_string());
            Ok(None)
        }
        (Some(id), []) => match plan::of_path(store, id, priorities).await? {
            Some((plan, revision)) => Ok(Some((plan, Some(revision)))),
            None => {
                let id = id.chars().take(100).collect::<String>();
                let message = format!("Escalation_path_id must be the id of an escalation path; there is none `{id}`");
                wrong("escalation_path_id", message);
                Ok(None)
            }
        },
        (None, ids) if ids.len() > MAX_USERS => {
            wrong("user_ids", format!("User_ids must be at most {MAX_USERS}"));
            Ok(None)
        }
        (None, ids) => {
            let unknown = unknown_users(store, ids).await?;
            if unknown.is_empty() {
                let plan = Plan { user_ids: ids.to_vec(), ..Plan::default() };
                return Ok(Some((plan, None)));
            }
            errors.extend(unknown);
            Ok(None)
        }
    }
}

/// An error for each id that is none of a user.
async fn unknown_users(store: &Store, ids: &[String]) -> Result<Vec<ErrorSingle>, ApiError> {
    let list = ids.iter().map(String::as_str).collect::<Value>().to_string();
    let known = store.those_users(&list).await?;
    let top = At::Top;
    let field = top.field("user_ids");
    let unknown = ids.iter().enumerate().filter(|(_, id)| known.iter().all(|known| known.id != **id));
    let error = |(index, id): (usize, &String)| {
        let id = id.chars().take(100).collect::<String>();
        let message = format!("User_ids must be ids of users; there is none `{id}`");
        ErrorSingle::new("invalid_value", message).at(&field.index(index).to_string())
    };
    Ok(unknown.map(error).collect())
}

/// A request without a body that a page elsewhere could have a browser send: browsers say where it comes from, programs
/// do not. With a body of JSON a browser would have asked first.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) && !body::is_json(headers)
}

async fn cancel(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if is_of_a_page(&headers) {
        return Err(ApiError::not_json());
    }
    let decide = |row: &EscalationRow, _: &Run, _| match row.status.as_str() {
        "cancelled" => Ok(Decision::Nothing),
        over @ ("resolved" | "expired") => {
            Err(ApiError::conflict(format!("Escalation is {over} already, and cannot be cancelled")))
        }
        _ => Ok(Decision::Happens(EventKind::Cancel)),
    };
    let deed = Deed::new(&author, Action::Cancel);
    match escalations.apply(&id, &deed, decide).await {
        Ok(row) => row.map(|_| done()).ok_or_else(missing),
        Err(error) => match escalations.store.escalation(&id).await? {
            // The engine cannot go on with it, but it can be ended.
            Some(row) if row.error.is_some() => {
                escalations.cancel_set_aside(&id, &deed).await?;
                Ok(done())
            }
            _ => Err(error),
        },
    }
}

/// An empty answer, as the vendor's.
fn done() -> Response {
    ([(CONTENT_TYPE, "application/json")], "").into_response()
}

async fn respond(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    actor: Actor,
    request: Request,
) -> Result<Response, ApiError> {
    let payload = read_small::<RespondPayload>(request).await?;
    answer(&escalations, &actor.author, &id, actor.responder(), None, payload).await?;
    Ok(done())
}

/// Somebody responds to an escalation: to the last page to them, or to that of one entry of a node.
pub(crate) async fn answer(
    escalations: &Escalations,
    author: &Author,
    id: &str,
    who: Responder,
    entry: Option<u32>,
    payload: RespondPayload,
) -> Result<(), ApiError> {
    let until = checked(&payload, &who)?;
    let acks = payload.response == wire::Response::Ack;
    let responder = who.clone();
    let deed = Deed::new(author, Action::Respond).with("response", payload.response.as_str());
    let deed = match &who {
        Responder::User(user) => deed.with("user_id", user.to_string()),
        Responder::Channel(channel) => deed.with("channel_id", channel.to_string()),
        Responder::Key(_) => deed,
    };
    let deed = match until {
        Some(until) => deed.with("snooze_until", until.to_string()),
        None => deed,
    };
    let applied = escalations
        .apply(id, &deed, move |row, run, now| decide(row, run, now, (who.clone(), entry), &payload, until))
        .await;
    match applied {
        Ok(row) => row.map(drop).ok_or_else(missing),
        // Sent again, because the answer was lost, it is no conflict.
        Err(error) if acks && has_acked(&escalations.store, id, &responder).await? => {
            tracing::debug!(?error, "acknowledged already by the same");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// The end of a snooze, where the response is as it must be.
fn checked(payload: &RespondPayload, who: &Responder) -> Result<Option<Instant>, ApiError> {
    let wrong = |at: &str, message: &str| Err(ApiError::invalid_parameter(at, message.to_string()));
    match (&payload.response, &payload.snooze_details) {
        (wire::Response::Other(_), _) => wrong("response", "Response must be ack, nack or snooze"),
        (wire::Response::Nack, _) if matches!(who, Responder::Key(_)) => {
            wrong("response", "Response nack is for a person: say who in the header X-Incident-User")
        }
        (wire::Response::Snooze, None) => wrong("snooze_details", "Snooze_details is required for a snooze"),
        (wire::Response::Snooze, Some(details)) => {
            let until = Instant::from(details.snooze_until.at());
            if !is_told_apart(until) {
                let name = "snooze_details.snooze_until";
                return Err(ApiError::invalid_parameter(name, crate::query::out_of_time("snooze_until")));
            }
            if details.reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
                let message = format!("Reason must have at most {MAX_REASON} characters");
                return Err(ApiError::invalid_parameter("snooze_details.reason", message));
            }
            Ok(Some(until))
        }
        (_, Some(_)) => wrong("snooze_details", "Snooze_details is only for a snooze"),
        (_, None) => Ok(None),
    }
}

/// R10, R11, R19: whether the response counts, now that the escalation is locked.
fn decide(
    row: &EscalationRow,
    run: &Run,
    now: i64,
    (who, entry): (Responder, Option<u32>),
    payload: &RespondPayload,
    until: Option<Instant>,
) -> Result<Decision, ApiError> {
    let may = match payload.response {
        wire::Response::Ack => run.may_ack(&who, entry),
        wire::Response::Nack => run.may_nack(&who, entry),
        _ => run.may_snooze(&who, entry),
    };
    if !may {
        let (response, status) = (payload.response.as_str(), &row.status);
        let whose = match who {
            Responder::Key(_) => String::new(),
            _ => " by this person, who was not paged or whose page is over".to_string(),
        };
        return Err(ApiError::conflict(format!("Escalation is {status}: response {response} is not possible{whose}")));
    }
    Ok(Decision::Happens(match payload.response {
        wire::Response::Ack => EventKind::Ack { who, entry },
        wire::Response::Nack => EventKind::Nack { who, entry },
        _ => {
            let until = until.unwrap_or(Instant::MIN);
            let name = "snooze_details.snooze_until";
            if until.unix() <= now {
                let message = "Snooze_until must be in the future".to_string();
                return Err(ApiError::invalid_parameter(name, message));
            }
            if until > run.fired_at + MAX_SNOOZE {
                let message = "Snooze_until must be within 14 days of the escalation's beginning".to_string();
                return Err(ApiError::invalid_parameter(name, message));
            }
            EventKind::Snooze { who, entry, until }
        }
    }))
}

/// The steps of an escalation for which the API has a word: the number, that word and the step as JSON.
async fn events_of(store: &Store, id: &str) -> Result<Vec<(i64, String, String)>, ApiError> {
    store.escalation_events(id).await?.map_err(|error| {
        tracing::error!("a step of escalation `{id}` cannot be read: {error}");
        ApiError::unreadable("A step of this escalation cannot be read; the server's log says why")
    })
}

/// Whether somebody has acknowledged an escalation before.
async fn has_acked(store: &Store, id: &str, who: &Responder) -> Result<bool, ApiError> {
    let events = events_of(store, id).await?;
    let by = |field: &str, id: &str, text: &str| {
        serde_json::from_str::<Value>(text).is_ok_and(|step| step.get(field).and_then(Value::as_str) == Some(id))
    };
    Ok(events.iter().filter(|(_, event, _)| event == "acked").any(|(.., text)| match who {
        Responder::User(id) => by("user_id", id, text),
        Responder::Channel(id) => by("channel_id", id, text),
        Responder::Key(name) => by("key", name, text),
    }))
}

/// The people who have acknowledged an escalation, the first of them first.
pub(crate) async fn acknowledged_by(store: &Store, id: &str) -> Result<Vec<String>, ApiError> {
    let events = events_of(store, id).await?;
    let acks = events.into_iter().filter(|(_, event, _)| event == "acked");
    let steps = acks.filter_map(|(.., text)| serde_json::from_str::<Value>(&text).ok());
    Ok(steps.filter_map(|step| Some(step.get("user_id")?.as_str()?.to_string())).collect())
}

async fn reassign(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    actor: Actor,
    request: Request,
) -> Result<Response, ApiError> {
    let payload = read_small::<ReassignPayload>(request).await?;
    let store = &escalations.store;
    // One that is not there is not there, whoever is to be paged in its place.
    if store.escalation(&id).await?.is_none() {
        return Err(missing());
    }
    let mut errors = Vec::new();
    if let Some(title) = &payload.title {
        check_text("title", title, MAX_TITLE, true, &mut errors);
    }
    check_text("description", payload.description.as_deref().unwrap_or_default(), MAX_DESCRIPTION, false, &mut errors);
    let priorities = store.priorities().await?;
    let targets = (payload.escalation_path_id.as_deref(), payload.user_ids.as_deref());
    let plan = targets_of(store, targets, &priorities, &mut errors).await?;
    let Some((plan, path_revision)) = plan.filter(|_| errors.is_empty()) else {
        return Err(ApiError::invalid(errors));
    };
    let beginning = |first: &EscalationRow| {
        if let over @ ("cancelled" | "resolved") = first.status.as_str() {
            return Err(ApiError::conflict(format!("Escalation is {over} already, and cannot be reassigned")));
        }
        Ok(Beginning {
            plan: plan.clone(),
            path_revision,
            title: payload.title.clone().unwrap_or_else(|| first.title.clone()),
            description: payload.description.clone().unwrap_or_else(|| first.description.clone()),
            priority: first.priority_id.clone().map(|id| (id, first.priority_name.clone())),
            creator: actor.creator(),
            incident_id: first.incident_id.clone(),
            idempotency_key: None,
            grace_period: 0,
            alert: serde_json::from_str::<Run>(&first.state).map_or(Alert::ResolvesWithAck, |run| run.alert),
        })
    };
    let deed = actor.deed(Action::Reassign).with("escalation_path_id", payload.escalation_path_id.clone());
    let deed = deed.with("user_ids", payload.user_ids.clone().unwrap_or_default());
    let row = escalations.reassign(&id, &deed, beginning, payload.resolve_original.unwrap_or(true)).await?;
    Ok((StatusCode::CREATED, one(store, row.ok_or_else(missing)?).await?).into_response())
}

async fn check_permissions(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json, ApiError> {
    let payload = read_small::<CheckPermissionsPayload>(request).await?;
    let row = escalations.store.escalation(&id).await?.ok_or_else(missing)?;
    if payload.user_ids.len() > MAX_USERS {
        return Err(ApiError::invalid_parameter("user_ids", format!("User_ids must be at most {MAX_USERS}")));
    }
    let unknown = unknown_users(&escalations.store, &payload.user_ids).await?;
    if !unknown.is_empty() {
        return Err(ApiError::invalid(unknown));
    }
    // One that was set aside cannot be responded to.
    let run = serde_json::from_str::<Run>(&row.state).ok().filter(|_| row.error.is_none());
    let options = payload.user_ids.into_iter().map(|user_id| {
        let who = Responder::User(user_id.as_str().into());
        let may = |may: fn(&Run, &Responder, Option<u32>) -> bool| run.as_ref().is_some_and(|run| may(run, &who, None));
        let all = [
            (wire::Response::Ack, may(Run::may_ack)),
            (wire::Response::Nack, may(Run::may_nack)),
            (wire::Response::Snooze, may(Run::may_snooze)),
        ];
        let available_actions = all.into_iter().filter(|(_, may)| *may).map(|(response, _)| response).collect();
        ResponseOptions { user_id, available_actions, extra: Map::new() }
    });
    Ok(Json::new(&Permissions { response_options: options.collect(), extra: Map::new() }.write()))
}
