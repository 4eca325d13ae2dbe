//! Passing requests on to another API, with a key that stays in this process.
//!
//! Only what the app needs is passed on, and of a request only its method, path, parameters and body. What comes back
//! is passed on as it is, errors included, if it is JSON. What only reads is tried again, and read once for all who ask
//! for it at the same time. What changes something is never tried twice: a write whose answer was lost may have been done,
//! and unless it surely was not, that is what is said.

mod lost;
mod once;
mod pace;
mod reads;
mod recorded;
mod secrets;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{AGE, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, RETRY_AFTER, WARNING};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use reqwest::{Client, RequestBuilder, Url, redirect};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::addresses::VALIDATE;
use crate::answer::Json;
use crate::body;
use crate::config::Upstream;
use crate::connections::Stopping;
use crate::demo::Lists;
use crate::error::{ApiError, StartError};
use crate::files;
use crate::limits::Caller;
use crate::memory::{self, Reservation};
use crate::metrics::{Metrics, Passed};
use crate::store::{Author, Store};
use crate::work::Aside;
use lost::{Lost, MAX_WAIT};
use once::Once;
use pace::Pace;
use reads::{Read, Reads};
use recorded::{Change, Document, Found};

/// The largest answer that is passed on, in bytes: a page of ten thousand users.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
/// The most pages of teams that are asked for, of 250 each.
const MAX_TEAM_PAGES: usize = 40;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take until there is a connection.
const TO_CONNECT: Duration = Duration::from_secs(10);
/// How often what only reads is tried, and how long it rests after the first time; after the second, four times as long.
const TRIES: u32 = 3;
const FIRST_REST: Duration = Duration::from_millis(200);
/// How long it rests where it is asked to and not told for how long.
const USUAL_REST: Duration = Duration::from_secs(1);
/// After how long it is not tried again.
const TO_TRY: Duration = Duration::from_secs(20);
/// How long it may take to see what something is that is about to be changed.
const TO_LOOK: Duration = Duration::from_secs(5);
/// How long a connection is kept for the next request.
const KEPT: Duration = Duration::from_secs(20);

/// What is said of an answer that is old because there is nothing newer (RFC 7234, section 5.5.1).
const STALE: &str = "110 - \"Response is Stale\"";

/// Where the names of all teams are.
const TEAMS: &str = "/builder/v1/teams";

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
    key: Arc<str>,
    made: Once,
    pace: Pace,
    reads: Arc<Reads>,
    metrics: Arc<Metrics>,
}

/// What a request is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// To be told something.
    Read,
    /// To see what something is that is about to be changed. The change is what is asked for: this is tried once, and says
    /// nothing of an outage.
    Look,
    /// To change something.
    Change,
}

/// Who asks, and the memory that is counted for what comes.
#[derive(Clone)]
struct Asker {
    caller: Caller,
    memory: Option<Reservation>,
}

impl Asker {
    fn of(request: &Request) -> Self {
        Self { caller: Caller::of(request), memory: memory::reservation(request) }
    }
}

impl Proxy {
    pub(crate) fn new(upstream: Upstream<'_>, stopping: Stopping, metrics: Arc<Metrics>) -> Result<Self, StartError> {
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
        let secret = key.to_str().ok().and_then(|key| key.strip_prefix("Bearer ")).unwrap_or_default().into();
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
            pace: Pace::new(upstream.per_minute),
            reads: Arc::new(Reads::new(upstream.fresh)),
            metrics,
        })
    }

    async fn pass_on(self: &Arc<Self>, log: &Store, author: Author, request: Request) -> Result<Response, ApiError> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let url = self.url(uri.path(), uri.query()).ok_or_else(|| ApiError::not_found("The requested resource"))?;
        // What an answer would be is known from the whole of it; a `HEAD` is answered without its body here.
        let method = if method == Method::HEAD { Method::GET } else { method };
        let does = method != Method::GET && uri.path() != VALIDATE;
        let mut onward = self.client.request(method.clone(), url);
        let asker = Asker::of(&request);
        let mut keys = request.headers().get_all(IDEMPOTENCY_KEY).iter();
        let key = keys.next().filter(|_| method == Method::POST && does).cloned();
        if keys.next().is_some() {
            return Err(ApiError::bad_request("The header Idempotency-Key is there more than once"));
        }
        let mut sent = None;
        if matches!(method, Method::POST | Method::PUT) {
            let mut body = body::bytes(request).await?;
            if does {
                // What changes something is not begun where there would be no memory for the usual answer to it.
                if let Some(memory) = &asker.memory {
                    memory.cover(body.len() + body::MAX_BODY).await?;
                }
                // Read as where this is the API, so that what is checked and kept is what is sent.
                let read = move || body::json(&body).map(|value| Document::of(&value));
                let document = self.aside.run(usize::MAX, read).await.map_err(|error| ApiError::internal(&error))??;
                body = document.text().to_string().into_bytes();
                sent = Some(document);
            }
            onward = onward.header(CONTENT_TYPE, "application/json").body(body);
        }
        let change = if does {
            // What is done with what is not known here is not passed on.
            let change = Change::of(&method, uri.path(), author, sent);
            Some((change.ok_or_else(|| ApiError::not_found("The requested resource"))?, log.clone()))
        } else {
            None
        };
        let answer = match (key.as_ref().map(HeaderValue::to_str), change) {
            (None, None) if method == Method::GET && reads::is_shared(uri.path()) => {
                let proxy = Arc::clone(self);
                let address = uri.path_and_query().map_or(String::new(), ToString::to_string);
                let ask = async move { proxy.read_now(proxy.ask(onward, Way::Read, &asker)).await };
                self.reads.read(address, ask).await?
            }
            (_, None) => self.ask(onward, Way::Read, &asker).await?,
            (None, Some(change)) => {
                // Gone on with where the client goes away, so that what becomes of it is kept.
                let proxy = Arc::clone(self);
                let asked = tokio::spawn(async move { proxy.change(change, onward, &asker).await });
                asked.await.map_err(|error| ApiError::internal(&error))??
            }
            (Some(Ok(key)), Some(change)) if key.len() <= MAX_KEY => {
                // Nobody is answered what somebody else was.
                let key = format!("{} {} {key}", uri.path(), change.0.author.told());
                self.once(key, change, onward, asker).await?
            }
            (Some(_), Some(_)) => {
                let message = format!("Idempotency-Key must have at most {MAX_KEY} printable characters");
                return Err(ApiError::invalid_parameter("idempotency-key", message));
            }
        };
        Ok(answer.passed_on())
    }

    /// Reads, and says whether the other API is down.
    async fn read_now(&self, read: impl Future<Output = Result<Answer, ApiError>>) -> Read {
        let answer = read.await;
        Read { answer, is_down: self.pace.is_down() }
    }

    /// Asks for what is made once for a key. It is gone on with where the client goes away, which may come again for it.
    async fn once(
        self: &Arc<Self>,
        key: String,
        change: (Change, Store),
        onward: RequestBuilder,
        asker: Asker,
    ) -> Result<Answer, ApiError> {
        let (proxy, slot) = (Arc::clone(self), self.made.slot(&key));
        let came = slot.come();
        let asked = tokio::spawn(async move { slot.make(came, proxy.change(change, onward, &asker)).await });
        asked.await.map_err(|error| ApiError::internal(&error))?
    }

    /// What something is before it is changed.
    async fn found(&self, path: &str, asker: &Asker) -> Found {
        match self.url(path, None) {
            Some(url) => Found::of(self.ask(self.client.get(url).timeout(TO_LOOK), Way::Look, asker).await),
            None => Found::Missing,
        }
    }

    /// Asks for a change, if whoever asks may make it, and has the log say so before and after.
    async fn change(
        &self,
        (change, log): (Change, Store),
        onward: RequestBuilder,
        asker: &Asker,
    ) -> Result<Answer, ApiError> {
        let before = match change.at() {
            Some(path) => self.found(&path, asker).await,
            None => Found::Missing,
        };
        let mut schedules = Vec::new();
        for id in change.schedules(&before)? {
            schedules.push(self.found(&format!("/v2/schedules/{id}"), asker).await);
        }
        change.check(&before, &schedules)?;
        let line = log.begin_passing(&change.author, &change.entry(&before)).await?;
        let answer = self.changed(onward, asker).await;
        let (outcome, made) = recorded::result(&answer);
        if let Err(error) = log.end_passing(line, outcome, made.as_ref()).await {
            tracing::error!(%error, "what became of the change in line {line} of the audit log was not kept");
        }
        answer
    }

    /// Asks for a change. What was read before it, or meanwhile, does not count any more.
    async fn changed(&self, onward: RequestBuilder, asker: &Asker) -> Result<Answer, ApiError> {
        /// Also where the client goes away: it may be done nevertheless.
        struct Ends<'a>(&'a Reads);
        impl Drop for Ends<'_> {
            fn drop(&mut self) {
                self.0.changed();
            }
        }
        self.reads.changed();
        let _ends = Ends(&self.reads);
        let answer = self.ask(onward, Way::Change, asker).await?;
        // What stands before the API says so where it has lost the API's answer.
        if answer.status == StatusCode::BAD_GATEWAY { Err(Lost::Behind.told(true)) } else { Ok(answer) }
    }

    /// The address there of a path here; nothing if it would be another one in the end.
    fn url(&self, path: &str, query: Option<&str>) -> Option<Url> {
        let mut url = self.base.clone();
        let meant = format!("{}{path}", self.base.path().trim_end_matches('/'));
        url.set_path(&meant);
        url.set_query(query);
        (url.path() == meant && url.origin() == self.base.origin()).then_some(url)
    }

    /// Asks the other API, when it is the turn of whoever asks. What changes something is sent once, and an answer that is
    /// lost or cannot be understood leaves open whether it is done, which is said.
    /// What is read of it is counted in the memory of whoever asks.
    async fn ask(&self, onward: RequestBuilder, way: Way, asker: &Asker) -> Result<Answer, ApiError> {
        let does = way == Way::Change;
        tokio::select! {
            answer = self.tried(onward, way, asker) => answer,
            () = give_up(self.stopping.clone()) => Err(Lost::InTime(None).told(does)),
        }
    }

    async fn tried(&self, mut onward: RequestBuilder, way: Way, asker: &Asker) -> Result<Answer, ApiError> {
        let (began, mut rest) = (Instant::now(), FIRST_REST);
        let does = way == Way::Change;
        let mut left = if way == Way::Read { TRIES - 1 } else { 0 };
        loop {
            let again = onward.try_clone().filter(|_| left > 0);
            let turn = self.pace.turn(&asker.caller).await?;
            let answer = self.understood(onward, asker.memory.as_ref()).await;
            drop(turn);
            let passed = passed(&answer);
            self.metrics.passed_on(passed);
            match passed {
                Passed::Answered | Passed::Refused => self.pace.succeeded(),
                Passed::Busy => self.pace.rest(asked_to_rest(&answer)),
                // A fault in one answer says nothing about the others.
                Passed::Failed if !is_worth_trying(&answer) => self.pace.succeeded(),
                Passed::Failed | Passed::Lost | Passed::Unusable => {}
            }
            match again.filter(|_| began.elapsed() < TO_TRY && is_worth_trying(&answer)) {
                Some(again) => onward = again,
                None => {
                    let is_asked_for = way != Way::Look;
                    if is_asked_for
                        && (passed == Passed::Lost || (passed == Passed::Failed && is_worth_trying(&answer)))
                    {
                        self.pace.failed();
                    }
                    return answer.map_err(|lost| {
                        // Never with the request itself in it, which has the key.
                        tracing::warn!(cause = lost.cause(), "the API behind this server gave no answer to pass on");
                        lost.told(does)
                    });
                }
            }
            left -= 1;
            // Where it asks for a rest, all wait for their turn.
            if passed != Passed::Busy {
                sleep(rest).await;
                rest *= 4;
            }
        }
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
            return Ok(Answer::new(status, headers, Bytes::new()));
        }
        let is_plain = headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
        if body::is_json(&headers) && is_plain {
            let content = limited(answer, memory).await?;
            let size = content.len();
            let key = Arc::clone(&self.key);
            let read = move || secrets::is_json_without(&content, &key).then_some(content);
            if let Ok(Some(content)) = self.aside.run(size, read).await {
                return Ok(Answer::new(status, headers, content.into()));
            }
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Lost::Busy(retry_after(&headers)));
        }
        Err(if status.is_client_error() { Lost::Refused(status) } else { Lost::NotUnderstood })
    }

    /// The names of all teams, by name, which the vendor tells in pages with all that are in them. All of them or an
    /// error: a part would be taken for the whole.
    async fn teams(&self, asker: &Asker) -> Result<Answer, ApiError> {
        let mut teams = Vec::new();
        let mut seen = BTreeSet::new();
        let mut after = None::<String>;
        for _ in 0..MAX_TEAM_PAGES {
            let mut url = self.url("/v3/teams", None).ok_or_else(|| ApiError::not_found("The requested resource"))?;
            url.query_pairs_mut()
                .append_pair("page_size", "250")
                .extend_pairs(after.iter().map(|after| ("after", after)));
            let answer = self.ask(self.client.get(url), Way::Read, asker).await?;
            if !answer.status.is_success() {
                return Ok(answer);
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
                    let content = json!({ "teams": teams }).to_string();
                    return Ok(Answer::new(StatusCode::OK, HeaderMap::new(), content.into()));
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
#[derive(Debug, Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    content: Bytes,
    /// When it came.
    read_at: Instant,
    /// Whether there is nothing newer to be had.
    is_stale: bool,
}

impl Answer {
    fn new(status: StatusCode, headers: HeaderMap, content: Bytes) -> Self {
        Self { status, headers, content, read_at: Instant::now(), is_stale: false }
    }

    /// For others than whoever asked: what the headers say was about that request.
    fn without_headers(&self) -> Self {
        Self { headers: HeaderMap::new(), ..self.clone() }
    }

    /// What of it is passed on, with its age if it has one.
    fn passed_on(self) -> Response {
        let mut response = Response::new(Body::from(self.content));
        *response.status_mut() = self.status;
        for name in PASSED_ON {
            if let Some(value) = self.headers.get(&name).filter(|value| are_numbers(value)) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        let age = self.read_at.elapsed().as_secs();
        if age > 0 {
            response.headers_mut().insert(AGE, age.into());
        }
        if self.is_stale {
            response.headers_mut().insert(WARNING, HeaderValue::from_static(STALE));
        }
        if self.status != StatusCode::NO_CONTENT {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        response
    }
}

/// Whether a header says numbers, as those about limits do: `60, 1200;window=60`. Anything else may be anything.
fn are_numbers(value: &HeaderValue) -> bool {
    let without = |text: &str| text.replace(";window=", "");
    let is_short = |text: &str| text.len() <= 200;
    let is_number = |part: &str| part.len() <= 12 && part.bytes().all(|byte| byte.is_ascii_digit());
    value.to_str().is_ok_and(|text| is_short(text) && without(text).split(',').all(|part| is_number(part.trim())))
}

/// For how long an answer asks to be left alone, if it says that.
fn retry_after(headers: &HeaderMap) -> Option<u32> {
    let after = headers.get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
    after.filter(|seconds| *seconds <= MAX_WAIT)
}

/// How it went.
fn passed(answer: &Result<Answer, Lost>) -> Passed {
    match answer {
        Ok(Answer { status: StatusCode::TOO_MANY_REQUESTS, .. }) | Err(Lost::Busy(_)) => Passed::Busy,
        Ok(answer) if answer.status.is_server_error() => Passed::Failed,
        Ok(answer) if answer.status.is_client_error() => Passed::Refused,
        Ok(_) => Passed::Answered,
        Err(Lost::Refused(_) | Lost::Elsewhere(_) | Lost::TooLarge | Lost::NoMemory) => Passed::Unusable,
        Err(Lost::Unreachable(_) | Lost::InTime(_) | Lost::Broken(_) | Lost::Behind | Lost::NotUnderstood) => {
            Passed::Lost
        }
    }
}

/// Whether what only reads may have another answer soon.
fn is_worth_trying(answer: &Result<Answer, Lost>) -> bool {
    match answer {
        Ok(answer) => {
            matches!(answer.status.as_u16(), 429 | 502 | 503 | 504)
        }
        Err(lost) => matches!(lost, Lost::Busy(_) | Lost::Unreachable(_) | Lost::Broken(_)),
    }
}

/// For how long it asks to be left alone.
fn asked_to_rest(answer: &Result<Answer, Lost>) -> Duration {
    let seconds = match answer {
        Ok(answer) => retry_after(&answer.headers),
        Err(Lost::Busy(seconds)) => *seconds,
        Err(_) => None,
    };
    seconds.map_or(USUAL_REST, |seconds| Duration::from_secs(seconds.into()))
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

async fn pass_on(State((proxy, log)): State<(Arc<Proxy>, Store)>, author: Author, request: Request) -> Response {
    proxy.pass_on(&log, author, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn teams(State((proxy, _)): State<(Arc<Proxy>, Store)>, request: Request) -> Response {
    let asker = Asker::of(&request);
    let ask = {
        let proxy = Arc::clone(&proxy);
        async move { proxy.read_now(proxy.teams(&asker)).await }
    };
    let teams = proxy.reads.read(TEAMS.to_string(), ask).await;
    teams.map(Answer::passed_on).unwrap_or_else(IntoResponse::into_response)
}

/// What belongs to a path and the vendor has no place for.
fn not_kept() -> ApiError {
    let message = "Revisions, expectations and scenarios are not kept while this server passes requests on";
    ApiError::no_such_thing(message)
}

/// What is passed on. The store has the log of changes.
pub(crate) fn router(proxy: Arc<Proxy>, log: Store) -> Router {
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
        .route(TEAMS, get(teams))
        .route("/builder/v1/priorities", get(move || async move { Json::new(&priorities) }))
        .route("/builder/v1/channels", get(move || async move { Json::new(&channels) }))
        .route("/builder/v1/escalation_paths/{*rest}", any(async || not_kept()))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state((proxy, log))
}
