//! Bodies: JSON, and not without bounds.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use escalation_api::{ErrorSingle, Value};
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::connections::TooSlow;
use crate::error::ApiError;
use crate::memory::{self, Reservation};
use crate::work::{Job, Work};

/// The largest body that is read, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// How long the rest of a body is read that there is no memory for. Whoever still sends hears of nothing else.
const DRAINING: Duration = Duration::from_secs(2);

/// How deeply a body may be nested. Readers stop at 128, and answers wrap what is stored in a few objects more.
const MAX_DEPTH: usize = 112;

/// How many values a body may have, those in lists and objects counted one by one. In memory a value takes up to a
/// hundred times the two bytes that it takes in a body.
const MAX_VALUES: usize = 100_000;

/// Reads the JSON body of a request, and does the first of the work with it: away from the threads that answer requests,
/// with the turn that is given back.
pub(crate) async fn read<T: Send + 'static>(
    request: Request,
    work: &Work,
    read: impl FnOnce(Value) -> Result<T, ApiError> + Send + 'static,
) -> Result<(T, Job), ApiError> {
    let bytes = bytes(request).await?;
    let job = work.begin().await?;
    let read = job.run(move || json(&bytes).and_then(read)).await??;
    Ok((read, job))
}

/// Reads JSON with its bounds.
pub(crate) fn json(bytes: &[u8]) -> Result<Value, ApiError> {
    if has_too_many(bytes) {
        return Err(ApiError::invalid(vec![ErrorSingle::new(
            "invalid_value",
            format!("The body must not have more than {MAX_VALUES} values"),
        )]));
    }
    let value = serde_json::from_slice(bytes)
        .map_err(|error| ApiError::bad_request(format!("The body is not valid JSON: {error}")))?;
    let mut pointer = Vec::new();
    if is_too_deep(&value, &mut pointer) {
        // The beginning is enough to find it.
        pointer.truncate(12);
        let message = format!("The body is nested more than {MAX_DEPTH} levels deep");
        return Err(ApiError::invalid_parameter(&pointer.join("."), message));
    }
    Ok(value)
}

/// Whether a text has more values than are taken, found before memory is taken for any: all but the first of a list or
/// an object come after a comma, and that one after a bracket.
fn has_too_many(bytes: &[u8]) -> bool {
    let (mut values, mut in_string, mut escaped) = (0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
    }
    values > MAX_VALUES
}

/// Whether there is anything too deep in a value; then `pointer` leads to it. The reader has bounded the depth.
fn is_too_deep(value: &Value, pointer: &mut Vec<String>) -> bool {
    if pointer.len() > MAX_DEPTH {
        return true;
    }
    let mut within = |name: String, value: &Value| {
        pointer.push(name);
        let found = is_too_deep(value, pointer);
        if !found {
            pointer.pop();
        }
        found
    };
    match value {
        Value::Array(items) => items.iter().enumerate().any(|(index, item)| within(index.to_string(), item)),
        Value::Object(fields) => fields.iter().any(|(name, field)| within(name.clone(), field)),
        _ => false,
    }
}

/// Whether a body is said to be JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).and_then(|t| t.to_str().ok()).is_some_and(|content_type| {
        content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
    })
}

/// Reads the body of a request that says it is JSON.
pub(crate) async fn bytes(request: Request) -> Result<Vec<u8>, ApiError> {
    let headers = request.headers();
    if !is_json(headers) {
        return Err(ApiError::not_json());
    }
    if headers.get_all(CONTENT_ENCODING).iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(ApiError::compressed());
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|n| n.to_str().ok()).and_then(|n| n.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        return Err(ApiError::too_large(MAX_BODY));
    }
    let reservation = memory::reservation(&request);
    limited(request.into_body(), reservation.as_ref()).await
}

/// Reads a body to its end. What is read is counted before it is kept.
async fn limited(mut body: Body, reservation: Option<&Reservation>) -> Result<Vec<u8>, ApiError> {
    let mut content = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|error| broken(&error))?.into_data() else { continue };
        let length = content.len() + piece.len();
        if length > MAX_BODY {
            return Err(ApiError::too_large(MAX_BODY));
        }
        if let Some(reservation) = reservation
            && let Err(error) = reservation.cover(length).await
        {
            drop(content);
            let drained = async { while body.frame().await.is_some_and(|frame| frame.is_ok()) {} };
            let _ended_or_not = timeout(DRAINING, drained).await;
            return Err(error);
        }
        content.extend_from_slice(&piece);
    }
    Ok(content)
}

fn broken(error: &axum::Error) -> ApiError {
    if is_by::<TooSlow>(error) { ApiError::too_slow() } else { ApiError::bad_request("The body did not come whole") }
}

/// Whether an error has one of this kind for its cause.
fn is_by<T: Error + 'static>(error: &axum::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<T>() {
            return true;
        }
        cause = error.source();
    }
    false
}
