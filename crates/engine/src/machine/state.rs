//! Where a run stands. All of it is here: stored as JSON and read again, it goes on as if nothing had happened.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::outcomes::Outcomes;
use super::{Context, Outcome, Who};
use crate::compile::{PageUrgency, Place};
use crate::index::Id;
use crate::instant::{Instant, Seconds};

/// Where an escalation stands, in the API's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has been told yet.
    Pending,
    /// People are being paged.
    Triggered,
    /// Waiting at a delay.
    Delayed,
    /// Put off.
    Snoozed,
    /// Somebody has taken it.
    Acked,
    /// Somebody has taken it, and it will page again.
    PendingRepeat,
    /// The path ran out.
    Expired,
    /// It was stopped.
    Cancelled,
    /// It is over.
    Resolved,
}

/// The alert behind an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// It is over as soon as somebody acknowledges.
    ResolvesWithAck,
    /// It fires until it is said to be over.
    Firing,
}

/// The state of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// When the alert fired.
    pub fired_at: Instant,
    /// The id of its priority.
    pub priority: Option<Id>,
    /// The alert.
    pub alert: Alert,
    /// Where the escalation stands.
    pub status: Status,
    /// How the run ended, once it has.
    pub outcome: Option<Outcome>,
    /// What is waited for.
    pub(super) phase: Phase,
    /// The node that the walk is on.
    pub(super) place: Option<Place>,
    /// How often the walk has begun or gone back.
    pub(super) pass: u32,
    /// A number for each time that a node was entered at which the walk may wait.
    pub(super) entry: u32,
    /// R15: how often each repeat has gone back.
    pub(super) counters: Vec<(Place, u32)>,
    /// R3: how often the walk has come to branches of which that matters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) visits: BTreeMap<Id, usize>,
    /// R3: what is known of conditions that cannot be decided.
    #[serde(default, skip_serializing_if = "Outcomes::is_empty")]
    pub(super) outcomes: Outcomes,
    /// R16: the paths walked so far, the first included.
    pub(super) handed: Vec<u32>,
    /// R10: who was told, on which entry.
    pub(super) told: Vec<Notified>,
    /// The level or channel node that the walk waits at.
    pub(super) level: Option<Level>,
    /// Whether somebody has taken it, in this walk or in one before.
    #[serde(default)]
    pub(super) was_acked: bool,
    /// R18: when to page again.
    pub(super) repeat_at: Option<Instant>,
    /// R24: how many steps there were.
    pub(super) steps: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// Before the alert fires.
    New { grace: Seconds },
    /// R1.
    Grace { until: Instant },
    /// At a node that waits; nothing: for ever.
    Waiting { since: Instant, until: Option<Instant> },
    /// R19.
    Snoozed { until: Instant },
    /// Somebody has taken it; what may still come is in `level` and `repeat_at`.
    Acked,
    /// Nothing happens any more.
    Ended,
}

/// Somebody who was told and may answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notified {
    pub(super) who: Who,
    pub(super) entry: u32,
    pub(super) standing: ResponseState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResponseState {
    /// May answer.
    Open,
    /// Has answered.
    Answered,
    /// The page was cancelled by somebody else's acknowledgement.
    Cancelled,
}

/// A level while the walk waits at it, or while it still pages after an acknowledgement under `ack_mode` `all`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Level {
    /// Pages are sent only before it; nothing: for ever.
    pub(super) deadline: Option<Instant>,
    /// In R8's order.
    pub(super) people: Vec<Person>,
    /// R13: somebody in a channel may still answer.
    pub(super) has_channel: bool,
    /// R8: whose turn it is.
    pub(super) turn: Option<Turn>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) id: Id,
    pub(super) urgency: PageUrgency,
    pub(super) via: Id,
    pub(super) paging: Paging,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Paging {
    /// Not paged on this level yet.
    Not,
    /// Paged, not answered: when last, and how often (in this turn).
    Open { last: Instant, count: u32 },
    /// Has declined.
    Declined,
    /// Has acknowledged.
    Acked,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Turn {
    /// The person's position.
    pub(super) of: usize,
    /// When the next person's turn begins; nothing: there is only one turn.
    pub(super) until: Option<Instant>,
}

impl State {
    /// The state before an alert fires.
    #[must_use]
    pub fn new(fired_at: Instant, priority: Option<&str>, grace_period_seconds: Seconds, alert: Alert) -> Self {
        Self {
            fired_at,
            priority: priority.filter(|id| !id.is_empty()).map(Id::from),
            alert,
            status: Status::Pending,
            outcome: None,
            phase: Phase::New { grace: grace_period_seconds },
            place: None,
            pass: 1,
            entry: 0,
            counters: Vec::new(),
            visits: BTreeMap::new(),
            outcomes: Outcomes::default(),
            handed: Vec::new(),
            told: Vec::new(),
            level: None,
            was_acked: false,
            repeat_at: None,
            steps: 0,
        }
    }

    /// When the next timer is due; nothing when the run has ended or only somebody's doing can go on with it.
    #[must_use]
    pub fn due(&self, context: &Context<'_>) -> Option<Instant> {
        let due = self.due_unbounded(context)?;
        let limit = self.limit(context);
        // R24 cuts what is still going on. An escalation that somebody has taken is not.
        if due > limit && self.phase == Phase::Acked { None } else { Some(due.min(limit)) }
    }

    /// R24: when a run is cut off.
    #[must_use]
    pub fn limit(&self, context: &Context<'_>) -> Instant {
        self.fired_at + context.semantics.cut_off_after_seconds
    }

    /// Whether the alert has not fired yet.
    #[must_use]
    pub fn is_new(&self) -> bool {
        matches!(self.phase, Phase::New { .. })
    }

    /// Whether nothing will happen any more, whoever does what.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether the run stopped where it could not be followed any further, with the escalation neither answered nor over:
    /// it may still be acknowledged, cancelled or resolved (R26).
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        let is_over = |outcome: Outcome| {
            matches!(outcome, Outcome::Acked | Outcome::Expired | Outcome::Cancelled | Outcome::Resolved)
        };
        self.has_ended() && !self.outcome.is_none_or(is_over)
    }

    /// Everybody who was paged and every channel that was notified so far, once for each time that a node was entered.
    pub fn notified(&self) -> impl Iterator<Item = &Who> {
        self.told.iter().map(|told| &told.who)
    }

    /// Whether somebody may acknowledge now: they were notified and neither answered that nor had their page cancelled
    /// (R10), or are a program, and the escalation is not over. `entry` is that of the page that they answer; absent: any.
    #[must_use]
    pub fn may_ack(&self, who: &Who, entry: Option<u32>) -> bool {
        let fits = |told: &&Notified| told.who == *who && entry.is_none_or(|entry| told.entry == entry);
        let is_open = match who {
            Who::Key(_) => !self.is_acked(),
            _ => self.told.iter().filter(fits).any(|told| told.standing == ResponseState::Open),
        };
        // R11: after an acknowledgement only those whose pages go on.
        let goes_on = !self.is_acked() || self.level.is_some();
        is_open && goes_on && (!self.has_ended() || self.is_stopped())
    }

    /// Whether a page to somebody is neither answered nor cancelled (R10), also where the escalation is over. `entry` is that
    /// of the page; absent: any.
    #[must_use]
    pub fn has_open_page(&self, who: &Who, entry: Option<u32>) -> bool {
        let fits = |told: &&Notified| told.who == *who && entry.is_none_or(|entry| told.entry == entry);
        self.told.iter().filter(fits).any(|told| told.standing == ResponseState::Open)
    }

    /// Whether somebody may decline now: as [`may_ack`](Self::may_ack), but no program, and only while the run goes on.
    #[must_use]
    pub fn may_nack(&self, who: &Who, entry: Option<u32>) -> bool {
        !matches!(who, Who::Key(_)) && !self.has_ended() && self.may_ack(who, entry)
    }

    /// Whether somebody may snooze now (R19): as [`may_ack`](Self::may_ack), and once the walk has come to a node, as long
    /// as nobody has acknowledged.
    #[must_use]
    pub fn may_snooze(&self, who: &Who, entry: Option<u32>) -> bool {
        self.place.is_some() && !self.is_acked() && !self.has_ended() && self.may_ack(who, entry)
    }

    /// R8: the level with round robin that the walk waits at, and everybody on it in the order of their turns.
    #[must_use]
    pub fn round_robin(&self) -> Option<(Place, Vec<&Id>)> {
        let level = self.level.as_ref().filter(|level| level.turn.is_some())?;
        Some((self.place?, level.people.iter().map(|person| &person.id).collect()))
    }

    /// Whether somebody has taken it.
    #[must_use]
    pub fn is_acked(&self) -> bool {
        self.phase == Phase::Acked
    }

    /// The number of the last time that a node was entered at which the walk may wait.
    #[must_use]
    pub fn entry(&self) -> u32 {
        self.entry
    }

    /// That of the last page to somebody, if there was one: the entry by which a response says that it is to this page.
    #[must_use]
    pub fn entry_of(&self, who: &Who) -> Option<u32> {
        self.told.iter().rev().find(|told| told.who == *who).map(|told| told.entry)
    }

    /// How many people there are on the level that the walk is on.
    pub(crate) fn people_on_level(&self) -> usize {
        self.level.as_ref().map_or(0, |level| level.people.len())
    }

    pub(crate) fn due_unbounded(&self, context: &Context<'_>) -> Option<Instant> {
        match self.phase {
            Phase::New { .. } => Some(self.fired_at),
            Phase::Grace { until } | Phase::Snoozed { until } => Some(until),
            Phase::Waiting { until, .. } => {
                earliest([until, self.next_turn(), self.next_retry(context).map(|(at, _)| at)])
            }
            Phase::Acked => earliest([self.repeat_at, self.next_retry(context).map(|(at, _)| at)]),
            Phase::Ended => None,
        }
    }

    /// R8: when the next turn begins, if before the deadline.
    pub(super) fn next_turn(&self) -> Option<Instant> {
        let level = self.level.as_ref()?;
        level.turn.as_ref()?.until.filter(|until| level.deadline.is_none_or(|deadline| *until < deadline))
    }

    /// R9: when somebody is paged again, if before the deadline, and the person's position.
    pub(super) fn next_retry(&self, context: &Context<'_>) -> Option<(Instant, usize)> {
        let level = self.level.as_ref()?;
        let crate::compile::Kind::Level(written) = &context.path.node(self.place?)?.kind else { return None };
        let retry = written.retry?;
        let again = level.people.iter().enumerate().filter_map(|(position, person)| {
            let Paging::Open { last, count } = person.paging else { return None };
            if count >= retry.attempts || level.turn.as_ref().is_some_and(|turn| turn.of != position) {
                return None;
            }
            // R26: from when the last page really went out.
            let at = last + retry.interval;
            let in_turn = level.turn.as_ref().and_then(|turn| turn.until).is_none_or(|until| at < until);
            (in_turn && level.deadline.is_none_or(|deadline| at < deadline)).then_some((at, position))
        });
        again.min()
    }
}

fn earliest<const N: usize>(instants: [Option<Instant>; N]) -> Option<Instant> {
    instants.into_iter().flatten().min()
}
