//! Sets of working hours.

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
///
/// ```
/// use escalation_api::working_hours::minute_of_day;
/// assert_eq!(minute_of_day("09:30"), Some(570));
/// assert_eq!(minute_of_day("9:30"), None);
/// ```
#[must_use]
pub fn minute_of_day(text: &str) -> Option<u16> {
    // By hand: what reads every form of time there is weighs ten kilobytes in the bundle.
    let number = |tens: u8, ones: u8| {
        let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        digits.then(|| u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
    };
    let &[h1, h2, b':', m1, m2] = text.strip_suffix(":00").filter(|t| t.len() == 5).unwrap_or(text).as_bytes() else {
        return None;
    };
    let (hour, minute) = (number(h1, h2)?, number(m1, m2)?);
    (hour < 24 && minute < 60 || hour == 24 && minute == 0).then_some(hour * 60 + minute)
}
