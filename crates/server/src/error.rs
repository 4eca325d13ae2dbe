//! Errors: those that keep the server from starting, and those that are answered, in the vendor's envelope.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use escalation_api::{ErrorResponse, ErrorSingle, ErrorType, Json as _, Map, Value};
use ulid::Ulid;

use crate::addresses::is_probe;
use crate::metrics::Metrics;

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
    /// Anybody who reaches the address could change paths and page people.
    #[error(
        "whoever reaches {address} would have to be let in unasked: make an API key (`escalation-server key \
         create`) or a link to sign in (`escalation-server account link`), name a --user-header, or say what strangers may \
         do with --anonymous"
    )]
    NoAuthentication {
        /// The address.
        address: SocketAddr,
    },
    /// The address of the heartbeat cannot be called.
    #[error("the address of the heartbeat {what}")]
    Heartbeat {
        /// What is wrong with it.
        what: String,
    },
    /// There is no database to back up.
    #[error("there is no database `{file}`: choose its folder with --data")]
    NoDatabase {
        /// Where it would be.
        file: PathBuf,
    },
    /// A file is there already, and not replaced unseen.
    #[error("`{file}` is there already: choose another name, or for a restore give --replace")]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// A backup is damaged.
    #[error("the backup `{file}` cannot be used: {what}")]
    NotWhole {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The database is open in another process.
    #[error("the database `{file}` is in use: stop the server first")]
    InUse {
        /// The file.
        file: PathBuf,
    },
    /// The database is no file.
    #[error("--database names a server: back it up with its own tools, such as pg_dump")]
    BackupOfServer,
    /// What a command has to say cannot be printed.
    #[error("nothing could be printed, and a key that was made for it is revoked: {source}")]
    NotPrinted {
        /// Why.
        source: std::io::Error,
    },
    /// An API key is still valid.
    #[error("API key `{id}` was NOT revoked: {source}")]
    NotRevoked {
        /// Its id.
        id: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The API keys cannot be read or written.
    #[error("cannot use the API keys: {0}")]
    Keys(sqlx::Error),
    /// The accounts cannot be read or written.
    #[error("cannot use the accounts: {0}")]
    Accounts(sqlx::Error),
    /// There is no such account.
    #[error("there is no account `{id}`: `escalation-server account list` shows them")]
    NoAccount {
        /// The id that was given.
        id: String,
    },
    /// A link to sign in cannot be made.
    #[error("cannot make a link to sign in: {what}")]
    NoLink {
        /// Why.
        what: String,
    },
    /// What a command has to say cannot be printed.
    #[error("nothing could be printed: {source}")]
    LinkNotPrinted {
        /// Why.
        source: std::io::Error,
    },
    /// The provider of OpenID Connect cannot be used as it is named.
    #[error("OpenID Connect cannot be used: {what}")]
    Oidc {
        /// What is wrong.
        what: String,
    },
    /// There is no such API key.
    #[error("there is no API key `{id}`: `escalation-server key list` shows them")]
    NoKey {
        /// The id that was given.
        id: String,
    },
    /// A secret cannot be made.
    #[error("the system has no randomness to make a key of: try again")]
    NoRandomness,
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
    /// The file of the database has nothing in it, and is not a new one.
    #[error(
        "the database `{file}` is empty (0 bytes), and there is a log of changes beside it: \
         put a backup in its place, or remove both to begin a new one"
    )]
    EmptyDatabase {
        /// Its file.
        file: PathBuf,
    },
    /// The file of the database cannot be written to.
    #[error("cannot write to the database `{file}`: {source}; let whoever runs this server read and write it")]
    ReadOnlyDatabase {
        /// Its file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A new database cannot be put in its place.
    #[error("cannot make the database `{file}`: {source}")]
    Make {
        /// Its file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database was written by a newer version, or half.
    #[error("cannot bring the database `{file}` up to date: {}", of_migration(.source))]
    Migrate {
        /// Its file.
        file: PathBuf,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// The address of a database server is none. It is not repeated: there may be a password in it.
    #[error("--database is not the address of a database: {what}; such as postgres://user@host/name")]
    DatabaseAddress {
        /// What is wrong with it.
        what: String,
    },
    /// The database of a server cannot be used.
    #[error("cannot use the database `{place}`: {source}")]
    Server {
        /// The server and the database.
        place: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The database of a server does not keep all text.
    #[error("the database `{place}` has the encoding {encoding}: make one with the encoding UTF8")]
    Encoding {
        /// The server and the database.
        place: String,
        /// How it keeps text.
        encoding: String,
    },
    /// The database of a server was written by a newer version.
    #[error("cannot bring the database `{place}` up to date: {}", of_migration(.source))]
    MigrateServer {
        /// The server and the database.
        place: String,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// The app is not where it should be.
    #[error("the app is not built: there is no index.html in `{folder}`; build it with `cargo xtask run`")]
    NoApp {
        /// The folder.
        folder: PathBuf,
    },
    /// Nobody said where the app is.
    #[error(
        "this program has no app inside, and there is no index.html in `{folder}`; \
         say where the app is with --app FOLDER, or build it with `cargo xtask run`"
    )]
    NoAppInside {
        /// Where it was looked for.
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
    /// The default priority is none of the organisation's.
    #[error("--default-priority: there is no priority `{id}`")]
    NoPriority {
        /// Its id.
        id: String,
    },
    /// The address of the other API is none.
    /// It is not repeated: someone may have put a password into it.
    #[error("--upstream is not the address of an API: {what}")]
    Upstream {
        /// What is wrong with it.
        what: String,
    },
    /// E-mail cannot be sent as it is set up.
    #[error("--smtp cannot be used: {what}")]
    Smtp {
        /// What is wrong with it.
        what: String,
    },
    /// Nothing can be sent.
    #[error("webhooks cannot be sent: {what}")]
    Sender {
        /// Why.
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
    /// For what passes: after how many seconds it is worth trying again.
    retry_after: Option<u32>,
    /// For too many requests: the limit, and when to try again.
    rate_limit: Option<Box<Map>>,
}

/// When to try again what cannot be done now.
const RETRY_AFTER_SECONDS: u32 = 2;
/// How many errors are told of one request; of the rest only the number.
const MOST_ERRORS: usize = 100;

impl ApiError {
    pub(crate) fn new(status: StatusCode, error_type: ErrorType, code: &str, message: impl Into<String>) -> Self {
        Self { status, error_type, errors: vec![ErrorSingle::new(code, message)], retry_after: None, rate_limit: None }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::no_such_thing(format!("{what} could not be found"))
    }

    pub(crate) fn no_such_thing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorType::NotFound, "not_found", message)
    }

    pub(crate) fn invalid(errors: Vec<ErrorSingle>) -> Self {
        Self::invalid_with(errors, 0)
    }

    /// The same where there are so many more errors than these.
    pub(crate) fn invalid_with(mut errors: Vec<ErrorSingle>, more: usize) -> Self {
        let more = more + errors.len().saturating_sub(MOST_ERRORS);
        if more > 0 {
            errors.truncate(MOST_ERRORS);
            errors.push(ErrorSingle::new("more_errors", format!("... and {more} more")));
        }
        let (status, error_type) = (StatusCode::UNPROCESSABLE_ENTITY, ErrorType::Validation);
        Self { status, error_type, errors, retry_after: None, rate_limit: None }
    }

    /// It cannot be done now, and can be done soon: the client is to try again.
    pub(crate) fn unavailable(code: &str, message: &str) -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorType::Api, code, message);
        Self { retry_after: Some(RETRY_AFTER_SECONDS), ..error }
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
        Self { status, error_type, errors: vec![error], retry_after: None, rate_limit: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorType::InvalidRequest, "invalid_request", message)
    }

    /// The body is not said to be JSON. The vendor has no 415.
    pub(crate) fn not_json() -> Self {
        let message = "The body must be sent with content-type application/json";
        Self::new(StatusCode::BAD_REQUEST, ErrorType::InvalidRequest, "unsupported_media_type", message)
    }

    /// The request did not come whole in time.
    pub(crate) fn too_slow() -> Self {
        let message = "The request did not come whole in time; nothing was done";
        Self::new(StatusCode::REQUEST_TIMEOUT, ErrorType::RequestTimeout, "request_timeout", message)
    }

    /// What came is no HTTP request, or has a head that is too large: the status says which.
    pub(crate) fn no_request(status: Option<StatusCode>) -> Self {
        let (code, message) = match status {
            Some(StatusCode::URI_TOO_LONG) => ("address_too_long", "The address of the request is too long"),
            Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE) => {
                ("headers_too_large", "The headers of the request are too large, or too many")
            }
            _ => return Self::bad_request("This is not a valid HTTP/1.1 request"),
        };
        Self::new(status.unwrap_or(StatusCode::BAD_REQUEST), ErrorType::InvalidRequest, code, message)
    }

    /// What came is an unencrypted request where connections are encrypted.
    pub(crate) fn no_https() -> Self {
        let message = "This server speaks https: begin the address with https://";
        Self::new(StatusCode::BAD_REQUEST, ErrorType::InvalidRequest, "https_only", message)
    }

    /// The client has as many connections as one may have.
    pub(crate) fn too_many_connections() -> Self {
        let message = "There are too many connections from this address: nothing was done; close some, or try again";
        Self::unavailable("too_many_connections", message)
    }

    /// The body is compressed, or is said to be.
    pub(crate) fn compressed() -> Self {
        let message = "The body must not be compressed: send it without content-encoding";
        Self::new(StatusCode::BAD_REQUEST, ErrorType::InvalidRequest, "unsupported_media_type", message)
    }

    /// The caller with this name has asked more often than `limit` times a minute: what they may do again after so many
    /// seconds, at this instant.
    pub(crate) fn too_many_requests(name: &str, limit: u32, seconds: u32, at: &str) -> Self {
        let message = format!("Too many requests: at most {limit} a minute; try again in {seconds} s");
        let status = StatusCode::TOO_MANY_REQUESTS;
        let error = Self::new(status, ErrorType::TooManyRequests, "too_many_requests", message);
        let fields = [("name", Value::from(name)), ("limit", limit.into()), ("remaining", 0.into())];
        let fields = fields.into_iter().chain([("retry_after", Value::from(at))]);
        let fields: Map = fields.map(|(name, value)| (name.to_string(), value)).collect();
        Self { retry_after: Some(seconds), rate_limit: Some(Box::new(fields)), ..error }
    }

    /// Whoever asks has so many requests under way.
    pub(crate) fn too_many_at_once(most: usize) -> Self {
        let message = format!("Too many requests at once: wait for the answers to {most} before the next");
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorType::TooManyRequests, "too_many_requests", message);
        Self { retry_after: Some(1), ..error }
    }

    /// Nothing was done, and nothing is to be asked for so many seconds; where that is not known, for as long as this
    /// server asks for itself.
    pub(crate) fn upstream_busy(seconds: Option<u32>) -> Self {
        let message = "The API behind this server asks to wait: nothing was done; try again later";
        let error = Self::unavailable("upstream_busy", message);
        Self { retry_after: seconds.or(error.retry_after), ..error }
    }

    /// A newer version of this program has taken the database over.
    pub(crate) fn replaced() -> Self {
        let message = "The database belongs to a newer version of the server: stop this one";
        Self::unavailable("replaced", message)
    }

    pub(crate) fn upstream_down(seconds: u32) -> Self {
        let message = "The API behind this server has not answered of late: nothing was done; try again later";
        Self { retry_after: Some(seconds), ..Self::unavailable("upstream_down", message) }
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

    /// What is stored cannot be read, and is not taken for something else. The message names it and says what can be
    /// done; the log says why.
    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorType::Api, "unreadable", message)
    }

    /// The fault is ours: the log has it, the answer does not.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "cannot answer");
        let message = "Something went wrong on the server; its log says what";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorType::Api, "internal_error", message)
    }
}

impl ApiError {
    /// The first message, for the log and the command line.
    pub(crate) fn message(&self) -> &str {
        self.errors.first().map_or("", |error| error.message.as_str())
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The code of the first of its errors, for the log.
    pub(crate) fn code(&self) -> &str {
        self.errors.first().map_or("", |error| error.code.as_str())
    }

    /// After how many seconds it is worth trying again, for what passes.
    pub(crate) fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    /// The error as the vendor tells one, for the request with this id.
    pub(crate) fn envelope(self, id: &str) -> String {
        let envelope = ErrorResponse {
            error_type: self.error_type,
            status: self.status.as_u16().into(),
            request_id: id.to_string(),
            errors: self.errors,
            rate_limit: self.rate_limit.map(|limit| *limit),
            extra: Map::new(),
        };
        envelope.write().to_string()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Why a database cannot be brought up to date.
fn of_migration(error: &sqlx::migrate::MigrateError) -> String {
    match error {
        sqlx::migrate::MigrateError::VersionMissing(_) => {
            "a newer version of this program has written it: start that one, or restore the copy from before"
                .to_string()
        }
        error => error.to_string(),
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Says of an answer that it is a file of the app, which has headers of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsFile;

/// Gives each request an id, answers errors in the vendor's envelope, and writes a line to the log. Whatever is no file
/// of the app is data: not kept, not guessed at, and if a browser shows it all the same, without any rights.
pub(crate) async fn finish(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = Ulid::generate().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_string());
    let mut response = next.run(request).await;
    let error = response.extensions_mut().remove::<ApiError>();
    let is_file = response.extensions_mut().remove::<IsFile>().is_some() && error.is_none();
    let headers = response.headers_mut();
    if !is_file {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    if let Some(error) = error {
        // That of the empty body.
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(seconds) = error.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        *response.body_mut() = Body::from(error.envelope(&id));
    }
    let status = response.status().as_u16();
    metrics.answered(&method, status, began.elapsed());
    if is_probe(&path) && status == 200 {
        // They are asked every few seconds.
        tracing::debug!(%method, ?path, status, request = id);
    } else {
        // Quoted: what a client sends may have control characters in it.
        tracing::info!(%method, ?path, status, request = id);
    }
    response
}

/// Answers in the envelope where a handler has panicked; the log has it.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    let message = "Something went wrong on the server; its log says what";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorType::Api, "internal_error", message).into_response()
}
