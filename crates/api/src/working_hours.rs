//! Sets of working hours.

use chrono::NaiveTime;

use crate::macros::{object, open_enum};

open_enum! {
    /// A day of the week.
    pub enum Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

impl Weekday {
    /// The weekday of the calendar, if this is one.
    #[must_use]
    pub fn day(&self) -> Option<chrono::Weekday> {
        Some(match self {
            Self::Monday => chrono::Weekday::Mon,
            Self::Tuesday => chrono::Weekday::Tue,
            Self::Wednesday => chrono::Weekday::Wed,
            Self::Thursday => chrono::Weekday::Thu,
            Self::Friday => chrono::Weekday::Fri,
            Self::Saturday => chrono::Weekday::Sat,
            Self::Sunday => chrono::Weekday::Sun,
            Self::Other(_) => return None,
        })
    }
}

object! {
    /// An interval within a day, by the clock on the wall.
    pub struct WeekdayInterval {
        /// The day on which it begins.
        required weekday: Weekday,
        /// Its first minute, as `HH:MM`.
        required start_time: String,
        /// The minute at which it is over, as `HH:MM`; not after the start: on the next day.
        required end_time: String,
    }
}

object! {
    /// A set of working hours.
    pub struct WorkingHours {
        /// Chosen by whoever made the set; conditions and timers name it.
        required id: String,
        /// For people.
        required name: String,
        /// The IANA name of the zone whose clock the intervals are read on.
        required timezone: String,
        /// When they are active.
        list weekday_intervals: Vec<WeekdayInterval>,
    }
}

/// The minute of the day of a time in 24-hour form, `HH:MM` or `HH:MM:SS` with whole minutes; `24:00` is 1440.
#[must_use]
pub fn minute_of_day(text: &str) -> Option<u16> {
    if text == "24:00" || text == "24:00:00" {
        return Some(24 * 60);
    }
    let well_formed = |t: &str| t.len() == 5 || t.len() == 8;
    if !well_formed(text) {
        return None;
    }
    let time =
        NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S")).ok()?;
    use chrono::Timelike as _;
    let minute = time.hour() * 60 + time.minute();
    (time.second() == 0).then(|| u16::try_from(minute).ok()).flatten()
}
