//! Who is on call by a schedule in a window: by its rotations, by overrides, and in the end.

use std::collections::BTreeMap;

use escalation_api::schedule::{Entries, Entry, Schedule, ScheduleOverride};
use escalation_api::{Map, Timestamp};
use escalation_engine::instant::DAY;
use escalation_engine::schedule::{Layers, Override, Shift, overridden, shifts};
use escalation_engine::{Instant, Seconds};

use super::named;
use crate::error::ApiError;
use crate::signing::short_digest;
use crate::store::Store;

/// The longest window that entries are told for, and the longest override, in seconds.
pub(crate) const MAX_WINDOW: Seconds = 370 * DAY;

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
    let fingerprint = short_digest(key.as_bytes());
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

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from(chrono::DateTime::from(at))
}
