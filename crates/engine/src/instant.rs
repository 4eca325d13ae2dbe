//! Instants and durations: whole seconds, UTC.

use std::fmt;
use std::ops::{Add, Sub};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of seconds.
pub type Seconds = i64;

/// A minute.
pub const MINUTE: Seconds = 60;
/// An hour.
pub const HOUR: Seconds = 60 * MINUTE;
/// A day of 24 hours.
pub const DAY: Seconds = 24 * HOUR;
/// Seven days of 24 hours.
pub const WEEK: Seconds = 7 * DAY;

/// An instant: whole seconds since 1970-01-01T00:00:00Z. In JSON an RFC 3339 timestamp; any offset is read, UTC is
/// written, and a fraction of a second is cut off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 1900-01-01T00:00:00Z. Earlier instants are taken for this one.
    pub const MIN: Self = Self(-2_208_988_800);
    /// 2500-01-01T00:00:00Z. Later instants are taken for this one.
    pub const MAX: Self = Self(16_725_225_600);

    /// The instant this many seconds after 1970-01-01T00:00:00Z.
    ///
    /// ```
    /// use escalation_engine::Instant;
    /// assert_eq!(Instant::from_unix(0).to_string(), "1970-01-01T00:00:00Z");
    /// ```
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.0
    }
}

/// Stops at [`Instant::MAX`] and [`Instant::MIN`].
impl Add<Seconds> for Instant {
    type Output = Self;
    fn add(self, seconds: Seconds) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }
}

impl Sub<Seconds> for Instant {
    type Output = Self;
    fn sub(self, seconds: Seconds) -> Self {
        Self::from_unix(self.0.saturating_sub(seconds))
    }
}

impl Sub for Instant {
    type Output = Seconds;
    fn sub(self, earlier: Self) -> Seconds {
        self.0 - earlier.0
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self::from_unix(at.timestamp())
    }
}

impl From<Instant> for DateTime<Utc> {
    fn from(at: Instant) -> Self {
        DateTime::from_timestamp(at.0, 0).unwrap_or_default()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&DateTime::<Utc>::from(*self).to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Instant {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        DateTime::parse_from_rfc3339(text)
            .map(|at| Self::from_unix(at.timestamp()))
            .map_err(|_| format!("`{text}` is not a timestamp like 2026-03-28T03:10:00Z"))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Merges intervals `[start, end)` that overlap or touch, and sorts them.
///
/// ```
/// use escalation_engine::instant::merge_overlapping;
/// assert_eq!(merge_overlapping(vec![(5, 7), (0, 2), (2, 4)]), [(0, 4), (5, 7)]);
/// ```
#[must_use]
pub fn merge_overlapping<T: Ord + Copy>(mut intervals: Vec<(T, T)>) -> Vec<(T, T)> {
    intervals.sort_unstable();
    let mut merged: Vec<(T, T)> = Vec::with_capacity(intervals.len());
    for (start, end) in intervals {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}
