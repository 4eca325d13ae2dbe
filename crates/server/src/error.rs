//! Errors: those that keep the server from starting, and those that are answered, in the vendor's envelope.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use escalation_api::{ErrorResponse, ErrorSingle, ErrorType, Json as _, Map};
use ulid::Ulid;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken.
    #[error("port {port} is in use: stop the program that has it, or choose another port")]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The folder of the database cannot be written to.
    #[error("cannot write to the data folder `{folder}`: {source}; choose one that can be written to")]
    Data {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database cannot be used.
    #[error("cannot open the database `{file}`: {source}")]
    Database {
        /// Its file.
        file: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The database was written by a newer version, or half.
    #[error("cannot bring the database `{file}` up to date: {source}")]
    Migrate {
        /// Its file.
        file: PathBuf,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// The app is not where it should be.
    #[error("the app is not built: there is no index.html in `{folder}`; build it with `cargo xtask run`")]
    NoApp {
        /// The folder.
        folder: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read `{file}`: {source}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("`{file}` {what}")]
    Content {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The address of the other API is none.
    #[error("`{url}` is not the address of an API: {what}")]
    Upstream {
        /// The address.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// The demo organisation in the program is damaged.
    #[error("the demo organisation cannot be read: {0}")]
    Demo(String),
}

impl StartError {
    pub(crate) fn bind(address: SocketAddr, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::AddrInUse {
            Self::PortInUse { port: address.port() }
        } else {
            Self::Bind { address, source }
        }
    }
}

/// An error that is answered. [`finish`] makes the envelope of it, with the id of the request.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: StatusCode,
    error_type: ErrorType,
    errors: Vec<ErrorSingle>,
}

impl ApiError {
    fn new(status: StatusCode, error_type: ErrorType, code: &str, message: impl Into<String>) -> Self {
        Self { status, error_type, errors: vec![ErrorSingle::new(code, message)] }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::no_such_thing(format!("{what} could not be found"))
    }

    pub(crate) fn no_such_thing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorType::NotFound, "not_found", message)
    }

    pub(crate) fn invalid(errors: Vec<ErrorSingle>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, error_type: ErrorType::Validation, errors }
    }

    pub(crate) fn invalid_parameter(name: &str, message: String) -> Self {
        Self::invalid(vec![ErrorSingle::new("invalid_value", message).at(name)])
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, ErrorType::Conflict, "conflict", message)
    }

    /// Somebody else was faster: it is at another revision than the request relies on.
    pub(crate) fn stale(what: &str, revision: i64) -> Self {
        let message = format!("{what} has been saved meanwhile: it is at revision {revision} now");
        let mut error = ErrorSingle::new("precondition_failed", message);
        error.metadata = Some([("revision".to_string(), revision.to_string().into())].into_iter().collect());
        let (status, error_type) = (StatusCode::PRECONDITION_FAILED, ErrorType::PreconditionFailed);
        Self { status, error_type, errors: vec![error] }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorType::InvalidRequest, "invalid_request", message)
    }

    pub(crate) fn not_json() -> Self {
        let message = "The body must be sent with content-type application/json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorType::InvalidRequest, "unsupported_media_type", message)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("The body must not be larger than {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorType::PayloadTooLarge, "payload_too_large", message)
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "This method is not allowed here";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, ErrorType::MethodNotAllowed, "method_not_allowed", message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorType::Forbidden, "forbidden", message)
    }

    /// What is asked for depends on who is asking, and nothing says who that is.
    pub(crate) fn unknown_person(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorType::Authentication, "authentication_error", message)
    }

    pub(crate) fn upstream(status: StatusCode, code: &str, message: &str) -> Self {
        Self::new(status, ErrorType::Api, code, message)
    }

    /// The fault is ours: the log has it, the answer does not.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "cannot answer");
        let message = "Something went wrong on the server; its log says what";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorType::Api, "internal_error", message)
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each request an id, answers errors in the vendor's envelope, and writes a line to the log.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let id = Ulid::generate().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_string());
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        let envelope = ErrorResponse {
            error_type: error.error_type,
            status: error.status.as_u16().into(),
            request_id: id.clone(),
            errors: error.errors,
            rate_limit: None,
            extra: Map::new(),
        };
        *response.body_mut() = Body::from(envelope.write().to_string());
        // That of the empty body.
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    tracing::info!(%method, %path, status = response.status().as_u16(), request = id);
    response
}
