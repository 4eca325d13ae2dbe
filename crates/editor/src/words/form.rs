//! What stands beside the fields of a form.

use escalation_api::{ScheduleMode, Target, TargetType, WorkingHours};
use escalation_engine::calendar::{Hours, Zone};
use escalation_engine::instant::{DAY, WEEK};
use escalation_engine::words::{clock, date_and_time, day_and_time, duration, list, offset};
use escalation_engine::{Index, Instant, Seconds};

use super::target_mode;
use crate::week::Week;
use crate::zoned;

/// Whom a target means at an instant, and who of them is not to be paged then: "currently on call: Maya Chen, paused
/// until Sat 12:00". Times shown in `zone`.
#[must_use]
pub fn target_now(target: &Target, index: &Index, at: Instant, zone: &Zone) -> String {
    let mode = target_mode(target, index);
    if target.target_type == TargetType::User {
        return not_paged(&target.id, index, at, zone).unwrap_or(mode);
    }
    let on_call = matches!(
        target.schedule_mode,
        None | Some(ScheduleMode::CurrentlyOnCall | ScheduleMode::CurrentlyOnCallForRota | ScheduleMode::Unspecified)
    );
    if !on_call || target.target_type != TargetType::Schedule {
        return mode;
    }
    match on_call_now(&target.id, target.selected_rota_id.as_deref(), index, at, zone) {
        Some(people) => format!("{mode}: {people}"),
        None => mode,
    }
}

/// Who is on call at an instant in a schedule, or in one rota of it: "Maya Chen, paused until Sat 12:00; Tom Okafor", or
/// "nobody then". Nothing where that is not known.
#[must_use]
pub fn on_call_now(schedule: &str, rota: Option<&str>, index: &Index, at: Instant, zone: &Zone) -> Option<String> {
    let schedule = index.schedule(schedule)?;
    schedule.knows_entries_at(at).ok()?;
    let rotas = schedule.rotas.iter().filter(|other| rota.is_none_or(|id| *other.id == *id));
    let name = |id: &str| match paused(id, index, at, zone) {
        Some(paused) => format!("{}, {paused}", index.user_name(id)),
        None => index.user_name(id).to_string(),
    };
    let on_call: Result<Vec<_>, _> = rotas.map(|rota| rota.on_call(at)).collect();
    let people: Vec<String> = on_call.ok()?.into_iter().flatten().map(|id| name(id)).collect();
    Some(if people.is_empty() { "nobody then".to_string() } else { people.join("; ") })
}

/// What is to be known of a person at an instant before they are chosen: why they are not paged, or where they are on
/// call: "on call in Primary on-call". Nothing where there is neither.
#[must_use]
pub fn person_now(id: &str, index: &Index, at: Instant, zone: &Zone) -> Option<String> {
    not_paged(id, index, at, zone).or_else(|| {
        let is_on_call = |schedule: &&escalation_engine::world::Schedule| {
            let rotas = index.schedule(&schedule.id).map_or(&[][..], |roster| &roster.rotas);
            rotas.iter().filter_map(|rota| rota.on_call(at).ok()).flatten().any(|on_call| **on_call == *id)
        };
        let schedules: Vec<&str> =
            index.world().schedules.iter().filter(is_on_call).map(|schedule| schedule.name.as_str()).collect();
        (!schedules.is_empty()).then(|| format!("on call in {}", list(&schedules, "and")))
    })
}

/// Why a person is not paged at an instant, if that is so.
fn not_paged(id: &str, index: &Index, at: Instant, zone: &Zone) -> Option<String> {
    let reason = index.user(id).and_then(|user| user.not_paged_reason.clone());
    reason.or_else(|| paused(id, index, at, zone))
}

fn paused(id: &str, index: &Index, at: Instant, zone: &Zone) -> Option<String> {
    index.paused_until(id, at).map(|until| format!("paused until {}", day_and_time(zone, until)))
}

/// How far the clock of a zone is from UTC at an instant: "UTC+05:30". Empty where the zone is not known.
#[must_use]
pub fn offset_now(zone: &str, at: Instant) -> String {
    Zone::get(zone).map(|zone| offset(&zone, at)).unwrap_or_default()
}

/// How working hours are at an instant, in their own zone: "inside now, until Mon 17:00". Empty where they have no
/// meaning.
#[must_use]
pub fn hours_now(set: &WorkingHours, at: Instant) -> String {
    let Ok(hours) = Hours::new(set) else { return String::new() };
    let active = hours.is_active(at);
    let state = if active { "inside now" } else { "outside now" };
    match hours.first(at, !active) {
        // A week has all of them; beyond that the weekday alone would mislead.
        Some(until) if until - at < WEEK => format!("{state}, until {}", day_and_time(hours.zone(), until)),
        Some(until) => format!("{state}, until {}", date_and_time(hours.zone(), until)),
        None => format!("{state}, and always"),
    }
}

/// A set of working hours, and how they are at an instant: "Mon-Fri 09:00-17:00, Europe/London; inside now, until Mon
/// 17:00".
#[must_use]
pub fn hours_about(set: &WorkingHours, at: Instant) -> String {
    let (week, now) = (Week::new(&set.weekday_intervals).words(), hours_now(set, at));
    let now = if now.is_empty() { now } else { format!("; {now}") };
    format!("{week}, {}{now}", set.timezone)
}

/// The changes of a zone's clock within a year from an instant: "Sun 29 Mar 01:00 becomes 02:00: 1h is skipped".
#[must_use]
pub fn clock_changes(zone: &Zone, from: Instant) -> Vec<String> {
    const MOST: usize = 8;
    let told = |(at, by): (Instant, Seconds)| {
        // The time that the wall would have shown.
        let utc = Zone::utc();
        let before = date_and_time(&utc, at + zone.offset(at - 1));
        let after = clock(zone.wall(at).second_of_day());
        let what = if by > 0 { "is skipped" } else { "comes twice" };
        format!("{before} becomes {after}: {} {what}", duration(by.abs()))
    };
    zoned::clock_changes((from, from + 365 * DAY + 1), zone).into_iter().take(MOST).map(told).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::Json as _;
    use escalation_engine::World;
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn the_clock_of_a_year() {
        let of = |zone: &str| clock_changes(&Zone::get(zone).unwrap(), at("2026-01-01T00:00:00Z"));
        assert_eq!(
            of("Europe/London"),
            ["Sun 29 Mar 01:00 becomes 02:00: 1h is skipped", "Sun 25 Oct 02:00 becomes 01:00: 1h comes twice"]
        );
        assert_eq!(of("Australia/Lord_Howe").len(), 2);
        assert!(of("Australia/Lord_Howe").iter().all(|change| change.contains(": 30m ")));
        assert_eq!(of("Asia/Singapore"), [""; 0]);
        assert_eq!(of("UTC"), [""; 0]);
    }

    #[test]
    fn the_offset_of_a_zone() {
        assert_eq!(offset_now("Europe/London", at("2026-01-01T00:00:00Z")), "UTC+00:00");
        assert_eq!(offset_now("Europe/London", at("2026-07-01T00:00:00Z")), "UTC+01:00");
        assert_eq!(offset_now("Asia/Kolkata", at("2026-07-01T00:00:00Z")), "UTC+05:30");
        assert_eq!(offset_now("America/St_Johns", at("2026-01-01T00:00:00Z")), "UTC−03:30");
        assert_eq!(offset_now("Nowhere/Else", at("2026-01-01T00:00:00Z")), "");
    }

    #[test]
    fn hours_at_an_instant() {
        let set = |intervals: serde_json::Value| {
            let set = json!({"id": "x", "name": "x", "timezone": "Europe/London", "weekday_intervals": intervals});
            WorkingHours::read(set).unwrap()
        };
        let monday = set(json!([{"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]));
        assert_eq!(hours_now(&monday, at("2026-03-30T10:00:00Z")), "inside now, until Mon 17:00");
        assert_eq!(hours_now(&monday, at("2026-03-29T10:00:00Z")), "outside now, until Mon 09:00");
        assert_eq!(hours_now(&set(json!([])), at("2026-03-29T10:00:00Z")), "outside now, and always");
        let odd = set(json!([{"weekday": "someday", "start_time": "09:00", "end_time": "17:00"}]));
        assert_eq!(hours_now(&odd, at("2026-03-29T10:00:00Z")), "");
    }

    #[test]
    fn whom_a_target_means() {
        let world = json!({
            "users": [{"id": "a", "name": "Ann", "can_be_paged": true},
                {"id": "b", "name": "Bob", "can_be_paged": false, "not_paged_reason": "is deactivated"}],
            "schedules": [{"id": "s", "name": "Primary", "timezone": "UTC", "rotas": [{"id": "r", "name": "R"}],
                "entries": [{"rota_id": "r", "user_id": "a", "start_at": "2026-03-01T00:00:00Z",
                    "end_at": "2026-03-08T00:00:00Z"}]}],
            "pauses": [{"user_id": "a", "starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-03T12:00:00Z"}]
        });
        let index = Index::new(World::from_text(&world.to_string()).unwrap());
        let now = |target: serde_json::Value, when: &str| {
            target_now(&Target::read(target).unwrap(), &index, at(when), &Zone::utc())
        };
        let user = |id: &str| json!({"type": "user", "id": id, "urgency": "high"});
        let schedule = json!({"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": "currently_on_call"});
        assert_eq!(now(user("a"), "2026-03-01T00:00:00Z"), "one person");
        assert_eq!(now(user("a"), "2026-03-02T10:00:00Z"), "paused until Tue 12:00");
        assert_eq!(now(user("b"), "2026-03-02T10:00:00Z"), "is deactivated");
        assert_eq!(now(schedule.clone(), "2026-03-01T00:00:00Z"), "currently on call: Ann");
        assert_eq!(now(schedule.clone(), "2026-03-02T10:00:00Z"), "currently on call: Ann, paused until Tue 12:00");
        assert_eq!(now(schedule, "2026-03-09T00:00:00Z"), "currently on call: nobody then");
        let person = |id: &str, when: &str| person_now(id, &index, at(when), &Zone::utc());
        assert_eq!(person("a", "2026-03-01T00:00:00Z").as_deref(), Some("on call in Primary"));
        assert_eq!(person("a", "2026-03-02T10:00:00Z").as_deref(), Some("paused until Tue 12:00"));
        assert_eq!(person("a", "2026-03-09T00:00:00Z"), None);
        assert_eq!(person("b", "2026-03-01T00:00:00Z").as_deref(), Some("is deactivated"));
        let of_rota = |rota| on_call_now("s", Some(rota), &index, at("2026-03-01T00:00:00Z"), &Zone::utc());
        assert_eq!(of_rota("r").as_deref(), Some("Ann"));
        assert_eq!(of_rota("other").as_deref(), Some("nobody then"));
        assert_eq!(on_call_now("none", None, &index, at("2026-03-01T00:00:00Z"), &Zone::utc()), None);
    }
}
