//! Sets of working hours, and paging again after an acknowledgement.

use std::collections::BTreeSet;

use escalation_api::working_hours::minute_of_day;
use escalation_api::{At, Json as _, WeekdayInterval, WorkingHours, capitalised};

use super::fix::{Operation, add, remove, replace};
use super::{Check, Code};
use crate::calendar::{Hours, HoursError};
use crate::instant::{DAY, MINUTE, Seconds};

impl Check<'_> {
    pub(super) fn hours(&mut self, top: &At<'_>) {
        let all = top.field("working_hours");
        let (mut seen, mut same) = (BTreeSet::new(), BTreeSet::new());
        for (index, set) in self.path.working_hours.iter().flatten().enumerate() {
            let at = all.index(index);
            let is_same = !same.insert(set.write().to_string());
            if !seen.insert(set.id.as_str()) {
                self.say(
                    Code::DuplicateHours,
                    &at.field("id"),
                    format!("Two sets of working hours have the id `{}`", set.id),
                );
                if is_same {
                    self.fix("Remove the duplicate", vec![remove(&at.to_string())]);
                }
            }
            let intervals = at.field("weekday_intervals");
            for error in Hours::errors(set) {
                match error {
                    HoursError::UnknownZone(zone) => {
                        self.say(Code::BadHours, &at.field("timezone"), format!("Unknown time zone `{zone}`"));
                    }
                    HoursError::Weekday(index, day) => {
                        let at = intervals.index(index);
                        let at = at.field("weekday");
                        self.say(Code::BadHours, &at, format!("Unknown weekday `{day}`"));
                        if let Some(day) = weekday(&day) {
                            self.fix(format!("Use `{day}`"), vec![replace(&at.to_string(), day)]);
                        }
                    }
                    HoursError::Time(index, time) => {
                        let message = format!("Invalid time `{time}`");
                        self.say(Code::BadHours, &intervals.index(index), message);
                        if let Some(patch) = set.weekday_intervals.get(index).and_then(|interval| {
                            let at = intervals.index(index);
                            let fixed = |field: &str, text: &str| {
                                let whole = whole_time(text)?;
                                Some((whole != text).then(|| replace(&at.field(field).to_string(), whole)))
                            };
                            let start = fixed("start_time", &interval.start_time)?;
                            let end = fixed("end_time", &interval.end_time)?;
                            Some(start.into_iter().chain(end).collect())
                        }) {
                            self.fix("Use HH:MM", patch);
                        }
                    }
                    // Said with the other fields of the wrong kind.
                    HoursError::Misread(_) => {}
                }
            }
        }
    }

    /// What is taken, and may not be what was meant. Said after the nodes, which use the hours.
    pub(super) fn hours_warnings(&mut self, top: &At<'_>) {
        let all = top.field("working_hours");
        let path = self.path;
        // The nodes of a template use the template's own.
        let knows_use = !self.has_unknown && !path.is_templated();
        for (index, set) in path.working_hours.iter().flatten().enumerate() {
            let at = all.index(index);
            if knows_use && !self.used_hours.contains(set.id.as_str()) {
                let message = format!("Working hours {} are not used", self.hours_name(&set.id));
                self.say(Code::UnusedHours, &at, message);
                self.fix("Remove these working hours", vec![remove(&at.to_string())]);
            }
            if let Ok(hours) = Hours::new(set) {
                self.intervals(set, &hours, &at.field("weekday_intervals"));
                if set.timezone.eq_ignore_ascii_case("factory") {
                    let zone = &set.timezone;
                    let message = format!("Time zone `{zone}` is a placeholder, read as UTC");
                    let at = at.field("timezone");
                    self.say(Code::NoPlace, &at, message);
                    self.fix("Use UTC", vec![replace(&at.to_string(), "UTC")]);
                }
            }
        }
    }

    fn intervals(&mut self, set: &WorkingHours, hours: &Hours, at: &At<'_>) {
        for (index, interval) in set.weekday_intervals.iter().enumerate() {
            let at = at.index(index);
            let (start, end) = (&interval.start_time, &interval.end_time);
            match (minute_of_day(start), minute_of_day(end)) {
                // Midnight is the end of the day, so this says what it means.
                (Some(_), Some(0 | 1440)) if start != end => {}
                (Some(one), Some(other)) if one == other => {
                    let message = format!("{} {start} to {end} is read as 24 hours", day_name(interval));
                    self.say(Code::WholeDay, &at, message);
                    if one == 0 {
                        let end = replace(&at.field("end_time").to_string(), "24:00");
                        self.fix("Use 00:00 to 24:00", vec![end]);
                    }
                }
                // Unless another interval has that minute.
                (Some(_), Some(LAST_MINUTE)) if !last_minute_is_active(interval, hours) => {
                    let message =
                        format!("{} {start} to {end} excludes the last minute of the day", day_name(interval));
                    let at = at.field("end_time");
                    self.say(Code::MinuteShort, &at, message);
                    self.fix("Use 24:00", vec![replace(&at.to_string(), "24:00")]);
                }
                (Some(one), Some(other)) if other < one => {
                    let Some(next) = following(interval.weekday.as_str()) else { continue };
                    let message = format!("{} {start} to {end} ends on {}", day_name(interval), capitalised(next));
                    self.say(Code::Overnight, &at, message);
                    // From the end of the day there is nothing to split.
                    if one < 1440 {
                        self.fix("Split at midnight", split(interval, next, &at));
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn repeat_config(&mut self, top: &At<'_>) {
        let Some(config) = &self.path.repeat_config else { return };
        if !(300..=345_600).contains(&config.repeat_after_seconds) {
            let at = top.field("repeat_config");
            let message = "Paging again must wait between 5 minutes and 4 days";
            self.say(Code::BadNumber, &at.field("repeat_after_seconds"), message);
        }
    }
}

/// 23:59, as a minute of the day.
const LAST_MINUTE: u16 = 1439;

/// `Monday`.
fn day_name(interval: &WeekdayInterval) -> String {
    capitalised(interval.weekday.as_str())
}

/// Whether the last minute of the day of an interval lies in working hours.
fn last_minute_is_active(interval: &WeekdayInterval, hours: &Hours) -> bool {
    let Some(day) = interval.weekday.day() else { return true };
    let minute = Seconds::from(day.num_days_from_monday()) * DAY + Seconds::from(LAST_MINUTE) * MINUTE;
    hours.week().iter().any(|(from, until)| *from <= minute && minute + MINUTE <= *until)
}

/// The same times as two intervals.
fn split(interval: &WeekdayInterval, next: &str, at: &At<'_>) -> Vec<Operation> {
    let rest = WeekdayInterval { weekday: next.into(), start_time: "00:00".to_string(), ..interval.clone() };
    // What follows moves down, whatever its index is.
    let after = match at {
        At::Index(list, index) => list.index(index + 1).to_string(),
        _ => return Vec::new(),
    };
    vec![replace(&at.field("end_time").to_string(), "24:00"), add(&after, rest.write())]
}

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn following(day: &str) -> Option<&'static str> {
    let at = WEEKDAYS.iter().position(|weekday| *weekday == day)?;
    WEEKDAYS.get((at + 1) % WEEKDAYS.len()).copied()
}

/// The weekday that is meant by `Monday`, `MON` or `mon`.
fn weekday(text: &str) -> Option<&'static str> {
    let meant = |day: &&&str| {
        let start = day.get(..text.len());
        text.len() >= 3 && start.is_some_and(|start| start.eq_ignore_ascii_case(text))
    };
    WEEKDAYS.iter().find(meant).copied()
}

/// The time that is meant by `9:00`, `9` or `09:00`, as HH:MM.
fn whole_time(text: &str) -> Option<String> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "00"));
    let whole = format!("{hour:0>2}:{minute}");
    minute_of_day(&whole).map(|_| whole)
}
