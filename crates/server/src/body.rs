//! Bodies: JSON, and not without bounds.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use escalation_api::Value;

use crate::error::ApiError;

/// The largest body that is read, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// Reads the JSON body of a request. Nesting deeper than 128 is refused by the reader.
pub(crate) async fn json(request: Request) -> Result<Value, ApiError> {
    let bytes = bytes(request).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::bad_request(format!("The body is not valid JSON: {error}")))
}

/// Reads the body of a request that says it is JSON.
pub(crate) async fn bytes(request: Request) -> Result<Vec<u8>, ApiError> {
    let headers = request.headers();
    let is_json = headers.get(CONTENT_TYPE).and_then(|t| t.to_str().ok()).is_some_and(|content_type| {
        content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
    });
    if !is_json {
        return Err(ApiError::not_json());
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|n| n.to_str().ok()).and_then(|n| n.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        return Err(ApiError::too_large(MAX_BODY));
    }
    limited(request.into_body()).await
}

async fn limited(body: Body) -> Result<Vec<u8>, ApiError> {
    // One byte more, to tell a body of exactly the limit from a larger one.
    match to_bytes(body, MAX_BODY + 1).await {
        Ok(bytes) if bytes.len() <= MAX_BODY => Ok(bytes.into()),
        _ => Err(ApiError::too_large(MAX_BODY)),
    }
}
