//! Schedules and who is on call by them, to look up.

use std::collections::BTreeSet;

use axum::Extension;
use axum::extract::{Path, State};
use chrono::Utc;
use escalation_api::list::ScheduleEntries;
use escalation_api::schedule::{Entries, Entry, Rotation, Schedule, ScheduleOverride};
use escalation_api::{Json as _, Map, Timestamp, User};
use escalation_engine::instant::{DAY, WEEK};
use escalation_engine::schedule::{Override, Shift, overridden, shifts};
use escalation_engine::{Instant, Seconds};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Json, Told, page};
use crate::error::ApiError;
use crate::query::Query;
use crate::store::Store;
use crate::work::Work;

/// The longest window that entries are told for, and the longest override, in seconds.
pub(super) const MAX_WINDOW: Seconds = 370 * DAY;

pub(super) async fn list(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    query: Query,
) -> Result<Json, ApiError> {
    let page_size = query.page_size(10_000)?;
    let mut schedules = store.schedules(query.get("after").unwrap_or_default(), page_size + 1).await?;
    let mut meta = page(&mut schedules, page_size, |schedule| &schedule.id);
    meta.total_record_count = Some(store.schedule_count().await?);
    let now = Utc::now().into();
    let overrides = overrides(&store, None, now, now).await?;
    // As the vendor does, so that a long list stays cheap.
    let with_next = page_size <= 25;
    let job = work.begin().await?;
    job.run(move || {
        let tell = |_: &str, schedule| with_shifts(schedule, &overrides, now, with_next).write();
        Told::of(schedules, tell).answer("schedules", &meta)
    })
    .await
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let schedule = store.schedule(&id).await?.ok_or_else(|| ApiError::not_found("Schedule"))?;
    let now = Utc::now().into();
    let overrides = overrides(&store, Some(&id), now, now).await?;
    Ok(Json(json!({ "schedule": with_shifts(schedule, &overrides, now, true).write() })))
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
    let schedule = store.schedule(id).await?.ok_or_else(|| ApiError::not_found("Schedule"))?;
    let overrides = overrides(&store, Some(id), from, until).await?;
    let job = work.begin().await?;
    job.run(move || {
        let entries = entries_of(&schedule, &overrides, from, until)?;
        Ok(Json(ScheduleEntries { schedule_entries: entries, extra: Map::new() }.write()))
    })
    .await?
}

/// Overrides of schedules.
struct Overrides {
    read: Vec<ScheduleOverride>,
    /// The schedules of those in the window that cannot be read: who is on call by them is not known.
    unreadable: BTreeSet<String>,
}

/// The overrides that can be in the way of a shift that lies in a window in part: shifts are returned whole.
async fn overrides(
    store: &Store,
    schedule_id: Option<&str>,
    from: Instant,
    until: Instant,
) -> Result<Overrides, ApiError> {
    let mut overrides = Overrides { read: Vec::new(), unreadable: BTreeSet::new() };
    for placed in store.overrides_between(schedule_id, from - MAX_WINDOW, until + MAX_WINDOW).await? {
        match placed.document {
            Some(one) => overrides.read.push(one),
            None if placed.ends_at > from && placed.starts_at <= until => {
                overrides.unreadable.insert(placed.schedule_id);
            }
            None => {}
        }
    }
    Ok(overrides)
}

/// Adds who is on call now and, if asked for, after the next handover.
fn with_shifts(mut schedule: Schedule, overrides: &Overrides, now: Instant, with_next: bool) -> Schedule {
    // No shift that begins within five weeks is missed: the longest handover of the demo is a week.
    // Without a list it is not known who is on call, which is not the same as nobody.
    let Ok(entries) = entries_of(&schedule, overrides, now, now + 5 * WEEK) else { return schedule };
    let entries = entries.r#final;
    let starts = |entry: &Entry| Instant::from(entry.start_at.at());
    let next = entries.iter().map(starts).filter(|start| *start > now).min();
    let current = entries.iter().filter(|entry| starts(entry) <= now);
    schedule.current_shifts = Some(current.cloned().collect());
    let following = entries.iter().filter(|entry| with_next && Some(starts(entry)) == next);
    schedule.next_shifts = Some(following.cloned().collect());
    schedule
}

/// What lies in a window, at least in part: by the rotations, by overrides, and in the end.
fn entries_of(schedule: &Schedule, overrides: &Overrides, from: Instant, until: Instant) -> Result<Entries, ApiError> {
    let scheduled = shifts(schedule, from, until).map_err(|error| {
        let message = format!("The rotations of schedule `{}` have no meaning: {error:?}", schedule.name);
        ApiError::invalid_parameter("schedule_id", message)
    })?;
    if overrides.unreadable.contains(&schedule.id) {
        return Err(ApiError::unreadable("An override of this schedule cannot be read; the server's log says which"));
    }
    let overrides: Vec<_> = overrides.read.iter().filter(|one| one.schedule_id == schedule.id).collect();
    let understood: Vec<Override> = overrides.iter().filter_map(|one| meaning(schedule, one)).collect();
    let in_the_end = overridden(&scheduled, &understood);
    let alone: Vec<Shift> = understood.into_iter().filter_map(as_shift).collect();
    let told = |shifts: &[Shift]| {
        let within = shifts.iter().filter(|shift| shift.end_at > from && shift.start_at < until);
        within.map(|shift| entry(schedule, &overrides, shift)).collect()
    };
    Ok(Entries { scheduled: told(&scheduled), overrides: told(&alone), r#final: told(&in_the_end), extra: Map::new() })
}

/// An override as the engine takes it; nothing if the schedule does not have its layer any more.
fn meaning(schedule: &Schedule, one: &ScheduleOverride) -> Option<Override> {
    let rotations = schedule.config.iter().flat_map(|config| &config.rotations);
    let mut versions = rotations.filter(|rotation| rotation.id == one.rotation_id);
    let place = |rotation: &Rotation| {
        rotation.layers.iter().position(|layer| layer.id.as_deref() == Some(one.layer_id.as_str()))
    };
    Some(Override {
        rotation_id: one.rotation_id.clone(),
        layer: versions.find_map(place)?,
        user_id: one.user.as_ref().map(|user| user.id.clone()),
        start_at: one.start_at.at().into(),
        end_at: one.end_at.at().into(),
    })
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

/// A user as other objects name one.
pub(super) fn named(user: User) -> User {
    User { is_active: None, seats: None, base_role: None, custom_roles: None, ..user }
}

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from(chrono::DateTime::from(at))
}
