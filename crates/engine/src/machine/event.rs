//! What can happen to an escalation from outside.

use serde::{Deserialize, Serialize};

use crate::index::Id;
use crate::instant::Instant;

/// Something that happens at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When. Not before the event that came before.
    pub at: Instant,
    /// What.
    pub kind: EventKind,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The alert fires.
    Fire,
    /// Time has come to [`State::due`](super::State::due).
    Timer,
    /// Somebody takes it. `entry` is that of the page that is answered; absent: the last page to them.
    Ack {
        /// Who.
        who: Who,
        /// Which page.
        entry: Option<u32>,
    },
    /// Somebody cannot take it.
    Nack {
        /// Who.
        who: Who,
        /// Which page.
        entry: Option<u32>,
    },
    /// Somebody puts it off.
    Snooze {
        /// Who.
        who: Who,
        /// Which page.
        entry: Option<u32>,
        /// Until when.
        until: Instant,
    },
    /// The escalation is stopped.
    Cancel,
    /// What the escalation is about is over.
    Resolve,
    /// The alert itself is over.
    AlertResolved,
    /// Something is done about the incident.
    Activity,
}

/// Who was told, and may answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A person.
    User(Id),
    /// Anybody in a channel.
    Channel(Id),
    /// A program, by its key. It answers for the escalation as a whole, whether anybody was paged or not (R10).
    Key(Id),
}
