//! The vendor's API, answered from the database.

mod alerts;
mod escalations;
mod identity;
mod notifications;
mod overrides;
mod paths;
mod pauses;
mod schedule_edits;
pub(crate) mod schedules;
mod teams;
mod templates;
mod users;

use axum::Router;
use axum::routing::{get, post};
use escalation_api::list::PaginationMeta;
use escalation_api::{At, ErrorSingle, Faults, Json as _, Map, Value};

use crate::addresses::VALIDATE;
use crate::error::ApiError;
use crate::store::{Store, Stored, Table};

pub(crate) use crate::answer::Json;
pub(crate) use alerts::{AlertSource, router as alerts};
pub(crate) use escalations::{
    Actor, More, acknowledged_by, answer as respond, begin as begin_escalation, missing as no_escalation,
    one as one_escalation, read_object, read_small, router as escalations,
};
pub(crate) use identity::router as identity;
pub(crate) use notifications::router as notifications;
pub(crate) use paths::{one, read_form, take};
pub(crate) use pauses::{create as create_pause, destroy as end_pause};
pub(crate) use schedule_edits::PublicBase;

pub(crate) fn router(store: Store) -> Router {
    Router::new()
        .route("/v2/escalation_paths", get(paths::list).post(paths::create))
        .route(VALIDATE, post(paths::validate))
        .route("/v2/escalation_paths/{id}", get(paths::show).put(paths::update).delete(paths::destroy))
        .route("/v2/escalation_path_templates", get(templates::list).post(templates::create))
        .route(
            "/v2/escalation_path_templates/{id}",
            get(templates::show).put(templates::update).delete(templates::destroy),
        )
        .route("/v2/users", get(users::list))
        .route("/v2/users/{id}", get(users::show))
        .route("/v3/teams", get(teams::list))
        .route("/v3/teams/{id}", get(teams::show))
        .route("/v2/schedules", get(schedules::list).post(schedule_edits::create))
        .route("/v2/schedules/{id}", get(schedules::show).put(schedule_edits::update).delete(schedule_edits::destroy))
        .route("/v2/schedules/{id}/actions/preview_entries", post(schedule_edits::preview))
        .route("/v2/schedule_entries", get(schedules::entries))
        .route("/v2/schedule_overrides", get(overrides::list).post(overrides::create))
        .route("/v2/schedule_overrides/{id}", get(overrides::show).put(overrides::update).delete(overrides::destroy))
        .route("/v2/on_call_notification_pauses", get(pauses::list))
        .route("/v2/on_call_notification_pauses/{id}", get(pauses::show))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(store)
}

/// Fields of what is answered that the server gives. In a body they are ignored: what has been read may be sent back, and
/// nothing can be told in their place.
const GIVEN_BY_THE_SERVER: [&str; 5] =
    ["id", "created_at", "updated_at", "current_responders", "has_historical_escalation_path_versions"];

/// Without the fields that the server gives.
pub(crate) fn without_given(mut fields: Map) -> Map {
    fields.retain(|name, _| !GIVEN_BY_THE_SERVER.contains(&name.as_str()));
    fields
}

/// Reads a body as what it must be, or says why it cannot be read.
fn read<T: escalation_api::Json>(body: Value) -> Result<T, ApiError> {
    let body = match body {
        Value::Object(fields) => Value::Object(without_given(fields)),
        other => other,
    };
    T::read(body).map_err(|value| {
        let mut faults = Faults::new();
        T::explain(&value, &At::Top, &mut faults);
        refused(faults)
    })
}

/// The same, and everything in it must be of the right kind.
fn read_strictly<T: escalation_api::Json>(body: Value) -> Result<T, ApiError> {
    let read: T = read(body)?;
    let mut faults = Faults::new();
    read.faults(&At::Top, &mut faults);
    if faults.is_empty() { Ok(read) } else { Err(refused(faults)) }
}

fn refused(faults: Faults) -> ApiError {
    let more = faults.more();
    ApiError::invalid_with(faults.into_iter().map(ErrorSingle::from).collect(), more)
}

/// What a list says of what is in it, and of what cannot be read.
pub(crate) struct Told {
    items: Vec<Value>,
    unreadable: Vec<Value>,
    /// Further lists of ids of which something is to be known.
    named: Vec<(&'static str, Vec<Value>)>,
}

impl Told {
    /// Tells of what is stored.
    pub(crate) fn of<T>(stored: Vec<Stored<T>>, mut tell: impl FnMut(&str, T) -> Value) -> Self {
        let mut told = Self { items: Vec::new(), unreadable: Vec::new(), named: Vec::new() };
        for Stored { id, document } in stored {
            match document {
                Some(document) => told.items.push(tell(&id, document)),
                None => told.unreadable.push(Value::String(id)),
            }
        }
        told
    }

    /// One more that cannot be read.
    pub(crate) fn unreadable(&mut self, id: String) {
        self.unreadable.push(Value::String(id));
    }

    /// With those that cannot be read because not even their ids can, by the numbers of their rows.
    pub(crate) fn with_nameless(mut self, rows: Vec<i64>) -> Self {
        self.unreadable.extend(rows.into_iter().map(|row| Value::String(format!("row {row}"))));
        self
    }

    /// With another list of ids, unless it is empty.
    pub(crate) fn naming(mut self, name: &'static str, ids: Vec<Value>) -> Self {
        if !ids.is_empty() {
            self.named.push((name, ids));
        }
        self
    }

    /// The answer with a list of this name. What cannot be read is named, so that nobody takes it for gone.
    pub(crate) fn answer(self, name: &str, meta: &PaginationMeta) -> Json {
        let mut answer = Map::new();
        answer.insert(name.to_string(), Value::Array(self.items));
        answer.insert("pagination_meta".to_string(), meta.write());
        if !self.unreadable.is_empty() {
            answer.insert("unreadable".to_string(), Value::Array(self.unreadable));
        }
        answer.extend(self.named.into_iter().map(|(name, ids)| (name.to_string(), Value::Array(ids))));
        Json::new(&Value::Object(answer))
    }
}

/// The rows of a table that no page has, told once: with the last page.
pub(crate) async fn nameless(store: &Store, table: Table, meta: &PaginationMeta) -> Result<Vec<i64>, ApiError> {
    if meta.after.is_some() { Ok(Vec::new()) } else { Ok(store.nameless(table).await?) }
}

/// Cuts a list that was asked for with one more than a page holds, and says where the page ends.
pub(crate) fn page<T, I: ToString + ?Sized>(
    items: &mut Vec<T>,
    page_size: u32,
    id: impl Fn(&T) -> &I,
) -> PaginationMeta {
    let size = usize::try_from(page_size).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let after = if more { items.last().map(|item| id(item).to_string()) } else { None };
    PaginationMeta { after, page_size: Some(page_size.into()), total_record_count: None, extra: Map::new() }
}
