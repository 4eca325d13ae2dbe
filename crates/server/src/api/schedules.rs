//! Schedules and who is on call by them, to look up.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Path, State};
use chrono::Utc;
use escalation_api::list::ScheduleEntries;
use escalation_api::schedule::{Entries, Entry, Schedule, ScheduleOverride};
use escalation_api::{Json as _, Map, Timestamp, User, Value};
use escalation_engine::instant::{DAY, WEEK};
use escalation_engine::schedule::{Layers, Override, Shift, overridden, shifts};
use escalation_engine::{Instant, Seconds};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Json, Told, nameless, page};
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{RESTORE_BACKUP, Store, Table};
use crate::work::{Job, Work};

/// The longest window that entries are told for, and the longest override, in seconds.
pub(crate) const MAX_WINDOW: Seconds = 370 * DAY;

pub(super) async fn list(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    query: Query,
) -> Result<Json, ApiError> {
    let page_size = query.page_size(10_000)?;
    let job = work.begin().await?;
    let mut schedules = store.schedules(query.get("after").unwrap_or_default(), page_size + 1).await?;
    let mut meta = page(&mut schedules, page_size, |schedule| &schedule.id);
    meta.total_record_count = Some(store.schedule_count().await?);
    let nameless = nameless(&store, Table::Schedules, &meta).await?;
    let now = Utc::now().into();
    let overrides = overrides(&store, None, now, now).await?;
    // As the vendor does, so that a long list stays cheap.
    let with_next = page_size <= 25;
    job.run(move || {
        let mut unknown = Vec::new();
        let tell = |id: &str, mut schedule: Schedule| {
            if !add_shifts(&mut schedule, &overrides, now, with_next) {
                unknown.push(Value::from(id));
            }
            schedule.write()
        };
        let told = Told::of(schedules, tell);
        told.naming(UNKNOWN_SHIFTS, unknown).with_nameless(nameless).answer("schedules", &meta)
    })
    .await
}

pub(super) async fn show(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    Path(id): Path<String>,
) -> Result<Json, ApiError> {
    let schedule = find(&store, &id).await?;
    let job = work.begin().await?;
    describe(&store, job, schedule).await
}

/// Returns a schedule with who is on call now and next.
pub(super) async fn describe(store: &Store, job: Job, mut schedule: Schedule) -> Result<Json, ApiError> {
    let now = Utc::now().into();
    let overrides = overrides(store, Some(&schedule.id), now, now).await?;
    job.run(move || {
        let is_known = add_shifts(&mut schedule, &overrides, now, true);
        let mut answer = json!({ "schedule": schedule.write() });
        if let (false, Some(fields)) = (is_known, answer.as_object_mut()) {
            fields.insert(UNKNOWN_SHIFTS.to_string(), json!([schedule.id]));
        }
        Json::new(&answer)
    })
    .await
}

pub(super) async fn find(store: &Store, id: &str) -> Result<Schedule, ApiError> {
    let schedule = store.schedule(id).await?.ok_or_else(|| ApiError::not_found("Schedule"))?;
    schedule.readable("Schedule", RESTORE_BACKUP)
}

pub(super) async fn entries(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    query: Query,
) -> Result<Json, ApiError> {
    let missing = || ApiError::invalid_parameter("schedule_id", "Schedule_id is required".to_string());
    let id = query.get("schedule_id").ok_or_else(missing)?;
    let from = query.instant("entry_window_start")?.unwrap_or_else(|| Utc::now().into());
    let until = query.instant("entry_window_end")?.unwrap_or(from + 4 * WEEK);
    if until <= from || until - from > MAX_WINDOW {
        let message = "Entry_window_end must be after entry_window_start, and not by more than 370 days".to_string();
        return Err(ApiError::invalid_parameter("entry_window_end", message));
    }
    let schedule = find(&store, id).await?;
    let overrides = overrides(&store, Some(id), from, until).await?;
    let job = work.begin().await?;
    job.run(move || {
        let entries = entries_of(&schedule, &overrides, from, until)?;
        Ok(Json::new(&ScheduleEntries { schedule_entries: entries, extra: Map::new() }.write()))
    })
    .await?
}

/// The list of the schedules of an answer of which it is not known who is on call: an override that counts now cannot be
/// read, or the rotations have no meaning. Such a schedule has no list of shifts, rather than an empty one.
const UNKNOWN_SHIFTS: &str = "unknown_shifts";

/// Overrides of schedules.
pub(crate) struct Overrides {
    read: Vec<ScheduleOverride>,
    /// By schedule one of those in the window that cannot be read: who is on call by that schedule is not known.
    unreadable: BTreeMap<String, String>,
    /// One of which not even the schedule is known: it can be any.
    of_any_schedule: Option<String>,
}

impl Overrides {
    /// One that cannot be read and may be of this schedule.
    fn unreadable_of(&self, schedule_id: &str) -> Option<&String> {
        self.unreadable.get(schedule_id).or(self.of_any_schedule.as_ref())
    }
}

/// The overrides that can be in the way of a shift that lies in a window in part: shifts are returned whole.
pub(crate) async fn overrides(
    store: &Store,
    schedule_id: Option<&str>,
    from: Instant,
    until: Instant,
) -> Result<Overrides, ApiError> {
    let mut overrides = Overrides { read: Vec::new(), unreadable: BTreeMap::new(), of_any_schedule: None };
    for placed in store.overrides_between(schedule_id, from - MAX_WINDOW, until + MAX_WINDOW).await? {
        match placed.stored.document {
            Some(one) => overrides.read.push(one),
            None if placed.ends_at > from && placed.starts_at <= until => match placed.schedule_id {
                Some(schedule) => drop(overrides.unreadable.insert(schedule, placed.stored.id)),
                None => overrides.of_any_schedule = Some(placed.stored.id),
            },
            None => {}
        }
    }
    Ok(overrides)
}

/// Adds who is on call now and, if asked for, after the next handover. False where that is not known.
fn add_shifts(schedule: &mut Schedule, overrides: &Overrides, now: Instant, with_next: bool) -> bool {
    // No shift that begins within five weeks is missed: the longest handover of the demo is a week. Shifts of now are
    // whole, however short the window is.
    let until = if with_next { now + 5 * WEEK } else { now + 1 };
    let Ok(entries) = entries_of(schedule, overrides, now, until) else { return false };
    let entries = entries.r#final;
    let starts = |entry: &Entry| Instant::from(entry.start_at.at());
    let next = entries.iter().map(starts).filter(|start| *start > now).min();
    let current = entries.iter().filter(|entry| starts(entry) <= now);
    schedule.current_shifts = Some(current.cloned().collect());
    let following = entries.iter().filter(|entry| with_next && Some(starts(entry)) == next);
    schedule.next_shifts = Some(following.cloned().collect());
    true
}

/// What lies in a window, at least in part: by the rotations, by overrides, and in the end.
pub(crate) fn entries_of(
    schedule: &Schedule,
    overrides: &Overrides,
    from: Instant,
    until: Instant,
) -> Result<Entries, ApiError> {
    let scheduled = shifts(schedule, from, until).map_err(|error| {
        let message = format!("The rotations of schedule `{}` have no meaning: {error}", schedule.name);
        ApiError::invalid_parameter("schedule_id", message)
    })?;
    if let Some(id) = overrides.unreadable_of(&schedule.id) {
        let message = format!(
            "Override `{id}` of schedule `{}` is stored, but cannot be read, so it is not known who is on call: \
             replace it or delete it",
            schedule.id
        );
        return Err(ApiError::unreadable(message));
    }
    let layers = Layers::of(schedule);
    let overrides: Vec<_> = overrides.read.iter().filter(|one| one.schedule_id == schedule.id).collect();
    // Those whose layer the schedule does not have any more mean nothing.
    let place = |one: &&ScheduleOverride| {
        let user_id = one.user.as_ref().map(|user| user.id.clone());
        let times = (one.start_at.at().into(), one.end_at.at().into());
        layers.place(&one.rotation_id, &one.layer_id, user_id, times).ok()
    };
    let understood: Vec<Override> = overrides.iter().filter_map(place).collect();
    let in_the_end = overridden(&scheduled, &understood);
    let alone: Vec<Shift> = understood.into_iter().filter_map(as_shift).collect();
    let told = |shifts: &[Shift]| {
        let within = shifts.iter().filter(|shift| shift.end_at > from && shift.start_at < until);
        within.map(|shift| entry(schedule, &overrides, shift)).collect()
    };
    Ok(Entries { scheduled: told(&scheduled), overrides: told(&alone), r#final: told(&in_the_end), extra: Map::new() })
}

fn as_shift(one: Override) -> Option<Shift> {
    let Override { rotation_id, layer, user_id, start_at, end_at } = one;
    Some(Shift { start_at, end_at, rotation_id, layer, user_id: user_id? })
}

fn entry(schedule: &Schedule, overrides: &[&ScheduleOverride], shift: &Shift) -> Entry {
    let rotations = schedule.config.iter().flat_map(|config| &config.rotations);
    let of_rotations = rotations.flat_map(|rotation| &rotation.users);
    let of_overrides = overrides.iter().filter_map(|one| one.user.as_ref());
    let user = of_rotations.chain(of_overrides).find(|user| user.id == shift.user_id).cloned();
    let key = format!("{}/{}/{}/{}", schedule.id, shift.rotation_id, shift.layer, shift.start_at);
    let digest = Sha256::digest(key);
    let fingerprint: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Entry {
        start_at: timestamp(shift.start_at),
        end_at: timestamp(shift.end_at),
        user: user.map(named),
        rotation_id: Some(shift.rotation_id.clone()),
        entry_id: Some(fingerprint.clone()),
        fingerprint: Some(fingerprint),
        extra: Map::new(),
    }
}

/// A user of whom no more is known than an id and a name.
pub(super) fn known_as(id: &str, name: &str) -> User {
    User {
        id: id.to_string(),
        name: name.to_string(),
        email: None,
        role: None,
        slack_user_id: None,
        is_active: None,
        seats: None,
        base_role: None,
        custom_roles: None,
        extra: Map::new(),
    }
}

/// A user as other objects name one.
pub(super) fn named(user: User) -> User {
    User { is_active: None, seats: None, base_role: None, custom_roles: None, ..user }
}

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from(chrono::DateTime::from(at))
}
