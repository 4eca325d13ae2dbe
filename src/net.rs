//! Talking to the server.

use escalation_api::list::{OnePath, Paths, Pauses, ScheduleEntries, Schedules, Teams, Templates, Users};
use escalation_api::schedule::Entries;
use escalation_api::template::Template;
use escalation_api::{ErrorResponse, Json, Path, PathPayload, Schedule, Value};
use escalation_engine::Instant;
use escalation_engine::world::{Channel, Priority};
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::Deserialize;
use web_sys::RequestRedirect;

/// Why the server's answer is none.
#[derive(Debug, Clone, PartialEq)]
pub enum NetError {
    /// There was no answer.
    Away,
    /// The server refused, and says why.
    Refused(Box<ErrorResponse>),
    /// It is not known who asks: signed out, or sent to a page on which to sign in.
    SignedOut,
    /// Whoever asks is known and has no right to it; what the server says.
    Forbidden(String),
    /// The answer cannot be read; its status.
    Unreadable(u16),
    /// The request may have been carried out or not; what the server says.
    Unsure(String),
}

impl NetError {
    /// Whether the server says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        self.is_status(404)
    }

    /// Whether the server says that it is no longer in the state that the request was meant for.
    pub fn is_moved_on(&self) -> bool {
        self.is_status(412)
    }

    fn is_status(&self, status: u16) -> bool {
        match self {
            NetError::Refused(error) => error.status == i64::from(status),
            NetError::Unreadable(is) => *is == status,
            _ => false,
        }
    }
}

type Answer<T> = Result<T, NetError>;

/// Pages of lists that have many; the vendor gives paths 25 at a time.
const PAGE: u32 = 250;
const PAGE_OF_PATHS: u32 = 25;
/// So many pages are read and no more.
const MAX_PAGES: usize = 200;

async fn send(request: Result<Request, gloo_net::Error>) -> Answer<String> {
    Ok(send_tagged(request).await?.0)
}

/// The answer, and its tag if it has one.
async fn send_tagged(request: Result<Request, gloo_net::Error>) -> Answer<(String, Option<String>)> {
    let answer = request.map_err(|_| NetError::Away)?.send().await.map_err(|_| NetError::Away)?;
    let status = answer.status();
    if leads_to_sign_in(&answer) {
        return Err(NetError::SignedOut);
    }
    let text = text(&answer).await?;
    if answer.ok() {
        return Ok((text, answer.headers().get("etag")));
    }
    match ErrorResponse::from_text(&text) {
        Ok(error) if status == 403 => {
            let said = error.errors.first().map(|error| error.message.clone());
            Err(NetError::Forbidden(said.unwrap_or_default()))
        }
        Err(_) if status == 403 => Err(NetError::Forbidden(String::new())),
        Ok(error) if status == 504 => {
            let said = error.errors.first().map(|error| error.message.clone());
            Err(NetError::Unsure(said.unwrap_or_default()))
        }
        Ok(error) => Err(NetError::Refused(Box::new(error))),
        // Whatever is in front of the server says in its own way that the server is away.
        Err(_) if matches!(status, 502..=504) => Err(NetError::Away),
        Err(_) => Err(NetError::Unreadable(status)),
    }
}

/// Whether an answer is no answer but the way to a page on which to sign in. What stands in front of a server does that
/// in three ways: it refuses, it leads elsewhere, or it gives that page in place of the answer. A page that says that
/// the server is away is none of these.
fn leads_to_sign_in(answer: &Response) -> bool {
    let status = answer.status();
    let is_page = || answer.headers().get("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    // Redirects are not followed, so nothing is known of them but that they are there.
    status == 401 || status == 0 || ((answer.ok() || status == 403) && is_page())
}

/// What every request says: data are wanted and no page, and nothing that leads elsewhere is followed.
fn asking(request: RequestBuilder) -> RequestBuilder {
    request.header("accept", "application/json").redirect(RequestRedirect::Manual)
}

async fn text(answer: &Response) -> Answer<String> {
    answer.text().await.map_err(|_| NetError::Away)
}

async fn get(url: &str) -> Answer<String> {
    send(asking(Request::get(url)).build()).await
}

fn read<T: Json>(text: &str) -> Answer<T> {
    T::from_text(text).map_err(|_| NetError::Unreadable(200))
}

/// The page about a kind of problem, as Markdown. It lies beside the app, wherever that is.
pub async fn page_of(code: &str) -> Answer<String> {
    get(&format!("problems/{code}.md")).await
}

/// All paths.
pub async fn paths() -> Answer<Vec<Path>> {
    let mut all = Vec::new();
    let mut after = String::new();
    for _ in 0..MAX_PAGES {
        let page: Paths = read(&get(&format!("/v2/escalation_paths?page_size={PAGE_OF_PATHS}{after}")).await?)?;
        all.extend(page.escalation_paths);
        let Some(next) = page.pagination_meta.and_then(|meta| meta.after) else { break };
        after = format!("&after={next}");
    }
    Ok(all)
}

/// All people, those who have left included.
pub async fn users() -> Answer<Vec<escalation_api::User>> {
    let mut all = Vec::new();
    let mut after = String::new();
    for _ in 0..MAX_PAGES {
        let page: Users = read(&get(&format!("/v2/users?include_inactive=true&page_size={PAGE}{after}")).await?)?;
        all.extend(page.users);
        let Some(next) = page.pagination_meta.and_then(|meta| meta.after) else { break };
        after = format!("&after={next}");
    }
    Ok(all)
}

/// All schedules.
pub async fn schedules() -> Answer<Vec<Schedule>> {
    let mut all = Vec::new();
    let mut after = String::new();
    for _ in 0..MAX_PAGES {
        let page: Schedules = read(&get(&format!("/v2/schedules?page_size={PAGE}{after}")).await?)?;
        all.extend(page.schedules);
        let Some(next) = page.pagination_meta.and_then(|meta| meta.after) else { break };
        after = format!("&after={next}");
    }
    Ok(all)
}

/// Who is on call by a schedule in a window, overrides merged in.
pub async fn entries(schedule_id: &str, window: (Instant, Instant)) -> Answer<Entries> {
    let (from, until) = window;
    let url =
        format!("/v2/schedule_entries?schedule_id={schedule_id}&entry_window_start={from}&entry_window_end={until}");
    let entries: ScheduleEntries = read(&get(&url).await?)?;
    Ok(entries.schedule_entries)
}

#[derive(Deserialize)]
struct Priorities {
    priorities: Vec<Priority>,
}

#[derive(Deserialize)]
struct Channels {
    channels: Vec<Channel>,
}

/// Priorities, from the highest to the lowest. None where the server has no list of them.
pub async fn priorities() -> Answer<Vec<Priority>> {
    let text = ours("/builder/v1/priorities").await?;
    Ok(text.and_then(|text| serde_json::from_str::<Priorities>(&text).ok()).map_or(Vec::new(), |list| list.priorities))
}

/// Channels whose names are known. None where the server has no list of them.
pub async fn channels() -> Answer<Vec<Channel>> {
    let text = ours("/builder/v1/channels").await?;
    Ok(text.and_then(|text| serde_json::from_str::<Channels>(&text).ok()).map_or(Vec::new(), |list| list.channels))
}

/// Teams, by name.
pub async fn teams() -> Answer<Vec<escalation_api::Team>> {
    let text = ours("/builder/v1/teams").await?;
    Ok(text.and_then(|text| Teams::from_text(&text).ok()).map_or(Vec::new(), |list| list.teams))
}

/// Templates of paths. None where they may not be read.
pub async fn templates() -> Answer<Vec<Template>> {
    let mut all = Vec::new();
    let mut after = String::new();
    for _ in 0..MAX_PAGES {
        let url = format!("/v2/escalation_path_templates?page_size={PAGE_OF_PATHS}{after}");
        let Some(page) = ours(&url).await?.and_then(|text| Templates::from_text(&text).ok()) else { break };
        all.extend(page.escalation_path_templates);
        let Some(next) = page.pagination_meta.and_then(|meta| meta.after) else { break };
        after = format!("&after={next}");
    }
    Ok(all)
}

/// The pauses of notifications that lie in a window in part. None where they may not be read.
pub async fn pauses(window: (Instant, Instant)) -> Answer<Vec<escalation_api::Pause>> {
    let (from, until) = window;
    let mut all = Vec::new();
    let mut after = String::new();
    for _ in 0..MAX_PAGES {
        let url = format!("/v2/on_call_notification_pauses?from={from}&to={until}&page_size={PAGE}{after}");
        let Some(page) = ours(&url).await?.and_then(|text| Pauses::from_text(&text).ok()) else { break };
        all.extend(page.on_call_notification_pauses);
        let Some(next) = page.pagination_meta.and_then(|meta| meta.after) else { break };
        after = format!("&after={next}");
    }
    Ok(all)
}

/// Something that not every server has, or not everybody may read.
async fn ours(url: &str) -> Answer<Option<String>> {
    match get(url).await {
        Ok(text) => Ok(Some(text)),
        Err(NetError::Away) => Err(NetError::Away),
        Err(_) => Ok(None),
    }
}

/// A path as it is now.
pub async fn path(id: &str) -> Answer<Path> {
    Ok(path_tagged(id).await?.0)
}

/// A path as it is now, and the tag of this state of it if the server has tags.
pub async fn path_tagged(id: &str) -> Answer<(Path, Option<String>)> {
    let (text, tag) = send_tagged(asking(Request::get(&format!("/v2/escalation_paths/{id}"))).build()).await?;
    let one: OnePath = read(&text)?;
    Ok((one.escalation_path, tag))
}

/// Saves a path: replaces the one with this id, if it is still in the state with this tag, or makes a new one. Gives it
/// back as it is now.
pub async fn save(id: &str, path: &PathPayload, tag: Option<&str>) -> Answer<Path> {
    let request = if id.is_empty() {
        Request::post("/v2/escalation_paths")
    } else {
        Request::put(&format!("/v2/escalation_paths/{id}"))
    };
    let request = match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    };
    let saved: OnePath = read(&send(with_json(request, path)).await?)?;
    Ok(saved.escalation_path)
}

fn with_json(request: RequestBuilder, path: &PathPayload) -> Result<Request, gloo_net::Error> {
    asking(request).header("content-type", "application/json").body(path.write().to_string())
}

/// What the server says of a path without saving it: its warnings, or its errors as a refusal.
pub async fn validate(path: &PathPayload) -> Answer<Vec<Warning>> {
    let request = Request::post("/v2/escalation_paths/actions/validate");
    let text = send(with_json(request, path)).await?;
    let found: Warnings = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
    Ok(found.warnings)
}

#[derive(Deserialize)]
struct Warnings {
    #[serde(default)]
    warnings: Vec<Warning>,
}

/// What the server would take, and somebody may regret.
#[derive(Deserialize)]
pub struct Warning {
    /// Where, as a dotted pointer.
    #[serde(default)]
    pub path: String,
    /// What is wrong.
    #[serde(default)]
    pub summary: String,
    /// What to do about it.
    #[serde(default)]
    pub detail: String,
}

/// What the server says of itself.
#[derive(Default, Deserialize)]
pub struct Info {
    /// What it has beyond reading and saving paths.
    #[serde(default)]
    pub features: Vec<String>,
    /// What whoever asks may do: `write`, or `read` and no more. Nothing where it does not say.
    pub rights: Option<String>,
}

/// What the server says of itself. Nothing where it says nothing.
pub async fn info() -> Info {
    let text = ours("/builder/v1/info").await.ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// A save of a path, without the path.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Revision {
    /// Counted from 1.
    pub number: i64,
    /// When, as RFC 3339.
    pub saved_at: String,
    /// What the path was called.
    #[serde(default)]
    pub name: String,
    /// By whom, if the server knows.
    pub saved_by: Option<String>,
    /// What it was other than a save.
    pub note: Option<String>,
}

#[derive(Deserialize)]
struct Revisions {
    revisions: Vec<Revision>,
    pagination_meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Meta {
    after: Option<String>,
}

/// Saves of a path, the newest first, and where the older ones begin.
pub async fn revisions(id: &str, after: Option<&str>) -> Answer<(Vec<Revision>, Option<String>)> {
    let after = after.map_or(String::new(), |after| format!("?after={after}"));
    let text = get(&format!("/builder/v1/escalation_paths/{id}/revisions{after}")).await?;
    let read: Revisions = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
    Ok((read.revisions, read.pagination_meta.and_then(|meta| meta.after)))
}

/// A path as it was.
pub async fn revision(id: &str, number: i64) -> Answer<Path> {
    let text = get(&format!("/builder/v1/escalation_paths/{id}/revisions/{number}")).await?;
    let mut value: Value = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
    let path = value.get_mut("revision").and_then(|revision| revision.get_mut("escalation_path")).map(Value::take);
    path.and_then(|path| Path::read(path).ok()).ok_or(NetError::Unreadable(200))
}

/// Deletes a path.
pub async fn delete(id: &str) -> Answer<()> {
    send(asking(Request::delete(&format!("/v2/escalation_paths/{id}"))).build()).await.map(|_| ())
}

/// What is kept with a path beside it, by its name in the API: `expectations` or `scenarios`.
pub async fn kept(id: &str, name: &str) -> Answer<Vec<Value>> {
    let text = get(&format!("/builder/v1/escalation_paths/{id}/{name}")).await?;
    let mut value: Value = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
    match value.get_mut(name).map(Value::take) {
        Some(Value::Array(list)) => Ok(list),
        _ => Err(NetError::Unreadable(200)),
    }
}

/// Replaces it.
pub async fn keep(id: &str, name: &str, list: Vec<Value>) -> Answer<()> {
    let body: escalation_api::Map = [(name.to_string(), Value::Array(list))].into_iter().collect();
    let request = Request::put(&format!("/builder/v1/escalation_paths/{id}/{name}"));
    let request = asking(request).header("content-type", "application/json").body(Value::Object(body).to_string());
    send(request).await.map(drop)
}
