//! Schedules and who is on call by them, to look up.

use axum::extract::{Path, State};
use chrono::Utc;
use escalation_api::list::{ScheduleEntries, Schedules};
use escalation_api::schedule::{Entries, Entry, Schedule};
use escalation_api::{Json as _, Map, Timestamp, User};
use escalation_engine::Instant;
use escalation_engine::instant::{DAY, WEEK};
use escalation_engine::schedule::{Shift, shifts};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Json, page};
use crate::error::ApiError;
use crate::query::Query;
use crate::store::Store;

/// The longest window that entries are told for.
const MAX_WINDOW: i64 = 370 * DAY;

pub(super) async fn list(State(store): State<Store>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(10_000)?;
    let mut schedules = store.schedules(query.get("after").unwrap_or_default(), page_size + 1).await?;
    let mut meta = page(&mut schedules, page_size, |schedule| &schedule.id);
    meta.total_record_count = Some(store.schedule_count().await?);
    let now = Utc::now().into();
    // As the vendor does, so that a long list stays cheap.
    let schedules = schedules.into_iter().map(|schedule| with_shifts(schedule, now, page_size <= 25)).collect();
    Ok(Json(Schedules { schedules, pagination_meta: Some(meta), extra: Map::new() }.write()))
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let schedule = store.schedule(&id).await?.ok_or_else(|| ApiError::not_found("Schedule"))?;
    Ok(Json(json!({ "schedule": with_shifts(schedule, Utc::now().into(), true).write() })))
}

pub(super) async fn entries(State(store): State<Store>, query: Query) -> Result<Json, ApiError> {
    let missing = || ApiError::invalid_parameter("schedule_id", "Schedule_id is required".to_string());
    let id = query.get("schedule_id").ok_or_else(missing)?;
    let instant = |name: &str| {
        let wrong = |message| ApiError::invalid_parameter(name, message);
        query.get(name).map(|text| text.parse::<Instant>().map_err(wrong)).transpose()
    };
    let from = instant("entry_window_start")?.unwrap_or_else(|| Utc::now().into());
    let until = instant("entry_window_end")?.unwrap_or(from + 4 * WEEK);
    if until <= from || until - from > MAX_WINDOW {
        let message = "Entry_window_end must be after entry_window_start, and not by more than 370 days".to_string();
        return Err(ApiError::invalid_parameter("entry_window_end", message));
    }
    let schedule = store.schedule(id).await?.ok_or_else(|| ApiError::not_found("Schedule"))?;
    let scheduled = entries_of(&schedule, from, until)?;
    let entries = Entries { r#final: scheduled.clone(), scheduled, overrides: Vec::new(), extra: Map::new() };
    Ok(Json(ScheduleEntries { schedule_entries: entries, extra: Map::new() }.write()))
}

/// Adds who is on call now and, if asked for, after the next handover.
fn with_shifts(mut schedule: Schedule, now: Instant, with_next: bool) -> Schedule {
    // No shift that begins within five weeks is missed: the longest handover of the demo is a week.
    let entries = entries_of(&schedule, now, now + 5 * WEEK).unwrap_or_default();
    let starts = |entry: &Entry| Instant::from(entry.start_at.at());
    let next = entries.iter().map(starts).filter(|start| *start > now).min();
    let current = entries.iter().filter(|entry| starts(entry) <= now);
    schedule.current_shifts = Some(current.cloned().collect());
    let following = entries.iter().filter(|entry| with_next && Some(starts(entry)) == next);
    schedule.next_shifts = Some(following.cloned().collect());
    schedule
}

fn entries_of(schedule: &Schedule, from: Instant, until: Instant) -> Result<Vec<Entry>, ApiError> {
    let shifts = shifts(schedule, from, until).map_err(|error| {
        let message = format!("The rotations of schedule `{}` have no meaning: {error:?}", schedule.name);
        ApiError::invalid_parameter("schedule_id", message)
    })?;
    Ok(shifts.iter().map(|shift| entry(schedule, shift)).collect())
}

fn entry(schedule: &Schedule, shift: &Shift) -> Entry {
    let rotations = schedule.config.iter().flat_map(|config| &config.rotations);
    let user = rotations.flat_map(|rotation| &rotation.users).find(|user| user.id == shift.user_id).cloned();
    let key = format!("{}/{}/{}/{}", schedule.id, shift.rotation_id, shift.layer, shift.start_at);
    let digest = Sha256::digest(key);
    let fingerprint: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Entry {
        start_at: timestamp(shift.start_at),
        end_at: timestamp(shift.end_at),
        user: user.map(|user| User { is_active: None, seats: None, base_role: None, custom_roles: None, ..user }),
        rotation_id: Some(shift.rotation_id.clone()),
        entry_id: Some(fingerprint.clone()),
        fingerprint: Some(fingerprint),
        extra: Map::new(),
    }
}

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from(chrono::DateTime::from(at))
}
