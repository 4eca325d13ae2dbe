//! Passing requests on to another API, with a key that stays in this process.
//!
//! Only what the app needs is passed on, and of a request only its method, path, parameters and body. What comes back
//! is passed on as it is, errors included, if it is JSON. Nothing is tried twice: a write whose answer was lost may have
//! been done, and unless it surely was not, that is what is said.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use reqwest::{Client, RequestBuilder, Url, redirect};
use serde_json::{Value, json};

use crate::api::{Json, VALIDATE};
use crate::body;
use crate::config::Upstream;
use crate::connections::Stopping;
use crate::demo::Lists;
use crate::error::{ApiError, StartError};
use crate::files;

/// The largest answer that is passed on, in bytes: a page of ten thousand users.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
/// The most pages of teams that are asked for, of 250 each.
const MAX_TEAM_PAGES: usize = 40;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take until there is a connection.
const TO_CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next request.
const KEPT: Duration = Duration::from_secs(20);

/// Headers of an answer that are passed on.
const PASSED_ON: [HeaderName; 5] = [
    RETRY_AFTER,
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-used"),
    HeaderName::from_static("x-ratelimit-reset"),
];

pub(crate) struct Proxy {
    base: Url,
    client: Client,
    lists: Lists,
    stopping: Stopping,
}

impl Proxy {
    pub(crate) fn new(upstream: Upstream<'_>, stopping: Stopping) -> Result<Self, StartError> {
        let wrong = |what: &str| StartError::Upstream { what: what.to_string() };
        let base = Url::parse(upstream.url).map_err(|_| wrong("it must look like https://api.incident.io"))?;
        let is_local = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if base.scheme() != "https" && !(base.scheme() == "http" && is_local) {
            return Err(wrong("only https keeps the key secret on its way"));
        }
        if !base.username().is_empty()
            || base.password().is_some()
            || base.query().is_some()
            || base.fragment().is_some()
        {
            return Err(wrong("it has a scheme, a name and perhaps a port and a path, and nothing else"));
        }
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, key(upstream)?);
        // The provider is the only one that is compiled in; that it is set already is fine.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder();
        // Nor does the key leave this machine unencrypted by a proxy that the environment names.
        let client = if base.scheme() == "http" { client.no_proxy() } else { client };
        let client = client
            .default_headers(headers)
            // A redirect would carry the key to wherever it points.
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .connect_timeout(TO_CONNECT)
            // Before the other side lets it go: a request on a connection that ends meanwhile may have been done.
            .pool_idle_timeout(KEPT)
            .user_agent(concat!("escalation-path-builder/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| wrong(&error.to_string()))?;
        Ok(Self { base, client, lists: lists(upstream)?, stopping })
    }

    async fn pass_on(&self, request: Request) -> Result<Response, ApiError> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let url = self.url(uri.path(), uri.query()).ok_or_else(|| ApiError::not_found("The requested resource"))?;
        // What an answer would be is known from the whole of it; a `HEAD` is answered without its body here.
        let method = if method == Method::HEAD { Method::GET } else { method };
        let does = method != Method::GET && uri.path() != VALIDATE;
        let mut onward = self.client.request(method.clone(), url);
        if matches!(method, Method::POST | Method::PUT) {
            let body = body::bytes(request).await?;
            onward = onward.header(CONTENT_TYPE, "application/json").body(body);
        }
        self.ask(onward, does).await.map(Answer::passed_on)
    }

    /// The address there of a path here; nothing if it would be another one in the end.
    fn url(&self, path: &str, query: Option<&str>) -> Option<Url> {
        let mut url = self.base.clone();
        let meant = format!("{}{path}", self.base.path().trim_end_matches('/'));
        url.set_path(&meant);
        url.set_query(query);
        (url.path() == meant && url.origin() == self.base.origin()).then_some(url)
    }

    /// Asks the other API. `does` says whether the request changes something: then an answer that is lost or cannot be
    /// understood leaves open whether it is done, and that is said.
    async fn ask(&self, onward: RequestBuilder, does: bool) -> Result<Answer, ApiError> {
        tokio::select! {
            answer = answer(onward, does) => answer,
            () = give_up(self.stopping.clone()) => Err(Lost::InTime.told(does)),
        }
    }

    /// The names of all teams, by name, which the vendor tells in pages with all that are in them. All of them or an
    /// error: a part would be taken for the whole.
    async fn teams(&self) -> Result<Response, ApiError> {
        let mut teams = Vec::new();
        let mut seen = BTreeSet::new();
        let mut after = None::<String>;
        for _ in 0..MAX_TEAM_PAGES {
            let mut url = self.url("/v3/teams", None).ok_or_else(|| ApiError::not_found("The requested resource"))?;
            url.query_pairs_mut()
                .append_pair("page_size", "250")
                .extend_pairs(after.iter().map(|after| ("after", after)));
            let answer = self.ask(self.client.get(url), false).await?;
            if !answer.status.is_success() {
                return Ok(answer.passed_on());
            }
            let page: Value = serde_json::from_slice(&answer.content).unwrap_or_default();
            let list = page.get("teams").and_then(Value::as_array).ok_or_else(no_teams)?;
            for team in list {
                let text = |name: &str| team.get(name).and_then(Value::as_str).map(str::to_string);
                let id = text("id").ok_or_else(no_teams)?;
                teams.push((text("name").unwrap_or_else(|| id.clone()), id));
            }
            match page.pointer("/pagination_meta/after").and_then(Value::as_str).filter(|after| !after.is_empty()) {
                Some(next) if seen.insert(next.to_string()) => after = Some(next.to_string()),
                // A list that goes in circles has no end.
                Some(_) => return Err(no_teams()),
                None => {
                    teams.sort();
                    let teams: Vec<_> = teams.into_iter().map(|(name, id)| json!({ "id": id, "name": name })).collect();
                    return Ok(Json(json!({ "teams": teams })).into_response());
                }
            }
        }
        let message = "The API behind this server has more teams than are listed here";
        Err(ApiError::upstream(StatusCode::BAD_GATEWAY, "upstream_too_large", message))
    }
}

fn no_teams() -> ApiError {
    let message = "The API behind this server did not answer with teams";
    ApiError::upstream(StatusCode::BAD_GATEWAY, "upstream_not_understood", message)
}

/// Done when the server stops and what waits must give up, so that it can still be answered.
async fn give_up(mut stopping: Stopping) {
    let when = stopping.wait_for(Option::is_some).await.ok().and_then(|when| *when);
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}

/// An answer of the other API that is one: JSON, or nothing where nothing is to be said.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    content: Vec<u8>,
}

impl Answer {
    /// What of it is passed on.
    fn passed_on(self) -> Response {
        let mut response = Response::new(Body::from(self.content));
        *response.status_mut() = self.status;
        for name in PASSED_ON {
            if let Some(value) = self.headers.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        if self.status != StatusCode::NO_CONTENT {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        response
    }
}

/// Why there is no answer of the other API.
#[derive(Debug, Clone, Copy)]
enum Lost {
    /// A connection was never made, so nothing was asked.
    Unreachable,
    /// It took too long, or this server stops.
    InTime,
    /// The connection broke.
    Broken,
    /// It answered with more than is passed on.
    TooLarge,
    /// What came is no answer of the API: another program's page, another encoding, no JSON.
    NotUnderstood,
    /// The same, with a status by which the request was refused.
    Refused(StatusCode),
    /// It leads elsewhere. The key goes nowhere else.
    Elsewhere,
}

impl Lost {
    /// What is said of it. Where a request changes something (`does`), only what surely was not done is called refused.
    fn told(self, does: bool) -> ApiError {
        let (code, message) = match self {
            Self::Unreachable => ("upstream_unreachable", "The API behind this server cannot be reached".to_string()),
            Self::InTime => ("upstream_timeout", "The API behind this server did not answer in time".to_string()),
            Self::Broken => ("upstream_lost", "The answer of the API behind this server was lost".to_string()),
            Self::TooLarge => {
                ("upstream_too_large", "The API behind this server answered with more than is passed on".to_string())
            }
            Self::NotUnderstood => {
                ("upstream_not_understood", "What the API behind this server answered is not understood".to_string())
            }
            Self::Refused(status) => {
                let message = format!("What stands before the API behind this server refused it with {status}");
                ("upstream_not_understood", message)
            }
            Self::Elsewhere => {
                let message = "The API behind this server is elsewhere: --upstream must be its own address";
                ("upstream_elsewhere", message.to_string())
            }
        };
        let surely_not_done = matches!(self, Self::Unreachable | Self::Refused(_) | Self::Elsewhere);
        if does && !surely_not_done {
            let message = format!("{message}; whether it did what was asked is not known");
            return ApiError::upstream(StatusCode::GATEWAY_TIMEOUT, code, &message);
        }
        let status = if matches!(self, Self::InTime) { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
        ApiError::upstream(status, code, &message)
    }
}

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Self {
        // The first, for a connection that is not made in time was not made.
        if error.is_connect() {
            Self::Unreachable
        } else if error.is_timeout() {
            Self::InTime
        } else {
            Self::Broken
        }
    }
}

async fn answer(onward: RequestBuilder, does: bool) -> Result<Answer, ApiError> {
    understood(onward).await.map_err(|lost| {
        // Never with the request itself in it, which has the key.
        tracing::warn!(?lost, "the API behind this server gave no answer to pass on");
        lost.told(does)
    })
}

/// Sends a request, and takes of the answers what is one of the API.
async fn understood(onward: RequestBuilder) -> Result<Answer, Lost> {
    let answer = onward.send().await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    match status {
        // By 303 it says that it has done what was asked, and that the answer is elsewhere.
        StatusCode::SEE_OTHER => return Err(Lost::NotUnderstood),
        status if status.is_redirection() => return Err(Lost::Elsewhere),
        status if status.is_success() || status.is_client_error() || status.is_server_error() => {}
        _ => return Err(Lost::NotUnderstood),
    }
    if status == StatusCode::NO_CONTENT {
        return Ok(Answer { status, headers, content: Vec::new() });
    }
    let is_plain = headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    let is_json = body::is_json(&headers) && is_plain;
    let content = if is_json { limited(answer).await? } else { Vec::new() };
    if is_json && serde_json::from_slice::<serde::de::IgnoredAny>(&content).is_ok() {
        Ok(Answer { status, headers, content })
    } else if status.is_client_error() {
        Err(Lost::Refused(status))
    } else {
        Err(Lost::NotUnderstood)
    }
}

async fn limited(mut answer: reqwest::Response) -> Result<Vec<u8>, Lost> {
    let mut content = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        content.extend_from_slice(&chunk);
        if content.len() > MAX_ANSWER {
            return Err(Lost::TooLarge);
        }
    }
    Ok(content)
}

/// Reads the key from its file. No error names anything but the file.
fn key(upstream: Upstream<'_>) -> Result<HeaderValue, StartError> {
    let file = upstream.key_file.to_path_buf();
    let content = fs::read(&file).map_err(|source| StartError::Read { file: file.clone(), source })?;
    if files::is_for_everybody(&file) {
        tracing::warn!(file = %file.display(), "everybody on this machine can read the key; `chmod 600` keeps it to you");
    }
    let no_key = || StartError::Content {
        file,
        what: "does not hold a key: one line of printable ASCII characters, without a byte order mark".to_string(),
    };
    let key = content.trim_ascii();
    // Anything else would be sent as something else.
    let Some(key) = str::from_utf8(key).ok().filter(|key| !key.is_empty() && key.bytes().all(|c| c.is_ascii_graphic()))
    else {
        return Err(no_key());
    };
    let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| no_key())?;
    // So that nothing that prints headers prints this one.
    value.set_sensitive(true);
    Ok(value)
}

fn lists(upstream: Upstream<'_>) -> Result<Lists, StartError> {
    let Some(file) = upstream.organisation else { return Ok(Lists { priorities: Vec::new(), channels: Vec::new() }) };
    let text = fs::read_to_string(file).map_err(|source| StartError::Read { file: file.to_path_buf(), source })?;
    serde_json::from_str(&text).map_err(|error| StartError::Content {
        file: file.to_path_buf(),
        what: format!("does not hold priorities and channels: {error}"),
    })
}

async fn pass_on(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    proxy.pass_on(request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn teams(State(proxy): State<Arc<Proxy>>) -> Response {
    proxy.teams().await.unwrap_or_else(IntoResponse::into_response)
}

/// What belongs to a path and the vendor has no place for.
fn not_kept() -> ApiError {
    let message = "Revisions, expectations and scenarios are not kept while this server passes requests on";
    ApiError::no_such_thing(message)
}

pub(crate) fn router(proxy: Arc<Proxy>) -> Router {
    let (priorities, channels) =
        (json!({ "priorities": proxy.lists.priorities }), json!({ "channels": proxy.lists.channels }));
    Router::new()
        .route("/v2/escalation_paths", get(pass_on).post(pass_on))
        .route(VALIDATE, post(pass_on))
        .route("/v2/escalation_paths/{id}", get(pass_on).put(pass_on).delete(pass_on))
        .route("/v2/escalation_path_templates", get(pass_on).post(pass_on))
        .route("/v2/escalation_path_templates/{id}", get(pass_on).put(pass_on).delete(pass_on))
        .route("/v2/users", get(pass_on))
        .route("/v2/users/{id}", get(pass_on))
        .route("/v2/schedules", get(pass_on))
        .route("/v2/schedules/{id}", get(pass_on))
        .route("/v2/schedule_entries", get(pass_on))
        .route("/v2/schedule_overrides", get(pass_on).post(pass_on))
        .route("/v2/schedule_overrides/{id}", get(pass_on).put(pass_on).delete(pass_on))
        .route("/v2/on_call_notification_pauses", get(pass_on))
        .route("/v2/on_call_notification_pauses/{id}", get(pass_on))
        .route("/v3/teams", get(pass_on))
        .route("/v3/teams/{id}", get(pass_on))
        .route("/builder/v1/teams", get(teams))
        .route("/builder/v1/priorities", get(move || async move { Json(priorities) }))
        .route("/builder/v1/channels", get(move || async move { Json(channels) }))
        .route("/builder/v1/escalation_paths/{*rest}", any(async || not_kept()))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(proxy)
}
