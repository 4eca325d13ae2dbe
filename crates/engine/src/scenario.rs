//! What is assumed of one alert: when it fires, how urgent it is, and what people do.

use std::collections::BTreeMap;

use escalation_api::{PathPayload, Value};
use serde::{Deserialize, Serialize};

use crate::instant::{DAY, Instant, Seconds};
use crate::read::{self, ReadError};
use crate::semantics::Semantics;

/// One alert and how people behave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The path to walk: one of the world's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_id: Option<String>,
    /// The path to walk, given here: in the form that is sent or in the one that is returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Value>,
    /// Instead of a path: the people to page directly (R23).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<String>,
    /// The id of the alert's priority. Absent: a branch on priority cannot be decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_id: Option<String>,
    /// When the alert fires.
    pub fired_at: Instant,
    /// How long nobody is told, in case the alert joins an incident (R1).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub grace_period_seconds: Seconds,
    /// How people answer. Of several that fit a page the first counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responses: Vec<Response>,
    /// What is done to the escalation as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interventions: Vec<Intervention>,
    /// When the alert resolves, after it fired. Absent: with the acknowledgement, unless it keeps firing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_resolves_after_seconds: Option<Seconds>,
    /// Whether the alert goes on firing after an acknowledgement.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alert_keeps_firing: bool,
    /// When there is activity on the incident, after the alert fired (R18).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activity_after_seconds: Vec<Seconds>,
    /// Which way to go at a branch whose condition cannot be decided, by node id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub branches: BTreeMap<String, Branch>,
    /// The same for one visit and not another: by node id, for each time that the walk comes to the branch, in order. It
    /// goes before `branches`, which counts where this says nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub branch_visits: Visits,
    /// Whose turn it is first on a level with round robin: the user id, by node id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub round_robin: BTreeMap<String, String>,
    /// Whose turn it is first on the levels that `round_robin` does not name: which of their people, counted from 0 and
    /// over again. For comparing whoever begins; no document has it.
    #[serde(skip)]
    pub turn: usize,
    /// How open questions are read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub semantics: Semantics,
}

fn is_zero(seconds: &Seconds) -> bool {
    *seconds == 0
}

fn is_default(semantics: &Semantics) -> bool {
    *semantics == Semantics::default()
}

/// The sides of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Branch {
    /// The condition holds.
    Then,
    /// It does not.
    Else,
}

/// Which way branches go at each visit, by node id: the first time that the walk comes there, the second time, and so on;
/// nothing where that is not said.
pub type Visits = BTreeMap<String, Vec<Option<Branch>>>;

/// How a person, or somebody in a channel, answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The person; not together with a channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The channel; not together with a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The answer.
    pub response: Answer,
    /// How long after the page that it answers.
    pub after_seconds: Seconds,
    /// Only to the page with this number, counted over the run from 1. Absent: to each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_page: Option<u32>,
    /// For a snooze: how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snooze_seconds: Option<Seconds>,
}

/// What somebody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// "I have it."
    Ack,
    /// "I cannot."
    Nack,
    /// "Later."
    Snooze,
}

/// Something done to the escalation as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intervention {
    /// How long after the alert fired.
    pub after_seconds: Seconds,
    /// What.
    pub action: Action,
}

/// What is done to an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is stopped.
    Cancel,
    /// What it is about is over.
    Resolve,
}

/// A scenario with the name under which it is kept with a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The name; no other scenario of the path has it.
    pub name: String,
    /// What is assumed; its path is not looked at.
    pub scenario: Scenario,
}

impl Named {
    /// So many are kept with a path.
    pub const MOST: usize = 100;
    /// The most characters of a name.
    pub const LONGEST_NAME: usize = 200;

    /// Reads a list of them from JSON text.
    ///
    /// # Errors
    /// The first thing that is not as it must be, with its place: `0.scenario.fired_at`.
    pub fn list_from_text(text: &str) -> Result<Vec<Self>, ReadError> {
        let list: Vec<Self> = read::from_text(text)?;
        if list.len() > Self::MOST {
            return Err(ReadError::new("", format!("there may be at most {} scenarios", Self::MOST)));
        }
        let mut names = std::collections::BTreeSet::new();
        for (index, named) in list.iter().enumerate() {
            let name = named.name.trim();
            if name.is_empty() || name.chars().count() > Self::LONGEST_NAME {
                let message = format!("must have from 1 to {} characters", Self::LONGEST_NAME);
                return Err(ReadError::new(format!("{index}.name"), message));
            }
            if !names.insert(name) {
                return Err(ReadError::new(format!("{index}.name"), format!("`{name}` is used before")));
            }
            let within = |error: ReadError| {
                let dot = if error.pointer.is_empty() { "" } else { "." };
                ReadError::new(format!("{index}.scenario{dot}{}", error.pointer), error.message)
            };
            named.scenario.check().map_err(within)?;
            named.scenario.inline_path().map_err(within)?;
        }
        Ok(list)
    }
}

impl Scenario {
    /// The same alert, with nobody responding and nothing done about it, the alert itself included.
    #[must_use]
    pub fn left_alone(&self) -> Self {
        Self {
            responses: Vec::new(),
            interventions: Vec::new(),
            alert_resolves_after_seconds: None,
            activity_after_seconds: Vec::new(),
            ..self.clone()
        }
    }

    /// Reads a scenario from JSON text.
    ///
    /// # Errors
    /// The first thing that is not as it must be, with its place.
    pub fn from_text(text: &str) -> Result<Self, ReadError> {
        let scenario: Self = read::from_text(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Checks what the types do not say.
    ///
    /// # Errors
    /// The first thing that is not as it must be, with its place.
    pub fn check(&self) -> Result<(), ReadError> {
        let sources = [self.path_id.is_some(), self.path.is_some(), !self.user_ids.is_empty()];
        if sources.iter().filter(|given| **given).count() > 1 {
            return Err(ReadError::new("", "only one of `path_id`, `path` and `user_ids` may be given"));
        }
        let not_negative = |pointer: String, seconds: Seconds| {
            if seconds < 0 { Err(ReadError::new(pointer, "must not be negative")) } else { Ok(()) }
        };
        not_negative("grace_period_seconds".to_string(), self.grace_period_seconds)?;
        not_negative("alert_resolves_after_seconds".to_string(), self.alert_resolves_after_seconds.unwrap_or(0))?;
        for (index, seconds) in self.activity_after_seconds.iter().enumerate() {
            not_negative(format!("activity_after_seconds.{index}"), *seconds)?;
        }
        for (index, intervention) in self.interventions.iter().enumerate() {
            not_negative(format!("interventions.{index}.after_seconds"), intervention.after_seconds)?;
        }
        for (index, response) in self.responses.iter().enumerate() {
            let at = |field: &str| format!("responses.{index}.{field}");
            not_negative(at("after_seconds"), response.after_seconds)?;
            match (&response.user_id, &response.channel_id) {
                (Some(_), None) | (None, Some(_)) => {}
                _ => {
                    return Err(ReadError::new(
                        format!("responses.{index}"),
                        "needs a `user_id` or a `channel_id`, not both",
                    ));
                }
            }
            match (response.response, response.snooze_seconds) {
                (Answer::Snooze, None) => return Err(ReadError::new(at("snooze_seconds"), "is required for a snooze")),
                (Answer::Snooze, Some(0)) => return Err(ReadError::new(at("snooze_seconds"), "must be longer than 0")),
                (Answer::Snooze, Some(seconds)) => not_negative(at("snooze_seconds"), seconds)?,
                (_, Some(_)) => return Err(ReadError::new(at("snooze_seconds"), "is only for a snooze")),
                (_, None) => {}
            }
            if response.to_page == Some(0) {
                return Err(ReadError::new(at("to_page"), "counts from 1"));
            }
        }
        let semantics = &self.semantics;
        not_negative("semantics.default_time_to_ack_seconds".to_string(), semantics.default_time_to_ack_seconds)?;
        if !(0..=366 * DAY).contains(&semantics.cut_off_after_seconds) {
            return Err(ReadError::new(
                "semantics.cut_off_after_seconds",
                "must be from 0 to 31622400, which is 366 days",
            ));
        }
        if semantics.max_steps > 100_000 {
            return Err(ReadError::new("semantics.max_steps", "must be at most 100000"));
        }
        Ok(())
    }

    /// The path given here, in the form that is sent.
    ///
    /// # Errors
    /// Where the path is not one.
    pub fn inline_path(&self) -> Result<Option<PathPayload>, ReadError> {
        use escalation_api::{At, Faults, Json as _};
        let Some(value) = &self.path else { return Ok(None) };
        PathPayload::read_either(value.clone()).map(Some).map_err(|value| {
            let mut faults = Faults::new();
            PathPayload::explain(&value, &At::Field(&At::Top, "path"), &mut faults);
            let fault = faults.into_iter().next();
            fault.map_or_else(
                || ReadError::new("path", "is not an escalation path"),
                |fault| ReadError::new(fault.pointer.clone(), fault.to_string()),
            )
        })
    }
}
