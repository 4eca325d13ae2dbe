//! From the rotations of a schedule to who is on call when.

mod layers;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use escalation_api::schedule::{Handover, IntervalType, Rotation, Schedule, SchedulingMode};
use escalation_api::{At, Faults, Json as _, Map, Value, WorkingHours};

use crate::calendar::{Hours, WallTime, Zone};
use crate::instant::{DAY, HOUR, Instant, Seconds, WEEK};
use crate::world::NOBODY;

pub use layers::{LayerError, Layers};

/// A time for which somebody is on call by the rotations of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// From when.
    pub start_at: Instant,
    /// Until just before when.
    pub end_at: Instant,
    /// The rotation's id.
    pub rotation_id: String,
    /// Which of the people on call at the same time, from 0.
    pub layer: usize,
    /// The user's id.
    pub user_id: String,
}

/// Why the rotations of a schedule mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The schedule's zone is not known.
    #[error("timezone: `{0}` is no IANA zone")]
    UnknownZone(String),
    /// It has no rotations that can be read: another system provides it, or they are not as they must be.
    #[error("config.rotations: there is no list of rotations that can be read, so it is not known who is on call")]
    NoRotations,
    /// A rotation cannot be read: where and why.
    #[error("{0}: {1}, so it is not known who is on call")]
    Unread(String, String),
    /// The schedule is configured for public holidays, and what becomes of shifts on them is not known.
    #[error("holidays_public_config: what becomes of shifts on public holidays is not known")]
    Holidays,
    /// The rotation with this id has no handover, or one that is not a positive number of hours, days or weeks.
    #[error("rotation `{0}`: handovers must name at least one, each a positive number of hours, days or weeks")]
    Handover(String),
    /// The working intervals of the rotation with this id have no meaning.
    #[error("rotation `{0}`: working_intervals need weekdays in lower case and times as HH:MM")]
    WorkingIntervals(String),
    /// The rotation with this id is scheduled in a way that is not known.
    #[error("rotation `{0}`: scheduling_mode `{1}` is not known, only `fair` and `sequential` are")]
    Mode(String, String),
    /// There are more shifts in the window, or before it, than are told.
    #[error("there are more shifts than can be listed; choose a shorter time")]
    TooMany,
}

/// The most shifts since its beginning that are gone through to tell whose turn it is by fairness: ten years of hours.
const MAX_TURNS: i64 = 90_000;

/// The most people who are put on call, one shift each, to tell whose turn it is: some seconds of work.
const MAX_CHOSEN: usize = 2_000_000;

/// The most shifts that one schedule may have in a window.
const MAX_SHIFTS: usize = 50_000;

/// The shifts of a schedule that lie in a window, at least in part, in order. Shifts are told whole.
///
/// Handovers go by the clock on the wall of the schedule's zone: a shift from Monday 09:00 to Monday 09:00 is an hour
/// shorter or longer when the clock changes. The first user is on from `handover_start_at`, nobody before; with n
/// layers the n users from the one whose turn it is are on together. A rotation that is `fair` and has shifts of different
/// lengths gives each shift to whoever has been on call least since the rotation began, the first in order where that is
/// the same: the vendor does not say how it does it, so this is our decision.
///
/// # Errors
/// Where the zone, a handover or the working intervals have no meaning, a rotation cannot be read, or the schedule is
/// configured for public holidays. What cannot be read is never taken for nobody.
pub fn shifts(schedule: &Schedule, from: Instant, until: Instant) -> Result<Vec<Shift>, ScheduleError> {
    if has_holidays(schedule) {
        return Err(ScheduleError::Holidays);
    }
    let (shifts, unknown) = known_shifts(schedule, from, until)?;
    unknown.into_iter().next().map_or(Ok(shifts), Err)
}

/// Whether a schedule is configured for the public holidays of some country, or that cannot be read. The vendor does not
/// say whether shifts are different on them.
#[must_use]
pub fn has_holidays(schedule: &Schedule) -> bool {
    match &schedule.holidays_public_config {
        Some(holidays) => !holidays.country_codes.is_empty() || holidays.misread().is_some(),
        None => schedule.extra.get("holidays_public_config").is_some_and(|value| !value.is_null()),
    }
}

/// The shifts of those rotations that can be read and have a meaning, as [`shifts`] has them, whatever the public holidays
/// are; and why it is not known who is on call in the others.
///
/// # Errors
/// Where nothing is known of the whole schedule: its zone, or its list of rotations.
pub fn known_shifts(
    schedule: &Schedule,
    from: Instant,
    until: Instant,
) -> Result<(Vec<Shift>, Vec<ScheduleError>), ScheduleError> {
    let zone = Zone::get(&schedule.timezone).ok_or_else(|| ScheduleError::UnknownZone(schedule.timezone.clone()))?;
    let all = schedule.rotations().ok_or(ScheduleError::NoRotations)?;
    let (mut rotations, mut unread, mut unknown) = (Vec::new(), BTreeSet::new(), Vec::new());
    for (index, rotation) in all.into_iter().enumerate() {
        match rotation {
            Ok(rotation) => rotations.push(rotation),
            Err(value) => {
                unknown.push(unreadable(index, &value));
                unread.insert(value.get("id").and_then(Value::as_str).map(str::to_string));
            }
        }
    }
    // What cannot be read may be another version of a rotation that can, which then ends nobody knows when.
    let is_open = unread.contains(&None);
    rotations.retain(|rotation| !is_open && !unread.contains(&Some(rotation.id.clone())));
    let mut shifts = Vec::new();
    let mut broken: BTreeSet<String> = BTreeSet::new();
    // From when each version of a rotation counts.
    let mut versions: BTreeMap<&str, BTreeSet<Instant>> = BTreeMap::new();
    for rotation in &rotations {
        let begins = rotation.effective_from.as_ref().map(|at| Instant::from(at.at()));
        versions.entry(&rotation.id).or_default().extend(begins);
    }
    for rotation in &rotations {
        let begins = rotation.effective_from.as_ref().map(|at| Instant::from(at.at()));
        // A version counts until the next one of the same rotation.
        let others = versions.get(rotation.id.as_str());
        let after = begins.map_or(Bound::Unbounded, Bound::Excluded);
        let ends = others.and_then(|others| others.range((after, Bound::Unbounded)).next()).copied();
        let effective = (begins.unwrap_or(Instant::MIN), ends.unwrap_or(Instant::MAX));
        let window = (from.max(effective.0), until.min(effective.1));
        if let Err(error) = version(&zone, &schedule.timezone, rotation, window, effective, &mut shifts) {
            unknown.push(error);
            broken.insert(rotation.id.clone());
        }
    }
    shifts.retain(|shift: &Shift| !broken.contains(&shift.rotation_id));
    shifts.sort();
    Ok((shifts, unknown))
}

/// Why a rotation cannot be read, with its place in the schedule.
fn unreadable(index: usize, rotation: &Value) -> ScheduleError {
    let top = At::Top;
    let (config, mut faults) = (top.field("config"), Faults::new());
    let rotations = config.field("rotations");
    let at = rotations.index(index);
    Rotation::explain(rotation, &at, &mut faults);
    let fault = faults.into_iter().next();
    fault.map_or_else(
        || ScheduleError::Unread(at.to_string(), "The rotation cannot be read".to_string()),
        |fault| ScheduleError::Unread(fault.pointer.clone(), fault.to_string()),
    )
}

/// Adds the shifts of one version of a rotation that lie in `window`, cut to the time for which the version counts.
fn version(
    zone: &Zone,
    zone_name: &str,
    rotation: &Rotation,
    window: (Instant, Instant),
    effective: (Instant, Instant),
    shifts: &mut Vec<Shift>,
) -> Result<(), ScheduleError> {
    if rotation.users.is_empty() || window.0 >= window.1 {
        return Ok(());
    }
    let lengths: Option<Vec<Seconds>> = rotation.handovers.iter().map(length).collect();
    let lengths = lengths.filter(|lengths| !lengths.is_empty());
    let lengths = lengths.ok_or_else(|| ScheduleError::Handover(rotation.id.clone()))?;
    let working = working_hours(rotation, zone_name)?;
    let anchor = Instant::from(rotation.handover_start_at.at());
    let first = zone.wall(anchor);
    let cycle: Seconds = lengths.iter().sum();

    let layers = rotation.layers.len().max(1).min(rotation.users.len());
    let mut fair = fair(rotation, &lengths)?;
    // Begins with the last whole cycle before the window, less one for a change of the clock; who is next by fairness
    // depends on all that went before.
    let ahead = (zone.wall(window.0).seconds_since(first)).div_euclid(cycle) - 1;
    let cycles = if fair.is_some() { 0 } else { ahead.max(0) };
    if fair.is_some() && ahead.saturating_mul(i64::try_from(lengths.len()).unwrap_or(i64::MAX)) > MAX_TURNS {
        return Err(ScheduleError::TooMany);
    }
    let mut turn = usize::try_from(cycles).unwrap_or_default().saturating_mul(lengths.len());
    let mut wall = first.plus(cycles.saturating_mul(cycle));
    // The anchor may be the second of two instants at which the wall shows the same. Nobody is on before it, and what the
    // wall shows twice counts the second time until the wall has gone past that.
    let starts_at = |wall: WallTime| {
        let at = zone.first_at_wall(wall);
        if at < anchor { anchor + wall.seconds_since(first) } else { at }
    };
    let mut start = starts_at(wall);
    let mut chosen = 0_usize;
    while start < window.1 {
        let Some(length) = lengths.get(turn % lengths.len()) else { break };
        chosen += layers;
        if chosen > MAX_CHOSEN {
            return Err(ScheduleError::TooMany);
        }
        wall = wall.plus(*length);
        let end = starts_at(wall);
        let (cut_start, cut_end) = (start.max(effective.0), end.min(effective.1));
        let on_call: Vec<usize> = match &mut fair {
            Some(load) => least(load, layers, *length),
            None => (0..layers).map(|layer| (turn + layer) % rotation.users.len()).collect(),
        };
        if cut_end > window.0 {
            // What comes of the working hours is the same in each layer.
            let parts = within(working.as_ref(), (cut_start, cut_end), window)?;
            for (layer, user) in on_call.into_iter().enumerate() {
                let Some(user) = rotation.users.get(user).filter(|user| user.id != NOBODY) else { continue };
                if shifts.len() + parts.len() > MAX_SHIFTS {
                    return Err(ScheduleError::TooMany);
                }
                shifts.extend(parts.iter().map(|(start_at, end_at)| {
                    let (start_at, end_at) = (*start_at, *end_at);
                    let (rotation_id, user_id) = (rotation.id.clone(), user.id.clone());
                    Shift { start_at, end_at, rotation_id, layer, user_id }
                }));
            }
        }
        start = end;
        turn += 1;
    }
    Ok(())
}

/// For a rotation that shares out fairly: how long each user has been on call. With shifts of one length
/// taking turns is fair.
fn fair(rotation: &Rotation, lengths: &[Seconds]) -> Result<Option<Load>, ScheduleError> {
    match &rotation.scheduling_mode {
        Some(SchedulingMode::Fair) if lengths.windows(2).any(|pair| pair.first() != pair.last()) => {
            Ok(Some((0..rotation.users.len()).map(|user| (0, user)).collect()))
        }
        None | Some(SchedulingMode::Fair | SchedulingMode::Sequential) => Ok(None),
        Some(SchedulingMode::Other(mode)) => Err(ScheduleError::Mode(rotation.id.clone(), mode.clone())),
    }
}

/// How long each user has been on call, the one who has been on call least first; where it is the same, in their order.
type Load = BTreeSet<(Seconds, usize)>;

/// The users who have been on call least, as many as there are layers; and notes that they are for so long more.
fn least(load: &mut Load, layers: usize, length: Seconds) -> Vec<usize> {
    let chosen: Vec<(Seconds, usize)> = (0..layers).map_while(|_| load.pop_first()).collect();
    load.extend(chosen.iter().map(|(before, user)| (before.saturating_add(length), *user)));
    chosen.into_iter().map(|(_, user)| user).collect()
}

/// Somebody who takes over from whoever would be on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The rotation's id.
    pub rotation_id: String,
    /// Which of the people on call at the same time, from 0.
    pub layer: usize,
    /// The user's id; absent: nobody.
    pub user_id: Option<String>,
    /// From when.
    pub start_at: Instant,
    /// Until just before when.
    pub end_at: Instant,
}

/// The shifts as they are once overrides are taken into account. Of two overrides at one time the later in the list
/// counts.
#[must_use]
pub fn overridden(scheduled: &[Shift], overrides: &[Override]) -> Vec<Shift> {
    // By rotation and layer: only what is in the same is touched. From the last override to the first, each has what is
    // not taken yet; what is left in the end is as the rotations say.
    let mut taken: BTreeMap<(&str, usize), Taken> = BTreeMap::new();
    let mut shifts = Vec::new();
    for one in overrides.iter().rev().filter(|one| one.start_at < one.end_at) {
        let taken = taken.entry((&one.rotation_id, one.layer)).or_default();
        if let Some(user_id) = one.user_id.as_ref().filter(|id| *id != NOBODY) {
            shifts.extend(taken.free(one.start_at, one.end_at).map(|(start_at, end_at)| Shift {
                start_at,
                end_at,
                rotation_id: one.rotation_id.clone(),
                layer: one.layer,
                user_id: user_id.clone(),
            }));
        }
        taken.take(one.start_at, one.end_at);
    }
    for shift in scheduled {
        match taken.get(&(shift.rotation_id.as_str(), shift.layer)) {
            Some(taken) => {
                let free = taken.free(shift.start_at, shift.end_at);
                shifts.extend(free.map(|(start_at, end_at)| Shift { start_at, end_at, ..shift.clone() }));
            }
            None => shifts.push(shift.clone()),
        }
    }
    shifts.sort();
    shifts
}

/// Intervals that are taken, half open and apart from one another: the end of each by its start.
#[derive(Default)]
struct Taken(BTreeMap<Instant, Instant>);

impl Taken {
    /// The parts of an interval that are not taken, in order.
    fn free(&self, start: Instant, end: Instant) -> impl Iterator<Item = (Instant, Instant)> {
        let before = self.0.range(..=start).next_back().map_or(start, |(_, until)| start.max(*until));
        let within = self.0.range(start + 1..end.max(start + 1)).map(|(from, until)| (*from, *until));
        let ends = std::iter::once(before).chain(within.clone().map(|(_, until)| until));
        let starts = within.map(|(from, _)| from).chain(std::iter::once(end));
        ends.zip(starts).filter(|(from, until)| from < until)
    }

    /// Takes an interval, whatever of it is taken.
    fn take(&mut self, start: Instant, end: Instant) {
        let before = self.0.range(..=start).next_back().filter(|(_, until)| start <= **until);
        let start = before.map_or(start, |(from, _)| *from);
        let mut end = end;
        while let Some((from, until)) = self.0.range(start..=end).next().map(|(from, until)| (*from, *until)) {
            self.0.remove(&from);
            end = end.max(until);
        }
        self.0.insert(start, end);
    }
}

fn length(handover: &Handover) -> Option<Seconds> {
    let unit = match handover.interval_type {
        IntervalType::Hourly => HOUR,
        IntervalType::Daily => DAY,
        IntervalType::Weekly => WEEK,
        IntervalType::Other(_) => return None,
    };
    (1..=10_000).contains(&handover.interval).then(|| unit * handover.interval)
}

/// When anybody is on call at all; nothing: always.
fn working_hours(rotation: &Rotation, zone_name: &str) -> Result<Option<Hours>, ScheduleError> {
    if rotation.working_intervals.is_empty() {
        return Ok(None);
    }
    let set = WorkingHours {
        id: String::new(),
        name: String::new(),
        timezone: zone_name.to_string(),
        weekday_intervals: rotation.working_intervals.clone(),
        extra: Map::new(),
    };
    Hours::new(&set).map(Some).map_err(|_| ScheduleError::WorkingIntervals(rotation.id.clone()))
}

/// The parts of a time that lie within working hours, as far as they lie in a window, at least in part.
fn within(
    hours: Option<&Hours>,
    (start, end): (Instant, Instant),
    window: (Instant, Instant),
) -> Result<Vec<(Instant, Instant)>, ScheduleError> {
    let is_in_window = |(from, until): &(Instant, Instant)| window.0 < *until && *from < window.1 && from < until;
    let Some(hours) = hours.filter(|hours| !hours.is_constant() || hours.week().is_empty()) else {
        return Ok([(start, end)].into_iter().filter(is_in_window).collect());
    };
    let mut parts = Vec::new();
    // Hours that are not always active are never so for two weeks, also where a change of the clock skips what is between
    // them: no part that goes on in the window begins before this.
    let mut now = start.max(window.0 - 3 * WEEK);
    while let Some(begins) = hours.first(now, true).filter(|begins| *begins < end && *begins < window.1) {
        let ends = hours.first(begins, false).unwrap_or(end).min(end);
        parts.extend(Some((begins, ends)).filter(is_in_window));
        if parts.len() > MAX_SHIFTS {
            return Err(ScheduleError::TooMany);
        }
        if ends >= end {
            break;
        }
        now = ends;
    }
    Ok(parts)
}

impl WallTime {
    fn plus(self, seconds: Seconds) -> Self {
        Self::new(0, self.seconds_since(Self::new(0, 0)).saturating_add(seconds))
    }

    /// By the clock on the wall, as if it never changed.
    fn seconds_since(self, earlier: Self) -> Seconds {
        (self.day() - earlier.day()) * DAY + self.second_of_day() - earlier.second_of_day()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn schedule(zone: &str, rotations: Value) -> Schedule {
        Schedule::read(json!({"id": "s", "name": "S", "timezone": zone, "config": {"rotations": rotations}})).unwrap()
    }

    fn rotation(users: &[&str], start: &str, handovers: Value) -> Value {
        let users: Vec<_> = users.iter().map(|id| json!({"id": id, "name": id, "role": "unset"})).collect();
        json!({"id": "r", "name": "R", "users": users, "layers": [{"id": "1", "name": "1"}],
            "handover_start_at": start, "handovers": handovers, "working_intervals": []})
    }

    fn every(interval: i64, interval_type: &str) -> Value {
        json!([{"interval": interval, "interval_type": interval_type}])
    }

    fn told(schedule: &Schedule, from: &str, until: &str) -> Vec<String> {
        let shifts = shifts(schedule, from.parse().unwrap(), until.parse().unwrap()).unwrap();
        shifts.iter().map(|s| format!("{} {} {}", s.user_id, s.start_at, s.end_at)).collect()
    }

    #[test]
    fn weekly_by_the_clock_on_the_wall() {
        // Set up in winter, looked at across the change to summer time on 29 March.
        let s = schedule("Europe/London", json!([rotation(&["a", "b"], "2026-01-05T09:00:00Z", every(1, "weekly"))]));
        assert_eq!(
            told(&s, "2026-03-24T00:00:00Z", "2026-04-07T00:00:00Z"),
            [
                "b 2026-03-23T09:00:00Z 2026-03-30T08:00:00Z",
                "a 2026-03-30T08:00:00Z 2026-04-06T08:00:00Z",
                "b 2026-04-06T08:00:00Z 2026-04-13T08:00:00Z",
            ]
        );
    }

    #[test]
    fn daily_in_a_zone_without_change() {
        let s =
            schedule("Asia/Singapore", json!([rotation(&["a", "b", "c"], "2026-03-01T01:00:00Z", every(1, "daily"))]));
        assert_eq!(
            told(&s, "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"),
            ["b 2026-03-02T01:00:00Z 2026-03-03T01:00:00Z", "c 2026-03-03T01:00:00Z 2026-03-04T01:00:00Z",]
        );
    }

    #[test]
    fn several_handovers_in_turn() {
        let handovers = json!([{"interval": 1, "interval_type": "daily"}, {"interval": 3, "interval_type": "daily"}]);
        let s = schedule("UTC", json!([rotation(&["a", "b", "c"], "2026-03-01T00:00:00Z", handovers)]));
        assert_eq!(
            told(&s, "2026-03-01T00:00:00Z", "2026-03-09T00:00:00Z"),
            [
                "a 2026-03-01T00:00:00Z 2026-03-02T00:00:00Z",
                "b 2026-03-02T00:00:00Z 2026-03-05T00:00:00Z",
                "c 2026-03-05T00:00:00Z 2026-03-06T00:00:00Z",
                "a 2026-03-06T00:00:00Z 2026-03-09T00:00:00Z",
            ]
        );
    }

    #[test]
    fn layers_are_people_at_the_same_time() {
        let mut r = rotation(&["a", "b", "c"], "2026-03-01T00:00:00Z", every(1, "weekly"));
        r["layers"] = json!([{"id": "1"}, {"id": "2"}]);
        let s = schedule("UTC", json!([r]));
        assert_eq!(
            told(&s, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z"),
            ["b 2026-03-08T00:00:00Z 2026-03-15T00:00:00Z", "c 2026-03-08T00:00:00Z 2026-03-15T00:00:00Z",]
        );
    }

    #[test]
    fn working_intervals_leave_gaps() {
        let mut r = rotation(&["a", "b"], "2026-03-02T00:00:00Z", every(1, "weekly"));
        r["working_intervals"] = json!([
            {"weekday": "saturday", "start_time": "09:00", "end_time": "17:00"},
            {"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]);
        let s = schedule("UTC", json!([r]));
        assert_eq!(
            told(&s, "2026-03-07T00:00:00Z", "2026-03-10T00:00:00Z"),
            ["a 2026-03-07T09:00:00Z 2026-03-07T17:00:00Z", "b 2026-03-09T09:00:00Z 2026-03-09T17:00:00Z",]
        );
    }

    #[test]
    fn a_version_counts_until_the_next() {
        let old = rotation(&["a"], "2026-03-01T00:00:00Z", every(1, "daily"));
        let mut new = rotation(&["b"], "2026-03-01T00:00:00Z", every(1, "daily"));
        new["effective_from"] = json!("2026-03-02T12:00:00Z");
        let s = schedule("UTC", json!([old, new]));
        assert_eq!(
            told(&s, "2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z"),
            [
                "a 2026-03-02T00:00:00Z 2026-03-02T12:00:00Z",
                "b 2026-03-02T12:00:00Z 2026-03-03T00:00:00Z",
                "b 2026-03-03T00:00:00Z 2026-03-04T00:00:00Z",
            ]
        );
    }

    #[test]
    fn fair_shares_out_shifts_of_different_lengths() {
        let handovers = json!([{"interval": 2, "interval_type": "daily"}, {"interval": 5, "interval_type": "daily"}]);
        let mut r = rotation(&["a", "b"], "2026-03-02T00:00:00Z", handovers);
        let who = |r: &Value, from: &str, until: &str| {
            let all = told(&schedule("UTC", json!([r])), from, until);
            all.iter().map(|line| line.split(' ').next().unwrap().to_string()).collect::<String>()
        };
        // In turn, `a` has all the short shifts.
        assert_eq!(who(&r, "2026-03-02T00:00:00Z", "2026-03-30T00:00:00Z"), "abababab");
        r["scheduling_mode"] = json!("fair");
        // 2 5 | 2 5 | 2 5 | 2 5 days: a 2, b 5, a 4, a 9, b 7, b 12, a 11, a 16.
        assert_eq!(who(&r, "2026-03-02T00:00:00Z", "2026-03-30T00:00:00Z"), "abaabbaa");
        // Wherever one looks.
        assert_eq!(who(&r, "2026-03-12T00:00:00Z", "2026-03-17T00:00:00Z"), "ab");
        r["handovers"] = every(1, "weekly");
        assert_eq!(who(&r, "2026-03-02T00:00:00Z", "2026-03-30T00:00:00Z"), "abab", "shifts of one length take turns");
        r["scheduling_mode"] = json!("by lot");
        let unknown = shifts(&schedule("UTC", json!([r])), Instant::from_unix(0), Instant::from_unix(DAY)).unwrap_err();
        assert_eq!(unknown, ScheduleError::Mode("r".into(), "by lot".into()));
    }

    #[test]
    fn fairness_among_very_many_is_told_or_refused() {
        let users: Vec<String> = (0..5_000).map(|user| format!("u{user}")).collect();
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        let handovers = json!([{"interval": 1, "interval_type": "hourly"}, {"interval": 2, "interval_type": "hourly"}]);
        let mut r = rotation(&users, "2026-03-02T00:00:00Z", handovers);
        r["scheduling_mode"] = json!("fair");
        r["layers"] = (0..5_000).map(|layer| json!({"id": layer.to_string()})).collect();
        let s = schedule("UTC", json!([r]));
        let at = |text: &str| text.parse::<Instant>().unwrap();
        // Everybody, in each of the first ten shifts.
        let all = shifts(&s, at("2026-03-02T00:00:00Z"), at("2026-03-02T14:59:59Z")).unwrap();
        assert_eq!(all.len(), 50_000);
        let late = (at("2026-09-01T00:00:00Z"), at("2026-09-01T01:00:00Z"));
        assert_eq!(shifts(&s, late.0, late.1), Err(ScheduleError::TooMany));
    }

    #[test]
    fn overrides_take_over() {
        let s = schedule("UTC", json!([rotation(&["a", "b"], "2026-03-02T00:00:00Z", every(1, "daily"))]));
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let scheduled = shifts(&s, at("2026-03-02T00:00:00Z"), at("2026-03-04T00:00:00Z")).unwrap();
        let over = |user: Option<&str>, from: &str, until: &str| Override {
            rotation_id: "r".into(),
            layer: 0,
            user_id: user.map(Into::into),
            start_at: at(from),
            end_at: at(until),
        };
        let all = [
            over(Some("c"), "2026-03-02T18:00:00Z", "2026-03-03T06:00:00Z"),
            over(None, "2026-03-03T05:00:00Z", "2026-03-03T07:00:00Z"),
            Override { layer: 1, ..over(Some("d"), "2026-03-02T00:00:00Z", "2026-03-02T01:00:00Z") },
            Override { rotation_id: "other".into(), ..over(None, "2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z") },
        ];
        let hour = |at: Instant| at.to_string().chars().skip(8).take(5).collect::<String>();
        let told: Vec<_> = overridden(&scheduled, &all)
            .iter()
            .map(|shift| format!("{} {} {}", shift.user_id, hour(shift.start_at), hour(shift.end_at)))
            .collect();
        assert_eq!(
            told,
            ["d 02T00 02T01", "a 02T00 02T18", "c 02T18 03T05", "b 03T07 04T00"],
            "the later override leaves an hour of the earlier one uncovered"
        );
    }

    #[test]
    fn the_last_override_counts_at_each_instant() {
        let at = |minute: u32| Instant::from_unix(60 * i64::from(minute));
        for seed in 0..300_u32 {
            let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
            let mut draw = |below: u32| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) % below
            };
            let mut minute = 0;
            let mut scheduled = Vec::new();
            while minute < 60 {
                let (start, end) = (minute + draw(3), minute + 3 + draw(12));
                scheduled.push(Shift {
                    start_at: at(start),
                    end_at: at(end),
                    rotation_id: "r".to_string(),
                    layer: 0,
                    user_id: format!("s{start}"),
                });
                minute = end;
            }
            let overrides: Vec<_> = (0..draw(12))
                .map(|number| {
                    let start = draw(70);
                    Override {
                        rotation_id: "r".to_string(),
                        layer: 0,
                        user_id: (draw(4) > 0).then(|| format!("o{number}")),
                        start_at: at(start),
                        end_at: at(start + draw(20)),
                    }
                })
                .collect();
            let found = overridden(&scheduled, &overrides);
            for minute in 0..90 {
                let now = at(minute);
                let by_override = overrides.iter().rev().find(|one| one.start_at <= now && now < one.end_at);
                let by_rotation = || scheduled.iter().find(|one| one.start_at <= now && now < one.end_at);
                let expected = match by_override {
                    Some(one) => one.user_id.clone(),
                    None => by_rotation().map(|one| one.user_id.clone()),
                };
                let all = found.iter().filter(|one| one.start_at <= now && now < one.end_at);
                let all: Vec<_> = all.map(|one| one.user_id.clone()).collect();
                assert_eq!(all, Vec::from_iter(expected), "seed {seed}, minute {minute}");
            }
        }
    }

    #[test]
    fn very_many_overrides_on_one_layer() {
        let over = |number: i64, length: i64| Override {
            rotation_id: "r".to_string(),
            layer: 0,
            user_id: Some("u".to_string()),
            start_at: Instant::from_unix(number),
            end_at: Instant::from_unix(number + length),
        };
        // With what is quadratic none of these would end in time.
        let number = 200_000;
        let apart: Vec<_> = (0..number).map(|number| over(2 * number, 1)).collect();
        assert_eq!(overridden(&[], &apart).len(), apart.len());
        let within: Vec<_> = (0..number).map(|at| over(at, 2 * (number - at))).collect();
        assert_eq!(overridden(&[], &within).len(), 2 * within.len() - 1);
    }

    #[test]
    fn a_rotation_that_begins_in_a_repeated_hour() {
        // The second 01:30: the clocks go back from 02:00 to 01:00 at 01:00Z.
        let of = |interval_type: &str| {
            let r = rotation(&["a", "b"], "2026-10-25T01:30:00Z", every(1, interval_type));
            told(&schedule("Europe/London", json!([r])), "2026-10-24T20:00:00Z", "2026-10-25T04:00:00Z")
        };
        assert_eq!(of("daily"), ["a 2026-10-25T01:30:00Z 2026-10-26T01:30:00Z"]);
        assert_eq!(of("weekly"), ["a 2026-10-25T01:30:00Z 2026-11-01T01:30:00Z"]);
        let hourly = [
            "a 2026-10-25T01:30:00Z 2026-10-25T02:30:00Z",
            "b 2026-10-25T02:30:00Z 2026-10-25T03:30:00Z",
            "a 2026-10-25T03:30:00Z 2026-10-25T04:30:00Z",
        ];
        assert_eq!(of("hourly"), hourly);
        // Two hours come twice: from 03:00 back to 01:00, at 01:00Z.
        let r = rotation(&["a", "b"], "2026-10-25T01:30:00Z", every(1, "hourly"));
        let troll = told(&schedule("Antarctica/Troll", json!([r])), "2026-10-24T20:00:00Z", "2026-10-25T04:00:00Z");
        assert_eq!(troll, hourly);
        // The first of the two is as it was.
        let r = rotation(&["a"], "2026-10-25T00:30:00Z", every(1, "daily"));
        let first = told(&schedule("Europe/London", json!([r])), "2026-10-24T20:00:00Z", "2026-10-25T04:00:00Z");
        assert_eq!(first, ["a 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn turns_go_on_over_weekends_that_nobody_works() {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let of = |users: &[&str]| {
            let mut r = rotation(users, "2026-03-02T08:00:00Z", every(1, "daily"));
            r["working_intervals"] =
                days.map(|day| json!({"weekday": day, "start_time": "09:00", "end_time": "19:00"})).into();
            let all = told(&schedule("Europe/Paris", json!([r])), "2026-03-02T00:00:00Z", "2026-03-15T00:00:00Z");
            all.iter().map(|line| line.split(' ').next().unwrap().to_string()).collect::<String>()
        };
        assert_eq!(of(&["a", "b", "c"]), "abcabbcabc", "who has Friday has Monday, too");
        assert_eq!(of(&["a", "b"]), "ababababab");
    }

    #[test]
    fn nobody_before_the_first_shift() {
        let s = schedule("UTC", json!([rotation(&["a"], "2026-03-10T00:00:00Z", every(1, "daily"))]));
        assert_eq!(
            told(&s, "2026-03-01T00:00:00Z", "2026-03-11T00:00:00Z"),
            ["a 2026-03-10T00:00:00Z 2026-03-11T00:00:00Z"]
        );
    }

    #[test]
    fn nonsense_is_an_error() {
        let now: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
        let of = |s: Schedule| shifts(&s, now, now + 7 * DAY).unwrap_err();
        let rota = |handovers| json!([rotation(&["a"], "2026-01-01T00:00:00Z", handovers)]);
        assert_eq!(
            of(schedule("Europe/Atlantis", rota(every(1, "daily")))),
            ScheduleError::UnknownZone("Europe/Atlantis".into())
        );
        assert_eq!(of(schedule("UTC", rota(every(0, "daily")))), ScheduleError::Handover("r".into()));
        assert_eq!(of(schedule("UTC", rota(every(1, "lunar")))), ScheduleError::Handover("r".into()));
        assert_eq!(of(schedule("UTC", rota(json!([])))), ScheduleError::Handover("r".into()));
    }
}
