//! An expectation as it is typed.

use escalation_api::{Map, Value};
use escalation_engine::compile::PageUrgency;
use escalation_engine::prove::{Expect, Expectation};
use escalation_engine::words::duration;

use crate::duration;
use crate::numerals::count;

/// The most people that can be asked for.
const MOST_PEOPLE: usize = 1_000;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What can be expected, and what is to be typed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// What.
    pub expect: Expect,
    /// The same in plain words.
    pub words: &'static str,
    /// Whether it takes a time.
    pub seconds: bool,
    /// Whether it takes a number of people.
    pub people: bool,
    /// Whether it can be about pages of one urgency only.
    pub urgency: bool,
    /// Whether it can be judged for levels that decline, too.
    pub with_declines: bool,
}

const fn kind(expect: Expect, words: &'static str) -> Kind {
    Kind { expect, words, seconds: false, people: false, urgency: false, with_declines: false }
}

const fn timed(expect: Expect, words: &'static str) -> Kind {
    Kind { seconds: true, ..kind(expect, words) }
}

/// All that can be expected, what is asked for most first.
pub const KINDS: [Kind; 11] = [
    kind(Expect::PagesSomeone, "Somebody is paged, whatever happens"),
    Kind { urgency: true, ..timed(Expect::FirstPageWithin, "Somebody is paged within a time") },
    Kind { people: true, ..timed(Expect::ReachesPeopleWithin, "A number of people are paged within a time") },
    timed(Expect::CoveredBy, "Somebody of a schedule, or one of some people, is paged within a time"),
    Kind { urgency: true, with_declines: true, ..kind(Expect::QuietHours, "Nobody is paged in quiet hours") },
    Kind {
        people: true,
        with_declines: true,
        ..timed(Expect::AtMostPeopleBefore, "At most a number of people are paged before a time")
    },
    Kind {
        with_declines: true,
        ..kind(Expect::NotLouderThan, "A lower priority never pages more urgently than a higher one")
    },
    timed(Expect::EndsWithin, "It ends within a time"),
    kind(Expect::NoSinglePerson, "Nobody is the only one who is paged"),
    kind(Expect::NoConsecutiveSamePerson, "No two levels in a row page the same person only"),
    kind(Expect::EveryNodeReachable, "Every step is reached, and every branch goes both ways"),
];

/// An expectation as it is typed: texts are as they stand in the fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The position of the kind among [`KINDS`].
    pub kind: usize,
    /// The time.
    pub time: String,
    /// The number of people.
    pub people: String,
    /// The ids of the priorities it is for; none: all.
    pub priorities: Vec<String>,
    /// Only pages of this urgency.
    pub urgency: Option<PageUrgency>,
    /// The id of the schedule.
    pub schedule: String,
    /// The ids of people, in place of a schedule.
    pub users: Vec<String>,
    /// Quiet hours: the days on which they begin, Monday first.
    pub days: [bool; 7],
    /// Quiet hours: from when, as `22:00`.
    pub start: String,
    /// Quiet hours: until when.
    pub end: String,
    /// Quiet hours: in which zone.
    pub zone: String,
    /// Quiet hours that cannot be typed here; they are kept as they are.
    pub window: Option<Value>,
    /// Whether levels may decline, too.
    pub with_declines: bool,
    /// Pairs of priorities, which cannot be typed here; they are kept as they are.
    pub pairs: Option<Vec<(String, String)>>,
}

/// Why what is typed is no expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The name of the field: that of the expectation's parameter.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

fn wrong(field: &'static str, message: impl Into<String>) -> Wrong {
    Wrong { field, message: message.into() }
}

impl Form {
    /// A form for something new; `zone` is that of the path.
    #[must_use]
    pub fn new(zone: &str) -> Self {
        Self {
            kind: 0,
            time: "5m".to_string(),
            people: "2".to_string(),
            priorities: Vec::new(),
            urgency: None,
            schedule: String::new(),
            users: Vec::new(),
            days: [true; 7],
            start: "22:00".to_string(),
            end: "07:00".to_string(),
            zone: zone.to_string(),
            window: None,
            with_declines: false,
            pairs: None,
        }
    }

    /// A form for something that is expected already.
    #[must_use]
    pub fn of(expectation: &Expectation, zone: &str) -> Self {
        let mut form = Self::new(zone);
        form.kind = KINDS.iter().position(|kind| kind.expect == expectation.expect).unwrap_or_default();
        if let Some(seconds) = expectation.seconds {
            form.time = duration(seconds);
        }
        if let Some(people) = expectation.people {
            form.people = people.to_string();
        }
        form.priorities = expectation.priorities.clone().unwrap_or_default();
        form.urgency = expectation.urgency;
        form.schedule = expectation.schedule.clone().unwrap_or_default();
        form.users = expectation.users.clone().unwrap_or_default();
        form.with_declines = expectation.with_declines;
        form.pairs.clone_from(&expectation.pairs);
        if let Some(window) = &expectation.window
            && !form.read_window(window)
        {
            form.window = Some(window.clone());
        }
        form
    }

    /// What the kind takes.
    #[must_use]
    pub fn takes(&self) -> Kind {
        KINDS.get(self.kind).copied().unwrap_or(kind(Expect::PagesSomeone, ""))
    }

    /// Reads a window in which each day has the same hours; false if it is another.
    fn read_window(&mut self, window: &Value) -> bool {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_string);
        let intervals = window.get("weekday_intervals").and_then(Value::as_array);
        let (Some(zone), Some(intervals)) = (text(window, "timezone"), intervals) else { return false };
        let mut days = [false; 7];
        let mut hours = None;
        for interval in intervals {
            let weekday = text(interval, "weekday");
            let day = WEEKDAYS.iter().position(|name| Some(*name) == weekday.as_deref());
            let Some(day) = day.and_then(|day| days.get_mut(day)).filter(|day| !**day) else { return false };
            *day = true;
            let these = (text(interval, "start_time"), text(interval, "end_time"));
            if *hours.get_or_insert_with(|| these.clone()) != these {
                return false;
            }
        }
        let Some((Some(start), Some(end))) = hours else { return false };
        (self.days, self.start, self.end, self.zone) = (days, start, end, zone);
        true
    }

    /// The expectation that is typed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self) -> Result<Expectation, Wrong> {
        let takes = self.takes();
        let mut expectation = Expectation::new(takes.expect);
        if takes.seconds {
            expectation.seconds = Some(duration::parse(&self.time).map_err(|message| wrong("seconds", message))?);
        }
        if takes.people {
            let people = count(&self.people).ok().and_then(|people| people.try_into().ok());
            let people = people.filter(|people| (1..=MOST_PEOPLE).contains(people));
            let people = people.ok_or_else(|| wrong("people", format!("type a number from 1 to {MOST_PEOPLE}")))?;
            expectation.people = Some(people);
        }
        if takes.urgency {
            expectation.urgency = self.urgency;
        }
        if takes.expect == Expect::CoveredBy {
            match (self.users.as_slice(), self.schedule.as_str()) {
                ([], "") => return Err(wrong("schedule", "choose a schedule, or people")),
                ([], schedule) => expectation.schedule = Some(schedule.to_string()),
                (users, _) => expectation.users = Some(users.to_vec()),
            }
        }
        if takes.expect == Expect::QuietHours {
            expectation.window = Some(self.typed_window()?);
        }
        if takes.expect == Expect::NotLouderThan {
            expectation.pairs.clone_from(&self.pairs);
        }
        expectation.with_declines = takes.with_declines && self.with_declines;
        if !self.priorities.is_empty() {
            expectation.priorities = Some(self.priorities.clone());
        }
        let said = expectation.check().map_err(|error| {
            let field = if error.pointer.starts_with("window") { "window" } else { "expect" };
            wrong(field, error.message)
        });
        said.map(|()| expectation)
    }

    fn typed_window(&self) -> Result<Value, Wrong> {
        if let Some(window) = &self.window {
            return Ok(window.clone());
        }
        let days = WEEKDAYS.iter().zip(self.days).filter(|(_, chosen)| *chosen);
        let object = |fields: &[(&str, Value)]| {
            Value::Object(fields.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect::<Map>())
        };
        let [start, end] = [&self.start, &self.end].map(|time| Value::from(time.as_str()));
        let of_day = |(weekday, _): (&&str, bool)| {
            object(&[("weekday", Value::from(*weekday)), ("start_time", start.clone()), ("end_time", end.clone())])
        };
        let intervals: Vec<Value> = days.map(of_day).collect();
        if intervals.is_empty() {
            return Err(wrong("window", "choose at least one day"));
        }
        let zone = Value::from(self.zone.as_str());
        Ok(object(&[("timezone", zone), ("weekday_intervals", Value::Array(intervals))]))
    }
}
