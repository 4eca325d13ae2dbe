//! Escalation paths.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use escalation_api::condition::Labelled;
use escalation_api::list::OnePath;
use escalation_api::schedule::Entries;
use escalation_api::{
    self as api, At, ConditionForm, ErrorSingle, Json as _, Map, Node, NodeKind, PathPayload, TargetType, Value,
    WorkingHours,
};
use escalation_engine::check::{Code, Problem, Severity};
use escalation_engine::from_api::Answers;
use escalation_engine::world::Priority;
use escalation_engine::{Index, World, check};
use serde_json::json;
use ulid::Ulid;

use super::{Json, Told, nameless, page, read, templates, without_given};
use crate::body;
use crate::error::ApiError;
use crate::names;
use crate::query::Query;
use crate::store::{
    Author, Change, Expected, Outcome, RESTORE_BACKUP, Saving, Store, Stored, StoredTemplate, Table, WrittenPath,
};
use crate::who::Who;
use crate::work::{Job, Work};

pub(super) async fn list(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    query: Query,
) -> Result<Json, ApiError> {
    let page_size = query.page_size(25)?;
    let after = query.get("after").unwrap_or_default();
    // Those that are deleted are kept, so that a list can go on after one.
    if !after.is_empty() && !store.had_path(after).await? {
        let message = "After must be the id of an escalation path".to_string();
        return Err(ApiError::invalid_parameter("after", message));
    }
    // A page can be of paths of 1 MB each.
    let job = work.begin().await?;
    let mut stored = store.paths(after, page_size + 1).await?;
    let meta = page(&mut stored, page_size, |path| &path.id);
    let nameless = nameless(&store, Table::Paths, &meta).await?;
    let priorities = store.priorities().await?;
    job.run(move || {
        let told = Told::of(stored, |id, path| read_form(id, &path, &priorities).write());
        told.with_nameless(nameless).answer("escalation_paths", &meta)
    })
    .await
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let path = store.path(&id).await?.ok_or_else(missing)?;
    let path = path.readable("Escalation path", "restore one of its revisions, save it anew or delete it")?;
    one(&store, &id, Arc::new(path.payload), path.revision).await
}

pub(super) async fn create(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    who: Who,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let key = idempotency_key(request.headers())?;
    let (path, job) = body::read(request, &work, read::<PathPayload>).await?;
    if let Some(key) = &key
        && let Some(made) = made_before(&store, key).await?
    {
        return Ok(made);
    }
    let taken = take(&store, job, "", path).await?;
    let id = key.clone().unwrap_or_else(|| Ulid::generate().to_string());
    let made = store.by(&author).create_path(&id, &taken.written, &Saving::now(who.name())).await;
    // Another request with the key was faster.
    if let (Err(_), Some(key)) = (&made, &key)
        && let Some(made) = made_before(&store, key).await?
    {
        return Ok(made);
    }
    Ok((StatusCode::CREATED, one(&store, &id, taken.path, made?.revision()?).await?).into_response())
}

/// The key by which a request that makes a path is known where it comes twice: browsers send one again by themselves
/// where a connection is lost. It is a ULID, and the id of the path.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.next().is_some() {
        return Err(ApiError::bad_request("The header Idempotency-Key is there more than once"));
    }
    // In either case of its letters; what is larger than a ULID would be read as another.
    let read =
        |text: &str| Some(Ulid::from_string(text).ok()?.to_string()).filter(|key| text.eq_ignore_ascii_case(key));
    let key = key.to_str().ok().and_then(read);
    let wrong = || ApiError::invalid_parameter("idempotency-key", "Idempotency-Key must be a ULID".to_string());
    key.map(Some).ok_or_else(wrong)
}

/// The answer to an earlier request with this key, with the path as it is now; nothing if there was none.
///
/// # Errors
/// Where what it has made is deleted, or cannot be read.
async fn made_before(store: &Store, key: &str) -> Result<Option<Response>, ApiError> {
    match store.path(key).await? {
        Some(stored) => {
            let path = stored.readable("Escalation path", RESTORE_BACKUP)?;
            let answer = one(store, key, Arc::new(path.payload), path.revision).await?;
            Ok(Some((StatusCode::CREATED, answer).into_response()))
        }
        // Looked at in this order, so that one that comes meanwhile is not taken for one that has gone.
        None if store.had_path(key).await? && !store.has_path(key).await? => {
            Err(ApiError::conflict("The path that was made with this idempotency key is deleted: use another key"))
        }
        None => Ok(None),
    }
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    Extension(work): Extension<Work>,
    who: Who,
    author: Author,
    expected: Expected,
    request: Request,
) -> Result<Response, ApiError> {
    let (body, job) = body::read(request, &work, Ok).await?;
    // One that is not there is not there, whatever is to be put in its place.
    if !store.has_path(&id).await? {
        return Err(missing());
    }
    let path = job.run(move || read::<PathPayload>(body)).await??;
    let taken = take(&store, job, &id, path).await?;
    let change = Change::Replace(&taken.written);
    let outcome = store.by(&author).change_path(&id, change, &expected, &Saving::now(who.name())).await?;
    one(&store, &id, taken.path, outcome.revision()?).await
}

pub(super) async fn destroy(
    State(store): State<Store>,
    Path(id): Path<String>,
    who: Who,
    author: Author,
    expected: Expected,
) -> Result<StatusCode, ApiError> {
    let saving = Saving { note: Some("Deleted"), ..Saving::now(who.name()) };
    store.by(&author).change_path(&id, Change::Archive, &expected, &saving).await?.revision()?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says what saving would say, and saves nothing. The body is a path, whose name may be missing.
pub(super) async fn validate(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    request: Request,
) -> Result<Json, ApiError> {
    let named = |mut body: Value| {
        if let Some(fields) = body.as_object_mut() {
            fields.entry("name").or_insert_with(|| Value::from("unnamed"));
        }
        read::<PathPayload>(body)
    };
    let (path, job) = body::read(request, &work, named).await?;
    let Taken { warnings, .. } = take(&store, job, "", path).await?;
    let more = warnings.len().saturating_sub(MOST_WARNINGS);
    let mut told: Vec<_> = warnings.iter().take(MOST_WARNINGS).map(warning).collect();
    if more > 0 {
        told.push(json!({ "path": "", "summary": format!("... and {more} more"), "detail": "" }));
    }
    Ok(Json::new(&json!({ "warnings": told })))
}

/// How many warnings are told of one path; of the rest only the number.
const MOST_WARNINGS: usize = 100;

/// A warning in the vendor's form; in the vendor's words where those are known.
fn warning(problem: &Problem) -> Value {
    let text = problem.text();
    let (summary, detail) = match problem.code {
        Code::EmptyBranch if problem.pointer.ends_with(".then_path") => (
            "if_else has an empty \"then\" branch",
            "When the condition matches, escalation stops here instead of continuing.",
        ),
        Code::EmptyBranch => (
            "if_else has an empty \"else\" branch",
            "When the condition does not match, escalation stops here instead of continuing.",
        ),
        _ => (text.as_str(), problem.hint.as_str()),
    };
    json!({ "path": problem.pointer, "summary": summary, "detail": detail })
}

fn missing() -> ApiError {
    ApiError::not_found("Escalation path")
}

impl Outcome {
    /// The new revision of a path.
    pub(crate) fn revision(self) -> Result<i64, ApiError> {
        self.revision_of("Escalation path")
    }

    /// The new revision of what is called this.
    pub(crate) fn revision_of(self, what: &str) -> Result<i64, ApiError> {
        match self {
            Self::Done(revision) => Ok(revision),
            Self::Missing => Err(missing()),
            Self::Stale(revision) => Err(ApiError::stale(what, revision)),
            Self::NoTemplate => {
                let message =
                    "Template_id must be the id of an escalation path template; it has been deleted meanwhile";
                Err(ApiError::invalid_parameter("template_id", message.to_string()))
            }
        }
    }
}

/// The answer with one path; its revision is its tag.
pub(crate) async fn one(store: &Store, id: &str, path: Arc<PathPayload>, revision: i64) -> Result<Response, ApiError> {
    let (id, priorities) = (id.to_string(), store.priorities().await?);
    let write = move || {
        let escalation_path = read_form(&id, &path, &priorities);
        Json::new(&OnePath { escalation_path, extra: Map::new() }.write())
    };
    let answer = store.aside().write(write).await?;
    Ok(([(ETAG, format!("\"{revision}\""))], answer).into_response())
}

/// A path that can be saved.
pub(crate) struct Taken {
    pub(crate) path: Arc<PathPayload>,
    /// The same as it is written.
    pub(crate) written: WrittenPath,
    pub(crate) warnings: Vec<Problem>,
}

/// Takes a path as the vendor would, or refuses it with every fault at once. The turn ends
/// with it: whoever saves then waits for others who save, and not for who reads.
pub(crate) async fn take(store: &Store, job: Job, id: &str, path: PathPayload) -> Result<Taken, ApiError> {
    let path = Arc::new(path);
    let references = gather(store, id, &path).await?;
    let (checked, voicemail, written) = {
        let (path, id) = (path.clone(), id.to_string());
        job.run(move || {
            let mut voicemail = Vec::new();
            find_voicemail(&path.path, &At::Top.field("path"), &mut voicemail);
            let checked = check::findings(&id, &path, &Index::new(references.into_world()));
            (checked, voicemail, WrittenPath::from(&*path))
        })
        .await?
    };
    let (refused, warnings): (Vec<_>, Vec<_>) =
        checked.problems.into_iter().partition(|problem| problem.severity == Severity::Error);
    let name = name_fault(&path.name);
    let misused = templates::misused(store, &path).await?;
    let errors: Vec<_> =
        name.into_iter().chain(refused.into_iter().map(error)).chain(voicemail).chain(misused).collect();
    if errors.is_empty() {
        Ok(Taken { path, written, warnings })
    } else {
        Err(ApiError::invalid_with(errors, checked.more_errors))
    }
}

/// What is wrong with a name, if something is.
pub(super) fn name_fault(name: &str) -> Option<ErrorSingle> {
    names::fault(name).map(|(code, message)| ErrorSingle::new(code, message).at("name"))
}

/// Adds each node that only the path of a call route may have. There are no call routes here, so it is refused, as the
/// vendor refuses it; the engine cannot know whether a path that it is shown is that of one. Types that nobody knows are
/// taken and kept: they may be younger than this program.
pub(super) fn find_voicemail<C: ConditionForm>(nodes: &[Node<C>], at: &At<'_>, errors: &mut Vec<ErrorSingle>) {
    for (index, node) in nodes.iter().enumerate() {
        let at = at.index(index);
        if node.kind.type_name() == "voicemail" {
            let mut metadata = Map::new();
            metadata.insert("code".to_string(), Value::from(Code::UnknownNode.as_str()));
            metadata.insert("hint".to_string(), Value::from("Delete the step, or page somebody instead."));
            let message = "Voicemail is only valid inside a call route's path";
            let error = ErrorSingle::new("invalid_value", message).at(&at.field("type").to_string());
            errors.push(ErrorSingle { metadata: Some(metadata), ..error });
        }
        if let NodeKind::IfElse(branch) = &node.kind {
            let at = at.field("if_else");
            find_voicemail(&branch.then_path, &at.field("then_path"), errors);
            find_voicemail(&branch.else_path, &at.field("else_path"), errors);
        }
    }
}

pub(super) fn error(problem: Problem) -> ErrorSingle {
    let error = ErrorSingle::new("invalid_value", problem.text()).at(&problem.pointer);
    let mut metadata = Map::new();
    metadata.insert("code".to_string(), Value::from(problem.code.as_str()));
    metadata.insert("hint".to_string(), Value::from(problem.hint));
    ErrorSingle { metadata: Some(metadata), ..error }
}

/// What a path refers to, as it is stored.
pub(super) struct Gathered {
    users: Vec<Stored<api::User>>,
    schedules: Vec<Stored<api::Schedule>>,
    paths: Vec<api::Path>,
    templates: Templates,
    priorities: Vec<Priority>,
}

/// Finds what a path refers to, directly and by hand-overs, and nothing else: what a save costs must not grow with all
/// that is stored.
pub(super) async fn gather(store: &Store, id: &str, path: &PathPayload) -> Result<Gathered, ApiError> {
    let priorities = store.priorities().await?;
    let mut named = References::of_path(path);
    let mut templates = BTreeMap::new();
    named.through_templates(store, &mut templates).await?;
    let paths = handed_over_to(store, id, named.paths, &mut templates).await?;
    let schedules = store.those_schedules(&ids(&named.schedules)).await?;
    // Who takes part in them is named, too.
    let mut people = References::default();
    for schedule in schedules.iter().filter_map(|stored| stored.document.as_ref()) {
        people.of_value(&schedule.write());
    }
    named.users.extend(people.users);
    let users = store.those_users(&ids(&named.users)).await?;
    Ok(Gathered { users, schedules, paths, templates, priorities })
}

impl Gathered {
    /// The world in which the path is checked. Who is on call when plays no part in whether a path is taken. What cannot
    /// be read is there, for it is not known to be anything else.
    pub(super) fn into_world(self) -> World {
        let Self { users, schedules, paths, templates, priorities } = self;
        let users = users.into_iter().filter_map(|Stored { id, document }| {
            document.or_else(|| api::User::read(json!({ "id": id, "name": id })).ok())
        });
        let schedules = schedules.into_iter().filter_map(|Stored { id, document }| {
            document.or_else(|| api::Schedule::read(json!({ "id": id, "name": id, "timezone": "UTC" })).ok())
        });
        let templates =
            templates.into_iter().filter_map(|(id, template)| templates::returned(&id, &template?, &priorities));
        let mut world = World::from_api(Answers {
            users: users.collect(),
            schedules: schedules.map(|schedule| (schedule, Some(Entries::default()))).collect(),
            paths,
            templates: templates.collect(),
            priorities: priorities.clone(),
            ..Answers::default()
        });
        // Not those that happen to be named by what is handed over to.
        world.priorities = priorities;
        world
    }
}

/// Templates by id; nothing for one that there is not, or that cannot be read.
type Templates = BTreeMap<String, Option<StoredTemplate>>;

/// The paths to which a path hands over, and those to which these do; of each only where it hands over to.
async fn handed_over_to(
    store: &Store,
    id: &str,
    next: BTreeSet<String>,
    templates: &mut Templates,
) -> Result<Vec<api::Path>, ApiError> {
    let (mut paths, mut known, mut next) = (Vec::new(), next.clone(), next);
    while !next.is_empty() {
        let mut found = BTreeSet::new();
        for chunk in Vec::from_iter(next).chunks(PATHS_AT_ONCE) {
            for Stored { id, document } in store.those_paths(&ids(chunk)).await? {
                let is_unread = document.is_none();
                let path = document.unwrap_or_else(|| PathPayload::named(&id));
                let mut named = References::of_path(&path);
                named.through_templates(store, templates).await?;
                if path.is_templated() {
                    paths.push(read_form(&id, &path, &[]));
                } else {
                    let hand_over = |to: &String| {
                        let payload = json!({ "escalation_path_id": to });
                        json!({ "id": to, "type": "escalation_path", "escalation_path": payload })
                    };
                    // Whether somebody is notified there matters, and not who.
                    let level = json!({ "id": "", "type": "level", "level": { "targets": [] } });
                    let level = (is_unread || notifies(&path.path)).then_some(level);
                    let nodes: Vec<_> = level.into_iter().chain(named.paths.iter().map(hand_over)).collect();
                    paths.extend(api::Path::read(json!({ "id": id, "name": path.name, "path": nodes })).ok());
                }
                found.extend(named.paths);
            }
        }
        next = found.into_iter().filter(|to| *to != id && known.insert(to.clone())).collect();
    }
    Ok(paths)
}

/// Whether there is a node that notifies somebody, or may.
fn notifies<C: ConditionForm>(nodes: &[Node<C>]) -> bool {
    nodes.iter().any(|node| match &node.kind {
        NodeKind::Level(_) | NodeKind::NotifyChannel(_) | NodeKind::Sealed(_) => true,
        _ => node.children().any(|(_, list)| notifies(list)),
    })
}

/// How many paths, each of which can have 1 MB, are in memory together.
const PATHS_AT_ONCE: usize = 10;

/// The ids of what nodes name.
#[derive(Default)]
struct References {
    users: BTreeSet<String>,
    schedules: BTreeSet<String>,
    paths: BTreeSet<String>,
    templates: BTreeSet<String>,
}

impl References {
    fn of_path(path: &PathPayload) -> Self {
        let mut named = Self::default();
        named.of(&path.path);
        if path.is_templated() {
            named.templates.extend(path.template_id.clone());
            let bindings = path.param_bindings.iter().flat_map(|bindings| &bindings.0);
            for value in bindings.flat_map(|(_, to)| to.value.iter().chain(to.array_value.iter().flatten())) {
                value.literal.iter().for_each(|id| named.whatever(id));
            }
        }
        named
    }

    fn of(&mut self, nodes: &[api::Node<api::ConditionPayload>]) {
        for node in nodes {
            let targets = match &node.kind {
                NodeKind::Level(level) => level.targets.as_slice(),
                NodeKind::NotifyChannel(channel) => channel.targets.as_slice(),
                _ => &[],
            };
            for target in targets {
                let named = match target.target_type {
                    TargetType::User => &mut self.users,
                    TargetType::Schedule => &mut self.schedules,
                    _ => continue,
                };
                named.insert(target.id.clone());
            }
            match &node.kind {
                NodeKind::HandOver(hand_over) => {
                    self.paths.insert(hand_over.escalation_path_id.clone());
                }
                // Such as one of a template, with bindings.
                NodeKind::Sealed(raw) => self.of_value(raw),
                _ => {}
            }
            for (_, list) in node.children() {
                self.of(list);
            }
        }
    }

    /// Adds what can be an id in JSON that is not known more closely.
    fn of_value(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.of_value(item)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    match field.as_str() {
                        Some(id) if name == "id" || name == "literal" => self.whatever(id),
                        _ => self.of_value(field),
                    }
                }
            }
            _ => {}
        }
    }

    /// Adds an id that can be one of anything.
    fn whatever(&mut self, id: &str) {
        for ids in [&mut self.users, &mut self.schedules, &mut self.paths] {
            ids.insert(id.to_string());
        }
    }

    /// Adds what the templates name that are named.
    async fn through_templates(&mut self, store: &Store, templates: &mut Templates) -> Result<(), ApiError> {
        for id in std::mem::take(&mut self.templates) {
            if !templates.contains_key(&id) {
                let found = store.template(&id).await?;
                templates.insert(id.clone(), found.and_then(|found| found.document));
            }
            if let Some(Some(template)) = templates.get(&id) {
                self.of(&template.payload.path);
                template.payload.params.iter().for_each(|param| self.of_value(&param.write()));
            }
        }
        Ok(())
    }
}

/// A list in JSON.
fn ids<'a>(ids: impl IntoIterator<Item = &'a String>) -> String {
    ids.into_iter().map(String::as_str).collect::<Value>().to_string()
}

/// What the parts of a condition are called, for people.
pub(super) fn labels<'a>(
    hours: &'a [WorkingHours],
    priorities: &'a [Priority],
) -> impl Fn(Labelled<'_>) -> String + 'a {
    |of| match of {
        Labelled::Subject("escalation.priority") => "Priority".to_string(),
        Labelled::Subject(subject) => {
            let named = hours.iter().find(|set| subject == format!("escalation.working_hours[\"{}\"]", set.id));
            named.map_or_else(|| subject.to_string(), |set| format!("Working hours: {}", set.name))
        }
        Labelled::Operation("one_of") => "is one of".to_string(),
        Labelled::Operation("is_active") => "is active".to_string(),
        Labelled::Operation(operation) => operation.to_string(),
        Labelled::Literal(id) => {
            priorities.iter().find(|priority| priority.id == id).map_or(id, |priority| &priority.name).to_string()
        }
    }
}

/// The form in which a path is returned: conditions with labels, `kind` and `team_ids` always there.
pub(crate) fn read_form(id: &str, path: &PathPayload, priorities: &[Priority]) -> api::Path {
    let label = labels(path.working_hours.as_deref().unwrap_or_default(), priorities);
    api::Path { extra: without_given(path.extra.clone()), ..path.to_read(id, &label) }
}
