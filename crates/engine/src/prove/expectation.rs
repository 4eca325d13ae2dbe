//! What is expected of a path. Expectations are data.

use escalation_api::{Json as _, Value, WorkingHours};
use serde::{Deserialize, Serialize};

use crate::calendar::{Hours, HoursError};
use crate::compile::PageUrgency;
use crate::index::Index;
use crate::instant::Seconds;
use crate::read::{self, ReadError};
use crate::words::{duration, list};

/// One expectation, with the parameters that its kind takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// What is expected.
    pub expect: Expect,
    /// `first_page_within`, `reaches_people_within`, `at_most_people_before`, `ends_within`, `covered_by`: the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<Seconds>,
    /// `reaches_people_within`, `at_most_people_before`: how many different people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<usize>,
    /// The ids of the priorities it is expected for. Absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priorities: Option<Vec<String>>,
    /// `first_page_within`, `quiet_hours`: only pages of this urgency count. Absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<PageUrgency>,
    /// `quiet_hours`: when nobody is to be paged, as a set of working hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Value>,
    /// `covered_by`: the id of the schedule; or `users`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// `covered_by`: the ids of the people, such as those of a team; or `schedule`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<String>>,
    /// `not_louder_than`: pairs of priority ids, the lower first. Absent: each priority and the next higher one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Vec<(String, String)>>,
    /// `quiet_hours`, `at_most_people_before`, `not_louder_than`: not only if nobody responds, but also in every way in
    /// which everybody who is paged on a level declines at once. That brings the next page forward.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_declines: bool,
}

/// What can be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// No alert ends without somebody having been paged.
    PagesSomeone,
    /// The first page goes out within `seconds`.
    FirstPageWithin,
    /// At least `people` different people are paged within `seconds`.
    ReachesPeopleWithin,
    /// Nobody is paged in the `window`, by an earlier alert either.
    QuietHours,
    /// At most `people` different people are paged before `seconds` have passed.
    AtMostPeopleBefore,
    /// An alert of a lower priority never pages sooner, louder or more people than one of a higher.
    NotLouderThan,
    /// The escalation ends within `seconds`.
    EndsWithin,
    /// If anybody is paged, then at least two people are.
    NoSinglePerson,
    /// No two levels in succession page one and the same person only.
    NoConsecutiveSamePerson,
    /// Each node is reached at some instant by some priority, and each branch goes both ways.
    EveryNodeReachable,
    /// Somebody of the schedule, or one of the users, is among those paged within `seconds`.
    CoveredBy,
}

impl Expectation {
    /// Reads a list of expectations from JSON text.
    ///
    /// # Errors
    /// The first thing that is not as it must be, with its place.
    pub fn list_from_text(text: &str) -> Result<Vec<Self>, ReadError> {
        let list: Vec<Self> = read::from_text(text)?;
        for (position, expectation) in list.iter().enumerate() {
            let at = |error: ReadError| ReadError::new(format!("{position}.{}", error.pointer), error.message);
            expectation.check().map_err(at)?;
        }
        Ok(list)
    }

    /// An expectation without parameters.
    #[must_use]
    pub fn new(expect: Expect) -> Self {
        Self {
            expect,
            seconds: None,
            people: None,
            priorities: None,
            urgency: None,
            window: None,
            schedule: None,
            users: None,
            pairs: None,
            with_declines: false,
        }
    }

    /// Whether the parameters are those that the kind takes.
    ///
    /// # Errors
    /// The first one that is missing, out of place or has no meaning.
    pub fn check(&self) -> Result<(), ReadError> {
        use Expect::{AtMostPeopleBefore, CoveredBy, EndsWithin, FirstPageWithin, QuietHours, ReachesPeopleWithin};
        let takes = |kinds: &[Expect]| kinds.contains(&self.expect);
        let parameter = |name: &str, is_there: bool, kinds: &[Expect]| match (is_there, takes(kinds)) {
            (false, true) => Err(ReadError::new(name, "is required by this expectation")),
            (true, false) => Err(ReadError::new(name, "does not belong to this expectation")),
            _ => Ok(()),
        };
        let timed = [FirstPageWithin, ReachesPeopleWithin, AtMostPeopleBefore, EndsWithin, CoveredBy];
        parameter("seconds", self.seconds.is_some(), &timed)?;
        parameter("people", self.people.is_some(), &[ReachesPeopleWithin, AtMostPeopleBefore])?;
        parameter("window", self.window.is_some(), &[QuietHours])?;
        if self.users.is_some() {
            parameter("users", true, &[CoveredBy])?;
            if self.schedule.is_some() {
                return Err(ReadError::new("users", "is given instead of `schedule`, not beside it"));
            }
        } else {
            parameter("schedule", self.schedule.is_some(), &[CoveredBy])?;
        }
        if self.urgency.is_some() {
            parameter("urgency", true, &[FirstPageWithin, QuietHours])?;
        }
        if self.pairs.is_some() {
            parameter("pairs", true, &[Expect::NotLouderThan])?;
        }
        if self.with_declines {
            parameter("with_declines", true, &[QuietHours, AtMostPeopleBefore, Expect::NotLouderThan])?;
        }
        if self.seconds.is_some_and(|seconds| seconds < 0) {
            return Err(ReadError::new("seconds", "must not be negative"));
        }
        self.quiet().map(|_| ())
    }

    /// The expectation as a sentence.
    #[must_use]
    pub fn sentence(&self, index: &Index) -> String {
        let seconds = self.seconds.unwrap_or_default();
        let within = if seconds == 0 { "at once".to_string() } else { format!("within {}", duration(seconds)) };
        let people = match self.people.unwrap_or_default() {
            1 => "1 person".to_string(),
            count => format!("{count} people"),
        };
        let loud = self.urgency.map_or(String::new(), |urgency| format!(" with {} urgency", urgency.as_str()));
        let says = match self.expect {
            Expect::PagesSomeone => "somebody is paged".to_string(),
            Expect::FirstPageWithin => format!("somebody is paged{loud} {within}"),
            Expect::ReachesPeopleWithin => format!("at least {people} paged {within}"),
            Expect::QuietHours => format!("nobody is paged{loud} in quiet hours"),
            Expect::AtMostPeopleBefore => format!("at most {people} paged before {}", duration(seconds)),
            Expect::NotLouderThan => match self.pairs.as_deref() {
                None | Some([]) => "a lower priority is never louder than a higher one".to_string(),
                Some(pairs) => {
                    let pair = |(low, high): &(String, String)| {
                        format!("{} is never louder than {}", index.priority_name(low), index.priority_name(high))
                    };
                    pairs.iter().map(pair).collect::<Vec<_>>().join(", ")
                }
            },
            Expect::EndsWithin => format!("it ends {within}"),
            Expect::NoSinglePerson => "nobody is the only one who is paged".to_string(),
            Expect::NoConsecutiveSamePerson => "no two levels in a row page the same person only".to_string(),
            Expect::EveryNodeReachable => "every step is reached and every branch goes both ways".to_string(),
            Expect::CoveredBy => {
                let of = match &self.users {
                    Some(users) => {
                        let names: Vec<&str> = users.iter().map(|id| index.user_name(id)).collect();
                        list(&names, "or")
                    }
                    None => {
                        let id = self.schedule.as_deref().unwrap_or_default();
                        format!("somebody of {}", index.schedule(id).map_or(id, |schedule| &schedule.name))
                    }
                };
                format!("{of} is paged {within}")
            }
        };
        let says = if self.with_declines { format!("{says}, also if levels decline") } else { says };
        let names = |ids: &Vec<String>| ids.iter().map(|id| index.priority_name(id)).collect::<Vec<_>>().join(", ");
        self.priorities.as_ref().map_or(says.clone(), |ids| format!("{}: {says}", names(ids)))
    }

    /// The window of `quiet_hours`.
    pub(super) fn quiet(&self) -> Result<Option<Hours>, ReadError> {
        let Some(mut window) = self.window.clone() else { return Ok(None) };
        if let Some(set) = window.as_object_mut() {
            for name in ["id", "name"] {
                set.entry(name).or_insert_with(|| Value::from("window"));
            }
        }
        let set = WorkingHours::read(window)
            .map_err(|_| ReadError::new("window", "must be a set of working hours: timezone and weekday_intervals"))?;
        let hours = Hours::new(&set);
        hours.map(Some).map_err(|error| match error {
            HoursError::UnknownZone(zone) => ReadError::new("window.timezone", format!("`{zone}` is no IANA zone")),
            HoursError::Weekday(at, day) => {
                ReadError::new(format!("window.weekday_intervals.{at}.weekday"), format!("`{day}` is no weekday"))
            }
            HoursError::Time(at, time) => {
                ReadError::new(format!("window.weekday_intervals.{at}"), format!("`{time}` is not a time like 09:00"))
            }
            HoursError::Misread(field) => ReadError::new(format!("window.{field}"), "is not of the right kind"),
        })
    }
}
