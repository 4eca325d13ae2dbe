//! Passing requests on to another API, with a key that stays in this process.
//!
//! Only what the app needs is passed on, and of a request only its method, path, parameters and body. What comes back
//! is passed on as it is, errors included. Nothing is tried twice: a write whose answer was lost may have been done.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use reqwest::{Client, RequestBuilder, Url, redirect};
use serde_json::{Value, json};

use crate::api::{Json, VALIDATE};
use crate::body;
use crate::config::Upstream;
use crate::demo::Lists;
use crate::error::{ApiError, StartError};

/// The largest answer that is passed on, in bytes: a page of ten thousand users.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
/// The most pages of teams that are asked for, of 250 each.
const MAX_TEAM_PAGES: usize = 40;
const PATIENCE: Duration = Duration::from_secs(30);

/// Headers of an answer that are passed on.
const PASSED_ON: [HeaderName; 6] = [
    CONTENT_TYPE,
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
}

impl Proxy {
    pub(crate) fn new(upstream: Upstream<'_>) -> Result<Self, StartError> {
        let wrong = |what: &str| StartError::Upstream { url: upstream.url.to_string(), what: what.to_string() };
        let base = Url::parse(upstream.url).map_err(|_| wrong("it must look like https://api.incident.io"))?;
        let is_local = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if base.scheme() != "https" && !(base.scheme() == "http" && is_local) {
            return Err(wrong("only https keeps the key secret on its way"));
        }
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, key(upstream)?);
        // The provider is the only one that is compiled in; that it is set already is fine.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .default_headers(headers)
            // A redirect would carry the key to wherever it points.
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("escalation-path-builder/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| wrong(&error.to_string()))?;
        Ok(Self { base, client, lists: lists(upstream)? })
    }

    async fn pass_on(&self, request: Request) -> Result<Response, ApiError> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        // Ids are plain. Anything that could be read as another path is none of them.
        if uri.path().split('/').any(|segment| segment.contains('%') || segment == "." || segment == "..") {
            return Err(ApiError::not_found("The requested resource"));
        }
        let mut onward = self.client.request(method.clone(), self.url(uri.path(), uri.query()));
        if matches!(method, Method::POST | Method::PUT) {
            let body = body::bytes(request).await?;
            onward = onward.header(CONTENT_TYPE, "application/json").body(body);
        }
        ask(onward).await
    }

    fn url(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.set_query(query);
        url
    }

    /// The names of all teams, by name, which the vendor tells in pages with all that are in them.
    async fn teams(&self) -> Result<Response, ApiError> {
        let mut teams = Vec::new();
        let mut after = String::new();
        for _ in 0..MAX_TEAM_PAGES {
            let mut url = self.url("/v3/teams", None);
            url.query_pairs_mut()
                .append_pair("page_size", "250")
                .extend_pairs(Some(("after", &after)).filter(|_| !after.is_empty()));
            let answer = ask(self.client.get(url)).await?;
            if !answer.status().is_success() {
                return Ok(answer);
            }
            let content = axum::body::to_bytes(answer.into_body(), MAX_ANSWER).await.unwrap_or_default();
            let page: Value = serde_json::from_slice(&content).unwrap_or_default();
            let Some(list) = page.get("teams").and_then(Value::as_array) else {
                let message = "The API behind this server did not answer with teams";
                return Err(ApiError::upstream(StatusCode::BAD_GATEWAY, "upstream_not_understood", message));
            };
            let text = |team: &Value, name: &str| team.get(name).and_then(Value::as_str).map(str::to_string);
            teams.extend(list.iter().filter_map(|team| Some((text(team, "name")?, text(team, "id")?))));
            match page.pointer("/pagination_meta/after").and_then(Value::as_str) {
                Some(next) if next != after => after = next.to_string(),
                _ => break,
            }
        }
        teams.sort();
        let teams: Vec<_> = teams.into_iter().map(|(name, id)| json!({ "id": id, "name": name })).collect();
        Ok(Json(json!({ "teams": teams })).into_response())
    }
}

/// Asks the other API, and gives what of its answer is passed on.
async fn ask(onward: RequestBuilder) -> Result<Response, ApiError> {
    let answer = onward.send().await.map_err(|error| unreachable(&error))?;
    let status = answer.status();
    let headers = answer.headers().clone();
    let content = limited(answer).await?;
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    for name in PASSED_ON {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Reads the key from its file. No error names anything but the file.
fn key(upstream: Upstream<'_>) -> Result<HeaderValue, StartError> {
    let file = upstream.key_file.to_path_buf();
    let text = fs::read_to_string(&file).map_err(|source| StartError::Read { file: file.clone(), source })?;
    let no_key =
        || StartError::Content { file, what: "does not hold a key: one line of printable characters".to_string() };
    let key = text.trim();
    if key.is_empty() || key.contains(char::is_whitespace) {
        return Err(no_key());
    }
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

/// Why the other API did not answer; never with the request itself in it.
fn unreachable(error: &reqwest::Error) -> ApiError {
    if error.is_timeout() {
        let message = "The API behind this server did not answer in time; whether it did what was asked is not known";
        ApiError::upstream(StatusCode::GATEWAY_TIMEOUT, "upstream_timeout", message)
    } else {
        tracing::warn!(connect = error.is_connect(), "the API behind this server cannot be reached");
        ApiError::upstream(
            StatusCode::BAD_GATEWAY,
            "upstream_unreachable",
            "The API behind this server cannot be reached",
        )
    }
}

async fn limited(mut answer: reqwest::Response) -> Result<Vec<u8>, ApiError> {
    let mut content = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(&error))? {
        content.extend_from_slice(&chunk);
        if content.len() > MAX_ANSWER {
            let message = "The API behind this server answered with more than is passed on";
            return Err(ApiError::upstream(StatusCode::BAD_GATEWAY, "upstream_too_large", message));
        }
    }
    Ok(content)
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
