//! Sets of working hours, and paging again after an acknowledgement.

use std::collections::BTreeSet;

use escalation_api::working_hours::minute_of_day;
use escalation_api::{At, Json as _, WeekdayInterval, WorkingHours};

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
                    format!("Id `{}` is used by two sets of working hours", set.id),
                );
                if is_same {
                    self.fix("Remove the second, which is the same", vec![remove(&at.to_string())]);
                }
            }
            let intervals = at.field("weekday_intervals");
            for error in Hours::errors(set) {
                match error {
                    HoursError::UnknownZone(zone) => {
                        self.say(Code::BadHours, &at.field("timezone"), format!("Timezone `{zone}` is not known"));
                    }
                    HoursError::Weekday(index, day) => {
                        let at = intervals.index(index);
                        let at = at.field("weekday");
                        self.say(Code::BadHours, &at, format!("Weekday `{day}` is none"));
                        if let Some(day) = weekday(&day) {
                            self.fix(format!("Write `{day}`"), vec![replace(&at.to_string(), day)]);
                        }
                    }
                    HoursError::Time(index, time) => {
                        let message = format!("Time `{time}` is not of the form HH:MM");
                        self.say(Code::BadHours, &intervals.index(index), message);
                        if let Some(patch) = set.weekday_intervals.get(index).and_then(|interval| {
                            let at = intervals.index(index);
                            let mend = |field: &str, text: &str| {
                                let whole = whole_time(text)?;
                                Some((whole != text).then(|| replace(&at.field(field).to_string(), whole)))
                            };
                            let start = mend("start_time", &interval.start_time)?;
                            let end = mend("end_time", &interval.end_time)?;
                            Some(start.into_iter().chain(end).collect())
                        }) {
                            self.fix("Write the times as HH:MM", patch);
                        }
                    }
                    // Said with the other fields of the wrong kind.
                    HoursError::Misread(_) => {}
                }
            }
        }
    }

    /// What is taken, and may not be what was meant. Said after the nodes, which use the hours.
    pub(super) fn hours_regrets(&mut self, top: &At<'_>) {
        let all = top.field("working_hours");
        let path = self.path;
        // The nodes of a template use the template's own.
        let knows_use = !self.has_unknown && !path.is_templated();
        for (index, set) in path.working_hours.iter().flatten().enumerate() {
            let at = all.index(index);
            if knows_use && !self.used_hours.contains(set.id.as_str()) {
                let message = format!("Nothing on the path asks for the working hours `{}`", set.id);
                self.say(Code::UnusedHours, &at, message);
                self.fix("Remove these working hours", vec![remove(&at.to_string())]);
            }
            if let Ok(hours) = Hours::new(set) {
                self.intervals(set, &hours, &at.field("weekday_intervals"));
                if set.timezone.eq_ignore_ascii_case("factory") {
                    let zone = &set.timezone;
                    let message = format!("Timezone `{zone}` stands for a clock that was never set; it is read as UTC");
                    let at = at.field("timezone");
                    self.say(Code::NoPlace, &at, message);
                    self.fix("Write `UTC`, which is the same", vec![replace(&at.to_string(), "UTC")]);
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
                    let message = format!("{} from {start} to {end} is read as 24 hours", interval.weekday);
                    self.say(Code::WholeDay, &at, message);
                    if one == 0 {
                        let end = replace(&at.field("end_time").to_string(), "24:00");
                        self.fix("Write 00:00 to 24:00", vec![end]);
                    }
                }
                // Unless another interval has that minute.
                (Some(_), Some(LAST_MINUTE)) if !last_minute_is_active(interval, hours) => {
                    let message = format!(
                        "{} from {start} to {end} leaves out the last minute of the day: an end is not included",
                        interval.weekday
                    );
                    let at = at.field("end_time");
                    self.say(Code::MinuteShort, &at, message);
                    self.fix("Write 24:00", vec![replace(&at.to_string(), "24:00")]);
                }
                (Some(one), Some(other)) if other < one => {
                    let Some(next) = following(interval.weekday.as_str()) else { continue };
                    let message = format!("{} from {start} to {end} ends on {next}", interval.weekday);
                    self.say(Code::Overnight, &at, message);
                    // From the end of the day there is nothing to split.
                    if one < 1440 {
                        self.fix("Split it at midnight", split(interval, next, &at));
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
            let message = "Repeat_after_seconds must be from 300 to 345600, which is 5 minutes to 4 days";
            self.say(Code::BadNumber, &at.field("repeat_after_seconds"), message);
        }
    }
}

/// 23:59, as a minute of the day.
const LAST_MINUTE: u16 = 1439;

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
