//! What is expected of a path, and named scenarios, kept with it.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::header::ETAG;
use axum::response::{IntoResponse as _, Response};
use chrono::Utc;
use escalation_api::{ErrorSingle, Map, Value};
use escalation_engine::prove::Expectation;
use escalation_engine::scenario::Named;
use escalation_engine::{ReadError, Scenario};

use crate::api::Json;
use crate::body;
use crate::error::ApiError;
use crate::names;
use crate::store::{Author, Editing, Expected, Kept, Store};
use crate::work::Work;

/// How many expectations are kept with a path.
const MAX_EXPECTATIONS: usize = 100;

pub(super) async fn expectations(State(store): State<Store>, Path(id): Path<String>) -> Result<Response, ApiError> {
    told(&store, &id, Kept::Expectations).await
}

pub(super) async fn keep_expectations(
    State(store): State<Store>,
    Path(id): Path<String>,
    Extension(work): Extension<Work>,
    expected: Expected,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let (list, _) = body::read(request, &work, sound_expectations).await?;
    keep(&store.by(&author), &id, Kept::Expectations, &expected, list).await
}

/// The list of expectations in a body, if nothing is wrong with it.
fn sound_expectations(body: Value) -> Result<Vec<Value>, ApiError> {
    let list = list(body, Kept::Expectations, MAX_EXPECTATIONS)?;
    let mut errors = Vec::new();
    for (position, expectation) in list.iter().enumerate() {
        // A list of one, so that all that are wrong are told and not the first only.
        if let Err(error) = Expectation::list_from_text(&format!("[{expectation}]")) {
            let within = error.pointer.strip_prefix('0').unwrap_or_default().trim_matches('.').to_string();
            errors.push(fault(&format!("expectations.{position}"), &within, error));
        }
    }
    if errors.is_empty() { Ok(list) } else { Err(ApiError::invalid(errors)) }
}

pub(super) async fn scenarios(State(store): State<Store>, Path(id): Path<String>) -> Result<Response, ApiError> {
    told(&store, &id, Kept::Scenarios).await
}

pub(super) async fn keep_scenarios(
    State(store): State<Store>,
    Path(id): Path<String>,
    Extension(work): Extension<Work>,
    expected: Expected,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let (list, _) = body::read(request, &work, sound_scenarios).await?;
    keep(&store.by(&author), &id, Kept::Scenarios, &expected, list).await
}

/// The list of scenarios in a body, if nothing is wrong with it.
fn sound_scenarios(body: Value) -> Result<Vec<Value>, ApiError> {
    let list = list(body, Kept::Scenarios, Named::MOST)?;
    let mut errors = Vec::new();
    let mut names = Vec::new();
    for (position, named) in list.iter().enumerate() {
        let at = format!("scenarios.{position}");
        let name = named.get("name").and_then(Value::as_str).unwrap_or_default().trim();
        let wrong = |message: String| ErrorSingle::new("invalid_value", message).at(&format!("{at}.name"));
        if let Some((_, message)) = names::fault(name) {
            errors.push(wrong(message.to_string()));
        } else if name.chars().count() > Named::LONGEST_NAME {
            errors.push(wrong(format!("Name must have at most {} characters", Named::LONGEST_NAME)));
        } else if names.contains(&name) {
            errors.push(wrong(format!("Name `{name}` is used before")));
        }
        names.push(name);
        let at = format!("{at}.scenario");
        let Some(scenario) = named.get("scenario") else {
            errors.push(ErrorSingle::new("invalid_value", "Scenario is required").at(&at));
            continue;
        };
        let read = Scenario::from_text(&scenario.to_string());
        if let Err(error) = read.and_then(|scenario| scenario.inline_path().map(drop)) {
            let within = error.pointer.clone();
            errors.push(fault(&at, &within, error));
        }
    }
    if errors.is_empty() { Ok(list) } else { Err(ApiError::invalid(errors)) }
}

async fn told(store: &Store, id: &str, kind: Kept) -> Result<Response, ApiError> {
    let (list, revision) = store.kept(id, kind).await?.ok_or_else(|| ApiError::not_found("Escalation path"))?;
    // Its revision is not told with an error: what is saved anew replaces it without that.
    let list = list.readable("The list", "save it anew")?;
    let write = move || Json::new(&answer(kind, list));
    let answer = store.aside().write(write).await?;
    Ok(tagged(answer, revision))
}

/// Keeps a list, if the one there is as expected, and answers with it.
async fn keep(
    store: &Editing<'_>,
    id: &str,
    kind: Kept,
    expected: &Expected,
    list: Vec<Value>,
) -> Result<Response, ApiError> {
    let write = move || {
        let list = Value::Array(list);
        (list.to_string(), Json::new(&answer(kind, list)))
    };
    let (list, answer) = store.aside().write(write).await?;
    let outcome = store.keep(id, kind, &list, expected, Utc::now()).await?;
    let what = format!("The list of {}", kind.as_str());
    Ok(tagged(answer, outcome.revision_of(&what)?))
}

fn answer(kind: Kept, list: Value) -> Value {
    let named: Map = [(kind.as_str().to_string(), list)].into_iter().collect();
    Value::Object(named)
}

/// The answer with a list; its revision is its tag.
fn tagged(answer: Json, revision: i64) -> Response {
    ([(ETAG, format!("\"{revision}\""))], answer).into_response()
}

/// The list in a body, of at most so many.
fn list(mut body: Value, kind: Kept, most: usize) -> Result<Vec<Value>, ApiError> {
    let name = kind.as_str();
    match body.get_mut(name).map(Value::take) {
        Some(Value::Array(list)) if list.len() <= most => Ok(list),
        _ => {
            let message = format!("{} must be a list of at most {most}", escalation_api::capitalised(name));
            Err(ApiError::invalid_parameter(name, message))
        }
    }
}

/// A fault at a place in a document that is part of a body.
fn fault(at: &str, within: &str, error: ReadError) -> ErrorSingle {
    // Lines and columns are those of a text that nobody has seen.
    let message = error.message.split(" at line ").next().unwrap_or_default();
    let (pointer, message) = if within.is_empty() {
        (at.to_string(), message.to_string())
    } else {
        (format!("{at}.{within}"), format!("{within}: {message}"))
    };
    ErrorSingle::new("invalid_value", message).at(&pointer)
}
