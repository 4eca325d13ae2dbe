//! The API's errors.

use crate::macros::{object, open_enum};
use crate::{Fault, Map};

open_enum! {
    /// The general kind of an error.
    pub enum ErrorType {
        /// The request cannot be read.
        InvalidRequest = "invalid_request_error",
        /// No key, or not a good one.
        Authentication = "authentication_error",
        /// The key does not allow it.
        Forbidden = "resource_forbidden",
        /// There is no such thing.
        NotFound = "not_found",
        /// The answer cannot be had in the form asked for.
        NotAcceptable = "not_acceptable",
        /// Not with this method.
        MethodNotAllowed = "method_not_allowed",
        /// The request took too long.
        RequestTimeout = "request_timeout",
        /// Somebody else was faster.
        Conflict = "conflict",
        /// What the request relies on does not hold.
        PreconditionFailed = "precondition_failed",
        /// The body is too large.
        PayloadTooLarge = "payload_too_large",
        /// The content is not valid.
        Validation = "validation_error",
        /// Too many requests.
        TooManyRequests = "too_many_requests",
        /// The fault is the server's.
        Api = "api_error",
        /// Too many requests.
        RateLimitReached = "rate_limit_reached",
        /// The client went away.
        ClientTimeout = "client_timeout",
    }
}

object! {
    /// Where in the request an error is.
    pub struct ErrorSource {
        /// The name of the field, or the same as the pointer.
        optional field: String,
        /// The dotted path to the field: `path.0.if_else.else_path.0.notify_channel`.
        optional pointer: String,
    }
}

object! {
    /// One error.
    pub struct ErrorSingle {
        /// Which, for programs.
        required code: String,
        /// What is wrong, for people.
        required message: String,
        /// Where.
        optional source: ErrorSource,
        /// More about it.
        optional metadata: Map,
    }
}

object! {
    /// The body of every answer that is an error.
    pub struct ErrorResponse {
        /// The general kind.
        required error_type as "type": ErrorType,
        /// The HTTP status.
        required status: i64,
        /// The id of the request, to find it in a log.
        required request_id: String,
        /// All that is wrong.
        list errors: Vec<ErrorSingle>,
        /// For too many requests: the limit and when to try again.
        optional rate_limit: Map,
    }
}

impl ErrorSingle {
    /// An error at no place in particular.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_string(), message: message.into(), source: None, metadata: None, extra: Map::new() }
    }

    /// The same at a place, given as a dotted path. `field` and `pointer` are filled alike: clients of the vendor read
    /// one or the other.
    #[must_use]
    pub fn at(self, pointer: &str) -> Self {
        let text = Some(pointer.to_string());
        Self { source: Some(ErrorSource { field: text.clone(), pointer: text, extra: Map::new() }), ..self }
    }

    /// Where the error is, as a dotted path; empty when that is not said.
    #[must_use]
    pub fn pointer(&self) -> &str {
        let source = self.source.as_ref();
        let pointer = source.and_then(|s| s.pointer.as_deref()).filter(|p| !p.is_empty());
        pointer.or_else(|| source.and_then(|s| s.field.as_deref())).unwrap_or_default()
    }
}

impl From<Fault> for ErrorSingle {
    fn from(fault: Fault) -> Self {
        Self::new("invalid_value", fault.to_string()).at(&fault.pointer)
    }
}
