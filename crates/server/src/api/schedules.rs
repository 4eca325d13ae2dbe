//! Schedules and who is on call by them, to look up.

use axum::Extension;
use axum::extract::{Path, State};
use chrono::Utc;
use escalation_api::list::ScheduleEntries;
use escalation_api::schedule::{Entry, Schedule};
use escalation_api::{Json as _, Map, Value};
use escalation_engine::Instant;
use escalation_engine::instant::WEEK;
use serde_json::json;

use super::{Json, Told, nameless, page};
use crate::error::ApiError;
use crate::query::Query;
use crate::shown::{MAX_WINDOW, Overrides, entries_of, overrides};
use crate::store::{RESTORE_BACKUP, Store, Table};
use crate::work::{Job, Work};

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
