//! The readings of what the vendor's documentation leaves open.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::compile::People;
use crate::instant::{DAY, MINUTE, Seconds};

/// What each decision of docs/semantics.md is set to. The defaults are ours; another reading is a value here. A step
/// of a trace that one of them decided names it in its `decision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Semantics {
    /// R4: which users of a schedule are meant by a target that does not say.
    pub default_schedule_mode: DefaultScheduleMode,
    /// R4: whether a gap counts for `next_on_call`: nobody is next where nobody follows whoever is on call. Otherwise the
    /// next person is, whenever their entry starts.
    pub next_may_be_nobody: bool,
    /// R6: how long a level waits that does not say.
    pub default_time_to_ack_seconds: Seconds,
    /// R6, R14: whether working hours win where a node names both them and a number of seconds.
    pub interval_wins: bool,
    /// R11: what an acknowledgement does on a level that does not say.
    pub default_ack_mode: DefaultAckMode,
    /// R10: whether somebody may still acknowledge after the walk has left the level that paged them.
    pub late_acks_count: bool,
    /// R13: whether a level on which all have declined is left at once rather than at its deadline.
    pub all_declined_moves_on: bool,
    /// R15: whether the counter of a repeat starts anew when the walk goes back to a branch that encloses it.
    pub repeat_counters_reset: bool,
    /// R24: how long after its start a run is cut off; at most 366 days.
    pub cut_off_after_seconds: Seconds,
    /// R24: after how many steps a run is cut off; at most 100,000.
    pub max_steps: u32,
}

/// Which users of a schedule are meant by a target without `schedule_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultScheduleMode {
    /// Whoever is on call.
    CurrentlyOnCall,
    /// Everybody.
    AllUsers,
}

/// What an acknowledgement does on a level without `ack_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultAckMode {
    /// It cancels the others' pages.
    First,
    /// The others stay paged.
    All,
}

impl Default for Semantics {
    fn default() -> Self {
        Self {
            default_schedule_mode: DefaultScheduleMode::CurrentlyOnCall,
            next_may_be_nobody: false,
            default_time_to_ack_seconds: 30 * MINUTE,
            interval_wins: true,
            default_ack_mode: DefaultAckMode::First,
            late_acks_count: true,
            all_declined_moves_on: true,
            repeat_counters_reset: false,
            cut_off_after_seconds: 14 * DAY,
            max_steps: 100_000,
        }
    }
}

impl Semantics {
    /// The people that a target names, by R4's reading of one that does not say.
    pub(crate) fn reading_of<'a>(&self, people: &'a People) -> Cow<'a, People> {
        match (people, self.default_schedule_mode) {
            (People::OnCall(id, rota, true), DefaultScheduleMode::AllUsers) => {
                Cow::Owned(People::All(id.clone(), rota.clone()))
            }
            _ => Cow::Borrowed(people),
        }
    }
}
