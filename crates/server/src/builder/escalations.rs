//! Escalations beyond the vendor's words: every step with its node, rule and reason, what they follow from, what was sent,
//! and all of it as it happens; and what a program that knows the alert can say of it.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use chrono::{DateTime, SecondsFormat};
use escalation_api::escalation::{EscalationPayload, RespondPayload};
use escalation_api::{ErrorSingle, Json as _, Map, Value};
use escalation_engine::machine::{EventKind, Who as Responder};
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use tokio::time::sleep;

use crate::access::{Caller, Identity};
use crate::api::{Actor, Json, More, begin_escalation, no_escalation, one_escalation, read_small, respond};
use crate::body;
use crate::connections::Stopping;
use crate::error::ApiError;
use crate::query::Query;
use crate::run::{Decision, Deed, Escalations};
use crate::store::{Action, Author, Delivery, EscalationRow, InputRow, RESTORE_BACKUP, ReadDelivery, StepRow};

/// How many steps and deliveries are told at once, and inputs, each of which can come with a world.
const MAX_STEPS: u32 = 1_000;
const MAX_INPUTS: u32 = 200;
/// How many deliveries are told at once.
const MAX_DELIVERIES: u32 = 250;
/// How many may watch escalations at once.
const MAX_STREAMS: usize = 200;
/// How often a stream looks at the database, whatever it was told: another process may have changed something.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often something is sent on a stream on which nothing happens.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// What the streams share.
#[derive(Clone)]
struct Streams {
    places: Arc<Semaphore>,
    stopping: Stopping,
}

pub(crate) fn router(escalations: Escalations, stopping: Stopping) -> Router {
    let streams = Streams { places: Arc::new(Semaphore::new(MAX_STREAMS)), stopping };
    Router::new()
        .route("/builder/v1/escalations", post(create))
        .route("/builder/v1/escalations/{id}", get(show))
        .route("/builder/v1/escalations/{id}/inputs", get(inputs))
        .route("/builder/v1/escalations/{id}/stream", get(watch))
        .route("/builder/v1/escalations/{id}/actions/respond", post(respond_as))
        .route("/builder/v1/escalations/{id}/actions/resolve", post(resolve))
        .route("/builder/v1/escalations/{id}/actions/alert_resolved", post(alert_resolved))
        .route("/builder/v1/escalations/{id}/actions/activity", post(activity))
        .route("/builder/v1/deliveries", get(deliveries))
        .route("/builder/v1/deliveries/{id}/actions/retry", post(retry))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(Extension(streams))
        .with_state(escalations)
}

/// From milliseconds since 1970.
pub(super) fn told_at(at: i64) -> String {
    DateTime::from_timestamp_millis(at).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// From seconds since 1970.
fn told_second(at: i64) -> String {
    DateTime::from_timestamp(at, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// JSON that was stored; what cannot be read is null.
fn stored(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Begins an escalation as the vendor's API does, with what that has no field for.
async fn create(State(escalations): State<Escalations>, actor: Actor, request: Request) -> Result<Response, ApiError> {
    let payload = read_small::<EscalationPayload>(request).await?;
    let more = more(&payload.extra)?;
    let row = begin_escalation(&escalations, &actor, payload, more).await?;
    Ok((StatusCode::CREATED, one_escalation(&escalations.store, row).await?).into_response())
}

fn more(fields: &Map) -> Result<More, ApiError> {
    let mut errors = Vec::new();
    let mut wrong = |name: &str, what: &str| {
        let message = format!("{} must be {what}", escalation_api::capitalised(name));
        errors.push(ErrorSingle::new("invalid_value", message).at(name));
    };
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let mut more = More::default();
    if let Some(value) = given("priority_id") {
        more.priority_id = value.as_str().map(str::to_string);
        if more.priority_id.is_none() {
            wrong("priority_id", "a string");
        }
    }
    if let Some(value) = given("grace_period_seconds") {
        match value.as_i64() {
            Some(seconds) => more.grace_period = seconds,
            None => wrong("grace_period_seconds", "a whole number"),
        }
    }
    if let Some(value) = given("alert_keeps_firing") {
        match value.as_bool() {
            Some(fires) => more.keeps_firing = fires,
            None => wrong("alert_keeps_firing", "true or false"),
        }
    }
    if errors.is_empty() { Ok(more) } else { Err(ApiError::invalid(errors)) }
}

/// All of an escalation, with its steps from one on.
async fn show(State(escalations): State<Escalations>, Path(id): Path<String>, query: Query) -> Result<Json, ApiError> {
    let store = &escalations.store;
    let row = store.escalation(&id).await?.ok_or_else(no_escalation)?;
    let after = number(&query, "after")?;
    let mut steps = store.escalation_steps(&id, after, MAX_STEPS + 1).await?;
    let meta = crate::api::page(&mut steps, MAX_STEPS, |step| &step.number);
    let deliveries = store.deliveries_of(&id, MAX_STEPS).await?;
    let reassigned_to = store.reassigned_to(&id).await?;
    let mut answer = told_deliveries(&deliveries);
    answer.insert("escalation".to_string(), told(&row, reassigned_to));
    answer.insert("steps".to_string(), Value::Array(steps.iter().map(|one| step(&id, one)).collect::<Result<_, _>>()?));
    answer.insert("pagination_meta".to_string(), meta.write());
    Ok(Json::new(&Value::Object(answer)))
}

fn number(query: &Query, name: &str) -> Result<i64, ApiError> {
    let Some(text) = query.get(name) else { return Ok(0) };
    let number = text.parse().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| {
        let name_told = escalation_api::capitalised(name);
        ApiError::invalid_parameter(name, format!("{name_told} must be a number from 0 on"))
    })
}

fn told(row: &EscalationRow, reassigned_to: Option<String>) -> Value {
    let state = stored(&row.state);
    json!({
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "outcome": state.get("outcome"),
        "escalation_path_id": row.path_id,
        "revision": row.path_revision,
        "priority": { "id": row.priority_id, "name": row.priority_name },
        "idempotency_key": row.idempotency_key,
        "incident_id": row.incident_id,
        "reassigned_from": row.reassigned_from,
        "reassigned_to": reassigned_to,
        "version": row.version,
        "next_timer_due_at": row.due_at.filter(|_| row.error.is_none()).map(told_second),
        "set_aside": row.error,
        "created_at": told_at(row.created_at),
        "updated_at": told_at(row.updated_at),
    })
}

/// A step of a trace, with its number, the input that made it, and when the timer was due that did.
///
/// # Errors
/// Names it where it cannot be read.
fn step(id: &str, step: &StepRow) -> Result<Value, ApiError> {
    let mut told = Map::new();
    told.insert("number".to_string(), step.number.into());
    told.insert("input".to_string(), step.input.into());
    if let Some(due) = step.due_at {
        told.insert("due_at".to_string(), told_second(due).into());
        told.insert("late_seconds".to_string(), (step.at - due).into());
    }
    match serde_json::from_str(&step.document) {
        Ok(Value::Object(fields)) => told.extend(fields),
        _ => return Err(unreadable(&format!("Step {} of escalation `{id}`", step.number))),
    }
    Ok(Value::Object(told))
}

/// What is stored cannot be read, and nothing is told in its place.
fn unreadable(what: &str) -> ApiError {
    tracing::error!("{what} cannot be read");
    ApiError::unreadable(format!("{what} is stored, but cannot be read: {RESTORE_BACKUP}"))
}

/// JSON as it is stored.
///
/// # Errors
/// Names it where it cannot be read.
fn read(what: &str, text: Option<String>) -> Result<Value, ApiError> {
    text.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(|| unreadable(what))
}

/// Deliveries under their name, and the ids of those that cannot be read.
fn told_deliveries(read: &[ReadDelivery]) -> Map {
    let mut told = Map::new();
    told.insert("deliveries".to_string(), read.iter().flatten().map(delivery).collect());
    let unreadable: Vec<_> = read.iter().filter_map(|read| read.as_ref().err()).collect();
    for row in &unreadable {
        tracing::error!(delivery = row.id, row = row.rowid, "a delivery cannot be read: {}", row.why);
    }
    if !unreadable.is_empty() {
        told.insert("unreadable".to_string(), unreadable.iter().map(|row| row.id.as_str()).collect());
    }
    told
}

fn delivery(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "escalation_id": delivery.escalation_id,
        "version": delivery.version,
        "number": delivery.number,
        "kind": delivery.kind,
        "status": delivery.status,
        "tries": delivery.tries,
        "try_at": told_at(delivery.try_at),
        "error": delivery.error,
        "message": stored(&delivery.document),
        "created_at": told_at(delivery.created_at),
        "updated_at": told_at(delivery.updated_at),
    })
}

/// What the steps of an escalation follow from, so that they can be worked out again: the state that it began with, what it
/// follows, what happened, and what was looked up.
async fn inputs(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json, ApiError> {
    let store = &escalations.store;
    let row = store.escalation(&id).await?.ok_or_else(no_escalation)?;
    let mut inputs = store.escalation_inputs(&id, number(&query, "after")?, MAX_INPUTS + 1).await?;
    let meta = crate::api::page(&mut inputs, MAX_INPUTS, |input| &input.number);
    let plan = read(&format!("The plan of escalation `{id}`"), store.escalation_plan(&row.plan_id).await?)?;
    let state = read(&format!("The first state of escalation `{id}`"), Some(row.first_state))?;
    let mut worlds = BTreeMap::new();
    for input in &inputs {
        if !worlds.contains_key(&input.world_id) {
            let world = store.escalation_world(&input.world_id).await?;
            let what = format!("What was looked up for input {} of escalation `{id}`", input.number);
            worlds.insert(input.world_id.clone(), read(&what, world)?);
        }
    }
    Ok(Json::new(&json!({
        "state": state,
        "plan": plan,
        "worlds": worlds,
        "inputs": inputs.iter().map(input).collect::<Vec<_>>(),
        "pagination_meta": meta.write(),
    })))
}

fn input(input: &InputRow) -> Value {
    json!({
        "number": input.number,
        "event": { "at": told_second(input.at), "kind": stored(&input.kind) },
        "due_at": input.due_at.map(told_second),
        "world": input.world_id,
        "round_robin": input.round_robin.as_deref().map(stored),
        "recorded_at": told_at(input.recorded_at),
    })
}

/// Steps as they happen, from the first or after the one that was seen last. It ends when the escalation is over.
async fn watch(
    State(escalations): State<Escalations>,
    Extension(streams): Extension<Streams>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let asked = number(&query, "after")?;
    let after = seen.unwrap_or(asked);
    // Before anything is read, so that no change is missed.
    let changes = escalations.changes();
    if escalations.store.escalation(&id).await?.is_none() {
        return Err(no_escalation());
    }
    let busy = || ApiError::unavailable("busy", "Too many watch escalations already; try again");
    let place = streams.places.clone().try_acquire_owned().map_err(|_| busy())?;
    let stopping = streams.stopping.clone();
    let ticket = match caller.identity {
        Identity::Key { id, .. } => Ticket::Key(id),
        Identity::Session { id, .. } => Ticket::Session(id),
        _ => Ticket::None,
    };
    let told = VecDeque::new();
    let watching = Watching { escalations, id, ticket, after, changes, stopping, told, is_over: false, _place: place };
    let alive = KeepAlive::new().interval(ALIVE_EVERY);
    Ok(Sse::new(watching.stream()).keep_alive(alive).into_response())
}

/// By what somebody watches, which may end meanwhile: the id of an API key, or of a session.
enum Ticket {
    Key(String),
    Session(String),
    None,
}

struct Watching {
    escalations: Escalations,
    id: String,
    ticket: Ticket,
    /// The number of the last step that was told.
    after: i64,
    changes: broadcast::Receiver<Arc<str>>,
    stopping: Stopping,
    told: VecDeque<Event>,
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

impl Watching {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut watching| {
            loop {
                if let Some(event) = watching.told.pop_front() {
                    return Some((Ok(event), watching));
                }
                if watching.is_over || !watching.may_go_on().await {
                    return None;
                }
                if !watching.read().await? && !watching.wait().await {
                    return None;
                }
            }
        })
    }

    /// Reads what has happened since; false if that is nothing. Nothing where it cannot be read: whoever watches comes
    /// again.
    async fn read(&mut self) -> Option<bool> {
        let store = &self.escalations.store;
        // First whether it is over, so that the steps that are read then are all.
        let row = store.escalation(&self.id).await.ok()??;
        let steps = store.escalation_steps(&self.id, self.after, MAX_STEPS).await.ok()?;
        for read in &steps {
            self.after = read.number;
            let event = Event::default().id(read.number.to_string()).event("step");
            // One that cannot be read ends the stream: what came after it would be told as if nothing were between.
            let Ok(told) = step(&self.id, read) else { return None };
            self.told.push_back(event.data(told.to_string()));
        }
        if steps.is_empty() && matches!(row.status.as_str(), "expired" | "cancelled" | "resolved") {
            let end = Event::default().id(self.after.to_string()).event("end");
            self.told.push_back(end.data(json!({ "status": row.status }).to_string()));
            self.is_over = true;
        }
        Some(!self.told.is_empty())
    }

    /// Whether whoever watches may still do so: their key is neither revoked nor expired, and their session is not over, as
    /// far as can be known. A session is in use for as long as somebody watches.
    async fn may_go_on(&self) -> bool {
        let store = &self.escalations.store;
        let Ok(now) = self.escalations.clock.now(store).await else { return false };
        match &self.ticket {
            Ticket::None => true,
            Ticket::Key(id) => store.api_key(id).await.is_ok_and(|key| key.is_some_and(|key| key.is_valid(now))),
            Ticket::Session(id) => {
                let session = store.session(id).await;
                session.is_ok_and(|session| session.is_some_and(|session| session.is_valid(now, i64::MAX)))
            }
        }
    }

    /// Waits until something may have happened; false if the server stops.
    async fn wait(&mut self) -> bool {
        let look = sleep(LOOK_EVERY);
        tokio::pin!(look);
        loop {
            if self.stopping.borrow().is_some() {
                return false;
            }
            tokio::select! {
                _ = self.stopping.changed() => return false,
                () = &mut look => return true,
                changed = self.changes.recv() => match changed {
                    Ok(id) if *id == *self.id => return true,
                    Ok(_) => {}
                    // Too many changes to tell of: it may have been among them.
                    Err(broadcast::error::RecvError::Lagged(_)) => return true,
                    Err(broadcast::error::RecvError::Closed) => return false,
                }
            }
        }
    }
}

/// As the vendor's, also for somebody in a channel: `{"channel_id"}`; and to a certain page: `{"entry"}`, which the
/// message of its delivery has.
async fn respond_as(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let payload = read_small::<RespondPayload>(request).await?;
    let named = |name: &str| payload.extra.get(name).and_then(Value::as_str).filter(|id| id.len() <= 255);
    let who = match (named("user_id"), named("channel_id")) {
        (Some(user), None) => Responder::User(user.into()),
        (None, Some(channel)) => Responder::Channel(channel.into()),
        _ => {
            let message = "User_id or channel_id is required, and not both".to_string();
            return Err(ApiError::invalid_parameter("user_id", message));
        }
    };
    let entry = match payload.extra.get("entry").filter(|value| !value.is_null()) {
        None => None,
        Some(value) => {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            let wrong = || ApiError::invalid_parameter("entry", "Entry must be a number from 0 on".to_string());
            Some(number.ok_or_else(wrong)?)
        }
    };
    respond(&escalations, &author, &id, who, entry, payload).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn resolve(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<StatusCode, ApiError> {
    happens(&escalations, &id, request, EventKind::Resolve, Deed::new(&author, Action::Resolve)).await
}

async fn alert_resolved(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<StatusCode, ApiError> {
    happens(
        &escalations,
        &id,
        request,
        EventKind::AlertResolved,
        Deed::new(&author, Action::Resolve).with("alert", "resolved"),
    )
    .await
}

async fn activity(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<StatusCode, ApiError> {
    happens(&escalations, &id, request, EventKind::Activity, Deed::new(&author, Action::Activity)).await
}

/// Something happens to an escalation. On one that is over it changes nothing.
async fn happens(
    escalations: &Escalations,
    id: &str,
    request: Request,
    kind: EventKind,
    deed: Deed<'_>,
) -> Result<StatusCode, ApiError> {
    // Not looked at, but a page elsewhere cannot send it unasked.
    body::bytes(request).await?;
    let decide = |_: &EscalationRow, state: &escalation_engine::machine::State, _| {
        let is_over = state.has_ended() && !state.is_stopped();
        Ok(if is_over { Decision::Nothing } else { Decision::Happens(kind.clone()) })
    };
    escalations.apply(id, &deed, decide).await?.ok_or_else(no_escalation)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deliveries with one status.
async fn deliveries(State(escalations): State<Escalations>, query: Query) -> Result<Json, ApiError> {
    let status = query.get("status").unwrap_or("dead");
    if !matches!(status, "waiting" | "sent" | "dropped" | "dead") {
        let message = "Status must be waiting, sent, dropped or dead".to_string();
        return Err(ApiError::invalid_parameter("status", message));
    }
    let page_size = query.page_size(MAX_DELIVERIES)?;
    let after = query.get("after").unwrap_or_default();
    let mut found = escalations.store.deliveries(status, after, page_size + 1).await?;
    let meta = crate::api::page(&mut found, page_size, |read| match read {
        Ok(delivery) => &delivery.id,
        Err(unreadable) => &unreadable.id,
    });
    let mut answer = told_deliveries(&found);
    answer.insert("pagination_meta".to_string(), meta.write());
    Ok(Json::new(&Value::Object(answer)))
}

/// Has a delivery tried again that is not tried any more.
async fn retry(
    State(escalations): State<Escalations>,
    Path(id): Path<String>,
    author: Author,
    request: Request,
) -> Result<StatusCode, ApiError> {
    body::bytes(request).await?;
    let is_done = escalations.revive(&id, &author).await?;
    let missing = || ApiError::no_such_thing("There is no such delivery that is not tried any more");
    if is_done { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
