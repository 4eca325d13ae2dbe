//! Durations, times, working hours and steps in words. English; one place for all of them.

pub mod step;

use std::fmt::Write as _;

use crate::calendar::{Hours, WallTime, Zone};
use crate::instant::{DAY, HOUR, Instant, MINUTE, Seconds, WEEK};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A duration such as `5m`, `1h 30m` or `2d`; `0s` for none.
///
/// ```
/// assert_eq!(escalation_engine::words::duration(5_400), "1h 30m");
/// ```
#[must_use]
pub fn duration(seconds: Seconds) -> String {
    let mut rest = seconds.unsigned_abs();
    let mut text = if seconds < 0 { "-".to_string() } else { String::new() };
    let mut first = true;
    for (unit, length) in [("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", 1)] {
        let length = length.unsigned_abs();
        let count = rest / length;
        rest %= length;
        if count > 0 || (unit == "s" && first) {
            let space = if first { "" } else { " " };
            let _infallible = write!(text, "{space}{count}{unit}");
            first = false;
        }
    }
    text
}

/// A weekday and time such as `Sat 03:10`, in a zone; with the offset where the clock shows it twice.
#[must_use]
pub fn day_and_time(zone: &Zone, at: Instant) -> String {
    format!("{} {}", day_name(zone.wall(at).weekday()), time(zone, at))
}

/// A weekday, date and time such as `Sat 28 Mar 03:10`, in a zone; with the offset where the clock shows it twice.
#[must_use]
pub fn date_and_time(zone: &Zone, at: Instant) -> String {
    format!("{} {}", date(zone, at), time(zone, at))
}

/// The same with the year: `Sat 28 Mar 2026 03:10`.
#[must_use]
pub fn date_with_year(zone: &Zone, at: Instant) -> String {
    let (year, ..) = civil(zone.wall(at));
    format!("{} {year} {}", date(zone, at), time(zone, at))
}

/// A weekday and date such as `Sat 28 Mar`, in a zone.
#[must_use]
pub fn date(zone: &Zone, at: Instant) -> String {
    let wall = zone.wall(at);
    let (_, month, day) = civil(wall);
    let month = usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default();
    format!("{} {day} {month}", day_name(wall.weekday()))
}

/// The time on the wall of a zone: `03:10`, and `01:10 UTC−05:00` in an hour that the clock shows twice, when it goes
/// back. Every time that is shown is made here, so that no two instants look alike.
#[must_use]
pub fn time(zone: &Zone, at: Instant) -> String {
    let time = clock(zone.wall(at).second_of_day());
    if zone.twice(at).is_some() { format!("{time} {}", offset(zone, at)) } else { time }
}

/// How far the clock of a zone is from UTC at an instant: `UTC+05:30`.
#[must_use]
pub fn offset(zone: &Zone, at: Instant) -> String {
    let offset = zone.offset(at);
    let sign = if offset < 0 { '−' } else { '+' };
    format!("UTC{sign}{}", clock(offset.abs()))
}

/// A time as it is told beside an earlier one: the weekday says which day is meant for less than six days, and the date
/// is said from then on.
#[must_use]
pub fn time_after(zone: &Zone, earlier: Instant, at: Instant) -> String {
    if at - earlier < 6 * DAY { day_and_time(zone, at) } else { date_and_time(zone, at) }
}

/// Year, month and day of a wall time.
#[must_use]
pub fn civil(wall: WallTime) -> (i32, u32, u32) {
    use chrono::Datelike as _;
    let date = chrono::DateTime::from_timestamp(wall.day() * DAY, 0).unwrap_or_default().date_naive();
    (date.year(), date.month(), date.day())
}

/// A time of day such as `09:00`, with seconds only where there are any.
///
/// ```
/// assert_eq!(escalation_engine::words::clock(9 * 3_600), "09:00");
/// ```
#[must_use]
pub fn clock(second_of_day: Seconds) -> String {
    let (hour, minute, second) = (second_of_day / HOUR, second_of_day % HOUR / MINUTE, second_of_day % MINUTE);
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

/// A week of working hours, such as `Mon-Fri 09:00-17:00`; days that follow one another with the same hours are said
/// together, and a night belongs to the day on which it begins.
#[must_use]
pub fn week(hours: &Hours) -> String {
    if hours.week() == [(0, WEEK)] {
        return "always".to_string();
    }
    let mut spans: Vec<(Seconds, Seconds)> = hours.week().to_vec();
    // A night from Sunday to Monday is in two parts.
    if let ([(0, monday), ..], Some((_, WEEK))) = (spans.as_slice(), spans.last()) {
        let monday = *monday;
        if let Some(last) = spans.last_mut() {
            last.1 += monday;
        }
        spans.remove(0);
    }
    let of_day = |day: Seconds| {
        let begins = spans.iter().filter(|(from, _)| from / DAY == day);
        begins.map(|(from, until)| span(*from, *until)).collect::<Vec<_>>().join(", ")
    };
    let days: Vec<String> = (0..7).map(of_day).collect();
    let mut said: Vec<String> = Vec::new();
    let mut day = 0;
    while let Some(times) = days.get(day) {
        let same = days.iter().skip(day).take_while(|other| *other == times).count();
        let name = |index: usize| DAYS.get(index).copied().unwrap_or_default();
        let names = match same {
            7 => "every day".to_string(),
            1 => name(day).to_string(),
            _ => format!("{}-{}", name(day), name(day + same - 1)),
        };
        if !times.is_empty() {
            said.push(format!("{names} {times}"));
        }
        day += same;
    }
    if said.is_empty() { "never".to_string() } else { said.join("; ") }
}

/// `09:00-17:00`, with the weekday of the end where it is more than a day later.
fn span(from: Seconds, until: Seconds) -> String {
    let (start, end) = (clock(from % DAY), if until % DAY == 0 { "24:00".to_string() } else { clock(until % DAY) });
    if until - from <= DAY {
        format!("{start}-{end}")
    } else {
        format!("{start} until {} {end}", day_name((until - 1) % WEEK / DAY))
    }
}

/// Names in a list: `A`, `A and B`, `A, B and C`.
///
/// ```
/// assert_eq!(escalation_engine::words::list(&["Ann", "Bo", "Cy"], "and"), "Ann, Bo and Cy");
/// ```
#[must_use]
pub fn list(names: &[&str], and: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_string(),
        [before @ .., last] => format!("{} {and} {last}", before.join(", ")),
    }
}

fn day_name(weekday: i64) -> &'static str {
    usize::try_from(weekday).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use escalation_api::{Json as _, WorkingHours};
    use serde_json::json;

    #[test]
    fn durations() {
        for (seconds, text) in
            [(0, "0s"), (45, "45s"), (300, "5m"), (5400, "1h 30m"), (90_061, "1d 1h 1m 1s"), (-60, "-1m")]
        {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let london = Zone::get("Europe/London").unwrap();
        let at: Instant = "2026-03-29T03:10:00Z".parse().unwrap();
        assert_eq!(day_and_time(&london, at), "Sun 04:10");
        assert_eq!(date_and_time(&london, at), "Sun 29 Mar 04:10");
        assert_eq!(date_and_time(&Zone::utc(), at), "Sun 29 Mar 03:10");
    }

    #[test]
    fn an_hour_that_is_shown_twice_has_its_offset() {
        let new_york = Zone::get("America/New_York").unwrap();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        for (instant, told) in [
            ("2026-11-01T04:59:59Z", "Sun 1 Nov 00:59:59"),
            ("2026-11-01T05:00:00Z", "Sun 1 Nov 01:00 UTC−04:00"),
            ("2026-11-01T05:55:00Z", "Sun 1 Nov 01:55 UTC−04:00"),
            ("2026-11-01T06:10:00Z", "Sun 1 Nov 01:10 UTC−05:00"),
            ("2026-11-01T06:59:59Z", "Sun 1 Nov 01:59:59 UTC−05:00"),
            ("2026-11-01T07:00:00Z", "Sun 1 Nov 02:00"),
            ("2026-03-08T07:00:00Z", "Sun 8 Mar 03:00"),
        ] {
            assert_eq!(date_and_time(&new_york, at(instant)), told);
        }
        let second = at("2026-11-01T06:10:00Z");
        assert_eq!(day_and_time(&new_york, second), "Sun 01:10 UTC−05:00");
        assert_eq!(date_with_year(&new_york, second), "Sun 1 Nov 2026 01:10 UTC−05:00");
        assert_eq!(time_after(&new_york, at("2026-11-01T05:50:00Z"), second), "Sun 01:10 UTC−05:00");
    }

    #[test]
    fn no_two_instants_of_a_night_look_alike() {
        // By an hour, by half an hour, at midnight, and by a whole day.
        for (zone, near) in [
            ("Europe/London", "2026-10-25T00:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
            ("America/Havana", "2026-11-01T05:00:00Z"),
            ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
            ("Antarctica/Troll", "2026-10-25T01:00:00Z"),
            ("America/St_Johns", "2010-11-07T02:30:00Z"),
            ("Pacific/Kwajalein", "1969-10-01T00:00:00Z"),
        ] {
            let (zone, near) = (Zone::get(zone).unwrap(), near.parse::<Instant>().unwrap());
            let told: Vec<String> =
                (-36 * 12..36 * 12).map(|step| date_and_time(&zone, near + step * 5 * MINUTE)).collect();
            let different: std::collections::BTreeSet<&String> = told.iter().collect();
            assert_eq!(different.len(), told.len());
        }
    }

    #[test]
    fn weeks() {
        let week_of = |intervals: serde_json::Value| {
            let set = json!({"id": "x", "name": "x", "timezone": "UTC", "weekday_intervals": intervals});
            week(&Hours::new(&WorkingHours::read(set).unwrap()).unwrap())
        };
        let on = |day: &str, start: &str, end: &str| json!({"weekday": day, "start_time": start, "end_time": end});
        let five = ["monday", "tuesday", "wednesday", "thursday", "friday"].map(|day| on(day, "09:00", "17:00"));
        assert_eq!(week_of(json!(five)), "Mon-Fri 09:00-17:00");
        assert_eq!(week_of(json!([on("sunday", "22:00", "06:00")])), "Sun 22:00-06:00");
        assert_eq!(
            week_of(json!([
                on("friday", "18:00", "24:00"),
                on("saturday", "00:00", "00:00"),
                on("sunday", "00:00", "20:00")
            ])),
            "Fri 18:00 until Sun 20:00"
        );
        assert_eq!(week_of(json!([on("friday", "00:00", "00:00")])), "Fri 00:00-24:00");
        assert_eq!(week_of(json!([])), "never");
    }
}
