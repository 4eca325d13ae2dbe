//! The working hours of a day as text: `09:00-12:30, 13:00-17:00`. It says each interval on the day on which it begins,
//! to the minute; `22:00-06:00` runs into the next day.

use escalation_api::working_hours::minute_of_day;
use escalation_api::{Map, Weekday, WeekdayInterval};

use crate::command::MAX_ENTRIES;

/// The intervals that begin on a day, from 0, Monday, as text; empty if there are none.
#[must_use]
pub fn told(intervals: &[WeekdayInterval], day: usize) -> String {
    let of_day = intervals.iter().filter(|interval| day_of(interval) == Some(day));
    of_day.map(|interval| format!("{}-{}", interval.start_time, interval.end_time)).collect::<Vec<_>>().join(", ")
}

/// The intervals with others on a day, as they are typed. What is typed as it was is the same interval, with all that
/// is not known of it.
///
/// # Errors
/// What cannot be read, and how it is written.
pub fn typed(intervals: &[WeekdayInterval], day: usize, text: &str) -> Result<Vec<WeekdayInterval>, String> {
    let Some(weekday) = Weekday::KNOWN.get(day) else { return Ok(intervals.to_vec()) };
    let mut of_day: Vec<&WeekdayInterval> = intervals.iter().filter(|i| day_of(i) == Some(day)).collect();
    let mut new = Vec::new();
    for part in text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let span = part.split_once(['-', '–']).or_else(|| part.split_once(" to "));
        let (start, end) = span.ok_or_else(|| format!("`{part}` is not a time such as 09:00-17:00"))?;
        let (start, end) = (time(start)?, time(end)?);
        if start == "24:00" {
            return Err(format!("`{part}` begins at the end of the day: type 00:00 on the day after"));
        }
        let kept = of_day.iter().position(|i| i.start_time == start && i.end_time == end);
        new.push(match kept {
            Some(at) => of_day.remove(at).clone(),
            None => WeekdayInterval { weekday: weekday.clone(), start_time: start, end_time: end, extra: Map::new() },
        });
        if new.len() > MAX_ENTRIES {
            return Err("this is too much for a day".to_string());
        }
    }
    let mut all: Vec<WeekdayInterval> = intervals.iter().filter(|i| day_of(i) != Some(day)).cloned().collect();
    let at = all.iter().position(|interval| day_of(interval).is_some_and(|other| other > day)).unwrap_or(all.len());
    all.splice(at..at, new);
    Ok(all)
}

fn day_of(interval: &WeekdayInterval) -> Option<usize> {
    interval.weekday.day().and_then(|day| usize::try_from(day.num_days_from_monday()).ok())
}

/// A time as it is stored, from `9`, `9:30`, `0930` or `09:30`.
fn time(text: &str) -> Result<String, String> {
    let text = text.trim();
    let (hour, minute) = match (text.split_once([':', '.']), text.len()) {
        (Some(parts), _) => parts,
        (None, 4) => text.split_at_checked(2).unwrap_or((text, "0")),
        (None, _) => (text, "00"),
    };
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2 && !text.starts_with('+'));
    let read = number(hour).zip(number(minute)).map(|(hour, minute)| format!("{hour:02}:{minute:02}"));
    read.filter(|time| minute_of_day(time).is_some()).ok_or_else(|| format!("`{text}` is not a time such as 09:00"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::Json as _;
    use serde_json::{Value, json};

    use super::*;

    fn week(intervals: Value) -> Vec<WeekdayInterval> {
        intervals.as_array().unwrap().iter().map(|i| WeekdayInterval::read(i.clone()).unwrap()).collect()
    }

    fn text(intervals: &[WeekdayInterval]) -> Vec<String> {
        intervals.iter().map(|i| format!("{} {}-{}", i.weekday, i.start_time, i.end_time)).collect()
    }

    #[test]
    fn a_day_is_typed() {
        let before = week(json!([
            {"weekday": "monday", "start_time": "09:00", "end_time": "17:00", "note": 1},
            {"weekday": "someday", "start_time": "09:00", "end_time": "17:00"},
            {"weekday": "wednesday", "start_time": "09:00", "end_time": "17:00"}
        ]));
        assert_eq!(told(&before, 0), "09:00-17:00");
        assert_eq!(told(&before, 1), "");
        let after = typed(&before, 0, "9-17, 22:07 - 6").unwrap();
        assert_eq!(
            text(&after),
            ["someday 09:00-17:00", "monday 09:00-17:00", "monday 22:07-06:00", "wednesday 09:00-17:00"]
        );
        assert_eq!(after.get(1).unwrap().extra.get("note"), Some(&json!(1)), "as it was, it stays what it was");
        assert_eq!(text(&typed(&after, 0, "").unwrap()), ["someday 09:00-17:00", "wednesday 09:00-17:00"]);
        assert_eq!(told(&typed(&before, 6, "0000–2400").unwrap(), 6), "00:00-24:00");
        assert_eq!(typed(&before, 2, &told(&before, 2)).unwrap(), before, "what is told can be typed");
    }

    #[test]
    fn what_is_no_time() {
        for wrong in
            ["9", "9-25", "9:60-10", "nine-five", "24:00-02:00", "09:00-", "-", "9-10-11", "009:00-10:00", "é-ö€"]
        {
            assert!(typed(&[], 0, wrong).is_err(), "{wrong}");
        }
    }
}
