//! Talking to the server. Every address is relative to where the page lies, so that the app may lie anywhere;
//! an instance in a page of somebody else knows where its server is.

mod client;

use escalation_api::escalation::Escalation;
use escalation_api::list::{OnePath, Page};
use escalation_api::schedule::Entries;
use escalation_api::template::Template;
use escalation_api::{ErrorResponse, ErrorSingle, ErrorType, Json, Path, PathPayload, Schedule, Team, User, Value};
use escalation_editor::{retry, tag};
use escalation_engine::Instant;
use escalation_engine::trace::TraceStep;
use escalation_engine::world::{Channel, Priority};
use futures::future::{Either, select};
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use web_sys::RequestRedirect;

use crate::clock;
use crate::strings;

pub use client::{Net, Way};

/// Why the server's answer is none.
#[derive(Debug, Clone, PartialEq)]
pub enum NetError {
    /// There was no answer.
    Away,
    /// The server refused, and says why.
    Refused(Box<ErrorResponse>),
    /// The server has too much to do, and has done nothing; for how many seconds it asks to be left alone, if it says so.
    Busy(Option<u32>),
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
    /// What was not done, and why.
    pub fn after(self, what: &str) -> String {
        let why = match self {
            Self::Away => strings::escalations::AWAY.to_string(),
            Self::SignedOut => strings::unread::SIGNED_OUT.to_string(),
            Self::Busy(_) => strings::unread::BUSY.to_string(),
            Self::Forbidden(said) | Self::Unsure(said) => said,
            Self::Unreadable(status) => strings::status(status.into()),
            Self::Refused(error) => {
                error.errors.first().map_or_else(|| strings::status(error.status), |error| error.message.clone())
            }
        };
        format!("{what} {why}").trim_end().to_string()
    }

    /// What is wrong with a document that was given in place of a server.
    pub fn given(said: String) -> Self {
        Self::Refused(Box::new(ErrorResponse {
            error_type: ErrorType::Validation,
            status: 422,
            request_id: String::new(),
            errors: vec![ErrorSingle::new("invalid", said)],
            rate_limit: None,
            extra: escalation_api::Map::new(),
        }))
    }

    /// Whether the server itself says that there is no such thing. What stands in front of it says 404, too, in a way
    /// of its own, while the server is away or moves.
    pub fn is_not_found(&self) -> bool {
        matches!(self, NetError::Refused(error) if error.status == 404)
    }

    /// Whether nothing is at this address, whoever says so: a server that lacks a feature need not say it as an error of
    /// the API.
    pub fn is_missing(&self) -> bool {
        self.is_status(404)
    }

    /// Whether the server says that it is no longer in the state that the request was meant for.
    pub fn is_moved_on(&self) -> bool {
        self.is_status(412)
    }

    /// Whether a request that writes may have been carried out although there is no answer to it that says so.
    pub fn may_be_done(&self) -> bool {
        match self {
            NetError::Away | NetError::Unsure(_) => true,
            // By 408 and 499 somebody has waited in vain, for the request or for its answer.
            NetError::Unreadable(status) => !(400..500).contains(status) || matches!(status, 408 | 499),
            NetError::Refused(error) => error.status == 504 || may_have_failed_late(error),
            NetError::Busy(_) | NetError::SignedOut | NetError::Forbidden(_) => false,
        }
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
const PAGE: &str = "250";
const PAGE_OF_PATHS: &str = "25";
/// So many pages are read and no more; that there are more is told.
const MAX_PAGES: usize = 400;

/// So long is waited for an answer to begin, in milliseconds.
const LATEST: u32 = 20_000;

/// For how long the server is left alone at most without being asked, in milliseconds: it may have been wrong.
const LONGEST_ALONE: u32 = 60_000;

/// A list as far as it could be read.
#[derive(Debug, Clone)]
pub struct List<T> {
    /// What could be read of it.
    pub items: Vec<T>,
    /// Whether that is all of it: nothing in it is unreadable, and it has an end.
    pub is_whole: bool,
}

impl<T> Default for List<T> {
    /// That of a server that has none.
    fn default() -> Self {
        Self { items: Vec::new(), is_whole: true }
    }
}

impl Net {
    /// Sends what writes: once, as it may have been done whatever the answer.
    async fn send(self, request: Result<Request, gloo_net::Error>) -> Answer<String> {
        let answer = self.fetch(request.map_err(|_| NetError::Away)?).await?;
        self.understand(answer).await.map(|(text, _)| text).map_err(|error| match error {
            NetError::Refused(error) if may_have_failed_late(&error) => {
                let said = error.errors.into_iter().next();
                NetError::Unsure(said.map(|error| error.message).unwrap_or_default())
            }
            error => error,
        })
    }
}

/// Whether what failed may have failed after it was done. Our own server says 502 only where nothing was; what stands in
/// front of a server says it where the answer was lost.
fn may_have_failed_late(error: &ErrorResponse) -> bool {
    let is_own = || error.errors.iter().any(|error| error.code.starts_with("upstream_"));
    error.status == 500 || (error.status == 502 && !is_own())
}

impl Net {
    /// The answer, and its tag if it has one.
    async fn understand(self, answer: Response) -> Answer<(String, Option<String>)> {
        let status = answer.status();
        if leads_to_sign_in(&answer) {
            return Err(NetError::SignedOut);
        }
        let retry_after = answer.headers().get("retry-after");
        // 110: there is nothing newer.
        if answer.headers().get("warning").is_some_and(|warning| warning.starts_with("110 ")) {
            let age = answer.headers().get("age").and_then(|age| age.trim().parse().ok()).unwrap_or(0);
            self.note_age(age);
        }
        let text = answer.text().await.map_err(|_| NetError::Away)?;
        if answer.ok() {
            return Ok((text, answer.headers().get("etag").as_deref().and_then(tag::own)));
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
            // What is in front of the server says 503 where the server is away, in a way of its own.
            answered if status == 429 || (status == 503 && (answered.is_ok() || retry_after.is_some())) => {
                let after = retry_after.and_then(|text| retry::read(&text, clock::now()));
                Err(NetError::Busy(after.map(|milliseconds| milliseconds.div_ceil(1_000))))
            }
            Ok(error) => Err(NetError::Refused(Box::new(error))),
            // Whatever is in front of the server says in its own way that the server is away.
            Err(_) if matches!(status, 502..=504) => Err(NetError::Away),
            Err(_) => Err(NetError::Unreadable(status)),
        }
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

impl Net {
    /// Reads what is at an address, and its tag. While the server has too much to do it is asked again when it says so, by
    /// all that is read together; see [`retry`].
    async fn get_tagged(self, url: &str) -> Answer<(String, Option<String>)> {
        let (mut tries, mut waited) = (0, 0);
        loop {
            let until = self.left_alone();
            let left_alone = until - clock::milliseconds();
            if left_alone > 0.0 {
                let wait = (left_alone * (1.0 + clock::dice() / 4.0)).ceil() as u32;
                waited += wait;
                if waited > retry::LONGEST {
                    return Err(NetError::Busy(Some(wait.div_ceil(1_000))));
                }
                clock::pause(wait).await;
                // It is over, whatever the clock says, unless the server has asked for more since.
                if self.left_alone() <= until {
                    self.leave_alone(0.0);
                }
                continue;
            }
            tries += 1;
            let request = asking(Request::get(url)).build().map_err(|_| NetError::Away)?;
            // One that is never answered must not hold up what is read beside it.
            let late = Box::pin(clock::pause(LATEST));
            let Either::Left((answer, _)) = select(Box::pin(self.fetch(request)), late).await else {
                return Err(NetError::Away);
            };
            let answer = answer?;
            let (status, after) = (answer.status(), answer.headers().get("retry-after"));
            if retry::asks_to_wait(status) {
                let asked = after.as_deref().and_then(|text| retry::read(text, clock::now()));
                let wait = retry::wait(status, after.as_deref(), tries, waited, clock::now(), 0.0);
                // Nobody else asks meanwhile, either.
                let alone = asked.max(wait).map(|wait| wait.min(LONGEST_ALONE));
                let alone = alone.map_or(0.0, |wait| clock::milliseconds() + f64::from(wait));
                self.leave_alone(self.left_alone().max(alone));
                if let Some(wait) = wait {
                    if wait == 0 {
                        clock::pause(100).await;
                    }
                    continue;
                }
            }
            return self.understand(answer).await;
        }
    }

    async fn get(self, url: &str) -> Answer<String> {
        Ok(self.get_tagged(url).await?.0)
    }
}

fn read<T: Json>(text: &str) -> Answer<T> {
    T::from_text(text).map_err(|_| NetError::Unreadable(200))
}

impl Net {
    /// The page about a kind of problem, as Markdown. It lies beside the app, wherever that is.
    pub async fn page_of(self, code: &str) -> Answer<String> {
        self.get(&self.file(&["problems", &format!("{code}.md")], &[])).await
    }

    /// All pages of a list, which stands in each under a name. A list that is not there, or that goes on after what it
    /// began with, is no list; an entry that cannot be read is left out, and that is told.
    async fn pages<T: Json>(self, segments: &[&str], name: &str, query: &[(&str, &str)]) -> Answer<List<T>> {
        let mut list = List::default();
        let mut after = String::new();
        for _ in 0..MAX_PAGES {
            let mut query = query.to_vec();
            if !after.is_empty() {
                query.push(("after", &after));
            }
            let read = async {
                let text = self.get(&self.address(segments, &query)).await?;
                Page::<T>::from_text(&text, name).map_err(|_| NetError::Unreadable(200))
            };
            let page = match read.await {
                Ok(page) => page,
                // What was read is as it is, but for those who are signed out: nothing is theirs any more.
                Err(error) if !after.is_empty() && error != NetError::SignedOut => break,
                Err(error) => return Err(error),
            };
            list.items.extend(page.items);
            list.is_whole &= page.unread.is_empty();
            let Some(next) = page.after.filter(|next| !next.is_empty()) else { return Ok(list) };
            if next == after {
                break;
            }
            after = next;
        }
        list.is_whole = false;
        Ok(list)
    }

    /// All paths.
    pub async fn paths(self) -> Answer<List<Path>> {
        self.pages(&["v2", "escalation_paths"], "escalation_paths", &[("page_size", PAGE_OF_PATHS)]).await
    }

    /// All people, those who have left included.
    pub async fn users(self) -> Answer<List<User>> {
        self.pages(&["v2", "users"], "users", &[("include_inactive", "true"), ("page_size", PAGE)]).await
    }

    /// All schedules.
    pub async fn schedules(self) -> Answer<List<Schedule>> {
        self.pages(&["v2", "schedules"], "schedules", &[("page_size", PAGE)]).await
    }

    /// Who is on call by a schedule in a window, overrides merged in.
    pub async fn entries(self, schedule_id: &str, window: (Instant, Instant)) -> Answer<Entries> {
        let (from, until) = (window.0.to_string(), window.1.to_string());
        let query = [("schedule_id", schedule_id), ("entry_window_start", &from), ("entry_window_end", &until)];
        let text = self.get(&self.address(&["v2", "schedule_entries"], &query)).await?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
        let entries = answer.get_mut("schedule_entries").map(Value::take).unwrap_or_default();
        // A list that is not there is not an empty one.
        let is_there = entries.get("final").is_some_and(Value::is_array);
        Entries::read(entries).ok().filter(|_| is_there).ok_or(NetError::Unreadable(200))
    }

    /// A page of a list of our own server under a name, and where the next begins. It names what it could not read beside it.
    async fn own_page<T: DeserializeOwned>(
        self,
        name: &str,
        query: &[(&str, &str)],
    ) -> Answer<(List<T>, Option<String>)> {
        let text = self.get(&self.address(&["builder", "v1", name], query)).await?;
        let mut value: Value = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
        let list = value.get_mut(name).map(Value::take).ok_or(NetError::Unreadable(200))?;
        let items = serde_json::from_value(list).map_err(|_| NetError::Unreadable(200))?;
        let is_whole = value.get("unreadable").and_then(Value::as_array).is_none_or(Vec::is_empty);
        let after = value.get("pagination_meta").and_then(|meta| meta.get("after")).and_then(Value::as_str);
        Ok((List { items, is_whole }, after.map(str::to_string)))
    }

    /// A list of our own server that is one page.
    async fn own_list<T: DeserializeOwned>(self, name: &str) -> Answer<List<T>> {
        Ok(self.own_page(name, &[]).await?.0)
    }
}

/// What a server that has no such list is taken to have; an error where it has one that could not be read.
fn none_if_missing<T: Default>(answer: Answer<T>) -> Answer<T> {
    match answer {
        Err(error) if error.is_missing() => Ok(T::default()),
        answer => answer,
    }
}

impl Net {
    /// Priorities, from the highest to the lowest. None where the server has no list of them.
    pub async fn priorities(self) -> Answer<List<Priority>> {
        none_if_missing(self.own_list("priorities").await)
    }

    /// Channels whose names are known. None where the server has no list of them.
    pub async fn channels(self) -> Answer<List<Channel>> {
        none_if_missing(self.own_list("channels").await)
    }

    /// Teams, by name.
    pub async fn teams(self) -> Answer<List<Team>> {
        self.pages(&["builder", "v1", "teams"], "teams", &[]).await
    }

    /// Templates of paths.
    pub async fn templates(self) -> Answer<List<Template>> {
        let segments = ["v2", "escalation_path_templates"];
        self.pages(&segments, "escalation_path_templates", &[("page_size", PAGE_OF_PATHS)]).await
    }

    /// The pauses of notifications that lie in a window in part.
    pub async fn pauses(self, window: (Instant, Instant)) -> Answer<List<escalation_api::Pause>> {
        let (from, until) = (window.0.to_string(), window.1.to_string());
        let query = [("from", from.as_str()), ("to", until.as_str()), ("page_size", PAGE)];
        self.pages(&["v2", "on_call_notification_pauses"], "on_call_notification_pauses", &query).await
    }

    /// The newest escalations of a path, or those after a cursor, and where older ones begin.
    pub async fn escalations(self, path_id: &str, after: Option<&str>) -> Answer<(List<Escalation>, Option<String>)> {
        let mut query = vec![("escalation_path[one_of]", path_id)];
        query.extend(after.map(|after| ("after", after)));
        let text = self.get(&self.address(&["v2", "escalations"], &query)).await?;
        let page = Page::<Escalation>::from_text(&text, "escalations").map_err(|_| NetError::Unreadable(200))?;
        let list = List { is_whole: page.unread.is_empty(), items: page.items };
        Ok((list, page.after.filter(|after| !after.is_empty())))
    }

    /// The first steps of an escalation, whether these are all, and the revision of the path that it follows.
    pub async fn escalation_steps(self, id: &str) -> Answer<(Vec<TraceStep>, bool, Option<i64>)> {
        #[derive(Deserialize)]
        struct Told {
            escalation: About,
            steps: Vec<TraceStep>,
            pagination_meta: Option<Meta>,
        }
        #[derive(Deserialize)]
        struct About {
            revision: Option<i64>,
        }
        let text = self.get(&self.address(&["builder", "v1", "escalations", id], &[])).await?;
        let told: Told = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
        let is_all = told.pagination_meta.is_none_or(|meta| meta.after.is_none());
        Ok((told.steps, is_all, told.escalation.revision))
    }

    /// Pages people by a path. The same key again begins nothing.
    pub async fn page_now(self, path_id: &str, title: &str, key: &str, priority_id: Option<&str>) -> Answer<()> {
        let body = serde_json::json!({
            "idempotency_key": key,
            "title": title,
            "escalation_path_id": path_id,
            "priority_id": priority_id,
        });
        self.write(&["builder", "v1", "escalations"], &body).await
    }

    /// Acknowledges an escalation in the name of whoever asks.
    pub async fn acknowledge(self, id: &str) -> Answer<()> {
        self.write(&["v2", "escalations", id, "actions", "respond"], &serde_json::json!({ "response": "ack" })).await
    }

    /// Stops an escalation.
    pub async fn cancel_escalation(self, id: &str) -> Answer<()> {
        self.write(&["v2", "escalations", id, "actions", "cancel"], &serde_json::json!({})).await
    }

    async fn write(self, segments: &[&str], body: &Value) -> Answer<()> {
        let request = asking(Request::post(&self.address(segments, &[]))).header("content-type", "application/json");
        self.send(request.body(body.to_string())).await.map(drop)
    }

    /// A path as it is now.
    pub async fn path(self, id: &str) -> Answer<Path> {
        Ok(self.path_tagged(id).await?.0)
    }

    /// A path as it is now, and the tag of this state of it if the server has tags.
    pub async fn path_tagged(self, id: &str) -> Answer<(Path, Option<String>)> {
        let (text, tag) = self.get_tagged(&self.address(&["v2", "escalation_paths", id], &[])).await?;
        let one: OnePath = read(&text)?;
        Ok((one.escalation_path, tag))
    }

    /// Makes a new path, and gives it as it is now. The same key again makes nothing, where the server knows of keys.
    pub async fn make(self, path: &PathPayload, key: &str) -> Answer<Path> {
        let request = Request::post(&self.address(&["v2", "escalation_paths"], &[])).header("idempotency-key", key);
        let made: OnePath = read(&self.send(with_json(request, path)).await?)?;
        Ok(made.escalation_path)
    }

    /// Saves a path: replaces the one with this id, if it is still in the state with this tag. Gives it back as it is now.
    pub async fn save(self, id: &str, path: &PathPayload, tag: Option<&str>) -> Answer<Path> {
        let request = Request::put(&self.address(&["v2", "escalation_paths", id], &[]));
        let request = match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        let saved: OnePath = read(&self.send(with_json(request, path)).await?)?;
        // An answer about another path says nothing of this one.
        if saved.escalation_path.id == id { Ok(saved.escalation_path) } else { Err(NetError::Unreadable(200)) }
    }
}

fn with_json(request: RequestBuilder, path: &PathPayload) -> Result<Request, gloo_net::Error> {
    asking(request).header("content-type", "application/json").body(path.write().to_string())
}

impl Net {
    /// What the server says of a path without saving it: its warnings, or its errors as a refusal.
    pub async fn validate(self, path: &PathPayload) -> Answer<Vec<Warning>> {
        let request = Request::post(&self.address(&["v2", "escalation_paths", "actions", "validate"], &[]));
        let text = self.send(with_json(request, path)).await?;
        let found: Warnings = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
        Ok(found.warnings)
    }
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
    /// The teams whose paths whoever asks may change, if not those of all.
    pub edits_teams: Option<Vec<String>>,
}

impl Net {
    /// What the server says of itself. Nothing where it says nothing: only our own server does.
    pub async fn info(self) -> Answer<Info> {
        let text = match self.get(&self.address(&["builder", "v1", "info"], &[])).await {
            Ok(text) => text,
            // What is in front of another server answers in its own way where it has nothing.
            Err(NetError::SignedOut) => return Ok(Info::default()),
            Err(error) if error.is_missing() => return Ok(Info::default()),
            Err(error) => return Err(error),
        };
        serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))
    }
}

/// Who the server takes whoever asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Me {
    /// How that is known: `session`, `api_key`, `person` or `anonymous`.
    #[serde(default)]
    pub kind: String,
    /// The name, if it is known.
    pub name: Option<String>,
    /// `viewer`, `responder`, `editor` or `admin`, if it is one of these.
    pub role: Option<String>,
    /// What they may do in the organisation.
    #[serde(default)]
    pub rights: Vec<String>,
    /// What they may do besides with what single teams own, as the server tells it: read by [`Me::in_teams`], for a list of
    /// its own would take more of the program.
    #[serde(default)]
    teams: Value,
    /// Whether the server has a page on which to sign in.
    #[serde(default)]
    pub signs_in: bool,
}

impl Me {
    /// The teams with whose things they may do something besides: the id of each, the role if it is one, and the rights.
    pub fn in_teams(&self) -> impl Iterator<Item = (&str, Option<&str>, &[Value])> {
        self.teams.as_array().into_iter().flatten().filter_map(|team| {
            let rights = team.get("rights").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            Some((team.get("id")?.as_str()?, team.get("role").and_then(Value::as_str), rights))
        })
    }
}

impl Net {
    /// Who the server takes whoever asks for; everybody may ask that.
    pub async fn me(self) -> Answer<Me> {
        let text = self.get(&self.address(&["builder", "v1", "me"], &[])).await?;
        serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))
    }
}

impl Net {
    /// Where one signs in.
    pub fn sign_in_page(self) -> String {
        self.address(&["sign-in"], &[])
    }
}

impl Net {
    /// Ends the session.
    pub async fn sign_out(self) -> Answer<()> {
        self.write(&["builder", "v1", "session", "actions", "sign_out"], &serde_json::json!({})).await
    }
}

/// An API key, without what it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub rights: Vec<String>,
    /// The teams whose things it may change, if not those of all.
    pub team_ids: Option<Vec<String>>,
    /// When it was made, as RFC 3339.
    pub created_at: String,
    /// By whom, if that is known.
    pub created_by: Option<String>,
    /// When it expires, if it does.
    pub expires_at: Option<String>,
    /// When it was used last.
    pub last_used_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Account {
    /// Their name.
    pub name: String,
    /// Their address, if it is known.
    pub email: Option<String>,
    /// What they may do in the organisation.
    pub role: String,
    /// What they may do besides with what single teams own, by their ids.
    #[serde(default)]
    pub team_roles: Value,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub account: Account,
    /// When it was used last, as RFC 3339.
    pub used_at: String,
    /// When it ends if it is not used.
    pub lasts_until: String,
}

impl Net {
    /// All pages of a list of our own server; one that goes on for ever has an end here, and that is told.
    async fn own_pages<T: DeserializeOwned>(self, name: &str) -> Answer<List<T>> {
        let mut list = List::default();
        let mut after = None::<String>;
        for _ in 0..MAX_PAGES {
            let mut query = vec![("page_size", PAGE)];
            query.extend(after.iter().map(|at| ("after", at.as_str())));
            let (page, next) = self.own_page(name, &query).await?;
            list.items.extend(page.items);
            list.is_whole &= page.is_whole;
            match next {
                None => return Ok(list),
                next if next == after => break,
                next => after = next,
            }
        }
        list.is_whole = false;
        Ok(list)
    }

    /// All API keys, those that were revoked included.
    pub async fn api_keys(self) -> Answer<List<ApiKey>> {
        self.own_pages("api_keys").await
    }

    /// All sessions that are not over.
    pub async fn sessions(self) -> Answer<List<Session>> {
        self.own_pages("sessions").await
    }

    /// Makes a key with these rights, for what one team owns if it is named, until an instant if it expires. What it is: the
    /// server tells that once.
    pub async fn make_key(
        self,
        name: &str,
        rights: &[&str],
        team: Option<&str>,
        until: Option<Instant>,
    ) -> Answer<String> {
        let (teams, until) = (team.map(|team| [team]), until.map(|at| at.to_string()));
        let body = serde_json::json!({ "name": name, "rights": rights, "team_ids": teams, "expires_at": until });
        let request = asking(Request::post(&self.address(&["builder", "v1", "api_keys"], &[])));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let value: Value = serde_json::from_str(&self.send(request).await?).map_err(|_| NetError::Unreadable(201))?;
        let secret = value.get("api_key").and_then(|key| key.get("secret")).and_then(Value::as_str);
        secret.map(str::to_string).ok_or(NetError::Unreadable(201))
    }

    /// Revokes a key.
    pub async fn revoke_key(self, id: &str) -> Answer<()> {
        self.take_away(&["builder", "v1", "api_keys", id]).await
    }

    /// Ends a session.
    pub async fn end_session(self, id: &str) -> Answer<()> {
        self.take_away(&["builder", "v1", "sessions", id]).await
    }

    async fn take_away(self, segments: &[&str]) -> Answer<()> {
        self.send(asking(Request::delete(&self.address(segments, &[]))).build()).await.map(drop)
    }
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AuditActor {
    /// How that is known.
    pub kind: String,
    /// Of an API key or a user.
    pub id: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// What it was done with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AuditResource {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AuditLine {
    /// Its own, which no other has.
    pub number: i64,
    /// When, as RFC 3339.
    pub at: String,
    /// Who.
    pub actor: AuditActor,
    /// From where, if that is known.
    pub address: Option<String>,
    /// What was done.
    pub action: String,
    /// With what.
    pub resource: AuditResource,
    /// What it was.
    #[serde(default)]
    pub before: Value,
    /// What it is.
    #[serde(default)]
    pub after: Value,
    /// `done`, `refused` or `unknown`.
    #[serde(default)]
    pub outcome: String,
    /// Which of the two cannot be read.
    #[serde(default)]
    pub unreadable: Vec<String>,
}

/// A page of the audit log.
pub struct AuditPage {
    /// The newest first.
    pub lines: Vec<AuditLine>,
    /// Where older ones begin.
    pub after: Option<String>,
    /// Whether all of them could be read.
    pub is_whole: bool,
}

/// The segments of its address.
const AUDIT: [&str; 3] = ["builder", "v1", "audit"];

impl Net {
    /// A page of the audit log.
    pub async fn audit(self, query: &[(&'static str, String)], after: Option<&str>) -> Answer<AuditPage> {
        #[derive(Deserialize)]
        struct Page {
            audit_log: Vec<AuditLine>,
            pagination_meta: Option<Meta>,
            #[serde(default)]
            unreadable: Vec<String>,
        }
        let mut query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        query.push(("page_size", "50"));
        query.extend(after.map(|after| ("after", after)));
        let text = self.get(&self.address(&AUDIT, &query)).await?;
        let page: Page = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
        let after = page.pagination_meta.and_then(|meta| meta.after);
        Ok(AuditPage { lines: page.audit_log, after, is_whole: page.unreadable.is_empty() })
    }
}

impl Net {
    /// The address of all of it as JSON lines.
    pub fn audit_export(self, query: &[(&'static str, String)]) -> String {
        let mut query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        query.push(("export", "true"));
        self.address(&AUDIT, &query)
    }
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

impl Net {
    /// Saves of a path, the newest first, and where the older ones begin.
    pub async fn revisions(self, id: &str, after: Option<&str>) -> Answer<(Vec<Revision>, Option<String>)> {
        let query: Vec<_> = after.map(|after| ("after", after)).into_iter().collect();
        let text = self.get(&self.address(&["builder", "v1", "escalation_paths", id, "revisions"], &query)).await?;
        let read: Revisions = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
        Ok((read.revisions, read.pagination_meta.and_then(|meta| meta.after)))
    }

    /// A path as it was.
    pub async fn revision(self, id: &str, number: i64) -> Answer<Path> {
        let segments = ["builder", "v1", "escalation_paths", id, "revisions", &number.to_string()];
        let text = self.get(&self.address(&segments, &[])).await?;
        let mut value: Value = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
        let path = value.get_mut("revision").and_then(|revision| revision.get_mut("escalation_path")).map(Value::take);
        path.and_then(|path| Path::read(path).ok()).ok_or(NetError::Unreadable(200))
    }

    /// Deletes a path.
    pub async fn delete(self, id: &str) -> Answer<()> {
        self.take_away(&["v2", "escalation_paths", id]).await
    }

    /// What is kept with a path beside it, by its name in the API: `expectations` or `scenarios`; with the tag of this state
    /// of it if the server has tags for it.
    pub async fn kept(self, id: &str, name: &str) -> Answer<(Vec<Value>, Option<String>)> {
        let (text, tag) = self.get_tagged(&self.address(&["builder", "v1", "escalation_paths", id, name], &[])).await?;
        let mut value: Value = serde_json::from_str(&text).map_err(|_| NetError::Unreadable(200))?;
        match value.get_mut(name).map(Value::take) {
            Some(Value::Array(list)) => Ok((list, tag)),
            _ => Err(NetError::Unreadable(200)),
        }
    }

    /// Replaces it, if it is still in the state with this tag.
    pub async fn keep(self, id: &str, name: &str, list: Vec<Value>, tag: Option<&str>) -> Answer<()> {
        let body: escalation_api::Map = [(name.to_string(), Value::Array(list))].into_iter().collect();
        let request = Request::put(&self.address(&["builder", "v1", "escalation_paths", id, name], &[]));
        let request = match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        let request = asking(request).header("content-type", "application/json").body(Value::Object(body).to_string());
        self.send(request).await.map(drop)
    }
}
