//! Everything outside a path that decides who is paged: people, schedules, priorities, other paths.

use std::borrow::Cow;
use std::collections::BTreeSet;

use escalation_api::Path;
use escalation_api::template::Template;
use serde::{Deserialize, Serialize};

use crate::instant::Instant;
use crate::read::{self, ReadError};

mod contradictions;

pub(crate) use contradictions::differing;

/// The organisation at a point in time, as plain data. [`Index`](crate::Index) makes it quick to ask.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// From the highest to the lowest, unless [`priorities_from`](Self::priorities_from) says otherwise.
    pub priorities: Vec<Priority>,
    /// Where that list comes from, and so what it says. Absent: a list that is not empty is the organisation's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priorities_from: Option<PrioritySource>,
    /// People.
    pub users: Vec<User>,
    /// On-call schedules.
    pub schedules: Vec<Schedule>,
    /// Channels whose names are known.
    pub channels: Vec<Channel>,
    /// Escalation paths; hand-overs go to these. Each is as the API returns it or, in a document, as it is sent with an
    /// `id`.
    #[serde(deserialize_with = "read::paths")]
    pub paths: Vec<Path>,
    /// Templates, which templated paths take their nodes from.
    #[serde(deserialize_with = "read::templates", skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<Template>,
    /// Times in which a person is not to be paged.
    pub pauses: Vec<Pause>,
    /// Before this instant it is not known who is on call. Absent: known from the beginning of time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries_from: Option<Instant>,
    /// From this instant on it is not known who is on call. Absent: known for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries_until: Option<Instant>,
    /// Which of its lists could not be read, or not whole. What such a list lacks is unknown, not absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<WorldPart>,
}

/// The id of the user with which the vendor fills shifts that nobody has. It is nobody, whatever a world lists.
pub const NOBODY: &str = "NOBODY";

/// A list of a [`World`] that may be incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorldPart {
    /// People: one who is not listed may exist, and it is not known whether they can be paged.
    Users,
    /// Schedules.
    Schedules,
    /// Escalation paths.
    Paths,
    /// Templates.
    Templates,
    /// Pauses: there may be more. Runs assume that there are none, and say so.
    Pauses,
}

impl WorldPart {
    /// Adds it to those that are unread, once.
    pub(crate) fn add_to(self, unread: &mut Vec<Self>) {
        if !unread.contains(&self) {
            unread.push(self);
        }
    }
}

/// A list of a [`Schedule`] that may be incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchedulePart {
    /// Rotas: there may be others, and it is not known who is in the schedule as a whole.
    Rotas,
    /// Entries: it is not known who is on call.
    Entries,
}

/// Where a list of priorities comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrioritySource {
    /// The organisation: these are all of them, the highest first.
    Organisation,
    /// The conditions of branches, as nobody has given a list: there may be others, and their order is not known.
    Branches,
    /// The same, as the list could not be read.
    Unreadable,
}

/// The id that stands for every priority that is not named, where the list is not known to be complete: no condition
/// on priority holds for it. Where a priority has this very id, [another](World::other_priority) takes its place.
pub const OTHER_PRIORITY: &str = "*";

/// How urgent an alert is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priority {
    /// Its id, which conditions name.
    pub id: String,
    /// For people, such as `P1`.
    pub name: String,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// False for somebody without an on-call seat or who has left.
    pub can_be_paged: bool,
    /// Why they cannot be paged, for people: "has no on-call seat".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_paged_reason: Option<String>,
    /// Whether it could not be read if they can be paged; then `can_be_paged` does not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

/// An on-call schedule with its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The IANA name of its zone.
    pub timezone: String,
    /// Its rotas, in order.
    #[serde(default)]
    pub rotas: Vec<Rota>,
    /// Who is on call when, overrides merged in.
    #[serde(default)]
    pub entries: Vec<Entry>,
    /// Which of its lists could not be read, or not whole. What such a list lacks is unknown, not absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<SchedulePart>,
}

/// One rota of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rota {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who takes part, in order.
    #[serde(default)]
    pub user_ids: Vec<String>,
    /// Whether it could not be read who takes part; then `user_ids` does not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

/// A time for which somebody, or nobody, is on call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The rota.
    pub rota_id: String,
    /// Who; nobody if absent or null.
    #[serde(default)]
    pub user_id: Option<String>,
    /// From when.
    pub start_at: Instant,
    /// Until just before when.
    pub end_at: Instant,
    /// Whether it could not be read who is on call; then `user_id` does not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// `slack_channel` or `msteams_channel`.
    #[serde(rename = "type")]
    pub channel_type: String,
    /// Its name, such as `#incidents`.
    pub name: String,
}

/// A time in which a person is not to be paged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Who.
    pub user_id: String,
    /// From when.
    pub starts_at: Instant,
    /// Until just before when.
    pub ends_at: Instant,
}

impl PrioritySource {
    /// Whether it lists all priorities, in order.
    #[must_use]
    pub fn is_a_list(self) -> bool {
        self == Self::Organisation
    }
}

impl World {
    /// Whether there are no priorities but those that are listed. One that is listed without an id may be any.
    #[must_use]
    pub fn knows_all_priorities(&self) -> bool {
        !self.priorities.is_empty()
            && self.priorities.iter().all(|priority| !priority.id.is_empty())
            && self.priorities_from.unwrap_or(PrioritySource::Organisation).is_a_list()
    }

    /// Whether the priorities are listed from the highest to the lowest: one that is listed twice has no place among them.
    #[must_use]
    pub fn knows_priority_order(&self) -> bool {
        let mut seen = BTreeSet::new();
        self.knows_all_priorities() && self.priorities.iter().all(|priority| seen.insert(&priority.id))
    }

    /// Why there may be other priorities than those that are listed; nothing where there are none.
    #[must_use]
    pub fn priorities_note(&self) -> Option<&'static str> {
        if self.knows_all_priorities() {
            return None;
        }
        Some(match self.priorities_from {
            Some(PrioritySource::Unreadable) => {
                "the list of priorities could not be read: there may be others than those that branches name, in any order"
            }
            Some(PrioritySource::Branches) => {
                "no list of priorities is given: there may be others than those that branches name, in any order"
            }
            Some(PrioritySource::Organisation) | None if !self.priorities.is_empty() => {
                "a priority is listed without an id: there may be others than those that are listed, in any order"
            }
            Some(PrioritySource::Organisation) | None => {
                "the world lists no priorities: there may be others than those that branches name, in any order"
            }
        })
    }

    /// Whether an id stands for every priority that is not named.
    #[must_use]
    pub fn is_other_priority(&self, id: &str) -> bool {
        is_of_asterisks(id) && id == self.other_priority()
    }

    /// The id that stands for every priority that is not named: [`OTHER_PRIORITY`] or, where that is listed, one that is
    /// longer than all that are listed of that kind.
    #[must_use]
    pub fn other_priority(&self) -> Cow<'static, str> {
        let listed = || self.priorities.iter().map(|priority| priority.id.as_str());
        if listed().all(|id| id != OTHER_PRIORITY) {
            return Cow::Borrowed(OTHER_PRIORITY);
        }
        let longest = listed().filter(|id| is_of_asterisks(id)).map(str::len).max();
        Cow::Owned(OTHER_PRIORITY.repeat(longest.unwrap_or_default() + 1))
    }

    /// Reads a world from JSON text.
    ///
    /// # Errors
    /// The first thing that is not as it must be, with its place. A field that is not known is an error: a misspelled
    /// one would be a wrong answer. So is a world that [contradicts itself](Self::contradiction).
    pub fn from_text(text: &str) -> Result<Self, ReadError> {
        let world: Self = read::from_text(text)?;
        world.contradiction().map_or(Ok(world), Err)
    }

    /// What every run in it rests on because it could not be read, in words.
    #[must_use]
    pub fn assumed(&self) -> Vec<String> {
        let unread = self.is_unread(WorldPart::Pauses);
        let sentence = "nobody else has paused notifications: not all pauses could be read";
        unread.then(|| sentence.to_string()).into_iter().collect()
    }

    /// Whether one of its lists is known to be incomplete.
    #[must_use]
    pub fn is_unread(&self, part: WorldPart) -> bool {
        self.unread.contains(&part)
    }
}

/// Whether an id may be one that stands for every priority that is not named.
fn is_of_asterisks(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte == b'*')
}
