//! The working hours of a day as text: `09:00-12:30, 13:00-17:00`. It says each interval on the day on which it begins,
//! to the minute; `22:00-06:00` runs into the next day.

use escalation_api::working_hours::minute_of_day;
use escalation_api::{Map, Weekday, WeekdayInterval};

use crate::command::MAX_ENTRIES;
use crate::numerals::plain;

/// The intervals that begin on a day, from 0, Monday, as text; empty if there are none.
#[must_use]
pub fn told(intervals: &[WeekdayInterval], day: usize) -> String {
    let of_day = intervals.iter().filter(|interval| day_of(interval) == Some(day));
    of_day.map(|interval| format!("{}-{}", interval.start_time, interval.end_time)).collect::<Vec<_>>().join(", ")
}

/// The intervals with others on a day, as they are typed: `9-17`, `09:00-12:30, 13:00-17:00`, `9h00-17h30`, `9:00 am to
/// 5 pm`, in the digits of any script. What is typed as it was is the same interval, with all that is not known of it.
/// A time that may be another one is refused: `9-5` may end in the afternoon.
///
/// # Errors
/// What cannot be read or may be read in two ways, and how it is written.
pub fn typed(intervals: &[WeekdayInterval], day: usize, text: &str) -> Result<Vec<WeekdayInterval>, String> {
    let Some(weekday) = Weekday::KNOWN.get(day) else { return Ok(intervals.to_vec()) };
    let mut of_day: Vec<&WeekdayInterval> = intervals.iter().filter(|i| day_of(i) == Some(day)).collect();
    let mut new = Vec::new();
    let text = plain(text);
    for part in text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let span = part.split_once('-').or_else(|| part.split_once(" to "));
        let (start, end) = span.ok_or_else(|| format!("`{part}` is not a time such as 09:00-17:00"))?;
        let (start, end) = (Clock::read(start)?, Clock::read(end)?);
        if start.hour == 24 {
            return Err(format!("`{part}` begins at the end of the day: type 00:00 on the day after"));
        }
        if start.may_be_another_than(end) {
            return Err(format!("`{part}` may be morning or afternoon: type it as 09:00-17:00"));
        }
        let (start, end) = (start.told(), end.told());
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

/// A time of day as it was typed.
#[derive(Debug, Clone, Copy)]
struct Clock {
    /// From 0 to 24.
    hour: u32,
    minute: u32,
    /// Whether morning or afternoon is said.
    has_half: bool,
    /// Whether the hour alone is typed.
    is_bare: bool,
}

impl Clock {
    /// Reads a time from `9`, `9:30`, `9.30`, `9h30`, `0930`, `09:30`, `9:30 pm` or `21:30 Uhr`.
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        Self::parse(&text.to_lowercase()).ok_or_else(|| format!("`{text}` is not a time such as 09:00"))
    }

    fn parse(text: &str) -> Option<Self> {
        // `a.m.` and `p. m.` have points that part nothing.
        let letters: String = text.chars().filter(|letter| letter.is_alphabetic()).collect();
        let (text, half) = match letters.as_str() {
            "am" | "pm" => {
                let (digits, half) = text.split_at_checked(text.find(char::is_alphabetic)?)?;
                let is_half = half.chars().all(|sign| sign.is_alphabetic() || matches!(sign, '.' | ' '));
                (digits.trim().to_string(), is_half.then_some(letters.as_str())?)
            }
            // `21:00 Uhr`, `21 Uhr 30`
            "uhr" if !text.contains([':', '.']) => (text.replacen("uhr", "h", 1).replace(' ', ""), ""),
            "uhr" => (text.strip_suffix("uhr")?.trim().to_string(), ""),
            "h" if text.contains([':', '.']) => (text.strip_suffix('h')?.trim().to_string(), ""),
            "h" => (text.replace(' ', ""), ""),
            "" => (text.to_string(), ""),
            _ => return None,
        };
        let (hour, minute) = match text.split_once([':', '.', 'h']) {
            Some((hour, "")) if text.ends_with('h') => (hour, "00"),
            Some(parts) => parts,
            None if text.len() == 4 => text.split_at_checked(2)?,
            None => (text.as_str(), "00"),
        };
        let number = |text: &str, most: usize| {
            let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u32>().ok().filter(|_| is_number)
        };
        // `9.5` may be five past and half past.
        let (hour, minute) = number(hour, 2).zip(number(minute, 2).filter(|_| minute.len() == 2))?;
        let hour = match (half, hour) {
            ("", hour) => hour,
            ("am", 1..=11) | ("pm", 12) => hour,
            ("am", 12) => 0,
            ("pm", 1..=11) => hour + 12,
            _ => return None,
        };
        let is_bare = half.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 2;
        let read = Self { hour, minute, has_half: !half.is_empty(), is_bare };
        minute_of_day(&read.told()).map(|_| read)
    }

    /// As it is stored.
    fn told(self) -> String {
        let Self { hour, minute, .. } = self;
        format!("{hour:02}:{minute:02}")
    }

    /// Whether from this time until another may be meant on a clock of twelve hours: `9-5`, `9-5pm`.
    fn may_be_another_than(self, end: Self) -> bool {
        let could_be_half = |time: Self| !time.has_half && (1..=12).contains(&time.hour);
        let one_is_said = (self.has_half && could_be_half(end)) || (end.has_half && could_be_half(self));
        let are_bare = self.is_bare && end.is_bare && could_be_half(self) && could_be_half(end);
        one_is_said || (are_bare && end.hour <= self.hour)
    }
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
    fn times_as_people_write_them() {
        for (text, span) in [
            ("9.00-17.30", "09:00-17:30"),
            ("9h00-17h30", "09:00-17:30"),
            ("9h-17h", "09:00-17:00"),
            ("9 h 15 - 17 h", "09:15-17:00"),
            ("０９:００-１７：００", "09:00-17:00"),
            ("٠٩:٠٠-١٧:٠٠", "09:00-17:00"),
            ("9:00 am - 9:00 pm", "09:00-21:00"),
            ("9am to 5pm", "09:00-17:00"),
            ("12 a.m. - 12 p.m.", "00:00-12:00"),
            ("9:00 Uhr - 21.00 Uhr", "09:00-21:00"),
            ("9 Uhr bis 21", ""),
            ("9 Uhr - 21 Uhr 30", "09:00-21:30"),
            ("09:00 h − 17:00 h", "09:00-17:00"),
            ("0900—1700", "09:00-17:00"),
            ("9am-17:00", "09:00-17:00"),
            ("22-6", "22:00-06:00"),
            ("8-12", "08:00-12:00"),
            ("17-0", "17:00-00:00"),
            ("\u{200f}09:00-17:00", "09:00-17:00"),
        ] {
            let read = typed(&[], 0, text).ok().map(|week| told(&week, 0)).unwrap_or_default();
            assert_eq!(read, span, "{text}");
        }
        assert_eq!(told(&typed(&[], 0, "９-１２、１３-１７").unwrap(), 0), "09:00-12:00, 13:00-17:00");
    }

    #[test]
    fn what_is_no_time() {
        for wrong in [
            "9",
            "9-25",
            "9:60-10",
            "nine-five",
            "24:00-02:00",
            "09:00-",
            "-",
            "9-10-11",
            "009:00-10:00",
            "é-ö€",
            "9,30-17",
            "9:5-10:00",
            "9.5-17",
            "9-5",
            "8-8",
            "9-5pm",
            "9am-5",
            "9:00 am - 5:00",
            "13 pm-14:00",
            "0am-9:00",
            "9:00 mm-10:00",
            "9h3-17h00",
            "9::00-10:00",
            "9:00:00-10:00",
            "h-17h",
            "9ham-17:00",
            "am9-10:00",
            "9 a m p-17",
            "１３pm-14:00",
            "\u{202e}00:90-10:00",
            "9½-17",
            "+9-17",
            "9-−17",
        ] {
            assert!(typed(&[], 0, wrong).is_err(), "{wrong}");
        }
    }
}
