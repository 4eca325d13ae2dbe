//! What is answered where it is JSON.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use escalation_api::Value;

/// A body of JSON, as the text that is sent.
pub(crate) struct Json(String);

impl Json {
    /// Writes a value. Where it may be large, away from the threads that answer requests.
    pub(crate) fn new(value: &Value) -> Self {
        Self(value.to_string())
    }
}

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}
