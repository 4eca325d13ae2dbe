//! Creates, updates, deletes and previews schedules.
//!
//! An update keeps every field of the schedule that the request leaves out. `config` is one field: a request that has it
//! replaces all rotations.

use std::collections::{BTreeMap, BTreeSet};

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use escalation_api::list::ScheduleEntries;
use escalation_api::schedule::{
    Handover, IntervalType, Layer, PreviewRequest, Rotation, RotationPayload, Schedule, ScheduleConfig,
    SchedulePayload, ScheduleRequest, SchedulingMode, UserReference,
};
use escalation_api::working_hours::minute_of_day;
use escalation_api::{ErrorSingle, Json as _, Map, Timestamp, User, Value, WeekdayInterval, capitalised};
use escalation_engine::Instant;
use escalation_engine::calendar::Zone;
use escalation_engine::instant::{DAY, WEEK};
use escalation_engine::schedule::{ScheduleError, has_holidays, known_shifts};
use escalation_engine::world::NOBODY;
use ulid::Ulid;

use super::schedules::{describe, find};
use super::{Json, read_strictly};
use crate::body;
use crate::error::ApiError;
use crate::names;
use crate::query::{is_told_apart, out_of_time};
use crate::shown::{MAX_WINDOW, entries_of, known_as, named, overrides};
use crate::store::{Author, RESTORE_BACKUP, Store, UserFilter};
use crate::work::Work;

/// The maximum length of a name, in bytes.
const MAX_NAME: usize = 1_000;
/// The maximum length of the id of a rotation or layer, in bytes.
const MAX_ID: usize = 64;
const MAX_ROTATIONS: usize = 100;
const MAX_USERS: usize = 250;
/// The maximum number of members in all rotations together: each may be a query.
const MAX_ALL_USERS: usize = 2_000;
const MAX_LAYERS: usize = 50;
const MAX_HANDOVERS: usize = 50;
const MAX_INTERVALS: usize = 500;
const MAX_TEAMS: usize = 1_000;
const MAX_ANNOTATIONS: usize = 100;
const MAX_COUNTRIES: usize = 250;
/// The maximum handover interval, in its unit: the engine's.
const MAX_HANDOVER: i64 = 10_000;
/// The maximum window of a preview, in seconds: the vendor's.
const MAX_PREVIEW: i64 = 91 * DAY;

/// Fields of a returned schedule that a request may repeat and that are ignored.
const READ_ONLY: [&str; 6] = ["id", "created_at", "updated_at", "permalink", "current_shifts", "next_shifts"];

/// The address under which people reach this server, without a slash at the end, if it is known.
#[derive(Debug, Clone)]
pub(crate) struct PublicBase(pub(crate) Option<String>);

pub(super) async fn create(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    Extension(PublicBase(base)): Extension<PublicBase>,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let (ScheduleRequest { schedule, .. }, job) = body::read(request, &work, read_strictly::<ScheduleRequest>).await?;
    let users = resolve(&store, &schedule).await?;
    let id = Ulid::generate().to_string();
    let new = Schedule {
        name: String::new(),
        timezone: String::new(),
        config: None,
        current_shifts: None,
        next_shifts: None,
        team_ids: None,
        permalink: Some(format!("{}/v2/schedules/{id}", base.unwrap_or_default())),
        created_at: Some(Timestamp::from(Utc::now())),
        updated_at: None,
        annotations: None,
        holidays_public_config: None,
        extra: Map::new(),
        id,
    };
    let schedule = job.run(move || apply(schedule, new, &users, Utc::now())).await??;
    store.by(&author).create_schedule(&schedule).await?;
    Ok((StatusCode::CREATED, describe(&store, job, schedule).await?).into_response())
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    Extension(work): Extension<Work>,
    author: Author,
    request: Request,
) -> Result<Json, ApiError> {
    let (body, job) = body::read(request, &work, Ok).await?;
    let before = find(&store, &id).await?;
    let ScheduleRequest { schedule, .. } = job.run(move || read_strictly::<ScheduleRequest>(body)).await??;
    let users = resolve(&store, &schedule).await?;
    let schedule = job.run(move || apply(schedule, before, &users, Utc::now())).await??;
    // It may have been deleted in the meantime.
    if !store.by(&author).update_schedule(&schedule).await? {
        return Err(missing());
    }
    describe(&store, job, schedule).await
}

pub(super) async fn destroy(
    State(store): State<Store>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, ApiError> {
    store.by(&author).archive_schedule(&id, Utc::now()).await?.answer("Schedule")?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn preview(
    State(store): State<Store>,
    Path(id): Path<String>,
    Extension(work): Extension<Work>,
    request: Request,
) -> Result<Json, ApiError> {
    let (body, job) = body::read(request, &work, Ok).await?;
    let before = find(&store, &id).await?;
    let payload = job.run(move || read_strictly::<PreviewRequest>(body)).await??;
    let (from, until) = window(payload.entry_window_start.as_ref(), payload.entry_window_end.as_ref())?;
    let users = resolve(&store, &payload.schedule).await?;
    let overrides = overrides(&store, Some(&id), from, until).await?;
    job.run(move || {
        let schedule = apply(payload.schedule, before, &users, Utc::now())?;
        if has_holidays(&schedule) {
            let message = "Holidays_public_config is set: shifts on public holidays are unknown".to_string();
            return Err(ApiError::invalid_parameter("schedule.holidays_public_config", message));
        }
        let entries = entries_of(&schedule, &overrides, from, until)?;
        Ok(Json::new(&ScheduleEntries { schedule_entries: entries, extra: Map::new() }.write()))
    })
    .await?
}

fn missing() -> ApiError {
    ApiError::not_found("Schedule")
}

/// Reads the window of a preview, cut to the vendor's 91 days.
fn window(start: Option<&Timestamp>, end: Option<&Timestamp>) -> Result<(Instant, Instant), ApiError> {
    let from = start.map_or_else(|| Utc::now().into(), |start| Instant::from(start.at()));
    if !is_told_apart(from) {
        return Err(ApiError::invalid_parameter("entry_window_start", out_of_time("entry_window_start")));
    }
    let until = end.map_or(from + 4 * WEEK, |end| Instant::from(end.at()));
    if until <= from {
        let message = "Entry_window_end must be after entry_window_start".to_string();
        return Err(ApiError::invalid_parameter("entry_window_end", message));
    }
    Ok((from, until.min(from + MAX_PREVIEW)))
}

/// The users that a request refers to, by reference. `Err` holds the id of one that cannot be read.
type Users = BTreeMap<Key, Option<Result<User, String>>>;

/// A reference to a user: the first of these fields that is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Id(String),
    Email(String),
    Slack(String),
}

impl Key {
    fn of(reference: &UserReference) -> Option<Self> {
        let UserReference { id, email, slack_user_id, .. } = reference;
        let id = id.clone().map(Self::Id);
        id.or_else(|| email.clone().map(Self::Email)).or_else(|| slack_user_id.clone().map(Self::Slack))
    }
}

/// Looks up the users of a request.
async fn resolve(store: &Store, payload: &SchedulePayload) -> Result<Users, ApiError> {
    let rotations = payload.config.iter().flat_map(|config| config.rotations.iter().flatten());
    let keys: Vec<Key> = rotations.flat_map(|rotation| rotation.users.iter().flatten()).filter_map(Key::of).collect();
    if keys.len() > MAX_ALL_USERS {
        let message = format!("Rotations must have at most {MAX_ALL_USERS} users altogether");
        return Err(ApiError::invalid_parameter("schedule.config.rotations", message));
    }
    let mut users = Users::new();
    for key in keys {
        if users.contains_key(&key) {
            continue;
        }
        let found = match &key {
            Key::Id(id) if id == NOBODY => {
                let nobody = User { role: Some("unset".to_string()), ..nobody() };
                users.insert(key, Some(Ok(nobody)));
                continue;
            }
            // No database has a NUL in a text.
            Key::Id(text) | Key::Email(text) | Key::Slack(text) if text.contains('\0') => None,
            Key::Id(id) => store.user(id).await?,
            Key::Email(email) => first(store, UserFilter { email: Some(email), ..UserFilter::default() }).await?,
            Key::Slack(id) => first(store, UserFilter { slack_user_id: Some(id), ..UserFilter::default() }).await?,
        };
        users.insert(key, found.map(|user| user.document.map(named).ok_or(user.id)));
    }
    Ok(users)
}

async fn first(store: &Store, filter: UserFilter<'_>) -> Result<Option<crate::store::Stored<User>>, ApiError> {
    let filter = UserFilter { include_inactive: true, ..filter };
    Ok(store.users(&filter, "", 1).await?.into_iter().next())
}

/// The vendor's name for a turn that nobody takes.
fn nobody() -> User {
    known_as(NOBODY, "Nobody")
}

/// Collects everything that is wrong with a request.
#[derive(Default)]
struct Errors(Vec<ErrorSingle>);

impl Errors {
    fn add(&mut self, at: &str, message: impl Into<String>) {
        // More than are reported, so that the number of the rest is known.
        if self.0.len() < 1_000 {
            self.0.push(ErrorSingle::new("invalid_value", message).at(at));
        }
    }

    /// Checks a name, which may be absent.
    fn name(&mut self, at: &str, name: Option<&str>) {
        match name.map(|name| (name, names::fault(name))) {
            None => self.0.push(ErrorSingle::new("is_required", "Name is required").at(at)),
            Some((_, Some((code, message)))) => self.0.push(ErrorSingle::new(code, message).at(at)),
            Some((name, None)) if name.len() > MAX_NAME => {
                self.add(at, format!("Name must have at most {MAX_NAME} bytes"));
            }
            Some(_) => {}
        }
    }

    /// Checks the id of a rotation or layer, if there is one.
    fn id(&mut self, at: &str, id: Option<&str>) {
        if id.is_some_and(|id| names::is_blank(id) || id.contains('\0') || id.len() > MAX_ID) {
            self.add(&format!("{at}.id"), format!("Id must have from 1 to {MAX_ID} visible bytes"));
        }
    }

    /// Checks the length of a list.
    fn at_most(&mut self, at: &str, most: usize, count: usize) {
        if count > most {
            let field = at.rsplit('.').next().unwrap_or_default();
            self.add(at, format!("{} must have at most {most} elements", capitalised(field)));
        }
    }

    fn instant(&mut self, at: &str, instant: &Timestamp) {
        if !is_told_apart(instant.at().into()) {
            let field = at.rsplit('.').next().unwrap_or_default();
            self.add(at, out_of_time(field));
        }
    }
}

/// Removes fields without a value.
fn without_nulls(mut extra: Map) -> Map {
    extra.retain(|_, value| !value.is_null());
    extra
}

/// Applies a request to a schedule, and checks the result.
///
/// # Errors
/// Everything that is wrong with it, each with its pointer.
fn apply(payload: SchedulePayload, before: Schedule, users: &Users, now: DateTime<Utc>) -> Result<Schedule, ApiError> {
    let mut errors = Errors::default();
    let mut extra = before.extra.clone();
    let replaced = [
        ("config", payload.config.is_some()),
        ("team_ids", payload.team_ids.is_some()),
        ("annotations", payload.annotations.is_some()),
        ("holidays_public_config", payload.holidays_public_config.is_some()),
    ];
    for (name, _) in replaced.into_iter().filter(|(_, is_sent)| *is_sent) {
        extra.shift_remove(name);
    }
    let known = ["name", "timezone", "config", "team_ids", "annotations", "holidays_public_config"];
    for (name, value) in payload.extra {
        match value {
            _ if READ_ONLY.contains(&name.as_str()) || known.contains(&name.as_str()) => {}
            Value::Null => drop(extra.shift_remove(&name)),
            value => drop(extra.insert(name, value)),
        }
    }
    let name = payload.name.unwrap_or_else(|| before.name.clone());
    errors.name("schedule.name", Some(&name));
    let timezone = payload.timezone.unwrap_or_else(|| before.timezone.clone());
    if Zone::get(&timezone).is_none() {
        errors.add("schedule.timezone", "Timezone must be an IANA time zone, such as Europe/London");
    }
    let team_ids = payload.team_ids.or(before.team_ids.clone()).unwrap_or_default();
    errors.at_most("schedule.team_ids", MAX_TEAMS, team_ids.len());
    let annotations = payload.annotations.map(|named| named.0.into_iter().map(|(name, text)| (name, text.into())));
    let annotations: Map =
        annotations.map_or_else(|| before.annotations.clone().unwrap_or_default(), Iterator::collect);
    errors.at_most("schedule.annotations", MAX_ANNOTATIONS, annotations.len());
    let holidays = payload.holidays_public_config.or(before.holidays_public_config.clone());
    let codes = holidays.iter().flat_map(|holidays| &holidays.country_codes);
    errors.at_most("schedule.holidays_public_config.country_codes", MAX_COUNTRIES, codes.clone().count());
    for (index, code) in codes.enumerate().take(MAX_COUNTRIES) {
        if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let at = format!("schedule.holidays_public_config.country_codes.{index}");
            errors.add(&at, "Country code must be two capital letters (ISO 3166-1 alpha-2)");
        }
    }
    let config = match payload.config {
        Some(config) => {
            let rotations = rotations(config.rotations.unwrap_or_default(), &before, users, &mut errors);
            Some(ScheduleConfig { rotations, extra: without_nulls(config.extra) })
        }
        // Rotations that cannot be read stay as they are.
        None if extra.contains_key("config") => None,
        None => Some(before.config.clone().unwrap_or(ScheduleConfig { rotations: Vec::new(), extra: Map::new() })),
    };
    let schedule = Schedule {
        name,
        timezone,
        config,
        current_shifts: None,
        next_shifts: None,
        team_ids: Some(team_ids),
        updated_at: Some(Timestamp::from(now)),
        annotations: Some(annotations),
        holidays_public_config: holidays,
        extra,
        ..before
    };
    if errors.0.is_empty() {
        check_shifts(&schedule, now.into(), &mut errors);
    }
    if errors.0.is_empty() { Ok(schedule) } else { Err(ApiError::invalid(errors.0)) }
}

/// Checks that the shifts of the longest window can be computed: an escalation looks that far ahead.
fn check_shifts(schedule: &Schedule, now: Instant, errors: &mut Errors) {
    if schedule.config.is_none() {
        return;
    }
    let error = match known_shifts(schedule, now, now + MAX_WINDOW) {
        Ok((_, unknown)) => unknown.into_iter().next(),
        Err(error) => Some(error),
    };
    match error {
        None => {}
        Some(ScheduleError::TooMany) => {
            errors.add("schedule.config.rotations", "Rotations have too many shifts a year: choose longer handovers");
        }
        Some(error) => errors.add("schedule.config.rotations", format!("Rotations have no meaning: {error}")),
    }
}

/// Builds the rotations of a request.
fn rotations(payloads: Vec<RotationPayload>, before: &Schedule, users: &Users, errors: &mut Errors) -> Vec<Rotation> {
    let at_all = "schedule.config.rotations";
    errors.at_most(at_all, MAX_ROTATIONS, payloads.len());
    // The ids of the layers of a rotation are the same in all its versions, and stay the same: overrides name them.
    let mut layer_ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let old = before.config.iter().flat_map(|config| &config.rotations);
    let mut old_names = BTreeMap::new();
    for rotation in old {
        let ids = rotation.layers.iter().filter_map(|layer| layer.id.clone()).collect();
        layer_ids.entry(rotation.id.clone()).or_insert(ids);
        old_names.entry(rotation.id.as_str()).or_insert(rotation.name.as_str());
    }
    let mut versions = BTreeSet::new();
    let mut all = Vec::new();
    for (index, payload) in payloads.into_iter().take(MAX_ROTATIONS).enumerate() {
        let at = format!("{at_all}.{index}");
        errors.id(&at, payload.id.as_deref());
        let id = payload.id.unwrap_or_else(|| Ulid::generate().to_string());
        let name = payload.name.or_else(|| old_names.get(id.as_str()).map(ToString::to_string));
        errors.name(&format!("{at}.name"), name.as_deref());
        let begins = payload.effective_from.as_ref().map(|at| Instant::from(at.at()));
        if let Some(effective_from) = &payload.effective_from {
            errors.instant(&format!("{at}.effective_from"), effective_from);
        }
        if !versions.insert((id.clone(), begins)) {
            let message = "Effective_from must differ between the versions of a rotation";
            errors.add(&format!("{at}.effective_from"), message);
        }
        let ids = layer_ids.entry(id.clone()).or_default();
        let layers = layers(payload.layers.unwrap_or_default(), ids, &at, errors);
        let Some(handover_start_at) = payload.handover_start_at else {
            let required = ErrorSingle::new("is_required", "Handover_start_at is required");
            errors.0.push(required.at(&format!("{at}.handover_start_at")));
            continue;
        };
        errors.instant(&format!("{at}.handover_start_at"), &handover_start_at);
        let handovers = payload.handovers.unwrap_or_default();
        check_handovers(&handovers, &format!("{at}.handovers"), errors);
        let (intervals, field) = match (payload.working_intervals, payload.working_interval) {
            (None, Some(intervals)) => (intervals, "working_interval"),
            (intervals, _) => (intervals.unwrap_or_default(), "working_intervals"),
        };
        check_intervals(&intervals, &format!("{at}.{field}"), errors);
        if let Some(SchedulingMode::Other(_)) = payload.scheduling_mode {
            errors.add(&format!("{at}.scheduling_mode"), "Scheduling_mode must be fair or sequential");
        }
        all.push(Rotation {
            id,
            name: name.unwrap_or_default(),
            users: members(&payload.users.unwrap_or_default(), users, &format!("{at}.users"), errors),
            layers,
            handover_start_at,
            handovers,
            working_intervals: intervals,
            effective_from: payload.effective_from,
            scheduling_mode: payload.scheduling_mode,
            extra: without_nulls(payload.extra),
        });
    }
    all
}

/// Builds the layers of a rotation: at least one, each with an id. `ids` are those that its layers had before, and are
/// extended by new ones.
fn layers(payloads: Vec<Layer>, ids: &mut Vec<String>, at: &str, errors: &mut Errors) -> Vec<Layer> {
    errors.at_most(&format!("{at}.layers"), MAX_LAYERS, payloads.len());
    let payloads = match payloads.is_empty() {
        // As many as before.
        true => vec![Layer { id: None, name: None, extra: Map::new() }; ids.len().max(1)],
        false => payloads,
    };
    let mut seen = BTreeSet::new();
    let mut layers = Vec::new();
    for (index, payload) in payloads.into_iter().take(MAX_LAYERS).enumerate() {
        let at = format!("{at}.layers.{index}");
        errors.id(&at, payload.id.as_deref());
        while ids.len() <= index {
            ids.push(Ulid::generate().to_string());
        }
        let id = payload.id.or_else(|| ids.get(index).cloned());
        if !seen.insert(id.clone()) {
            errors.add(&format!("{at}.id"), "Id must be unique among the layers of a rotation");
        }
        if let Some(name) = payload.name.as_deref() {
            errors.name(&format!("{at}.name"), Some(name));
        }
        let name = payload.name.unwrap_or_else(|| format!("Layer {}", index + 1));
        layers.push(Layer { id, name: Some(name), extra: without_nulls(payload.extra) });
    }
    layers
}

fn members(references: &[UserReference], users: &Users, at: &str, errors: &mut Errors) -> Vec<User> {
    errors.at_most(at, MAX_USERS, references.len());
    let mut members = Vec::new();
    for (index, reference) in references.iter().enumerate() {
        match Key::of(reference).and_then(|key| users.get(&key)?.clone()) {
            Some(Ok(user)) => members.push(user),
            Some(Err(id)) => {
                let message = format!("User `{id}` is stored, but cannot be read: {RESTORE_BACKUP}");
                errors.0.push(ErrorSingle::new("unreadable", message).at(&format!("{at}.{index}")));
            }
            None => {
                let message = "User must be an existing user, by id, email or slack_user_id";
                errors.add(&format!("{at}.{index}"), message);
            }
        }
    }
    members
}

fn check_handovers(handovers: &[Handover], at: &str, errors: &mut Errors) {
    errors.at_most(at, MAX_HANDOVERS, handovers.len());
    if handovers.is_empty() {
        errors.0.push(ErrorSingle::new("is_required", "Handovers must have at least one element").at(at));
    }
    for (index, handover) in handovers.iter().enumerate().take(MAX_HANDOVERS) {
        if matches!(handover.interval_type, IntervalType::Other(_)) {
            let message = "Interval_type must be hourly, daily or weekly";
            errors.add(&format!("{at}.{index}.interval_type"), message);
        }
        if !(1..=MAX_HANDOVER).contains(&handover.interval) {
            errors.add(&format!("{at}.{index}.interval"), format!("Interval must be from 1 to {MAX_HANDOVER}"));
        }
    }
}

fn check_intervals(intervals: &[WeekdayInterval], at: &str, errors: &mut Errors) {
    errors.at_most(at, MAX_INTERVALS, intervals.len());
    for (index, interval) in intervals.iter().enumerate().take(MAX_INTERVALS) {
        if interval.weekday.day().is_none() {
            errors.add(&format!("{at}.{index}.weekday"), "Weekday must be a day in lower case, such as monday");
        }
        for (field, time) in [("start_time", &interval.start_time), ("end_time", &interval.end_time)] {
            if minute_of_day(time).is_none() {
                let message = format!("{} must be a time as HH:MM", capitalised(field));
                errors.add(&format!("{at}.{index}.{field}"), message);
            }
        }
    }
}
