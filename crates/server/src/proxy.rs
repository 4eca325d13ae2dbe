//! Passing requests on to another API, with a key that stays in this process.
//!
//! Only what the app needs is passed on, and of a request only its method, path, parameters and body. What comes back
//! is passed on as it is, errors included, if it is JSON. Nothing is tried twice: a write whose answer was lost may have
//! been done, and unless it surely was not, that is what is said.

mod once;

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, iter};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use reqwest::{Client, RequestBuilder, Url, redirect};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::api::{Json, VALIDATE};
use crate::body;
use crate::config::Upstream;
use crate::connections::Stopping;
use crate::demo::Lists;
use crate::error::{ApiError, StartError};
use crate::files;
use crate::memory::{self, Reservation};
use crate::work::Aside;
use once::Once;

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

/// By which a request that makes something is known where it comes twice, and the longest that it may be, in bytes.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_KEY: usize = 200;

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
    /// Whether the lists were given, and are not just empty.
    has_lists: bool,
    stopping: Stopping,
    aside: Aside,
    /// The key, which no answer may have in it.
    key: Vec<u8>,
    made: Once,
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
        let key = key(upstream)?;
        let secret = key.as_bytes().strip_prefix(b"Bearer ").unwrap_or_default().to_vec();
        headers.insert(AUTHORIZATION, key);
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
        Ok(Self {
            base,
            client,
            lists: lists(upstream)?,
            has_lists: upstream.organisation.is_some(),
            stopping,
            aside: Aside::new(),
            key: secret,
            made: Once::default(),
        })
    }

    async fn pass_on(self: &Arc<Self>, request: Request) -> Result<Response, ApiError> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let url = self.url(uri.path(), uri.query()).ok_or_else(|| ApiError::not_found("The requested resource"))?;
        // What an answer would be is known from the whole of it; a `HEAD` is answered without its body here.
        let method = if method == Method::HEAD { Method::GET } else { method };
        let does = method != Method::GET && uri.path() != VALIDATE;
        let mut onward = self.client.request(method.clone(), url);
        let memory = memory::reservation(&request);
        let key = request.headers().get(IDEMPOTENCY_KEY).filter(|_| method == Method::POST && does).cloned();
        if matches!(method, Method::POST | Method::PUT) {
            let body = body::bytes(request).await?;
            // What changes something is not begun where there would be no memory for the usual answer to it.
            if let Some(memory) = memory.as_ref().filter(|_| does) {
                memory.cover(body.len() + body::MAX_BODY).await?;
            }
            onward = onward.header(CONTENT_TYPE, "application/json").body(body);
        }
        match key.as_ref().map(HeaderValue::to_str) {
            None => self.ask(onward, does, memory.as_ref()).await.map(Answer::passed_on),
            Some(Ok(key)) if key.len() <= MAX_KEY => {
                self.once(format!("{} {key}", uri.path()), onward, memory).await.map(Answer::passed_on)
            }
            Some(_) => {
                let message = format!("Idempotency-Key must have at most {MAX_KEY} printable characters");
                Err(ApiError::invalid_parameter("idempotency-key", message))
            }
        }
    }

    /// Asks for what is made once for a key. It is gone on with where the client goes away, which may come again for it.
    async fn once(
        self: &Arc<Self>,
        key: String,
        onward: RequestBuilder,
        memory: Option<Reservation>,
    ) -> Result<Answer, ApiError> {
        let (proxy, slot) = (Arc::clone(self), self.made.slot(&key));
        let asked = tokio::spawn(async move {
            let mut made = slot.lock().await;
            if let Some((status, content)) = made.as_ref() {
                return Ok(Answer { status: *status, headers: HeaderMap::new(), content: content.clone() });
            }
            let answer = proxy.ask(onward, true, memory.as_ref()).await?;
            if answer.status.is_success() && answer.content.len() <= once::MAX_SIZE {
                *made = Some((answer.status, answer.content.clone()));
            }
            Ok(answer)
        });
        asked.await.map_err(|error| ApiError::internal(&error))?
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
    /// What is read of it is counted in `memory`.
    async fn ask(&self, onward: RequestBuilder, does: bool, memory: Option<&Reservation>) -> Result<Answer, ApiError> {
        tokio::select! {
            answer = self.answer(onward, does, memory) => answer,
            () = give_up(self.stopping.clone()) => Err(Lost::InTime(None).told(does)),
        }
    }

    async fn answer(
        &self,
        onward: RequestBuilder,
        does: bool,
        memory: Option<&Reservation>,
    ) -> Result<Answer, ApiError> {
        self.understood(onward, memory).await.map_err(|lost| {
            // Never with the request itself in it, which has the key.
            tracing::warn!(cause = lost.cause(), "the API behind this server gave no answer to pass on");
            lost.told(does)
        })
    }

    /// Sends a request, and takes of the answers what is one of the API.
    async fn understood(&self, onward: RequestBuilder, memory: Option<&Reservation>) -> Result<Answer, Lost> {
        let answer = onward.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        match status {
            // By 303 it says that it has done what was asked, and that the answer is elsewhere.
            StatusCode::SEE_OTHER => return Err(Lost::NotUnderstood),
            status if status.is_redirection() => return Err(Lost::Elsewhere(status)),
            status if status.is_success() || status.is_client_error() || status.is_server_error() => {}
            _ => return Err(Lost::NotUnderstood),
        }
        if status == StatusCode::NO_CONTENT {
            return Ok(Answer { status, headers, content: Vec::new() });
        }
        let is_plain = headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
        if body::is_json(&headers) && is_plain {
            let content = limited(answer, memory).await?;
            let size = content.len();
            let key = self.key.clone();
            let read = move || {
                // Text in another encoding is no JSON, and the key stays here, whoever repeats it.
                let is_json =
                    str::from_utf8(&content).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
                let has_key = content.windows(key.len().max(1)).any(|part| part == key.as_slice());
                (is_json && !has_key).then_some(content)
            };
            if let Ok(Some(content)) = self.aside.run(size, read).await {
                return Ok(Answer { status, headers, content });
            }
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            let after = headers.get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
            return Err(Lost::Busy(after.filter(|seconds| *seconds <= MAX_WAIT)));
        }
        Err(if status.is_client_error() { Lost::Refused(status) } else { Lost::NotUnderstood })
    }

    /// The names of all teams, by name, which the vendor tells in pages with all that are in them. All of them or an
    /// error: a part would be taken for the whole.
    async fn teams(&self, memory: Option<&Reservation>) -> Result<Response, ApiError> {
        let mut teams = Vec::new();
        let mut seen = BTreeSet::new();
        let mut after = None::<String>;
        for _ in 0..MAX_TEAM_PAGES {
            let mut url = self.url("/v3/teams", None).ok_or_else(|| ApiError::not_found("The requested resource"))?;
            url.query_pairs_mut()
                .append_pair("page_size", "250")
                .extend_pairs(after.iter().map(|after| ("after", after)));
            let answer = self.ask(self.client.get(url), false, memory).await?;
            if !answer.status.is_success() {
                return Ok(answer.passed_on());
            }
            let content = answer.content;
            let page = self.aside.run(content.len(), move || serde_json::from_slice::<TeamsPage>(&content)).await;
            let page = page.map_err(|error| ApiError::internal(&error))?.map_err(|_| no_teams())?;
            for TeamName { id, name } in page.teams {
                teams.push((name.as_str().unwrap_or(&id).to_string(), id));
            }
            match page.pagination_meta.and_then(|meta| meta.after).filter(|after| !after.is_empty()) {
                Some(next) if seen.insert(next.clone()) => after = Some(next),
                // A list that goes in circles has no end.
                Some(_) => return Err(no_teams()),
                None => {
                    teams.sort();
                    let teams: Vec<_> = teams.into_iter().map(|(name, id)| json!({ "id": id, "name": name })).collect();
                    return Ok(Json::new(&json!({ "teams": teams })).into_response());
                }
            }
        }
        let message = "The API behind this server has more teams than are listed here";
        Err(ApiError::upstream(StatusCode::BAD_GATEWAY, "upstream_too_large", message))
    }
}

/// A page of the vendor's list of teams, of which nothing else is read: their members would take many times the memory.
#[derive(Deserialize)]
struct TeamsPage {
    teams: Vec<TeamName>,
    #[serde(default)]
    pagination_meta: Option<PageEnd>,
}

#[derive(Deserialize)]
struct TeamName {
    id: String,
    /// A text, or the id counts in its place.
    #[serde(default)]
    name: Value,
}

#[derive(Deserialize)]
struct PageEnd {
    #[serde(default)]
    after: Option<String>,
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

/// The longest wait that is passed on, in seconds.
const MAX_WAIT: u32 = 3_600;

/// Why there is no answer of the other API.
#[derive(Debug)]
enum Lost {
    /// A connection was never made, so nothing was asked.
    Unreachable(reqwest::Error),
    /// It took too long, or this server stops.
    InTime(Option<reqwest::Error>),
    /// The connection broke.
    Broken(reqwest::Error),
    /// It answered with more than is passed on.
    TooLarge,
    /// There is no memory for the answer.
    NoMemory,
    /// What came is no answer of the API: another program's page, another encoding, no JSON.
    NotUnderstood,
    /// The same, with a status by which the request was refused.
    Refused(StatusCode),
    /// The same, and nothing is to be asked for so many seconds, if that is said.
    Busy(Option<u32>),
    /// It leads elsewhere. The key goes nowhere else. By some answers that lead elsewhere what was asked may be done.
    Elsewhere(StatusCode),
}

impl Lost {
    /// The kind and all causes, for the log: a name that is not known, a certificate that is not trusted.
    fn cause(&self) -> String {
        match self {
            Self::Unreachable(error) | Self::Broken(error) | Self::InTime(Some(error)) => {
                let first: &dyn Error = error;
                let causes = iter::successors(Some(first), |error| Error::source(*error));
                causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
            }
            other => format!("{other:?}"),
        }
    }

    /// What is said of it. Where a request changes something (`does`), only what surely was not done is called refused.
    fn told(&self, does: bool) -> ApiError {
        let (code, message) = match self {
            Self::Unreachable(_) => {
                ("upstream_unreachable", "The API behind this server cannot be reached".to_string())
            }
            Self::InTime(_) => ("upstream_timeout", "The API behind this server did not answer in time".to_string()),
            Self::Broken(_) => ("upstream_lost", "The answer of the API behind this server was lost".to_string()),
            Self::TooLarge => {
                ("upstream_too_large", "The API behind this server answered with more than is passed on".to_string())
            }
            Self::NoMemory => {
                let message = "The server has no memory now for the answer of the API behind it";
                if !does {
                    return ApiError::unavailable("busy", message);
                }
                ("busy", message.to_string())
            }
            Self::NotUnderstood => {
                ("upstream_not_understood", "What the API behind this server answered is not understood".to_string())
            }
            Self::Refused(status) => {
                let message = format!("What stands before the API behind this server refused it with {status}");
                ("upstream_not_understood", message)
            }
            Self::Busy(seconds) => return ApiError::upstream_busy(*seconds),
            Self::Elsewhere(_) => {
                let message = "The API behind this server is elsewhere: --upstream must be its own address";
                ("upstream_elsewhere", message.to_string())
            }
        };
        let surely_not_done = match self {
            Self::Unreachable(_) | Self::Refused(_) => true,
            // These ask for the same again elsewhere; after others a form that was taken shows another page.
            Self::Elsewhere(status) => {
                matches!(*status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT)
            }
            Self::InTime(_)
            | Self::Broken(_)
            | Self::TooLarge
            | Self::NoMemory
            | Self::NotUnderstood
            | Self::Busy(_) => false,
        };
        if does && !surely_not_done {
            let message = format!("{message}; whether it did what was asked is not known");
            return ApiError::upstream(StatusCode::GATEWAY_TIMEOUT, code, &message);
        }
        let status =
            if matches!(self, Self::InTime(_)) { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
        ApiError::upstream(status, code, &message)
    }
}

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Self {
        // The address of a request has what somebody searches for.
        let error = error.without_url();
        // The first, for a connection that is not made in time was not made.
        if error.is_connect() {
            Self::Unreachable(error)
        } else if error.is_timeout() {
            Self::InTime(Some(error))
        } else {
            Self::Broken(error)
        }
    }
}

async fn limited(mut answer: reqwest::Response, memory: Option<&Reservation>) -> Result<Vec<u8>, Lost> {
    let mut content = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        let length = content.len() + chunk.len();
        if length > MAX_ANSWER {
            return Err(Lost::TooLarge);
        }
        if let Some(memory) = memory {
            memory.cover(length).await.map_err(|_| Lost::NoMemory)?;
        }
        content.extend_from_slice(&chunk);
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
    let wrong = |what: String| StartError::Content { file: file.to_path_buf(), what };
    let lists: Lists = serde_json::from_str(&text)
        .map_err(|error| wrong(format!("does not hold priorities and channels: {error}")))?;
    match lists.fault() {
        Some(fault) => Err(wrong(format!("cannot be used: {fault}"))),
        None => Ok(lists),
    }
}

async fn pass_on(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    proxy.pass_on(request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn teams(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    proxy.teams(memory::reservation(&request).as_ref()).await.unwrap_or_else(IntoResponse::into_response)
}

/// What belongs to a path and the vendor has no place for.
fn not_kept() -> ApiError {
    let message = "Revisions, expectations and scenarios are not kept while this server passes requests on";
    ApiError::no_such_thing(message)
}

pub(crate) fn router(proxy: Arc<Proxy>) -> Router {
    // Where nothing says which priorities there are, none of them is not all.
    let origin = if proxy.has_lists { "file" } else { "none" };
    let (priorities, channels) = (
        json!({ "priorities": proxy.lists.priorities, "origin": origin }),
        json!({ "channels": proxy.lists.channels }),
    );
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
        .route("/builder/v1/priorities", get(move || async move { Json::new(&priorities) }))
        .route("/builder/v1/channels", get(move || async move { Json::new(&channels) }))
        .route("/builder/v1/escalation_paths/{*rest}", any(async || not_kept()))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(proxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_cause_is_kept_for_the_log() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gone = format!("http://{}/v2/users?email=somebody", listener.local_addr().unwrap());
        drop(listener);
        let _already = rustls::crypto::ring::default_provider().install_default();
        let lost = Lost::from(Client::new().get(gone).send().await.unwrap_err());
        let cause = lost.cause();
        assert!(matches!(lost, Lost::Unreachable(_)) && cause.contains("refused"), "{cause}");
        assert!(!cause.contains("somebody"), "{cause}");
        assert_eq!(Lost::TooLarge.cause(), "TooLarge");
    }
}
